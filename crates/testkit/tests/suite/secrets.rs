//! A provider that shows its credentials is detected.

use std::sync::Arc;

use octodns_core::ZoneName;
use octodns_testkit::run::Harness;
use octodns_testkit::secrets::{Trial, examine};
use serde_json::json;

use crate::service::service;
use crate::shelf::{Broken, Shelf};

/// The provider does not know the credential that the service repeats, so that it cannot hide it.
#[tokio::test]
async fn a_credential_in_an_error_is_found() {
    let mut service = service();
    service.provide_zone("example.com");
    let build = |url: &str| Harness::new(Arc::new(Shelf::new(url, Broken::Nothing)));
    let mut trial = Trial {
        service,
        build: &build,
        zone: ZoneName::new("example.com.").unwrap(),
        desired: vec![json!({"name": "www", "type": "A", "ttl": 300, "value": "192.0.2.1"})],
        secrets: vec!["hunter2".to_owned()],
    };
    let found = examine(&trial).await;
    assert!(
        found.iter().any(|problem| problem.starts_with("the credential hunter2 is shown: ")),
        "{found:?}"
    );

    trial.secrets = vec!["user".to_owned()];
    let found = examine(&trial).await;
    assert_eq!(found, ["\"user\" is too short to be found in a text: use another one"]);
}
