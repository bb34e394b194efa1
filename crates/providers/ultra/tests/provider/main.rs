//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod service;

use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_ultra.UltraProvider";

fn suite(service: Store) -> Suite {
    let config =
        json!({"class": CLASS, "account": "example", "username": "me", "password": "hunter2"});
    Suite::new(octodns_ultra::register, config)
        .endpoint("endpoint", "https://api.ultradns.com")
        .credential("password")
        .fake(service)
        // The list of zones is read once.
        .read_cost(2)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(service::service())
        .thousand_changes(3, 4)
        .cassettes("ultra")
        .playing(|cassettes| cassettes.replayed(service::recorded))
        .reference("octodns-ultra")
        .run()
        .await;
}

#[tokio::test]
async fn tasks_do_what_every_provider_must() {
    suite(service::slow())
        .except("revoked", "a task that cannot be polled any more is unknown, though it is done")
        .run()
        .await;
}

#[tokio::test]
async fn changes_one_by_one_do_what_every_provider_must() {
    suite(service::without_batches()).run().await;
}
