//! What only this service does.

use std::time::{Duration, Instant};

use octodns_core::{Outcome, ServiceErrorKind};
use octodns_testkit::fake::{InjectedFault, Request, Response};
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::service::{service, show};
use crate::suite;

async fn bench() -> Bench {
    suite(service()).bench(&json!({})).await
}

/// The requests since the last call, without logins.
fn asked(bench: &Bench) -> Vec<String> {
    let mut asked = bench.asked();
    asked.retain(|asked| asked != "POST /v2.0/tokens");
    asked
}

/// Names that the service removes no record of are told, each with its reason; those that are gone are gone.
#[tokio::test]
async fn records_that_are_not_deleted_are_told_each() {
    let bench = bench().await;
    bench.converge(&addresses(9, 0)).await;
    let plan = bench.plan(&addresses(1, 0)).await.unwrap();
    let rows = bench.all_items();
    let [locked, gone] = [[2, 5].as_slice(), &[7]].map(|hosts| {
        let is_it =
            |row: &&Json| hosts.iter().any(|host| row["name"] == format!("host-{host}.unit.tests"));
        rows.iter().filter(is_it).cloned().collect::<Vec<_>>()
    });
    for row in &locked {
        let id = Pick::Id(row["id"].as_str().unwrap());
        bench.fake.api().patch("unit.tests", id, &json!({"comment": "locked"})).unwrap();
    }
    let id = Pick::Id(gone[0]["id"].as_str().unwrap());
    bench.fake.api().delete("unit.tests", id).unwrap();
    bench.writes();
    let applied = bench.harness.apply(&plan.unwrap()).await;
    let error = applied.result.unwrap_err().with_causes();
    for (host, row) in [2, 5].into_iter().zip(&locked) {
        let id = row["id"].as_str().unwrap();
        let told = format!("host-{host}.unit.tests. A: DELETE /v1.0/110011/domains/");
        assert!(error.contains(&told) && error.contains(&format!("Record ID: {id}")), "{error}");
    }
    assert!(error.contains("The record is locked."), "{error}");
    let count = |is: fn(&Outcome) -> bool| applied.outcomes.iter().filter(|of| is(of)).count();
    assert_eq!(count(Outcome::is_applied), 6);
    assert_eq!(count(|outcome| matches!(outcome, Outcome::Failed(_))), 2);
    // One call: nothing is tried again.
    assert_eq!(bench.writes().len(), 1);
}

/// A row that is refused is found by halves, and the job's own words are told.
#[tokio::test]
async fn a_job_that_fails_is_told_with_its_details() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    // Somebody else takes a name.
    let cname =
        json!({"name": "host-7.unit.tests", "type": "CNAME", "ttl": 300, "data": "a.example"});
    let applied = bench.apply_after(&addresses(20, 0), || bench.plant(cname)).await;
    let error = applied.result.unwrap_err().with_causes();
    for words in
        ["host-7.unit.tests. A", "could not be processed.: an alias has its name for itself"]
    {
        assert!(error.contains(words), "{error}");
    }
    let failed = applied.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_)));
    assert_eq!(failed.count(), 1, "{:?}", applied.outcomes);
}

/// A job that was accepted runs on when its answer is lost: it is waited for before the service is asked what became
/// of it, so that nothing is created twice.
#[tokio::test]
async fn a_job_whose_answer_is_lost_is_waited_for() {
    for fault in [InjectedFault::BreakAfter, InjectedFault::unavailable_after()] {
        let bench = suite(service().jobs(9, show)).bench(&json!({})).await;
        // The zone, a row, and rows.
        for (many, of) in [(1, "domains"), (2, "records"), (9, "records")] {
            let is_it = move |request: &Request| {
                request.method == "POST" && request.segments.last().is_some_and(|last| last == of)
            };
            bench.faults().next_of(is_it, 1, fault.clone());
            bench.converge(&addresses(many, 0)).await;
            let asked = bench.asked();
            assert!(
                asked.iter().any(|asked| asked.contains("/status?showRunning=true")),
                "{asked:#?}"
            );
            assert_eq!(bench.fake.api().count("unit.tests", "A"), many);
        }
        assert_eq!(bench.fake.api().zones().len(), 1);
    }
}

/// The same status for too many requests, which is waited for, and for what is too much or too many.
#[tokio::test]
async fn throttling_is_told_apart_from_limits() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let now = "Sun, 06 Nov 1994 08:49:30 GMT";
    let then = "1994-11-06T08:49:31.200Z";
    let said = json!({"overLimit": {"code": 413, "message": "rate-limited", "retryAfter": then}});
    let plain = json!({"code": 413, "message": "Slow down."});
    for (header, body) in
        [(None, said), (Some("reply-after"), plain.clone()), (Some("retry-after"), plain)]
    {
        let mut throttled = Response::json(413, body.clone()).with_header("date", now);
        throttled = header.into_iter().fold(throttled, |it, name| it.with_header(name, then));
        let waited = bench.read_after(throttled).await;
        assert!(waited > Duration::from_millis(1100), "{header:?} {body}");
    }
    let full = json!({
        "code": 413, "message": "Your account is currently over the limit.",
        "details": "Limit of 500 records per domain has been reached.",
    });
    bench.writes();
    bench.faults().next_of(Request::is_write, usize::MAX, InjectedFault::json(413, full));
    let error = bench.apply(&addresses(2, 0)).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("over the limit.: Limit of 500 records"), "{error}");
    assert_eq!(bench.writes().len(), 1);
}

/// Neither a catalog nor the URL of a page leads the token elsewhere.
#[tokio::test]
async fn tokens_stay_at_the_service() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let links =
        json!([{"rel": "next", "href": "http://elsewhere.example/v1.0/110011/domains?offset=1"}]);
    let page = json!({"domains": [], "totalEntries": 0, "links": links});
    bench.faults().next(1, InjectedFault::json(200, page));
    bench.harness.begin_run();
    let error = bench.read_error().await;
    assert!(error.contains("another host, http://elsewhere.example"), "{error}");

    let login = |catalog: Json| {
        let access = json!({"token": {"id": "hunter3"}, "serviceCatalog": catalog});
        InjectedFault::json(200, json!({"access": access}))
    };
    let at = |url: &str| json!([{"name": "cloudDNS", "endpoints": [{"publicURL": url}]}]);
    for (catalog, why) in [
        (at("http://elsewhere.example/v1.0/1"), "unencrypted"),
        (at("https://me:hunter4@elsewhere.example/v1.0/1"), "user or password"),
        (at("ftp://elsewhere.example/v1.0/1"), "https://"),
        (json!([{"name": "cloudFiles"}]), "it has no cloudDNS"),
        (json!(7), "it has no cloudDNS"),
    ] {
        let bench = self::bench().await;
        bench.faults().next(1, login(catalog.clone()));
        let error = bench.read_error().await;
        assert!(error.contains(why) && !error.contains("hunter"), "{catalog}: {error}");
        assert_eq!(bench.fake.seen().len(), 1);
    }
    // The user's own endpoint comes first; this token is not accepted there, and renewed.
    let own = suite(service()).endpoint("endpoint", "https://dns.example/v1.0/110011");
    let bench = own.bench(&json!({})).await;
    bench.faults().next(1, login(at("http://elsewhere.example/v1.0/1")));
    bench.harness.read(&bench.zone).await.unwrap();
    assert_eq!(asked(&bench), ["GET /v1.0/110011/domains?name=unit.tests"; 2]);
}

/// What a login refuses is told, in the words of the service.
#[tokio::test]
async fn a_login_that_is_refused_is_told() {
    let bench = suite(service()).bench(&json!({"username": "somebody"})).await;
    let error = bench.read_error().await;
    assert!(
        error.contains("cannot log in") && error.contains("these credentials are wrong"),
        "{error}"
    );
    let bench = self::bench().await;
    let odd = json!({"access": {"token": "hunter3"}});
    bench.faults().next(1, InjectedFault::json(200, odd));
    let error = bench.read_error().await;
    assert!(error.contains("access.token.id") && !error.contains("hunter"), "{error}");
}

/// A few zones are found by their names; a new one has an address for its administrator.
#[tokio::test]
async fn zones_are_found_by_name_and_created_with_an_address() {
    for (options, email) in [
        (json!({}), "hostmaster@unit.tests"),
        (json!({"email": "dns@example.com"}), "dns@example.com"),
    ] {
        let bench = suite(service()).bench(&options).await;
        bench.converge(&addresses(1, 0)).await;
        let seen = bench.fake.seen();
        let made =
            seen.iter().find(|seen| seen.method == "POST" && seen.target.ends_with("/domains"));
        let body = &made.unwrap().body;
        assert_eq!(body["domains"][0]["emailAddress"], email);
        assert!(seen.iter().any(|seen| seen.target.ends_with("/domains?name=unit.tests")));
        assert!(!seen.iter().any(|seen| seen.method == "GET" && seen.target.ends_with("/domains")));
    }
}

#[tokio::test]
async fn it_pauses_after_each_request_if_asked_to() {
    let bench =
        suite(service().jobs(0, show)).bench(&json!({"ratelimit_delay": 0.1, "http": {}})).await;
    let start = Instant::now();
    // The zone by its name, twice, the zone, its rows, a row, and a read.
    bench.converge(&addresses(1, 0)).await;
    assert!(start.elapsed() > Duration::from_millis(500), "{:?}", start.elapsed());
    suite(service()).check_options(&[
        (json!({"ratelimit_delay": -1}), Some("ratelimit_delay")),
        (json!({"timeout": -1}), Some("timeout")),
    ]);
}
