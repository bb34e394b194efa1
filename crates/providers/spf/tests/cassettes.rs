//! What octoDNS does with policies, recorded: the same here, but where it goes against RFC 7208.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]
#![expect(clippy::print_stderr, reason = "it says what is skipped")]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use octodns_core::engine::read_sources;
use octodns_core::provider::Stage;
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::{Adding, ZoneValidators};
use octodns_core::{Context, OwnedValue, Record, Registry, Report, Value, Zone, ZoneName};
use octodns_testkit::dns::{FakeDns, nxdomain, record, send, txt};
use serde_json::Value as Json;

const TXT: u16 = 16;

/// The cases of a file, or none after saying why.
fn cases(file: &str) -> Vec<Json> {
    let folder = option_env!("OCTODNS_CASSETTES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/cassettes")),
        PathBuf::from,
    );
    let path = folder.join("spf").join(file);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return Vec::new();
    };
    let file: Json = serde_json::from_str(&text).unwrap();
    let cases = file["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn value(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => number.as_i64().unwrap().into(),
        Json::String(text) => text.clone().into(),
        Json::Array(values) => values.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(map) => map
            .iter()
            .map(|(key, json)| (key.clone(), value(json)))
            .collect::<Map<'static>>()
            .into(),
    }
}

/// A server that knows what the case says: presentation format by name, `no-answer`, or `timeout`.
fn dns(case: &Json) -> FakeDns {
    let known: HashMap<String, Json> = case["dns"]
        .as_object()
        .map(|dns| dns.iter().map(|(name, json)| (format!("{name}."), json.clone())).collect())
        .unwrap_or_default();
    FakeDns::start(move |question, mut message| match known.get(&question.name) {
        Some(Json::Array(values)) if question.number == TXT => {
            for value in values {
                let text = value.as_str().unwrap();
                let strings: Vec<_> = text[1..text.len() - 1].split("\" \"").collect();
                message.add_answer(record(&question.name, 300, TXT, &txt(&strings)));
            }
            send(&message)
        }
        Some(Json::String(text)) if text == "timeout" => Vec::new(),
        Some(_) => send(&message),
        None => send(&nxdomain(message)),
    })
    .unwrap()
}

/// What was looked up, in order.
fn lookups(dns: &FakeDns) -> Vec<String> {
    dns.asked().iter().map(|question| question.name.trim_end_matches('.').to_owned()).collect()
}

fn recorded_lookups(case: &Json) -> Vec<String> {
    let lookups = case["lookups"].as_array().unwrap();
    lookups.iter().map(|lookup| lookup["name"].as_str().unwrap().to_owned()).collect()
}

fn zone(records: &Json) -> Zone {
    let name = ZoneName::new("unit.tests.").unwrap();
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let context = LoadContext::new(&name, &validators, &types);
    let mut zone = Zone::new(name.clone());
    for json in records.as_array().unwrap() {
        let mut report = Report::new();
        let record = Record::load(&value(&json["name"]), &value(json), &context, &mut report);
        zone.add(record.unwrap_or_else(|| panic!("{report:?}")), Adding::default()).unwrap();
    }
    zone
}

/// Name, type, TTL and values of every record.
fn shown(zone: &Zone) -> Vec<String> {
    let show = |record: &Arc<Record>| {
        let (name, of, ttl) = (record.name().as_str(), record.record_type(), record.ttl());
        format!("{name} {of} {ttl} {:?}", record.rdatas())
    };
    zone.records().map(show).collect()
}

fn context() -> Context {
    let types = Arc::new(RecordTypes::default());
    Context {
        lenient: false,
        record_validators: Arc::new(RecordValidators::legacy(&types)),
        zone_validators: Arc::new(ZoneValidators::new([])),
        types,
    }
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    octodns_spf::register(&mut registry);
    registry
}

/// Options with the server that is to be asked.
fn options(json: &Json, dns: &FakeDns) -> OwnedValue {
    let mut options = json.clone();
    options["resolvers"] = Json::from(vec![dns.address().to_string()]);
    options["timeout"] = Json::from(60);
    value(&options)
}

/// What two recordings of `populated` or an error look like to us: the records, or what the message is
/// about.
async fn run_sources(case: &Json, dns: &FakeDns) -> Result<Vec<String>, String> {
    let zone = zone(&case["existing"]);
    let build = &registry().providers.get("octodns_spf.SpfSource").unwrap().build.clone();
    let sources: Vec<_> = case["sources"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, json)| {
            build(&format!("spf{index}"), &options(json, dns)).unwrap().as_source()
        })
        .collect();
    for source in &sources {
        assert_eq!(source.list_zones().await.unwrap(), []);
    }
    let mut report = Report::new();
    match read_sources(zone, &sources, &context(), &mut report).await {
        Ok(zone) => Ok(shown(&zone)),
        Err(found) => Err(found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// Cases of the source that end otherwise here, with the reason and the policy that comes of them.
const OTHERWISE: [(&str, &str); 3] = [
    // octoDNS fails with a type error.
    ("merge-null-soft-fail", "v=spf1 include:x.tests -all"),
    // octoDNS cannot read a mechanism without a domain.
    ("merge-bare-mx", "v=spf1 mx -all"),
    // octoDNS does not know the qualifier that is understood where there is none.
    ("merge-qualifier", "v=spf1 include:x.tests -all"),
];

#[tokio::test]
async fn the_source_makes_what_is_recorded() {
    for case in cases("source.json") {
        let name = case["name"].as_str().unwrap();
        let dns = dns(&case);
        let found = run_sources(&case, &dns).await;
        if let Some((_, policy)) = OTHERWISE.iter().find(|(other, _)| *other == name) {
            assert!(case.get("error").is_some(), "{name}");
            assert_eq!(found.unwrap(), [format!(" TXT 300 [\"\\\"{policy}\\\"\"]")], "{name}");
            continue;
        }
        if case.get("error").is_none() {
            assert_eq!(found.unwrap(), shown(&zone(&case["populated"])), "{name}");
        } else {
            let expected = match name {
                "existing-spf-no-merge" => "there is an SPF value already",
                "merge-unknown-mechanism" => "\"foo:bar\" is no SPF mechanism",
                "merge-redirect" => "\"redirect=_spf.unit.tests\" would lose its effect",
                "merge-spf10" => "\"v=spf10 -all\" is no SPF value",
                "verify-too-many" => "needs more than 10 DNS lookups",
                "verify-nxdomain" => "includes gone.tests., which has no TXT record",
                other => panic!("{other} is recorded as an error"),
            };
            let message = found.expect_err(name);
            assert!(message.contains(expected), "{name}: {message}");
        }
        let mut expected = recorded_lookups(&case);
        // octoDNS asks before it counts.
        expected.truncate(10);
        assert_eq!(lookups(&dns), expected, "{name}");
    }
}

/// The findings of the processor for a zone.
async fn process(zone: &mut Zone, dns: &FakeDns) -> Report {
    let build =
        &registry().processors.get("octodns_spf.SpfDnsLookupProcessor").unwrap().build.clone();
    let processor = build("spf", &options(&serde_json::json!({}), dns)).unwrap();
    let context = context();
    let mut report = Report::new();
    let mut stage = Stage {
        sources: &[],
        target: None,
        lenient: false,
        validators: &context.record_validators,
        types: &context.types,
        report: &mut report,
    };
    let before = shown(zone);
    processor.source_zone(zone, &mut stage).await.unwrap();
    assert_eq!(shown(zone), before);
    report
}

#[tokio::test]
async fn the_processor_says_what_is_recorded() {
    for case in cases("processor.json") {
        let name = case["name"].as_str().unwrap();
        let dns = dns(&case);
        let report = process(&mut zone(&case["records"]), &dns).await;
        let messages: Vec<_> = report.iter().map(ToString::to_string).collect();
        let expected = match name {
            // octoDNS counts before each word, so the last term is free.
            "eleven-terms" | "eleven-in-include" | "eleven-last-term" => {
                "needs more than 10 DNS lookups"
            }
            "include-two-spf" => "more than one SPF value at two.tests.",
            "two-values" => "more than one SPF value at unit.tests.",
            "ptr" | "ptr-with-domain" => "value of unit.tests. uses ptr",
            "ptr-in-include" => "value of ptr.tests. uses ptr",
            "below-apex" => "value of _spf.unit.tests. uses ptr",
            // octoDNS goes round until it has counted ten.
            "loop" => "value of loop.tests. includes itself",
            "nxdomain" => "includes gone.tests., which has no TXT record",
            "no-answer" => "includes empty.tests., which has no TXT record",
            _ => {
                assert!(
                    case.get("error").is_none() && !report.has_errors(),
                    "{name}: {messages:?}"
                );
                assert_eq!(messages.len(), usize::from(name == "include-without-spf"), "{name}");
                assert_eq!(lookups(&dns), recorded_lookups(&case), "{name}");
                continue;
            }
        };
        assert_eq!(messages.len(), 1, "{name}: {messages:?}");
        assert!(report.has_errors() && messages[0].contains(expected), "{name}: {messages:?}");
        let mut expected = recorded_lookups(&case);
        expected.dedup();
        assert_eq!(lookups(&dns), expected, "{name}");
    }
}

/// Values that octoDNS counts by prefix where RFC 7208 has words.
const COUNTED_OTHERWISE: [(&str, usize); 11] = [
    ("v=spf1 all", 0),
    ("v=spf1 redirect", 0),
    ("v=spf1 +a", 1),
    ("v=spf1 +mx", 1),
    ("v=spf1 -include:example.com", 1),
    ("v=spf1 +include:example.com", 1),
    ("v=spf1 alpha", 0),
    ("v=spf1 mxfoo", 0),
    ("v=spf1 A", 1),
    ("v=spf1 INCLUDE:example.com", 1),
    // Followed here.
    ("v=spf1 redirect=example.com", 1),
];

#[tokio::test]
async fn lookups_are_counted_as_recorded_or_as_rfc_7208_says() {
    use octodns_dns::spf::Checker;
    for case in cases("counting.json") {
        let value = case["value"].as_str().unwrap();
        let dns = dns(&case);
        let resolver =
            octodns_dns::spf::resolver(&[dns.address().to_string()], 60.0).await.unwrap();
        let checker = Checker::new(&resolver, &|_| None, None);
        let counted = checker.check("unit.tests.", &[value.to_owned()]).await.unwrap();
        let otherwise = COUNTED_OTHERWISE.iter().find(|(other, _)| *other == value);
        if let Some((_, count)) = otherwise {
            assert_eq!(counted.lookups, *count, "{value}");
        } else {
            let recorded = case["count"].as_u64().map(usize::try_from).unwrap().unwrap();
            assert_eq!(counted.lookups, recorded, "{value}");
            assert_eq!(lookups(&dns), recorded_lookups(&case), "{value}");
        }
    }
}
