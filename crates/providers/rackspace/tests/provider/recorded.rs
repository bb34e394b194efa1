//! The recording of an apply, without the types that the service does not have.

use octodns_testkit::cassette::Cassettes;
use serde_json::{Value as Json, json};

use crate::IDENTITY;
use crate::service::service;

/// Whether the service has the type of a record, a change or a row.
fn is_of_service(item: &Json) -> bool {
    !matches!(item["type"].as_str(), Some("ALIAS" | "PTR"))
}

#[tokio::test]
async fn what_the_service_can_hold_is_applied_as_recorded() {
    let Some(all) = Cassettes::raw("rackspace") else { return };
    let (_, mut recording) = all.into_iter().find(|(file, _)| file == "apply.json").unwrap();
    for list in ["populated", "desired", "changes"] {
        recording[list].as_array_mut().unwrap().retain(is_of_service);
    }
    for sent in recording["requests"].as_array_mut().unwrap() {
        if let Some(rows) = sent["body"]["records"].as_array_mut() {
            // Updates have an id with the type.
            let is_pointer =
                |row: &Json| row["id"].as_str().is_some_and(|id| id.starts_with("PTR"));
            rows.retain(|row| is_of_service(row) && !is_pointer(row));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("apply.json"), recording.to_string()).unwrap();
    Cassettes::in_folder(folder.path())
        .register(octodns_rackspace::register)
        .endpoint("identity_endpoint", IDENTITY)
        .ignoring_query("name")
        // Two TTLs are too low.
        .options(json!({"strict_supports": false, "http": {"retry_wait": 0}}))
        .replayed(|cassette| service().recorded(cassette))
        .run()
        .await;
}
