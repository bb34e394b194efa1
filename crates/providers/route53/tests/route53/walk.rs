//! The same steps for every service: create, change, delete, and after each step nothing is planned.

use octodns_core::{Target, Zone};
use serde_json::{Value as Json, json};

use crate::fixture::{Fixture, records};

/// Records of every type, and another value for each of the same type.
pub(crate) fn states() -> [Vec<Json>; 2] {
    [state(0), state(1)]
}

/// Texts that are often read or written wrongly.
pub(crate) const ODD_TEXTS: [&str; 6] = [
    "say \"hi\"",
    "v=DKIM1\\; k=rsa\\; p=abc",
    "a\\\\b",
    " blanks  around ",
    "$pecial {chars} <&> 'quotes'",
    "=",
];

fn state(version: usize) -> Vec<Json> {
    let pick = |values: [Json; 2]| values[version].clone();
    let mut records = vec![
        json!({"name": "", "type": "A", "value": pick([json!("192.0.2.1"), json!("192.0.2.2")])}),
        json!({"name": "", "type": "MX", "values": pick([
            json!([{"preference": 10, "exchange": "mx1.unit.tests."}]),
            json!([{"preference": 10, "exchange": "mx1.unit.tests."},
                   {"preference": 20, "exchange": "mx2.unit.tests."}]),
        ])}),
        json!({"name": "", "type": "CAA", "value":
            {"flags": 0, "tag": "issue", "value": pick([json!("ca.unit.tests"), json!("ca.unit.tests; x=1")])}}),
        json!({"name": "", "type": "NS", "values": pick([
            json!(["ns1.unit.tests.", "ns2.unit.tests."]), json!(["ns1.unit.tests.", "ns3.unit.tests."]),
        ])}),
        json!({"name": "*", "type": "A", "values": pick([json!(["192.0.2.9"]), json!(["192.0.2.8", "192.0.2.9"])])}),
        json!({"name": "*.wild", "type": "TXT", "value": pick([json!("one"), json!("two")])}),
        json!({"name": "_srv._tcp", "type": "SRV", "value":
            {"priority": 1, "weight": pick([json!(2), json!(5)]), "port": 3, "target": "a.unit.tests."}}),
        json!({"name": "aaaa", "type": "AAAA", "values": pick([
            json!(["2001:db8::1"]), json!(["2001:db8::1", "2001:db8:0:0:1::"]),
        ])}),
        json!({"name": "cname", "type": "CNAME", "value": pick([json!("a.unit.tests."), json!("b.unit.tests.")])}),
        json!({"name": "ds", "type": "DS", "value": {"key_tag": 60485, "algorithm": 5, "digest_type": 1,
            "digest": pick([json!("2bb183af5f22588179a53b0a98631fad1a292118"),
                            json!("2bb183af5f22588179a53b0a98631fad1a292119")])}}),
        json!({"name": "naptr", "type": "NAPTR", "value": {"order": 10, "preference": pick([json!(1), json!(2)]),
            "flags": "U", "service": "SIP+D2U", "regexp": "!^.*$!sip:info@bar.example.com!", "replacement": "."}}),
        json!({"name": "ptr", "type": "PTR", "value": pick([json!("a.unit.tests."), json!("b.unit.tests.")])}),
        json!({"name": "spf", "type": "SPF", "value": pick([json!("v=spf1 -all"), json!("v=spf1 ~all")])}),
        json!({"name": "sub", "type": "NS", "values": pick([
            json!(["ns1.y.tests.", "ns2.y.tests."]), json!(["ns1.y.tests."]),
        ])}),
        json!({"name": "long", "type": "TXT", "values": pick([
            json!(["x".repeat(700)]), json!(["x".repeat(700), "y".repeat(255)]),
        ])}),
        json!({"name": "xn--bcher-kva", "type": "A", "value": pick([json!("192.0.2.3"), json!("192.0.2.4")])}),
        json!({"name": "many", "type": "A", "values":
            (0..60 + version).map(|last| format!("192.0.2.{last}")).collect::<Vec<_>>()}),
        json!({"name": "alias", "type": "Route53Provider/ALIAS", "values": pick([
            json!([{"name": "", "type": "A"}]),
            json!([{"name": "aaaa", "type": "AAAA", "evaluate-target-health": true}]),
        ])}),
        json!({"name": "svc", "type": "Route53Provider/ALIAS", "values": pick([
            json!([{"name": "d1.cloudfront.net.", "type": "A", "hosted-zone-id": "Z2FDTNDATAQYW2"}]),
            json!([{"name": "d1.cloudfront.net.", "type": "A", "hosted-zone-id": "Z2FDTNDATAQYW2"},
                   {"name": "d1.cloudfront.net.", "type": "AAAA", "hosted-zone-id": "Z2FDTNDATAQYW2"}]),
        ])}),
    ];
    for (index, text) in ODD_TEXTS.into_iter().enumerate() {
        let more = pick([json!([]), json!(["more"])]);
        let mut values = vec![json!(text)];
        values.extend(more.as_array().unwrap().iter().cloned());
        records.push(json!({"name": format!("odd{index}"), "type": "TXT", "values": values}));
    }
    records.extend(dynamic(version));
    for record in &mut records {
        let ttl = if record["type"] == "Route53Provider/ALIAS" { 942_942_942 } else { 300 };
        record["ttl"] = json!(ttl);
    }
    records
}

fn dynamic(version: usize) -> Vec<Json> {
    let pick = |values: [Json; 2]| values[version].clone();
    let pools = json!({
        "near": {"fallback": "far", "values": [
            {"value": "192.0.2.10", "weight": pick([json!(3), json!(7)]), "status": "obey"},
            {"value": "192.0.2.11", "weight": 1, "status": pick([json!("up"), json!("down")])},
        ]},
        "far": {"values": [{"value": "192.0.2.20", "status": pick([json!("down"), json!("obey")])}]},
    });
    vec![
        json!({"name": "geo", "type": "A", "values": ["192.0.2.99"], "dynamic": {
        "pools": pools, "rules": [
            {"pool": "near", "geos": pick([json!(["AS", "NA-US-CA"]), json!(["EU-SE", "NA-US"])])},
            {"pool": "far"},
        ]}}),
        json!({"name": "*.dyn", "type": "CNAME", "value": "default.unit.tests.",
            "octodns": {"healthcheck": {"protocol": "HTTP", "port": 80, "path": "/up"},
                        "route53": {"healthcheck": {"measure_latency": false, "request_interval": 30,
                                                    "failure_threshold": 3}}},
            "dynamic": {"pools": {"only": {"values": [
                {"value": "one.cdn.tests.", "weight": 2},
                {"value": pick([json!("two.cdn.tests."), json!("three.cdn.tests.")]), "weight": 1},
            ]}}, "rules": [{"pool": "only"}]}}),
    ]
}

/// A dynamic record with subnets in its rules.
pub(crate) fn subnets(version: usize) -> Json {
    let networks = [json!(["10.0.0.0/8"]), json!(["10.0.0.0/8", "2001:db8::/32"])][version].clone();
    json!({"name": "net", "type": "AAAA", "ttl": 60, "value": "2001:db8::ff",
        "octodns": {"healthcheck": {"protocol": "TCP", "port": 53}},
        "dynamic": {"pools": {
            "in": {"values": [{"value": "2001:db8::1"}]},
            "out": {"values": [{"value": "2001:db8::2", "status": "up"}]},
        }, "rules": [{"pool": "in", "subnets": networks}, {"pool": "out"}]}})
}

/// Takes a zone through states; after each, the service holds the right records and nothing is planned.
pub(crate) async fn walk(fixture: &Fixture, target: &Target, name: &str, states: &[Vec<Json>]) {
    for (index, state) in states.iter().enumerate() {
        let desired = fixture.zone(name, state);
        let changes = fixture.sync(target, &desired).await;
        assert!(changes.as_ref().is_ok_and(|count| *count > 0), "step {index}: {changes:?}");
        settled(fixture, target, &desired, index).await;
    }
}

async fn settled(fixture: &Fixture, target: &Target, desired: &Zone, step: usize) {
    let plan = fixture.plan(target, desired).await.unwrap();
    let left: Vec<_> = plan
        .iter()
        .flat_map(|plan| &plan.changes)
        .map(|change| change.display(desired.name()).to_string())
        .collect();
    assert!(left.is_empty(), "step {step}: {left:#?}");
    let read = fixture.read(target, desired.name().as_str()).await.unwrap();
    let names = |zone: &Zone| {
        let name = |record: &Json| format!("{} {}", record["name"], record["type"]);
        records(zone.records()).iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&read.zone), names(desired), "step {step}");
}

/// The states: created, values changed, TTLs changed, half deleted, all deleted.
pub(crate) fn steps() -> Vec<Vec<Json>> {
    let [first, second] = states();
    let mut slower = second.clone();
    for record in &mut slower {
        if record["type"] != "Route53Provider/ALIAS" {
            record["ttl"] = json!(600);
        }
    }
    // The root NS record stays: a zone always has one.
    let is_kept = |record: &Json| record["name"] == "" && record["type"] == "NS";
    // The targets of the aliases are deleted with them, in one plan.
    let root: Vec<_> = slower.iter().filter(|record| is_kept(record)).cloned().collect();
    let is_half = |record: &&Json| !is_kept(record) && record["type"] != "Route53Provider/ALIAS";
    let mut half: Vec<_> = slower.iter().step_by(2).filter(is_half).cloned().collect();
    half.extend(root.clone());
    vec![first, second, slower, half, root]
}
