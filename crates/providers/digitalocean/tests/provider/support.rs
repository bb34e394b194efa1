//! The provider at a fake, and zones for it.

use octodns_core::{Zone, ZoneName};
use octodns_testkit::fake::Fake;
use octodns_testkit::run::Bench;
use serde_json::{Value as Json, json};

use crate::fake::{Service, TOKEN};

/// A provider at a fake, with options for HTTP.
pub(crate) fn bench(fake: &Fake<Service>, http: &Json) -> Bench {
    let config = json!({
        "token": TOKEN,
        "endpoint": format!("{}/v2", fake.url()),
        "root_ns_warnings": false,
        "http": http,
    });
    let class = "octodns_digitalocean.DigitalOceanProvider";
    Bench::build(octodns_digitalocean::register, class, &config).unwrap()
}

/// A zone of so many A records, all of whose last parts of addresses are shifted.
pub(crate) fn zone(bench: &Bench, name: &str, many: usize, shift: usize) -> Zone {
    let record = |index: usize| {
        let address = format!("192.0.{}.{}", index / 250, (index + shift) % 250);
        json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address})
    };
    bench.zone(&ZoneName::new(name).unwrap(), &(0..many).map(record).collect::<Vec<_>>())
}
