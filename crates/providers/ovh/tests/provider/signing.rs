//! Endpoints, signatures, and clocks.

use std::time::{Duration, UNIX_EPOCH};

use octodns_kit::http::Host;
use octodns_ovh::register_with;
use octodns_testkit::fake::{Api, Request, Response};
use octodns_testkit::store::Store;
use octodns_testkit::suite::addresses;
use serde_json::json;

use crate::{fake, suite, suite_of};

#[test]
fn endpoints_have_names() {
    suite().check_options(&[
        (json!({"endpoint": "ovh-eu"}), None),
        (json!({"endpoint": "soyoustart-ca"}), None),
        (json!({"endpoint": "http://127.0.0.1:8080/1.0"}), None),
        (
            json!({"endpoint": "ovh-mars"}),
            Some(
                "endpoint \"ovh-mars\" is neither a URL nor one of ovh-eu, ovh-us, ovh-ca, kimsufi-eu, \
                 kimsufi-ca, soyoustart-eu, soyoustart-ca",
            ),
        ),
        (json!({"endpoint": "https:/"}), Some("")),
    ]);
}

/// With the example of the service's documentation, as far as it goes.
#[tokio::test]
async fn signatures_are_those_of_the_documentation() {
    // The machine is an hour late. The service takes what is signed, and with its time.
    let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(fake::TIME - 3600));
    let suite = suite_of(move |registry| register_with(registry, &host), fake::service());
    let bench = suite.bench(&json!({})).await;
    bench.harness.provider().list_zones().await.unwrap();
    bench.harness.read_raw(&bench.zone).await.unwrap();
    let seen = bench.fake.seen();
    let times: Vec<_> = seen.iter().filter_map(|seen| seen.header("x-ovh-timestamp")).collect();
    assert_eq!(times, ["1366560945", "1366560945"]);
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
        let clocked =
            |store: Store| Clocked { store: store.auth(|_| true), time: fake::TIME, code };
        let bench = suite().bench_of(&json!({}), clocked).await;
        let drift = || bench.fake.api().time += 7200;
        bench.apply_after(&addresses(1, 0), drift).await.result.unwrap();
        let asked = bench.asked();
        assert_eq!(asked.iter().filter(|asked| *asked == "GET /1.0/auth/time").count(), 2);
    }
}
