//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod service;

use octodns_testkit::cassette::Cassette;
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, Suite};
use serde_json::{Value as Json, json};
use service::{server, service};

const CLASS: &str = "octodns_transip.TransipProvider";

fn suite() -> Suite {
    let config = json!({"class": CLASS, "account": "octodns", "key": service::KEY});
    Suite::new(octodns_transip::register, config)
        .endpoint("endpoint", "https://api.transip.nl/v6")
        .fake(service())
        .credential("key")
        .other_credential(json!(service::OTHER_KEY))
}

/// The service with one domain.
async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        // The domain, its entries and its name servers; both again, and one write.
        .thousand_changes(5, 1)
        .resets("x-rate-limit-reset")
        .except("txt-backslash", "the service refuses backslashes, so planning does")
        .cassettes("transip")
        .playing(|cassettes| cassettes.replayed(recorded))
        .reference("octodns-transip")
        .reference_except("NAPTR", "octoDNS takes the quotes of an empty text for a text")
        .run()
        .await;
}

/// The service in the state that a recording starts with.
fn recorded(cassette: &Cassette) -> Store {
    let mut store = service().recorded(cassette);
    let zone = cassette.zone.clone().unwrap_or_default();
    // octoDNS writes whole names where the service has relative ones; what is not changed stays relative here.
    let whole = |mut item: Json| {
        if matches!(item["type"].as_str(), Some("CNAME" | "MX" | "SRV"))
            && let Some(content) =
                item["content"].as_str().filter(|name| !name.ends_with(['.', '@']))
        {
            item["content"] = json!(format!("{content}.{zone}"));
        }
        item
    };
    for exchange in cassette.first_reads() {
        let listed = |key: &str| exchange.body[key].as_array().cloned().unwrap_or_default();
        let servers = listed("nameservers");
        let servers =
            servers.iter().map(|held| server(held["hostname"].as_str().unwrap_or_default()));
        for item in listed("dnsEntries").into_iter().chain(servers) {
            let planted = store.plant(&zone, whole(item));
            assert!(planted.is_ok(), "{planted:?}");
        }
    }
    store
}
