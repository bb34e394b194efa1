//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod service;

use octodns_core::{RecordType, ServiceErrorKind};
use octodns_testkit::behaviour::samples::{self, Sample};
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

const CLASS: &str = "octodns_gandi.GandiProvider";
const ENDPOINT: &str = "https://api.gandi.net/v5";

fn suite() -> Suite {
    Suite::new(octodns_gandi::register, json!({"class": CLASS, "token": "hunter2"}))
        .endpoint("endpoint", ENDPOINT)
        .fake(service::service())
        .sample(sample)
        .read_cost(1)
}

/// The samples of a type, with the parameters of SVCB and HTTPS as presentation format has them.
fn sample(of: RecordType) -> Option<Sample> {
    let mut sample = samples::of(of)?;
    for value in &mut sample.values {
        if let Some(port) = value.pointer_mut("/svcparams/port") {
            *port = port.to_string().into();
        }
    }
    Some(sample)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .thousand_changes(4, 1)
        .cassettes("gandi")
        .playing(|cassettes| {
            cassettes
                .fault("errors-unknown-domain.json", ServiceErrorKind::NotFound)
                .differs("apply.json", "the service has ALIAS records at the apex alone")
                .corrected("apply.json", without_alias)
        })
        .reference("octodns-gandi")
        .run()
        .await;
}

/// Takes the ALIAS below the apex out of a recording.
fn without_alias(recording: &mut Json) {
    for part in ["changes", "desired", "requests"] {
        if let Some(list) = recording[part].as_array_mut() {
            list.retain(|entry| !entry.to_string().contains("new-alias"));
        }
    }
}

/// Without the calls for many records, each has a call of its own.
#[tokio::test]
async fn records_one_by_one_do_what_every_provider_must() {
    suite().options(&json!({"replace": false})).thousand_changes(2, 1000).run().await;
}
