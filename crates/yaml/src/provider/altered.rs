//! Scalars in values that become another text or number than written, by the rules of YAML 1.1: `no`, `1.10`, `1_000`.
//!
//! What a field becomes is asked of the record itself, so that this holds for all fields of all types.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use octodns_core::value::{Kind, Position, Special, python_str};
use octodns_core::{Diagnostic, Origin, Record, Report, Value};

use crate::read::{is_odd, plain};

/// The keys of records that have values in them.
const WITH_VALUES: [&str; 4] = ["value", "values", "dynamic", "geo"];

/// Old names of fields, and those of today.
const RENAMED: [(&str, &str); 2] = [("priority", "preference"), ("value", "exchange")];

/// Finds the scalars of the files of a zone, and how they are written.
pub(super) struct Altered<'t> {
    text: &'t str,
    /// Where the lines of each file start; made when needed.
    files: HashMap<u16, Option<Lines<'t>>>,
}

struct Lines<'t> {
    text: Cow<'t, str>,
    starts: Vec<usize>,
}

impl<'t> Altered<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, files: HashMap::new() }
    }

    /// Warns of the scalars in the data of a record that are not what the record has.
    pub(super) fn check(
        &mut self,
        files: &[Arc<str>],
        data: &Value<'_>,
        record: &Record,
        report: &mut Report,
    ) {
        let Some(map) = data.as_map() else { return };
        let mut suspects = Vec::new();
        for key in WITH_VALUES {
            if let Some(value) = map.get(key).filter(|value| !is_text(value)) {
                let path = if key == "values" { "value" } else { key };
                self.suspects(files, value, &mut vec![path], &mut suspects);
            }
        }
        if suspects.is_empty() {
            return;
        }
        let whole = record.to_value();
        for Suspect { value, path, written } in suspects {
            let mut became = vec![&whole];
            for key in path {
                became = became.into_iter().flat_map(|value| below(value, key)).collect();
            }
            if let Some(found) = finding(value, &written, &became) {
                report.push(
                    found
                        .about(format!("{} {}", record.name().decoded(), record.record_type()))
                        .at(Origin::new(files, value.position)),
                );
            }
        }
    }

    /// The scalars that Python spells otherwise than the file.
    fn suspects<'v, 'a>(
        &mut self,
        files: &[Arc<str>],
        value: &'v Value<'a>,
        path: &mut Vec<&'v str>,
        found: &mut Vec<Suspect<'v, 'a>>,
    ) {
        match &value.kind {
            Kind::Null | Kind::Str(_) => {}
            Kind::List(values) => {
                for value in values {
                    self.suspects(files, value, path, found);
                }
            }
            Kind::Map(map) => {
                for (key, value) in map {
                    path.push(key.as_str().unwrap_or_default());
                    self.suspects(files, value, path, found);
                    path.pop();
                }
            }
            _ => {
                let Some(rest) = self.rest(files, value) else { return };
                if is_decimal(value, rest) {
                    return;
                }
                let Some(written) = written(value, rest) else { return };
                let fraction = matches!(value.kind, Kind::Float(number) if number.fract() != 0.0);
                let reported = is_odd(&value.kind, &written);
                if !reported && (fraction || written != python_str(value)) {
                    found.push(Suspect { value, path: path.clone(), written });
                }
            }
        }
    }

    /// The line in which a value stands, from there on.
    fn rest(&mut self, files: &[Arc<str>], value: &Value<'_>) -> Option<&str> {
        let Position { file, line, column } = value.position;
        if !value.position.is_known() || column == u16::MAX {
            return None;
        }
        let main = self.text;
        let lines = self.files.entry(file).or_insert_with(|| {
            if file == 0 {
                return Some(Lines::new(Cow::Borrowed(main)));
            }
            let bytes = octodns_files::read(Path::new(&**files.get(usize::from(file))?)).ok()?;
            Some(Lines::new(Cow::Owned(String::from_utf8(bytes).ok()?)))
        });
        let line = lines.as_ref()?.line(usize::try_from(line).ok()?)?;
        let skipped = usize::from(column).checked_sub(1)?;
        let (start, _) = line.char_indices().nth(skipped)?;
        line.get(start..)
    }
}

/// Whether a whole number is written as most are: its decimal digits, and nothing behind them.
fn is_decimal(value: &Value<'_>, rest: &str) -> bool {
    value.as_int().is_some_and(|number| number.to_string() == rest)
}

/// How a plain scalar is written that starts the rest of a line.
fn written(value: &Value<'_>, mut rest: &str) -> Option<String> {
    while rest.starts_with(['&', '!']) {
        rest = rest.split_once(' ')?.1.trim_start();
    }
    let ends = [",", "]", "}", " #", "\t#", ": "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let written = rest.get(..end)?.trim_end();
    (plain(written)? == value.kind).then(|| written.to_owned())
}

/// Whether there is nothing but text in a value, as in nearly all of them.
fn is_text(value: &Value<'_>) -> bool {
    match &value.kind {
        Kind::Null | Kind::Str(_) => true,
        Kind::List(values) => values.iter().all(is_text),
        _ => false,
    }
}

struct Suspect<'v, 'a> {
    value: &'v Value<'a>,
    path: Vec<&'v str>,
    written: String,
}

impl<'t> Lines<'t> {
    fn new(text: Cow<'t, str>) -> Self {
        let bytes = text.as_bytes();
        // A carriage return ends a line unless a line feed follows.
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let starts = std::iter::once(mark).chain(ends.map(|end| end + 1)).collect();
        Self { text, starts }
    }

    fn line(&self, number: usize) -> Option<&str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        Some(self.text.get(start..end)?.trim_end())
    }
}

/// What stands below a key, of all values of a list.
fn below<'v>(value: &'v Value<'static>, key: &str) -> Vec<&'v Value<'static>> {
    match &value.kind {
        Kind::List(values) => values.iter().flat_map(|value| below(value, key)).collect(),
        Kind::Map(map) => {
            let renamed = RENAMED.iter().find(|(old, _)| *old == key).map(|(_, new)| *new);
            let plural = (key == "value").then_some("values");
            let keys = [Some(key), plural, renamed];
            keys.into_iter().flatten().find_map(|key| map.get(key)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The finding about a scalar in a field that has become these values: those of all values of the record, of one kind.
fn finding(value: &Value<'_>, written: &str, became: &[&Value<'static>]) -> Option<Diagnostic> {
    let scalars =
        || became.iter().flat_map(|value| value.as_list().unwrap_or(std::slice::from_ref(*value)));
    let is_text = scalars().any(|value| value.as_str().is_some());
    let text = python_str(value);
    if is_text && text != written {
        let message = format!("{written} is {}, so it becomes the text \"{text}\"", meaning(value));
        let found = Diagnostic::warning("yaml-spelling", message);
        return Some(found.help(format!("put it in quotes: '{written}'")));
    }
    let is_fraction = scalars().any(|value| matches!(value.kind, Kind::Float(_)));
    let number = match value.kind {
        _ if is_text || is_fraction || became.is_empty() => return None,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as Python's int() does; the limits saturate"
        )]
        Kind::Float(number) => number.trunc() as i64,
        Kind::Bool(value) => i64::from(value),
        _ => return None,
    };
    let is_kept = |other: &Value<'_>| other.as_int() == Some(number);
    scalars().any(is_kept).then(|| {
        let message = format!("{written} is {}, so it becomes {number}", meaning(value));
        Diagnostic::warning("yaml-spelling", message)
            .help(format!("write the whole number: {number}"))
    })
}

fn meaning(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::Bool(value) => format!("the truth value {value}"),
        Kind::Special(special) if matches!(**special, Special::Date(_)) => "a date".to_owned(),
        Kind::Special(special) if matches!(**special, Special::DateTime(_)) => {
            "a point in time".to_owned()
        }
        _ => format!("the number {}", python_str(value)),
    }
}
