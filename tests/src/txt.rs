//! The meaning of TXT texts: a YAML scalar, its octets, and how they are written.

use std::io;

use octodns_core::record::text::{self, Presentation};
use octodns_core::record::{LoadContext, Record, RecordData, RecordTypes, Txt};
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::{Diagnostic, Report, Value, ZoneName};
use octodns_yaml::{DumpOptions, LoadOptions, dump, load};
use serde_json::Value as Json;

use crate::{Options, Outcome};

/// Compares every vector of `txt/vectors.json`.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let path = options.corpus.join("txt/vectors.json");
    let file = std::fs::read(&path)
        .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
    let vectors: Json = serde_json::from_slice(&file)?;
    let vectors = vectors["vectors"].as_array().ok_or_else(|| io::Error::other("no vectors"))?;
    for (index, vector) in vectors.iter().enumerate() {
        let differences = Vector(vector).differences();
        let difference = (!differences.is_empty()).then(|| differences.join("; "));
        outcome.case(&format!("txt-{:02}", index + 1), difference);
    }
    Ok(())
}

struct Vector<'v>(&'v Json);

impl Vector<'_> {
    fn str(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn has_bare_semicolons(&self) -> bool {
        self.0["escaped_semicolons"] == false
    }

    fn octets(&self) -> Vec<u8> {
        let digits = self.str("octets").as_bytes();
        let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.chunks(2).filter_map(octet).collect()
    }

    fn differences(&self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut differ =
            |what: &str, expected: &dyn std::fmt::Debug, ours: &dyn std::fmt::Debug| {
                let (expected, ours) = (format!("{expected:?}"), format!("{ours:?}"));
                if expected != ours {
                    differences.push(format!("{what}: expected {expected}, got {ours}"));
                }
            };
        let yaml = format!("value: {}\n", self.str("yaml"));
        let document = match load(&yaml, &LoadOptions::new("vector.yaml")) {
            Ok(document) => document,
            Err(error) => return vec![format!("{yaml:?}: {error}")],
        };
        let value = document.root.get("value").and_then(Value::as_str).unwrap_or_default();
        differ("text", &self.str("text"), &value);

        let (txt, report) = self.load(value);
        let Some(txt) = txt else { return vec![format!("not read: {}", told(&report))] };
        let octets = txt.octets();
        differ("octets", &self.octets(), &octets.to_vec());
        let canonical = self.spelled(&txt);
        differ("canonical", &self.str("canonical"), &canonical);
        differ("canonical_yaml", &self.str("canonical_yaml"), &scalar(&canonical));
        for (key, form) in
            [("presentation", Presentation::DECIMAL), ("presentation_octal", Presentation::OCTAL)]
        {
            let written = form.strings(&octets);
            differ(key, &self.str(key), &written);
            differ("read back", &Ok::<_, String>(octets.to_vec()), &form.read(&written));
        }
        let lengths: Vec<_> = strings(&Presentation::DECIMAL.strings(&octets)).collect();
        differ("strings", &self.0["strings"].to_string(), &serde_json::json!(lengths).to_string());
        differ(
            "findings",
            &self.0["findings"].to_string(),
            &serde_json::json!(names(&report)).to_string(),
        );

        let (again, report) = self.load(&canonical);
        differ("canonical read", &true, &(again.as_ref() == Some(&txt)));
        let unexpected = names(&report).into_iter().find(|name| *name != "non-ASCII");
        differ("canonical findings", &None::<&str>, &unexpected);
        differences
    }

    /// The canonical text, in the source's spelling.
    fn spelled(&self, txt: &Txt) -> String {
        let canonical = txt.as_str();
        if self.has_bare_semicolons() {
            text::unescape_semicolons(canonical)
        } else {
            canonical.to_owned()
        }
    }

    fn load(&self, value: &str) -> (Option<Txt>, Report) {
        let types = RecordTypes::default();
        let mut report = Report::new();
        let Ok(zone) = ZoneName::new("unit.tests.") else { return (None, report) };
        let validators = RecordValidators::legacy(&types);
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.lenient = true;
        context.escape_semicolons = self.has_bare_semicolons();
        let data: Map<'_> = [
            ("type", Value::from("TXT")),
            ("ttl", 60.into()),
            ("value", Value::from(value.to_owned())),
        ]
        .into_iter()
        .collect();
        let record = Record::load(&"".into(), &data.into(), &context, &mut report);
        let txt = match record.as_ref().map(Record::data) {
            Some(RecordData::Txt(texts)) => texts.first().cloned(),
            _ => None,
        };
        (txt, report)
    }
}

/// The lengths of the strings of a text in presentation format, in octets.
fn strings(written: &str) -> impl Iterator<Item = usize> {
    let read = |string: &str| Presentation::DECIMAL.read(&format!("\"{string}\""));
    let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    // A quote within the text has a backslash, and does not follow a blank between strings.
    let cut = inside.unwrap_or_default().split("\" \"").map(str::to_owned).collect::<Vec<_>>();
    cut.into_iter().map(move |string| read(&string).map_or(0, |octets| octets.len()))
}

/// A text as YAML writes it after a key.
fn scalar(text: &str) -> String {
    let map: Map<'_> = [("k", Value::from(text.to_owned()))].into_iter().collect();
    let mut options = DumpOptions::default();
    options.allow_unicode = true;
    let dumped = dump(&map.into(), &options);
    dumped.trim_start_matches("---\nk: ").trim_end_matches('\n').to_owned()
}

fn told(report: &Report) -> String {
    report.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The vectors' names of findings; codes that are not required are left out.
fn names(report: &Report) -> Vec<&'static str> {
    const NAMES: [(&str, &str); 8] = [
        ("unescaped ;", "unescaped ;"),
        ("double escaped ;", "double escaped ;"),
        ("beyond ASCII", "non-ASCII"),
        ("over 255", "code over 255"),
        ("starts no escape", "lone backslash"),
        ("control character", "control character"),
        ("is not closed", "quote not closed"),
        ("as the separator of two strings", "\" \" removed"),
    ];
    let name = |found: &Diagnostic| {
        let is_meant = |(part, _): &&(&str, _)| found.message.contains(part);
        NAMES.iter().find(is_meant).map(|(_, name)| *name)
    };
    report.iter().filter_map(name).collect()
}
