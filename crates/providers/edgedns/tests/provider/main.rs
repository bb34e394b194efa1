//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod change_lists;
mod credentials;
mod service;
mod zones;

use std::sync::atomic::{AtomicUsize, Ordering};

use octodns_core::Registry;
use octodns_testkit::fake::{Api, InjectedFault, Request};
use octodns_testkit::suite::{Bench, Suite, record};
use serde_json::{Value as Json, json};

const CLASS: &str = "octodns_edgedns.AkamaiProvider";

fn suite() -> Suite {
    suite_of(octodns_edgedns::register)
}

fn suite_of(register: impl Fn(&mut Registry) + Send + Sync + 'static) -> Suite {
    let config = json!({
        "class": CLASS,
        "client_secret": service::CLIENT_SECRET,
        "host": service::HOST,
        "access_token": service::ACCESS_TOKEN,
        "client_token": service::CLIENT_TOKEN,
        "contract_id": service::CONTRACT,
    });
    Suite::new(register, config)
        .endpoint("endpoint", &format!("https://{}/config-dns/v2", service::HOST))
        .credential("client_secret")
        .fake(service::service())
}

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .default_records(|_| {
            let servers = ["ns1.akam.net.", "ns2.akam.net."];
            vec![json!({"name": "", "type": "NS", "ttl": 86400, "values": servers})]
        })
        .read_cost(1)
        .except("txt-quotes", "texts with quotes are refused when planning")
        .except("txt-backslash", "texts with backslashes are refused when planning")
        .cassettes("edgedns")
        // The zone, and its record sets in the change list.
        .thousand_changes(2, 3)
        .reference("octodns-edgedns")
        .run()
        .await;
}

/// An address.
fn a(name: &str, last: usize) -> Json {
    record(name, "A", format!("192.0.2.{last}"))
}

/// Injects a fault into the write with this number, from 0.
fn break_write(bench: &Bench, number: usize, fault: InjectedFault) {
    let writes = AtomicUsize::new(0);
    let is_it = move |request: &Request| {
        request.is_write() && writes.fetch_add(1, Ordering::Relaxed) == number
    };
    bench.faults().next_of(is_it, 1, fault);
}

/// The requests since the last time, without the part of the path that all have, and without queries.
fn requests<A: Api>(bench: &Bench<A>) -> Vec<String> {
    let short = |asked: String| {
        let path = asked.split('?').next().unwrap_or_default();
        path.replace("/config-dns/v2/", "").replace("unit.tests", "Z")
    };
    bench.asked().into_iter().map(short).collect()
}
