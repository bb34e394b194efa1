//! Endpoints, signatures, and clocks.

use std::time::{Duration, UNIX_EPOCH};

use octodns_core::Registry;
use octodns_testkit::fake::{Api, Fake, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use octodns_testkit::suite::addresses;
use serde_json::{Value as Json, json};

use crate::{CLASS, bench_at, config, fake};

/// The options alone.
fn own_config() -> Json {
    let mut config = config();
    config.as_object_mut().unwrap().remove("class");
    config
}

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
        let mut config = own_config();
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
    let mut config = own_config();
    config["endpoint"] = format!("{}/1.0", service.url()).into();
    // The machine is an hour late.
    let host = octodns_kit::http::Host::fixed(UNIX_EPOCH + Duration::from_secs(fake::TIME - 3600));
    let mut registry = Registry::default();
    octodns_ovh::register_with(&mut registry, &host);
    let harness = Harness::of(&registry, CLASS, &config).unwrap();
    harness.provider().list_zones().await.unwrap();
    let zone = octodns_core::ZoneName::new("unit.tests.").unwrap();
    harness.read_raw(&zone).await.unwrap();
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
        let mut store = fake::service().auth(|_| true);
        store.provide_zone("unit.tests");
        let service = Fake::start(Clocked { store, time: fake::TIME, code }).await;
        let bench = bench_at(service.url()).await;
        let plan = bench.plan(&addresses(1, 0)).await.unwrap().unwrap();
        service.api().time += 7200;
        bench.harness.apply(&plan).await.result.unwrap();
        let asked = service.seen().iter().filter(|seen| seen.target == "/1.0/auth/time").count();
        assert_eq!(asked, 2);
    }
}
