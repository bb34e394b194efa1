//! Recordings of octoDNS with policies: the same results, except where octoDNS contradicts RFC 7208.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::collections::HashMap;
use std::sync::Arc;

use octodns_core::engine::read_sources;
use octodns_core::processor::Stage;
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::{AddOptions, ZoneValidators};
use octodns_core::{Context, OwnedValue, Record, Registry, Report, Value, Zone, ZoneName};
use octodns_testkit::cassette::{Cassettes, Verdicts};
use octodns_testkit::dns::{FakeDns, nxdomain, record, send, txt};
use serde_json::Value as Json;

const TXT: u16 = 16;

/// The subject of a recording.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Source,
    Processor,
    Counting,
}

impl About {
    fn of(case: &Json) -> Self {
        match (case.get("sources"), case.get("records")) {
            (Some(_), _) => Self::Source,
            (None, Some(_)) => Self::Processor,
            (None, None) => Self::Counting,
        }
    }
}

/// Every case, with its name.
fn cases() -> Option<Vec<(String, Json)>> {
    let cases = Cassettes::raw("spf")?.into_iter().flat_map(|(file, json)| {
        let cases = json["cases"].as_array().cloned().unwrap_or_else(|| vec![json]);
        cases.into_iter().map(move |case| {
            let name = case["name"].as_str().or(case["value"].as_str()).unwrap_or_default();
            (format!("{file} ({name})"), case)
        })
    });
    Some(cases.collect())
}

#[tokio::test]
async fn results_are_as_recorded_or_as_rfc_7208_requires() {
    let Some(cases) = cases() else { return };
    let mut verdicts = Verdicts::default();
    for (title, case) in cases {
        match About::of(&case) {
            About::Source => verdicts.check(&title, source(case)).await,
            About::Processor => verdicts.check(&title, processor(case)).await,
            About::Counting => verdicts.check(&title, counting(case)).await,
        }
    }
    verdicts.end();
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

/// A server with the answers of the case: presentation format by name, `no-answer`, or `timeout`.
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

/// The names that were looked up, in order.
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
        zone.add(record.unwrap_or_else(|| panic!("{report:?}")), AddOptions::default()).unwrap();
    }
    zone
}

/// Name, type, TTL and values of every record.
fn shown(zone: &Zone) -> Vec<String> {
    let show = |record: &Arc<Record>| {
        let (name, of, ttl) = (record.name().as_str(), record.record_type(), record.ttl());
        format!("{name} {of} {ttl} {:?}", record.rdata_strings())
    };
    zone.records().map(show).collect()
}

fn context() -> Context {
    let types = Arc::new(RecordTypes::default());
    Context::new(
        Arc::new(RecordValidators::legacy(&types)),
        Arc::new(ZoneValidators::new([])),
        types,
    )
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    octodns_spf::register(&mut registry);
    registry
}

/// Options with the server to query.
fn options(json: &Json, dns: &FakeDns) -> OwnedValue {
    let mut options = json.clone();
    options["resolvers"] = Json::from(vec![dns.address().to_string()]);
    options["timeout"] = Json::from(60);
    value(&options)
}

/// Reads a zone from the sources: returns the records, or the errors.
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

/// Cases of the source with another result here: the reason and the policy.
const OTHERWISE: [(&str, &str); 3] = [
    // octoDNS fails with a type error.
    ("merge-null-soft-fail", "v=spf1 include:x.tests -all"),
    // octoDNS cannot parse a mechanism without a domain.
    ("merge-bare-mx", "v=spf1 mx -all"),
    // octoDNS does not recognize the implicit qualifier.
    ("merge-qualifier", "v=spf1 include:x.tests -all"),
];

/// The source's result is as recorded.
async fn source(case: Json) {
    let name = case["name"].as_str().unwrap();
    let dns = dns(&case);
    let found = run_sources(&case, &dns).await;
    if let Some((_, policy)) = OTHERWISE.iter().find(|(other, _)| *other == name) {
        assert!(case.get("error").is_some());
        assert_eq!(found.unwrap(), [format!(" TXT 300 [\"\\\"{policy}\\\"\"]")]);
        return;
    }
    if case.get("error").is_none() {
        assert_eq!(found.unwrap(), shown(&zone(&case["populated"])));
    } else {
        let expected = match name {
            "existing-spf-no-merge" => "there is an SPF value already",
            "merge-unknown-mechanism" => "\"foo:bar\" is not an SPF mechanism",
            "merge-redirect" => "\"redirect=_spf.unit.tests\" would lose its effect",
            "merge-spf10" => "\"v=spf10 -all\" is not an SPF value",
            "verify-too-many" => "needs more than 10 DNS lookups",
            "verify-nxdomain" => "includes gone.tests., which has no TXT record",
            // Any other case must be an error too.
            _ => "",
        };
        let message = found.err().unwrap_or_else(|| panic!("it should fail"));
        assert!(message.contains(expected), "{message}");
    }
    let mut expected = recorded_lookups(&case);
    // octoDNS queries before it counts.
    expected.truncate(10);
    assert_eq!(lookups(&dns), expected);
}

/// The findings of the processor for a zone.
async fn process(zone: &mut Zone, dns: &FakeDns) -> Report {
    let build =
        &registry().processors.get("octodns_spf.SpfDnsLookupProcessor").unwrap().build.clone();
    let processor = build("spf", &options(&serde_json::json!({}), dns)).unwrap();
    let context = context();
    let mut report = Report::new();
    let mut stage = Stage::new(&context.record_validators, &context.types, &mut report);
    let before = shown(zone);
    processor.source_zone(zone, &mut stage).await.unwrap();
    assert_eq!(shown(zone), before);
    report
}

/// The processor's findings are as recorded.
async fn processor(case: Json) {
    let name = case["name"].as_str().unwrap();
    let dns = dns(&case);
    let report = process(&mut zone(&case["records"]), &dns).await;
    let messages: Vec<_> = report.iter().map(ToString::to_string).collect();
    let expected = match name {
        // octoDNS counts before each word, so the last term is not counted.
        "eleven-terms" | "eleven-in-include" | "eleven-last-term" => {
            "needs more than 10 DNS lookups"
        }
        "include-two-spf" => "more than one SPF value at two.tests.",
        "two-values" => "more than one SPF value at unit.tests.",
        "ptr" | "ptr-with-domain" => "value of unit.tests. uses ptr",
        "ptr-in-include" => "value of ptr.tests. uses ptr",
        "below-apex" => "value of _spf.unit.tests. uses ptr",
        // octoDNS loops until it has counted ten.
        "loop" => "value of loop.tests. includes itself",
        "nxdomain" => "includes gone.tests., which has no TXT record",
        "no-answer" => "includes empty.tests., which has no TXT record",
        _ if case.get("error").is_some() => "",
        _ => {
            assert!(!report.has_errors(), "{messages:?}");
            assert_eq!(messages.len(), usize::from(name == "include-without-spf"));
            assert_eq!(lookups(&dns), recorded_lookups(&case));
            return;
        }
    };
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(report.has_errors() && messages[0].contains(expected), "{messages:?}");
    let mut expected = recorded_lookups(&case);
    expected.dedup();
    assert_eq!(lookups(&dns), expected);
}

/// Values that octoDNS counts by prefix, although RFC 7208 has words.
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

/// Lookups are counted as recorded, or as RFC 7208 requires.
async fn counting(case: Json) {
    use octodns_dns::spf::Checker;
    let value = case["value"].as_str().unwrap();
    let dns = dns(&case);
    let resolver = octodns_dns::spf::resolver(&[dns.address().to_string()], 60.0).await.unwrap();
    let checker = Checker::new(&resolver, &|_| None, None);
    let counted = checker.check("unit.tests.", &[value.to_owned()]).await.unwrap();
    let otherwise = COUNTED_OTHERWISE.iter().find(|(other, _)| *other == value);
    if let Some((_, count)) = otherwise {
        assert_eq!(counted.lookups, *count);
    } else {
        let recorded = case["count"].as_u64().map(usize::try_from).unwrap().unwrap();
        assert_eq!(counted.lookups, recorded);
        assert_eq!(lookups(&dns), recorded_lookups(&case));
    }
}
