//! Which calls are made, how they wait, and what is refused.

use std::time::{Duration, Instant};

use octodns_core::{Outcome, ServiceErrorKind};
use octodns_testkit::fake::{Api, InjectedFault, Request, Response};
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::service::failure;
use crate::suite;

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

/// The writing requests but logins since the last look: method and path below the API, and body.
fn writes(bench: &Bench) -> Vec<(String, Json)> {
    let mut seen = bench.fake.seen();
    bench.fake.control().measured().clear();
    assert!(seen.iter().all(|seen| seen.body.is_object()), "every call has a body");
    seen.retain(|seen| seen.is_write() && !seen.target.contains("Session"));
    let path = |target: &str| target.trim_start_matches("/REST/").to_owned();
    seen.into_iter()
        .map(|seen| (format!("{} {}", seen.method, path(&seen.target)), seen.body))
        .collect()
}

fn write(call: &str, body: Json) -> (String, Json) {
    (call.to_owned(), body)
}

fn publish() -> (String, Json) {
    write("PUT Zone/unit.tests/", json!({"publish": true}))
}

/// A new zone, single values, sets; a zone is published once, at the end.
#[tokio::test]
async fn a_change_is_one_call() {
    let bench = bench().await;
    let record = |ttl: u32, values: &[&str]| json!({"name": "www", "type": "A", "ttl": ttl, "values": values});
    let server = json!({"name": "sub", "type": "NS", "ttl": 300, "values": ["ns.example.net."]});
    bench.converge(&[record(300, &["192.0.2.1"]), server.clone()]).await;
    let zone = json!({
        "zone": "unit.tests", "rname": "hostmaster@unit.tests", "ttl": 3600,
        "serial_style": "increment",
    });
    let server_row =
        json!({"rdata": {"nsdname": "ns.example.net."}, "ttl": 300, "service_class": ""});
    let created = [
        write("POST Zone/unit.tests/", zone),
        write("POST NSRecord/unit.tests/sub.unit.tests./", server_row),
        write(
            "POST ARecord/unit.tests/www.unit.tests./",
            json!({"rdata": {"address": "192.0.2.1"}, "ttl": 300}),
        ),
        publish(),
    ];
    assert_eq!(writes(&bench), created);

    let row = |last: u32| json!({"rdata": {"address": format!("192.0.2.{last}")}, "ttl": "600"});
    bench.converge(&[record(600, &["192.0.2.1", "192.0.2.2"])]).await;
    let written = writes(&bench);
    assert!(written[0].0.starts_with("DELETE NSRecord/unit.tests/sub.unit.tests./"), "{written:?}");
    let set = json!({"ARecords": [row(1), row(2)]});
    assert_eq!(written[1..], [write("PUT ARecord/unit.tests/www.unit.tests./", set), publish()]);
    bench.converge(&[server]).await;
    let written = writes(&bench);
    assert_eq!(written[0], write("DELETE ARecord/unit.tests/www.unit.tests./", json!({})));
    assert_eq!(written.len(), 3);
}

/// Changes before a failure are published.
#[tokio::test]
async fn half_of_the_changes_are_published() {
    let bench = bench().await;
    let concerns = |request: &Request| request.target.contains("host-7");
    let refused = InjectedFault::json(400, failure("INVALID_DATA", "address: it is odd"));
    bench.faults().next_of(concerns, 1, refused);
    let applied = bench.apply(&addresses(10, 0)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("address: it is odd"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    assert_eq!(made, bench.fake.api().count("unit.tests", "A"));
    let written = writes(&bench);
    assert_eq!(written.iter().filter(|write| **write == publish()).count(), 1);
    assert_eq!(written.last(), Some(&publish()));
}

/// Whatever the status, the service says by its own words that a call has to wait.
#[tokio::test]
async fn it_waits_when_it_is_told_to() {
    let http = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.3});
    let bench = suite().bench(&json!({"http": http})).await;
    bench.converge(&addresses(1, 0)).await;
    let mut blocked = failure("ILLEGAL_OPERATION", "zone: Operation blocked by current task");
    let more = json!({"INFO": "task_id: 17", "SOURCE": "BLL", "ERR_CD": null, "LVL": "INFO"});
    blocked["msgs"].as_array_mut().unwrap().push(more);
    let busy = failure("OPERATION_FAILED", "token: This session already has a job running");
    let over = failure("RATE_LIMIT_EXCEEDED", "too many requests");
    for (shift, (status, body)) in
        [(400, over.clone()), (200, over), (429, json!({})), (400, blocked), (400, busy)]
            .into_iter()
            .enumerate()
    {
        let told = InjectedFault::json(status, body.clone());
        bench.faults().next_of(Request::is_write, 1, told);
        let start = Instant::now();
        bench.converge(&addresses(1, shift + 1)).await;
        assert!(start.elapsed() > Duration::from_millis(250), "{status} {body}");
    }
}

/// A service that makes a job of each change.
struct Jobs {
    store: Store,
    /// Where a job is, or nothing if the answer itself says that it is not complete.
    location: Option<&'static str>,
    polls: usize,
    result: Option<Response>,
}

impl Jobs {
    async fn bench(location: Option<&'static str>) -> Bench<Self> {
        let service = |mut store: Store| {
            store.provide_zone("unit.tests");
            Self { store, location, polls: 0, result: None }
        };
        suite().bench_of(&json!({}), service).await
    }
}

impl Api for Jobs {
    fn response(&mut self, request: &Request) -> Response {
        let pending = |location: Option<&str>| match location {
            Some(location) => Response::empty(307).with_header("location", location),
            None => Response::json(200, json!({"status": "incomplete", "job_id": 7, "msgs": []})),
        };
        if request.target == "/REST/Job/7/" {
            self.polls += 1;
            let result = self.result.clone().filter(|_| self.polls > 1);
            return result.unwrap_or_else(|| pending(self.location));
        }
        let response = self.store.response(request);
        if request.target.contains("ARecord") && request.is_write() {
            self.polls = 0;
            self.result = Some(response);
            return pending(self.location);
        }
        response
    }
}

#[tokio::test]
async fn jobs_are_polled() {
    for location in [Some("/REST/Job/7/"), None] {
        let bench = Jobs::bench(location).await;
        bench.converge(&addresses(1, 0)).await;
        assert_eq!(bench.fake.api().polls, 2);
        // What a job says is the answer: here that there is such a record already.
        let plan = bench.plan(&addresses(2, 0)).await.unwrap().unwrap();
        let mut row =
            bench.fake.api().store.zone("unit.tests").unwrap().items().next().cloned().unwrap();
        row["fqdn"] = "host-1.unit.tests".into();
        row["value"] = json!({"address": "192.0.0.1"}).to_string().into();
        bench.fake.api().store.plant("unit.tests", row).unwrap();
        let error = bench.harness.apply(&plan).await.result.unwrap_err();
        assert_eq!(error.kind(), Some(ServiceErrorKind::Refused), "{error}");
        assert!(error.to_string().contains("such a record already"), "{error}");
    }
}

/// Tokens are not sent to another host.
#[tokio::test]
async fn jobs_of_other_hosts_are_not_polled() {
    let bench = Jobs::bench(Some("http://127.0.0.1:9/REST/Job/7/")).await;
    // It was carried out, which a look at the zone shows.
    bench.converge(&addresses(1, 0)).await;
    assert_eq!(bench.fake.api().polls, 0);
}

/// Lists of other types are left alone, whatever is in them.
#[tokio::test]
async fn unknown_lists_are_left_alone() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    for of in ["DNAME", "LOC", "UNKNOWN"] {
        let row = json!({"fqdn": null, "record_type": of, "ttl": "odd", "value": "{}"});
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    assert_eq!(read.zone.len(), 2, "the host and the name servers");
    bench.converge(&addresses(2, 1)).await;
    bench.converge(&[]).await;
    assert_eq!(bench.fake.api().count("unit.tests", "DNAME"), 1);
}

/// A TTL of 0 is the default of the zone, so it is refused when planning.
#[tokio::test]
async fn a_ttl_of_zero_is_refused() {
    let record = json!({"name": "www", "type": "A", "ttl": 0, "value": "192.0.2.1"});
    let told = bench().await.plan(&[record]).await.unwrap_err();
    assert!(told.contains("the TTL 0 is outside 1 to"), "{told}");
}

/// A failure of another kind is not a missing zone.
#[tokio::test]
async fn a_zone_is_missing_only_if_the_service_says_so() {
    let bench = bench().await;
    assert!(!bench.harness.read(&bench.zone).await.unwrap().exists);
    let denied = failure("PERMISSION_DENIED", "zone: Permission denied");
    let concerns = |request: &Request| request.target.contains("/Zone/");
    bench.faults().next_of(concerns, 1, InjectedFault::json(400, denied));
    let told = bench.plan(&[]).await.unwrap_err();
    assert!(told.contains("zone: Permission denied"), "{told}");
}

/// Texts come without quotes, with their escapes.
#[tokio::test]
async fn texts_are_read_in_every_form() {
    let bench = bench().await;
    bench.fake.api().provide_zone("unit.tests");
    let forms = [
        ("a b", r#""a b""#),
        (r"v=1\; x", r#""v=1; x""#),
        (r#"say \"hi\""#, r#""say \"hi\"""#),
        (r#"say "hi""#, r#""say \"hi\"""#),
        (r#""a" "b""#, r#""ab""#),
        (r"a\\", r#""a\\""#),
        (r"a\", r#""a\\""#),
        ("", r#""""#),
    ];
    for (index, (text, _)) in forms.iter().enumerate() {
        let value = json!({"txtdata": text}).to_string();
        let row = json!({"fqdn": format!("t{index}.unit.tests"), "record_type": "TXT", "ttl": 60, "value": value});
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let mut texts = read.zone.records().filter(|record| record.record_type().as_str() == "TXT");
    for (text, expected) in forms {
        assert_eq!(texts.next().unwrap().rdata_strings(), [expected], "{text}");
    }
}
