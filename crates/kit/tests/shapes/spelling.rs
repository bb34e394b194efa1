//! Values, names and numbers in the spelling of a service, read and written.

use octodns_core::record::RecordTypes;
use octodns_core::record::text::Presentation;
use octodns_core::{Record, RecordType};
use octodns_kit::dialect::{Dialect, Dot, Names, Numbers, Targets, Text};
use octodns_kit::sets::Sets;
use octodns_kit::{Fields, Json, SetFields, json};

use crate::memory::{Memory, MemoryRows, zone};

const RAW: Dialect = Dialect::RAW;

const QUOTED: Dialect = Dialect { text: Text::Quoted(Presentation::DECIMAL), ..RAW };

const BARE_NAMES: Dialect =
    Dialect { targets: Targets { read: Dot::Omitted, write: Dot::Omitted, own: None }, ..RAW };

const BARE_TEXTS: Dialect = Dialect { bare: &[RecordType::NAPTR], ..RAW };

const TEXT_NUMBERS: Dialect = Dialect { numbers: Numbers::Text, ..RAW };

/// Every part in a separate field.
const PARTS: Fields = Fields {
    of: &[
        (RecordType::MX, &[("preference", "prio"), ("exchange", "content")]),
        (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "content")]),
        (RecordType::CNAME, &[("", "host")]),
        (RecordType::TXT, &[("", "text")]),
        (
            RecordType::NAPTR,
            &[
                ("order", "order"),
                ("preference", "pref"),
                ("flags", "flags"),
                ("service", "service"),
                ("regexp", "regexp"),
                ("replacement", "content"),
            ],
        ),
    ],
    types: &[(RecordType::ALIAS, "ANAME")],
    ..Fields::new("content")
};

/// The record with one value of this data.
fn record(of: &str, value: &Json) -> Record {
    let data = json!({"name": "www", "type": of, "ttl": 60, "value": value});
    let harness = Memory::new(&[]).harness::<MemoryRows>();
    Record::clone(harness.zone(&zone(), &[data]).records().next().unwrap())
}

/// Checks that a record and its row convert into each other.
fn check(fields: &Fields, dialect: &Dialect, record: &Record, row: &Json) {
    let written = Json::from(fields.write(record, dialect, &zone()).unwrap());
    assert_eq!(written, *row);
    let types = RecordTypes::default();
    let read = fields.read(row, dialect, &zone(), &types).unwrap().unwrap();
    assert_eq!((&*read.name, read.ttl), (record.name().as_str(), record.ttl()));
    let entry = types.get(record.record_type().as_str()).unwrap();
    assert_eq!(entry.read(&[read.value.unwrap()]).unwrap(), *record.data(), "{row}");
}

#[test]
fn values_of_several_parts_are_in_one_field() {
    let naptr = json!({
        "order": 10, "preference": 100, "flags": "U", "service": "E2U+sip",
        "regexp": r#"!^(.*)"x"$!sip:\\1@example.net!"#, "replacement": ".",
    });
    let written = r#"10 100 "U" "E2U+sip" "!^(.*)\"x\"$!sip:\\1@example.net!" ."#;
    let bare = json!({
        "order": 10, "preference": 100, "flags": "S", "service": "",
        "regexp": r"!^(.*)$!sip:\\1@example.net!", "replacement": ".",
    });
    let single = json!({
        "order": 10, "preference": 100, "flags": "S", "service": "'x'",
        "regexp": "!", "replacement": ".",
    });
    let srv = json!({"priority": 10, "weight": 20, "port": 5060, "target": "sip.example.net."});
    let caa = json!({"flags": 0, "tag": "issue", "value": "ca.example; policy=ev"});
    let service = json!({
        "svcpriority": 1, "targetname": "web.example.net.",
        "svcparams": {"alpn": ["h2"], "port": 443},
    });
    let mx = |exchange: &str| json!({"preference": 10, "exchange": exchange});
    for (dialect, of, value, content) in [
        (RAW, "MX", mx("mail.example.net."), "10 mail.example.net."),
        (BARE_NAMES, "MX", mx("mail.example.net."), "10 mail.example.net"),
        (BARE_NAMES, "MX", mx("."), "10 ."),
        (QUOTED, "SRV", srv.clone(), "10 20 5060 sip.example.net."),
        (BARE_NAMES, "SRV", srv, "10 20 5060 sip.example.net"),
        (RAW, "CAA", caa.clone(), r#"0 issue "ca.example; policy=ev""#),
        (QUOTED, "CAA", caa, r#"0 issue "ca.example; policy=ev""#),
        (RAW, "HTTPS", service.clone(), "1 web.example.net. alpn=h2 port=443"),
        (BARE_NAMES, "HTTPS", service, "1 web.example.net alpn=h2 port=443"),
        (BARE_NAMES, "SVCB", json!({"svcpriority": 0, "targetname": "."}), "0 ."),
        (RAW, "NAPTR", naptr.clone(), written),
        (QUOTED, "NAPTR", naptr.clone(), written),
        // Only what needs quotes has them.
        (BARE_TEXTS, "NAPTR", naptr, r#"10 100 U E2U+sip "!^(.*)\"x\"$!sip:\\1@example.net!" ."#),
        (BARE_TEXTS, "NAPTR", single, r#"10 100 S "'x'" ! ."#),
        (BARE_TEXTS, "NAPTR", bare.clone(), r#"10 100 S "" !^(.*)$!sip:\\1@example.net! ."#),
    ] {
        let row = json!({"type": of, "name": "www", "ttl": 60, "content": content});
        check(&Fields::new("content"), &dialect, &record(of, &value), &row);
    }
}

/// Without quotes, an empty text is nothing between two blanks.
#[test]
fn texts_without_quotes_are_read() {
    let naptr = |service: &str, regexp: &str| {
        json!({
            "order": 10, "preference": 100, "flags": "S", "service": service,
            "regexp": regexp, "replacement": "a.example.",
        })
    };
    for (content, value) in [
        ("10 100 S SIP+D2U !^.*$!x! a.example.", naptr("SIP+D2U", "!^.*$!x!")),
        ("10 100 S SIP+D2U  a.example.", naptr("SIP+D2U", "")),
        ("10 100 S   a.example.", naptr("", "")),
        (r#"10 100 "S" "SIP+D2U" "" a.example."#, naptr("SIP+D2U", "")),
    ] {
        let row = json!({"type": "NAPTR", "name": "www", "ttl": 60, "content": content});
        let types = RecordTypes::default();
        let read = Fields::new("content").read(&row, &BARE_TEXTS, &zone(), &types);
        let data = types.get("NAPTR").unwrap().read(&[read.unwrap().unwrap().value.unwrap()]);
        assert_eq!(data.unwrap(), *record("NAPTR", &value).data(), "{content}");
    }
}

/// As many blanks as there are, between words that have none.
#[test]
fn blanks_between_words_do_not_matter() {
    let types = RecordTypes::default();
    let srv = json!({"priority": 1, "weight": 2, "port": 3, "target": "a.example."});
    for (of, content, value) in [
        ("MX", "10   a.example.", json!({"preference": 10, "exchange": "a.example."})),
        ("SRV", " 1  2\t3 a.example. ", srv),
    ] {
        let row = json!({"type": of, "name": "www", "ttl": 60, "content": content});
        let read = Fields::new("content").read(&row, &BARE_TEXTS, &zone(), &types);
        let data = types.get(of).unwrap().read(&[read.unwrap().unwrap().value.unwrap()]);
        assert_eq!(data.unwrap(), *record(of, &value).data(), "{content}");
    }
}

#[test]
fn parts_are_in_separate_fields() {
    let naptr = json!({
        "order": 10, "preference": 100, "flags": "U", "service": "E2U+sip",
        "regexp": r#"!^.*$!"x"!"#, "replacement": "a.example.",
    });
    for (dialect, of, value, fields) in [
        (
            RAW,
            "MX",
            json!({"preference": 10, "exchange": "mail.example.net."}),
            json!({"prio": 10, "content": "mail.example.net."}),
        ),
        (
            TEXT_NUMBERS,
            "MX",
            json!({"preference": 10, "exchange": "mail.example.net."}),
            json!({"prio": "10", "content": "mail.example.net.", "ttl": "60"}),
        ),
        // In separate fields texts have no quotes, whatever the dialect.
        (
            QUOTED,
            "CAA",
            json!({"flags": 128, "tag": "issue", "value": "ca.example; a=b"}),
            json!({"flags": 128, "tag": "issue", "content": "ca.example; a=b"}),
        ),
        (
            BARE_NAMES,
            "NAPTR",
            naptr,
            json!({"order": 10, "pref": 100, "flags": "U", "service": "E2U+sip",
                "regexp": r#"!^.*$!"x"!"#, "content": "a.example"}),
        ),
        (RAW, "ALIAS", json!("a.example."), json!({"content": "a.example.", "type": "ANAME"})),
        // A whole value in a field of its own is as it is elsewhere.
        (BARE_NAMES, "CNAME", json!("a.example."), json!({"host": "a.example"})),
        (QUOTED, "TXT", json!("a b"), json!({"text": "\"a b\""})),
    ] {
        let mut row = json!({"type": of, "name": "www", "ttl": 60});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        check(&PARTS, &dialect, &record(of, &value), &row);
    }
}

/// Some parts have fields of their own, the others share one.
const SHARED: Fields = Fields {
    of: &[
        (RecordType::MX, &[("preference", "prio"), ("exchange", "content")]),
        (
            RecordType::SRV,
            &[
                ("priority", "prio"),
                ("weight", "content"),
                ("port", "content"),
                ("target", "content"),
            ],
        ),
        (RecordType::CAA, &[("flags", "content"), ("tag", "content"), ("value", "ca")]),
        (RecordType::URI, &[("priority", "prio"), ("weight", "content"), ("target", "content")]),
    ],
    ..Fields::new("content")
};

#[test]
fn parts_share_a_field() {
    let srv = json!({"priority": 10, "weight": 20, "port": 5060, "target": "sip.example.net."});
    for (dialect, of, value, fields) in [
        (RAW, "SRV", srv.clone(), json!({"prio": 10, "content": "20 5060 sip.example.net."})),
        (BARE_NAMES, "SRV", srv.clone(), json!({"prio": 10, "content": "20 5060 sip.example.net"})),
        (
            TEXT_NUMBERS,
            "SRV",
            srv,
            json!({"prio": "10", "content": "20 5060 sip.example.net.", "ttl": "60"}),
        ),
        // A text is in quotes where it has neighbours.
        (
            RAW,
            "CAA",
            json!({"flags": 0, "tag": "issue", "value": "ca.example; a=\"b\""}),
            json!({"content": "0 issue", "ca": "ca.example; a=\"b\""}),
        ),
        (
            QUOTED,
            "URI",
            json!({"priority": 1, "weight": 2, "target": "https://a.example/"}),
            json!({"prio": 1, "content": "2 \"https://a.example/\""}),
        ),
    ] {
        let mut row = json!({"type": of, "name": "www", "ttl": 60});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        check(&SHARED, &dialect, &record(of, &value), &row);
    }
}

#[test]
fn what_is_no_value_of_its_type_is_read_as_it_is_spelled() {
    let types = RecordTypes::default();
    for (of, fields, spelled) in [
        ("SRV", json!({"prio": 10, "content": ""}), "10 "),
        ("SRV", json!({"prio": 10, "content": "20 sip.example.net"}), "10 20 sip.example.net"),
        ("SRV", json!({"prio": 10, "content": "1 2 3 a.example."}), "10 1 2 3 a.example."),
        ("SRV", json!({"prio": null, "content": "20 5060 a.example."}), " 20 5060 a.example."),
        ("MX", json!({"prio": "high", "content": "mail."}), "high mail."),
        ("MX", json!({"prio": 10, "content": ""}), "10 "),
        ("CNAME", json!({"content": ""}), ""),
        ("SSHFP", json!({"content": "1 1"}), "1 1"),
        (
            "NAPTR",
            json!({"content": "100 \"U\" \"SIP+D2U\" \"!a!b!\" ."}),
            "100 \"U\" \"SIP+D2U\" \"!a!b!\" .",
        ),
    ] {
        let mut row = json!({"type": of, "name": "www", "ttl": 60});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let read = SHARED.read(&row, &BARE_NAMES, &zone(), &types).unwrap().unwrap();
        assert_eq!(read.value, Err(spelled.to_owned()));
    }
}

#[test]
fn texts_are_bare_or_in_quotes() {
    let long = "x".repeat(300);
    let cut = format!(r#""{}" "{}""#, "x".repeat(255), "x".repeat(45));
    for (dialect, text, content) in [
        (RAW, r#"say "hi"\; x"#, r#"say "hi"; x"#),
        (QUOTED, r#"say "hi"\; x"#, r#""say \"hi\"; x""#),
        (QUOTED, &*long, &*cut),
        (RAW, &*long, &*long),
    ] {
        let row = json!({"type": "TXT", "name": "www", "ttl": 60, "content": content});
        check(&Fields::new("content"), &dialect, &record("TXT", &json!(text)), &row);
    }
}

#[test]
fn names_in_unicode_are_known_in_either_form() {
    let unicode = Dialect { names: Names::Absolute(Dot::Omitted), unicode: true, ..RAW };
    let data = json!({"name": "bücher", "type": "A", "ttl": 60, "value": "192.0.2.1"});
    let harness = Memory::new(&[]).harness::<MemoryRows>();
    let held = harness.zone(&zone(), &[data]);
    let record = held.records().next().unwrap();
    let row = |name: &str| json!({"type": "A", "name": name, "ttl": 60, "value": "192.0.2.1"});
    let fields = Fields::new("value");
    check(&fields, &unicode, record, &row("bücher.example.com"));
    for name in ["xn--bcher-kva.example.com", "BÜCHER.example.com", "bücher.example.com"] {
        let read = fields.read(&row(name), &unicode, &zone(), &RecordTypes::default());
        assert_eq!(read.unwrap().unwrap().name, "xn--bcher-kva", "{name}");
    }
}

/// The single value of a CNAME is not in a list if the service says so.
#[test]
fn a_single_value_may_be_outside_a_list() {
    let fields = SetFields { single: Some("target"), ..SetFields::texts("values") };
    for (of, value, key, held) in [
        ("CNAME", "a.example.", "target", json!("a.example.")),
        ("A", "192.0.2.1", "values", json!(["192.0.2.1"])),
    ] {
        let set = fields.write(&record(of, &json!(value)), &RAW, &zone()).unwrap();
        let mut expected = json!({"type": of, "name": "www", "ttl": 60});
        expected[key] = held;
        assert_eq!(set, expected);
    }
}

/// A single value outside a list is read and replaced as well.
#[tokio::test]
async fn a_single_value_is_read_where_it_was_written() {
    let held = json!({"type": "CNAME", "name": "www", "ttl": 60, "target": "a.example."});
    let memory = <Memory>::new(std::slice::from_ref(&held));
    let harness = memory.harness::<Sets<Memory>>();
    let desired = |target: &str| {
        let record = json!({"name": "www", "type": "CNAME", "ttl": 60, "value": target});
        harness.zone(&zone(), &[record])
    };
    assert!(harness.plan(&desired("a.example.")).await.unwrap().is_none());
    let plan = harness.plan(&desired("b.example.")).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(memory.state().items[0]["target"], "b.example.");
    assert!(harness.plan(&desired("b.example.")).await.unwrap().is_none());
}

#[test]
fn a_row_that_lacks_what_its_type_has_is_an_error() {
    let types = RecordTypes::default();
    for row in [
        json!({"type": "A", "ttl": 60, "content": "192.0.2.1"}),
        json!({"name": "www", "ttl": 60, "content": "192.0.2.1"}),
        json!({"type": "A", "name": "www", "content": "192.0.2.1"}),
        json!({"type": "A", "name": "www", "ttl": 60}),
        json!({"type": "MX", "name": "www", "ttl": 60, "content": "mail."}),
        json!({"type": "MX", "name": "www", "ttl": 60, "content": "mail.", "prio": [10]}),
        json!({"type": "A", "name": "www", "ttl": 60, "content": {"ip": "192.0.2.1"}}),
    ] {
        let error = PARTS.read(&row, &RAW, &zone(), &types).unwrap_err().to_string();
        assert!(error.contains("lacks a field of its type"), "{row}: {error}");
    }
    let unknown = json!({"type": "TYPE65280", "name": "www", "ttl": 60, "content": "x"});
    assert_eq!(PARTS.read(&unknown, &RAW, &zone(), &types).unwrap(), None);
}
