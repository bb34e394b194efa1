//! octoDNS' own providers and these at the same service.

use octodns_core::ZoneName;
use octodns_testkit::fake::Fake;
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::{Value as Json, json};

use crate::service::{private, service, trusting, with_discovery};
use crate::{CLASS, LOGIN, MANAGEMENT, PRIVATE, config, sample};

/// Usual dynamic records of a step.
fn dynamic(step: usize) -> Vec<Json> {
    let near = match step {
        0 => [1, 2],
        1 => [2, 3],
        _ => return Vec::new(),
    };
    let record = |name: &str, of: &str, value: &dyn Fn(usize) -> String| {
        let values: Vec<_> = near.iter().map(|number| json!({"value": value(*number)})).collect();
        json!({
            "name": name, "type": of, "ttl": 300, "value": value(90),
            "dynamic": {
                "pools": {
                    "near": {"values": values, "fallback": "far"},
                    "far": {"values": [{"value": value(80)}]},
                    "rest": {"values": [{"value": value(90)}]},
                },
                "rules": [{"geos": ["EU-SE", "AS", "NA-US-CA"], "pool": "near"}, {"pool": "rest"}],
            },
        })
    };
    vec![
        sample("changes", record("dynamic", "A", &|number| format!("192.0.2.{number}"))),
        sample("changes", record("dynamic", "AAAA", &|number| format!("2001:db8::{number}"))),
        record("alias", "CNAME", &|number| format!("host-{number}.example.net.")),
    ]
}

async fn agree(class: &str, store: Store, except: &[(&str, &str)]) {
    let mut theirs = config(class);
    theirs.as_object_mut().unwrap().remove("class");
    theirs["strict_supports"] = json!(false);
    let Some(reference) = Reference::of_package("octodns-azure", class, theirs) else { return };
    let fake = Fake::start(with_discovery(trusting(store))).await;
    let here = fake.url();
    let reference = reference.reroute(MANAGEMENT, here).reroute(LOGIN, here);
    let mut ours = config(class);
    ours.as_object_mut().unwrap().remove("class");
    ours["base_url"] = json!(here);
    ours["authority"] = json!(here);
    ours["http"] = json!({"requests_per_second": 100_000, "retry_wait": 0});
    ours["root_ns_warnings"] = json!(false);
    let ours = Harness::build(octodns_azure::register, class, &ours).unwrap();
    let zones = ["ours.example.", "theirs.example."].map(|name| ZoneName::new(name).unwrap());
    for zone in &zones {
        // octoDNS creates private zones and fails.
        fake.api().provide_zone(zone.without_dot());
    }
    TwoClients { ours: &ours, theirs: &reference, zones, except }.run_with(dynamic).await;
}

#[tokio::test]
async fn public_zones_are_the_same_for_octodns() {
    agree(CLASS, service(), &[]).await;
}

#[tokio::test]
async fn private_zones_are_the_same_for_octodns() {
    agree(PRIVATE, private(), &[]).await;
}
