use octodns_core::RecordData;
use octodns_core::validate::RecordValidators;
use serde_json::json;

use super::*;

const WRITING: Writing = Writing { cdn: false, min_ttl: 120 };

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn row(fields: &Json) -> Row {
    let mut row = json!({ "id": "1", "name": "www.unit.tests", "ttl": 300, "proxied": false });
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(row).unwrap()
}

fn read(rows: &[Row], cdn: bool) -> Result<Vec<Arc<Record>>, RowError> {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let zone = zone();
    let mut context = LoadContext::new(&zone, &validators, &types);
    context.lenient = true;
    from_rows(rows, cdn, &context, &mut Report::new())
}

fn read_one(row: Row) -> Arc<Record> {
    read(&[row], false).unwrap().remove(0)
}

/// Type, name, the value in the API, in octoDNS, and as written (if different).
type Case = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const CASES: &[Case] = &[
    (
        "A",
        "www",
        r#"{"content": "192.0.2.1"}"#,
        "192.0.2.1",
        Some(r#"{"content": "192.0.2.1", "proxied": false}"#),
    ),
    (
        "AAAA",
        "www",
        r#"{"content": "2001:db8::1"}"#,
        "2001:db8::1",
        Some(r#"{"content": "2001:db8::1", "proxied": false}"#),
    ),
    (
        "CAA",
        "www",
        r#"{"data": {"flags": 128, "tag": "issue", "value": "ca.example"}}"#,
        r#"128 issue "ca.example""#,
        None,
    ),
    (
        "CNAME",
        "www",
        r#"{"content": "host.example"}"#,
        "host.example.",
        Some(r#"{"content": "host.example.", "proxied": false}"#),
    ),
    (
        "DS",
        "www",
        r#"{"content": "1 13 2 ABCD"}"#,
        "1 13 2 abcd",
        Some(r#"{"data": {"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "abcd"}}"#),
    ),
    (
        "HTTPS",
        "www",
        r#"{"content": "1 svc.example. alpn=\"h2,h3\" port=\"8443\" ech=\"AA==\""}"#,
        "1 svc.example. alpn=h2,h3 port=8443 ech=AA==",
        Some(
            r#"{"data": {"priority": 1, "target": "svc.example.", "value": "alpn=\"h2,h3\" port=\"8443\" ech=\"AA==\""}}"#,
        ),
    ),
    (
        "SVCB",
        "www",
        r#"{"content": "2 . no-default-alpn ipv4hint=192.0.2.1"}"#,
        "2 . no-default-alpn ipv4hint=192.0.2.1",
        Some(
            r#"{"data": {"priority": 2, "target": ".", "value": "no-default-alpn ipv4hint=\"192.0.2.1\""}}"#,
        ),
    ),
    (
        "MX",
        "www",
        r#"{"content": "host.example", "priority": 10}"#,
        "10 host.example.",
        Some(r#"{"content": "host.example.", "priority": 10}"#),
    ),
    (
        "MX",
        "www",
        r#"{"content": "host.example", "data": {"priority": 10}}"#,
        "10 host.example.",
        Some(r#"{"content": "host.example.", "priority": 10}"#),
    ),
    (
        "MX",
        "www",
        r#"{"content": ".", "priority": 0}"#,
        "0 .",
        Some(r#"{"content": ".", "priority": 0}"#),
    ),
    (
        "NS",
        "www",
        r#"{"content": "host.example"}"#,
        "host.example.",
        Some(r#"{"content": "host.example."}"#),
    ),
    (
        "PTR",
        "www",
        r#"{"content": "host.example"}"#,
        "host.example.",
        Some(r#"{"content": "host.example."}"#),
    ),
    (
        "SRV",
        "_sip._udp",
        r#"{"data": {"priority": 1, "weight": 2, "port": 3, "target": "host.example"}}"#,
        "1 2 3 host.example.",
        Some(
            r#"{"data": {"service": "_sip", "proto": "_udp", "name": "unit.tests.", "priority": 1, "weight": 2, "port": 3, "target": "host.example"}}"#,
        ),
    ),
    (
        "SRV",
        "_sip._udp.a.b",
        r#"{"data": {"priority": 0, "weight": 0, "port": 0, "target": "."}}"#,
        "0 0 0 .",
        Some(
            r#"{"data": {"service": "_sip", "proto": "_udp", "name": "a.b", "priority": 0, "weight": 0, "port": 0, "target": "."}}"#,
        ),
    ),
    (
        "SSHFP",
        "www",
        r#"{"content": "4 2 abcd"}"#,
        "4 2 abcd",
        Some(r#"{"data": {"algorithm": 4, "type": 2, "fingerprint": "abcd"}}"#),
    ),
    (
        "TLSA",
        "www",
        r#"{"data": {"usage": 3, "selector": 1, "matching_type": 1, "certificate": "abcd"}}"#,
        "3 1 1 abcd",
        None,
    ),
    (
        "NAPTR",
        "www",
        r#"{"data": {"flags": "S", "order": 1, "preference": 2, "regex": "", "replacement": "_sip.example.", "service": "SIP+D2T"}}"#,
        r#"1 2 "S" "SIP+D2T" "" _sip.example."#,
        None,
    ),
    (
        "LOC",
        "www",
        r#"{"data": {"lat_degrees": 31, "lat_minutes": 58, "lat_seconds": 52.1, "lat_direction": "S", "long_degrees": 115, "long_minutes": 49, "long_seconds": 11.7, "long_direction": "E", "altitude": 20, "size": 10, "precision_horz": 10, "precision_vert": 2}}"#,
        "31 58 52.1 S 115 49 11.7 E 20.0m 10.0m 10.0m 2.0m",
        Some(
            r#"{"data": {"lat_degrees": 31, "lat_minutes": 58, "lat_seconds": 52.1, "lat_direction": "S", "long_degrees": 115, "long_minutes": 49, "long_seconds": 11.7, "long_direction": "E", "altitude": 20.0, "size": 10.0, "precision_horz": 10.0, "precision_vert": 2.0}}"#,
        ),
    ),
    ("TXT", "www", r#"{"content": "\"a; b\""}"#, r#""a; b""#, Some(r#"{"content": "\"a; b\""}"#)),
    (
        "TXT",
        "www",
        r#"{"content": "\"say \\\"hi\\\" \\\\o/\""}"#,
        r#""say \"hi\" \\o/""#,
        Some(r#"{"content": "\"say \\\"hi\\\" \\\\o/\""}"#),
    ),
    (
        "TXT",
        "www",
        r#"{"content": "old; row"}"#,
        r#""old; row""#,
        Some(r#"{"content": "\"old; row\""}"#),
    ),
];

#[test]
fn every_type_goes_both_ways() {
    for (of, name, shown, rdata, written) in CASES {
        let parse = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let complete = |mut fields: Json| {
            fields["type"] = (*of).into();
            fields["name"] = format!("{name}.unit.tests").into();
            fields
        };
        let record = read_one(row(&complete(parse(shown))));
        let (its_name, rdatas) = (record.name().as_str(), record.rdata_strings());
        assert_eq!((its_name, rdatas), (*name, vec![(*rdata).to_owned()]), "{of}");
        let rows = to_rows(&record, None, &zone(), WRITING);
        let mut expected = complete(parse(written.unwrap_or(shown)));
        expected["ttl"] = 300.into();
        assert_eq!(serde_json::to_value(&rows[0]).unwrap(), expected, "{of}");
    }
}

/// Rows are matched by their value, however it is spelled.
#[test]
fn rows_are_matched_by_the_canonical_form_of_their_value() {
    let types = RecordTypes::default();
    for (of, one, other) in [
        ("AAAA", json!({"content": "2001:DB8::1"}), json!({"content": "2001:db8:0::1"})),
        ("DS", json!({"content": "1 13 2 ABCD"}), json!({"content": "1\t13 2 abcd"})),
        (
            "HTTPS",
            json!({"content": "1 a.example. port=\"1\" alpn=\"h2\""}),
            json!({"content": "1 a.example. alpn=h2 port=1"}),
        ),
        ("TXT", json!({"content": "\"ab\""}), json!({"content": "\"a\" \"b\""})),
        (
            "CNAME",
            json!({"content": "bücher.example"}),
            json!({"content": "xn--bcher-kva.example."}),
        ),
    ] {
        let key_of = |fields: &Json| {
            let mut fields = fields.clone();
            fields["type"] = of.into();
            let row = row(&fields);
            key(record_type(of).unwrap(), &row, &types)
        };
        assert!(key_of(&one).is_some(), "{of}");
        assert_eq!(key_of(&one), key_of(&other), "{of}");
    }
}

#[test]
fn a_row_without_what_its_type_needs_is_malformed() {
    for (of, fields, fault) in [
        ("A", json!({}), "has no content"),
        ("MX", json!({"content": "mx.example"}), "has no priority"),
        ("CAA", json!({"content": "0 issue \"ca\""}), "has no data"),
        ("SRV", json!({"data": {"priority": 1}}), "has no data.target"),
        ("DS", json!({"content": "1 2"}), "has no content"),
    ] {
        let mut fields = fields;
        fields["type"] = of.into();
        let told = read(&[row(&fields)], false).unwrap_err().to_string();
        assert_eq!(told, format!("the {of} record www.unit.tests (id 1) {fault}"));
    }
    let elsewhere = row(&json!({"type": "A", "name": "www.other.tests", "content": "192.0.2.1"}));
    let told = read(&[elsewhere], false).unwrap_err().to_string();
    assert_eq!(told, "the A record www.other.tests (id 1) is not in the zone unit.tests.");
}

fn section(record: &Record) -> String {
    let section = record.options().to_value().unwrap_or_default();
    octodns_core::value::Python(&section).to_string()
}

#[test]
fn settings_of_a_row_become_the_cloudflare_section() {
    for (fields, ttl, expected) in [
        (json!({"ttl": 600}), 600, "None"),
        (json!({"ttl": 1}), 300, "{'cloudflare': {'auto-ttl': True}}"),
        (
            json!({"ttl": 1, "proxied": true}),
            300,
            "{'cloudflare': {'proxied': True, 'auto-ttl': True}}",
        ),
        (
            json!({"ttl": 600, "comment": "note", "tags": ["a:1", "b:2"]}),
            600,
            "{'cloudflare': {'comment': 'note', 'tags': ['a:1', 'b:2']}}",
        ),
        (json!({"comment": null, "tags": []}), 300, "None"),
    ] {
        let mut fields = fields;
        fields["type"] = "A".into();
        fields["content"] = "192.0.2.1".into();
        let record = read_one(row(&fields));
        assert_eq!((record.ttl(), section(&record)), (ttl, expected.to_owned()), "{fields}");
        // And back: nothing changes in the row.
        let rows = to_rows(&record, None, &zone(), WRITING);
        assert_eq!(rows[0].patch(&row(&fields)), None, "{fields}");
    }
}

#[test]
fn a_patch_has_changed_settings() {
    let old = row(
        &json!({"type": "A", "content": "192.0.2.1", "ttl": 60, "comment": "old", "tags": ["a:1"]}),
    );
    let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
    let record = Record::new(RecordName::new("www").unwrap(), 30, data);
    let new = to_rows(&record, None, &zone(), WRITING).remove(0);
    assert_eq!(
        serde_json::to_value(new.patch(&old).unwrap()).unwrap(),
        json!({
            "type": "A", "name": "www.unit.tests", "content": "192.0.2.1", "ttl": 120, "proxied": false,
            "comment": "", "tags": [],
        })
    );
}

/// Several rows of a name become one alias, whose values are not known.
#[test]
fn with_cdn_the_proxied_rows_of_a_name_are_one_alias() {
    let at = |name: &str, of: &str, content: &str, proxied: bool| {
        row(&json!({"type": of, "name": name, "content": content, "proxied": proxied, "ttl": 1}))
    };
    let rows = [
        at("www.unit.tests", "A", "192.0.2.1", true),
        at("www.unit.tests", "AAAA", "2001:db8::1", true),
        at("unit.tests", "A", "192.0.2.1", true),
        at("plain.unit.tests", "A", "192.0.2.2", false),
    ];
    let shown: Vec<_> = read(&rows, true)
        .unwrap()
        .iter()
        .map(|record| {
            (record.name().to_string(), record.record_type().to_string(), record.rdata_strings())
        })
        .collect();
    let expected = [
        ("www", "CNAME", "www.unit.tests.cdn.cloudflare.net."),
        ("", "ALIAS", "unit.tests.cdn.cloudflare.net."),
        ("plain", "A", "192.0.2.2"),
    ];
    let expected =
        expected.map(|(name, of, value)| (name.to_owned(), of.to_owned(), vec![value.to_owned()]));
    assert_eq!(shown, expected);
    let groups = groups(&rows, &zone(), true).unwrap();
    assert_eq!(groups.iter().map(|group| group.rows.len()).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn names_come_in_either_form() {
    let zone = ZoneName::new("xn--gthub-zsa.com.").unwrap();
    for name in ["añadir.gíthub.com", "xn--aadir-ota.xn--gthub-zsa.com", "AÑADIR.gíthub.com"] {
        let row = row(&json!({"type": "A", "name": name, "content": "192.0.2.1"}));
        assert_eq!(relative_name(&row, &zone).unwrap().as_str(), "xn--aadir-ota", "{name}");
    }
}

#[test]
fn rows_of_other_types_are_left_alone() {
    let rows = [
        row(&json!({"type": "SOA", "content": "ignored"})),
        row(&json!({"type": "SPF", "content": "v=spf1 -all"})),
        row(&json!({"type": "OPENPGPKEY", "content": "AA=="})),
    ];
    assert!(read(&rows, false).unwrap().is_empty());
}
