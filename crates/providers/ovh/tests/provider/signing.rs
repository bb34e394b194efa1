//! Endpoints, signatures, and clocks.

use std::time::{Duration, UNIX_EPOCH};

use octodns_core::{Registry, ServiceErrorKind};
use octodns_testkit::fake::{Api, Fake, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use serde_json::json;

use crate::{CLASS, config, fake, harness, service_with, zone};

#[test]
fn endpoints_have_names() {
    for (endpoint, problem) in [
        ("ovh-eu", None),
        ("soyoustart-ca", None),
        ("http://127.0.0.1:8080/1.0", None),
        (
            "ovh-mars",
            Some(
                "endpoint \"ovh-mars\" is neither a URL nor one of ovh-eu, ovh-us, ovh-ca, kimsufi-eu, \
                 kimsufi-ca, soyoustart-eu, soyoustart-ca",
            ),
        ),
        ("https:/", Some("")),
    ] {
        let mut config = config();
        config["endpoint"] = endpoint.into();
        let built = Harness::build(octodns_ovh::register, CLASS, &config);
        match (built, problem) {
            (Ok(_), None) => {}
            (Err(error), Some(problem)) => {
                assert!(error.message.contains(problem), "{}", error.message);
            }
            (built, _) => {
                panic!("{endpoint}: {:?}", built.map(drop).map_err(|error| error.message))
            }
        }
    }
}

/// With the example of the service's documentation, as far as it goes.
#[tokio::test]
async fn signatures_are_those_of_the_documentation() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&seen);
    let service = Fake::start(move |request: &Request| {
        if fake::is_time(request) {
            return Response::json(200, json!(fake::TIME));
        }
        assert!(fake::is_signed(request), "{request:?}");
        log.lock().unwrap().push(request.header("x-ovh-timestamp").unwrap().to_owned());
        Response::json(200, json!([]))
    })
    .await;
    let mut config = config();
    config["endpoint"] = format!("{}/1.0", service.url()).into();
    // The machine is an hour late.
    let host = octodns_kit::http::Host::fixed(UNIX_EPOCH + Duration::from_secs(fake::TIME - 3600));
    let mut registry = Registry::default();
    octodns_ovh::register_with(&mut registry, &host);
    let harness = Harness::of(&registry, CLASS, &config).unwrap();
    harness.provider().list_zones().await.unwrap();
    harness.read_raw(&zone()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["1366560945", "1366560945"]);
}

/// The service, with a clock that can be set.
struct Clocked {
    store: Store,
    time: u64,
    code: Option<&'static str>,
}

impl Api for Clocked {
    fn response(&mut self, request: &Request) -> Response {
        if fake::is_time(request) {
            return Response::json(200, json!(self.time));
        }
        if !fake::is_timely(request, self.time) {
            let body = json!({"errorCode": self.code, "httpCode": "400 Bad Request", "message": "Query out of time"});
            return Response::json(400, body);
        }
        assert!(fake::is_signed(request), "{request:?}");
        self.store.response(request)
    }
}

/// The clocks drift apart while the program runs: the time is asked again, and the call is repeated, also one
/// that changes something.
#[tokio::test]
async fn the_clock_is_set_again_if_signatures_are_late() {
    for code in [Some("QUERY_TIME_OUT"), None] {
        let store = service_with(&[("www", "A", "192.0.2.1")]).auth(|_| true);
        let service = Fake::start(Clocked { store, time: fake::TIME, code }).await;
        let harness = harness(service.url());
        let record = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.2"});
        let plan = harness.plan(&harness.zone(&zone(), &[record])).await.unwrap().unwrap();
        service.api().time += 7200;
        harness.apply(&plan).await.result.unwrap();
        let asked = service.seen().iter().filter(|seen| seen.target == "/1.0/auth/time").count();
        assert_eq!(asked, 2);
    }
}

/// The consumer key expires in the middle of an apply: the error says so, and what was done is in the log.
#[tokio::test]
async fn a_key_that_expires_is_told() {
    let service = Fake::start(service_with(&[])).await;
    let harness = harness(service.url());
    let record = |index: usize| json!({"name": format!("h-{index}"), "type": "A", "ttl": 60, "value": "192.0.2.1"});
    let records: Vec<_> = (0..20).map(record).collect();
    let plan = harness.plan(&harness.zone(&zone(), &records)).await.unwrap().unwrap();
    let expired = json!({"class": "Client::Forbidden", "errorCode": "INVALID_CREDENTIAL", "message": "This credential is not valid"});
    let fault = octodns_testkit::fake::InjectedFault::Response(Response::json(403, expired));
    service.control().faults().writes_after(5, fault);
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(error.to_string().contains("This credential is not valid"), "{error}");
}
