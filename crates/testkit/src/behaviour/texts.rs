//! Texts of every kind: the service holds the octets of each, and they are read back as its canonical text.
//! Parameters of service bindings, which services quote in their own ways.

use std::path::{Path, PathBuf};

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::record::text::escape_semicolons;
use octodns_core::{RecordData, RecordType, Severity};
use serde_json::{Value as Json, json};

use super::{Case, CaseFn};
use crate::run::render;

pub(super) const CASES: &[(&str, CaseFn)] =
    &[("texts", texts), ("service-parameters", service_parameters)];

/// ECH configs, ids with a comma, and parameters without a name.
fn service_parameters<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result<(), String>> {
    async move {
        let capabilities = case.harness.provider().capabilities();
        for of in [RecordType::HTTPS, RecordType::SVCB] {
            if !capabilities.supports_type(of) {
                continue;
            }
            for params in [
                json!({"ech": "AEX+DQ=="}),
                json!({"alpn": ["h2", "h3"], "ipv6hint": ["2001:db8::1"], "ech": "AEX+DQ=="}),
                json!({"alpn": ["a,b", "c"]}),
                json!({"key65280": "abc"}),
            ] {
                let value = json!({"svcpriority": 1, "targetname": ".", "svcparams": params});
                let record =
                    json!({"name": "www", "type": of.as_str(), "ttl": 300, "value": value});
                let told = |problem| format!("{of} {params}: {problem}");
                case.converge_to(&[record]).await.map_err(told)?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// A text as a source has it, and its octets.
struct Sample {
    name: String,
    text: String,
    octets: Vec<u8>,
}

/// All texts at once; those that the service is declared not to hold are refused when planning, and then left
/// out.
fn texts<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result<(), String>> {
    async move {
        if !case.harness.provider().capabilities().supports_type(RecordType::TXT) {
            return Ok(());
        }
        let mut samples = samples();
        let desired = case.desired(&records(&samples));
        if let Err(report) = case.harness.plan(&desired).await {
            let refused: Vec<_> = report.of(Severity::Error).collect();
            if refused.iter().any(|found| found.code != "supports") {
                return Err(render(&report));
            }
            samples.retain(|sample| {
                let subject = format!("{}.{} TXT", sample.name, case.zone);
                !refused.iter().any(|found| found.subject == subject)
            });
        }
        if samples.is_empty() {
            return Err("no text at all can be held".to_owned());
        }
        case.converge_to(&records(&samples)).await?;
        let read = case
            .fixture
            .harness()
            .await
            .read(&case.zone)
            .await
            .map_err(|report| render(&report))?;
        let mut wrong = Vec::new();
        for sample in &samples {
            let held = read.zone.records().find(|record| record.name().as_str() == sample.name);
            let octets = match held.map(|record| record.data()) {
                Some(RecordData::Txt(texts)) => {
                    texts.first().map(|text| text.octets().into_owned())
                }
                _ => None,
            };
            if octets.as_ref() != Some(&sample.octets) {
                let (name, text, expected) = (&sample.name, &sample.text, &sample.octets);
                wrong.push(format!("{name} {text:?}: {expected:?} became {octets:?}"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }
    .boxed()
}

fn records(samples: &[Sample]) -> Vec<Json> {
    let record = |sample: &Sample| json!({"name": sample.name, "type": "TXT", "ttl": 300, "value": sample.text});
    samples.iter().map(record).collect()
}

fn samples() -> Vec<Sample> {
    let sample = |(index, (text, octets))| Sample { name: format!("txt-{index}"), text, octets };
    text_samples().into_iter().enumerate().map(sample).collect()
}

/// Texts as a source has them, and their octets: the vectors of the corpus, or a few of them if the corpus is
/// missing.
pub fn text_samples() -> Vec<(String, Vec<u8>)> {
    vectors().unwrap_or_else(|| {
        FEW.iter().map(|(text, octets)| ((*text).to_owned(), octets.to_vec())).collect()
    })
}

const FEW: &[(&str, &[u8])] = &[
    ("hello", b"hello"),
    (r"v=1\; x", b"v=1; x"),
    (r"v=1\\\; x", br"v=1\; x"),
    (r"a\\b", br"a\b"),
    (r"a\b", br"a\b"),
    (r"a\09", br"a\09"),
    (r"a\009b", b"a\tb"),
    (r"caf\233", b"caf\xe9"),
    (r"d\195\169j\195\160", "déjà".as_bytes()),
    (r#"say "hi""#, br#"say "hi""#),
    (r#"{"a" \"b"}"#, br#"{"a" "b"}"#),
    (r#"\"abc""#, br#""abc""#),
    (" a ", b" a "),
];

/// Reads texts and octets from `txt/vectors.json`, next to the checkout or in the folder `OCTODNS_CORPUS`.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "test support: where the corpus is comes from the environment, and it says what is not there"
)]
fn vectors() -> Option<Vec<(String, Vec<u8>)>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("OCTODNS_CORPUS").map_or_else(beside, PathBuf::from);
    let path = corpus.join("txt/vectors.json");
    let Ok(file) = std::fs::read(&path) else {
        eprintln!("{} is not there: {} texts of our own are tried", path.display(), FEW.len());
        return None;
    };
    let vectors: Json = serde_json::from_slice(&file).ok()?;
    vectors["vectors"].as_array()?.iter().map(vector).collect()
}

fn vector(vector: &Json) -> Option<(String, Vec<u8>)> {
    let text = vector["text"].as_str()?;
    let is_escaped = vector["escaped_semicolons"] != false;
    let text = if is_escaped { text.to_owned() } else { escape_semicolons(text) };
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets = vector["octets"].as_str()?.as_bytes().chunks(2).map(octet).collect::<Option<_>>();
    Some((text, octets?))
}
