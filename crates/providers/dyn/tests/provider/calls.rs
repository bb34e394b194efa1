//! Which calls are made, how they wait, and what is refused.

use std::time::{Duration, Instant};

use octodns_core::{Outcome, ServiceErrorKind};
use octodns_testkit::fake::{Api, Fake, InjectedFault, Request, Response, Seen};
use octodns_testkit::run::render;
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::service::{failure, service};
use crate::{addresses, converge, harness, zone};

/// The writing requests but logins: method, path below the API, body.
fn writes(seen: &[Seen]) -> Vec<(String, String, Json)> {
    let written = seen.iter().filter(|seen| seen.is_write() && !seen.target.contains("Session"));
    let parts = |seen: &Seen| {
        let target = seen.target.trim_start_matches("/REST/").to_owned();
        (seen.method.clone(), target, seen.body.clone())
    };
    written.map(parts).collect()
}

fn write(method: &str, target: &str, body: Json) -> (String, String, Json) {
    (method.to_owned(), target.to_owned(), body)
}

fn publish() -> (String, String, Json) {
    write("PUT", "Zone/unit.tests/", json!({"publish": true}))
}

/// As many calls as changes, and few besides: the page has the numbers for 1,000.
#[tokio::test]
async fn changes_are_as_many_calls() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    // Creating the zone is one more.
    for (records, more) in [(addresses(100, 0), 1), (addresses(100, 1), 0), (Vec::new(), 0)] {
        fake.control().measured().clear();
        let desired = harness.zone(&zone(), &records);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(writes(&fake.seen()).len(), 100 + 1 + more);
        let reads = fake.seen().iter().filter(|seen| !seen.is_write()).count();
        assert_eq!(reads, 2 - more);
    }
}

/// A new zone, single values, sets; a zone is published once, at the end.
#[tokio::test]
async fn a_change_is_one_call() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let record = |ttl: u32, values: &[&str]| json!({"name": "www", "type": "A", "ttl": ttl, "values": values});
    let server = json!({"name": "sub", "type": "NS", "ttl": 300, "values": ["ns.example.net."]});
    converge(&harness, &[record(300, &["192.0.2.1"]), server.clone()]).await;
    let rname = json!({
        "zone": "unit.tests", "rname": "hostmaster@unit.tests", "ttl": 3600,
        "serial_style": "increment",
    });
    let created = [
        write("POST", "Zone/unit.tests/", rname),
        write(
            "POST",
            "NSRecord/unit.tests/sub.unit.tests./",
            json!({"rdata": {"nsdname": "ns.example.net."}, "ttl": 300, "service_class": ""}),
        ),
        write(
            "POST",
            "ARecord/unit.tests/www.unit.tests./",
            json!({"rdata": {"address": "192.0.2.1"}, "ttl": 300}),
        ),
        publish(),
    ];
    assert_eq!(writes(&fake.seen()), created);

    let row = |last: u32| json!({"rdata": {"address": format!("192.0.2.{last}")}, "ttl": "600"});
    fake.control().measured().clear();
    converge(&harness, &[record(600, &["192.0.2.1", "192.0.2.2"])]).await;
    let written = writes(&fake.seen());
    assert!(written[0].1.starts_with("NSRecord/unit.tests/sub.unit.tests./"), "{written:?}");
    assert_eq!(written[0].0, "DELETE");
    assert_eq!(
        written[1..],
        [
            write(
                "PUT",
                "ARecord/unit.tests/www.unit.tests./",
                json!({"ARecords": [row(1), row(2)]})
            ),
            publish(),
        ]
    );
    fake.control().measured().clear();
    converge(&harness, &[server]).await;
    let written = writes(&fake.seen());
    assert_eq!(written[0], write("DELETE", "ARecord/unit.tests/www.unit.tests./", json!({})));
    assert_eq!(written.len(), 3);
    assert!(fake.seen().iter().all(|seen| seen.body.is_object()), "every call has a body");
}

/// Changes before a failure are published.
#[tokio::test]
async fn half_of_the_changes_are_published() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let plan = harness.plan(&harness.zone(&zone(), &addresses(10, 0))).await.unwrap().unwrap();
    let concerns = |request: &Request| request.target.contains("host-7");
    let refused = Response::json(400, failure("INVALID_DATA", "address: it is odd"));
    fake.control().faults().next_of(concerns, 1, InjectedFault::Response(refused));
    let applied = harness.apply(&plan).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("address: it is odd"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    assert_eq!(made, fake.api().count("unit.tests", "A"));
    let written = writes(&fake.seen());
    assert_eq!(written.iter().filter(|write| **write == publish()).count(), 1);
    assert_eq!(written.last(), Some(&publish()));
}

/// Whatever the status, the service says by its own words that a call has to wait.
#[tokio::test]
async fn it_waits_when_it_is_told_to() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let blocked = json!({"status": "failure", "data": {}, "job_id": 1, "msgs": [
        {"INFO": "zone: Operation blocked by current task", "SOURCE": "BLL", "ERR_CD": "ILLEGAL_OPERATION", "LVL": "ERROR"},
        {"INFO": "task_id: 17", "SOURCE": "BLL", "ERR_CD": null, "LVL": "INFO"},
    ]});
    let busy = failure("OPERATION_FAILED", "token: This session already has a job running");
    let over = failure("RATE_LIMIT_EXCEEDED", "too many requests");
    for (shift, (status, body)) in
        [(400, over.clone()), (200, over), (429, json!({})), (400, blocked), (400, busy)]
            .into_iter()
            .enumerate()
    {
        let told = InjectedFault::Response(Response::json(status, body.clone()));
        fake.control().faults().next_of(Request::is_write, 1, told);
        let start = Instant::now();
        converge(&harness, &addresses(1, shift + 1)).await;
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
        let mut store = service();
        store.provide_zone("unit.tests");
        let fake = Fake::start(Jobs { store, location, polls: 0, result: None }).await;
        let harness = harness(&fake, json!({}));
        converge(&harness, &addresses(1, 0)).await;
        assert_eq!(fake.api().polls, 2);
        // What a job says is the answer: here that there is such a record already.
        let plan = harness.plan(&harness.zone(&zone(), &addresses(2, 0))).await.unwrap().unwrap();
        let mut row = fake.api().store.zone("unit.tests").unwrap().items[0].clone();
        row["fqdn"] = "host-1.unit.tests".into();
        row["value"] = json!({"address": "192.0.0.1"}).to_string().into();
        fake.api().store.plant("unit.tests", row).unwrap();
        let error = harness.apply(&plan).await.result.unwrap_err();
        assert_eq!(error.kind(), Some(ServiceErrorKind::Refused), "{error}");
        assert!(error.to_string().contains("such a record already"), "{error}");
    }
}

/// Tokens are not sent to another host.
#[tokio::test]
async fn jobs_of_other_hosts_are_not_polled() {
    let mut store = service();
    store.provide_zone("unit.tests");
    let location = Some("http://127.0.0.1:9/REST/Job/7/");
    let fake = Fake::start(Jobs { store, location, polls: 0, result: None }).await;
    let harness = harness(&fake, json!({}));
    let plan = harness.plan(&harness.zone(&zone(), &addresses(1, 0))).await.unwrap().unwrap();
    let applied = harness.apply(&plan).await;
    // It was carried out, which a look at the zone shows.
    applied.result.unwrap();
    assert_eq!(fake.api().polls, 0);
}

/// Lists of other types are left alone, whatever is in them.
#[tokio::test]
async fn unknown_lists_are_left_alone() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    for of in ["DNAME", "LOC", "UNKNOWN"] {
        let row = json!({"fqdn": null, "record_type": of, "ttl": "odd", "value": "{}"});
        fake.api().plant("unit.tests", row).unwrap();
    }
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!(read.zone.len(), 2, "the host and the name servers");
    converge(&harness, &addresses(2, 1)).await;
    converge(&harness, &[]).await;
    assert_eq!(fake.api().count("unit.tests", "DNAME"), 1);
}

/// A TTL of 0 is the default of the zone, so it is refused when planning.
#[tokio::test]
async fn a_ttl_of_zero_is_refused() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let record = json!({"name": "www", "type": "A", "ttl": 0, "value": "192.0.2.1"});
    let report = harness.plan(&harness.zone(&zone(), &[record])).await.err().unwrap();
    assert!(render(&report).contains("the TTL 0 is outside 1 to"), "{}", render(&report));
}

/// A failure of another kind is not a missing zone.
#[tokio::test]
async fn a_zone_is_missing_only_if_the_service_says_so() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    assert!(!harness.read(&zone()).await.unwrap().exists);
    let denied = Response::json(400, failure("PERMISSION_DENIED", "zone: Permission denied"));
    let concerns = |request: &Request| request.target.contains("/Zone/");
    fake.control().faults().next_of(concerns, 1, InjectedFault::Response(denied));
    let report = harness.read(&zone()).await.err().unwrap();
    assert!(render(&report).contains("zone: Permission denied"), "{}", render(&report));
}

/// Texts come without quotes, with their escapes.
#[tokio::test]
async fn texts_are_read_in_every_form() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    fake.api().provide_zone("unit.tests");
    for (index, text) in
        ["a b", r"v=1\; x", r#"say \"hi\""#, r#"say "hi""#, r#""a" "b""#, r"a\\", r"a\", ""]
            .iter()
            .enumerate()
    {
        let value = json!({"txtdata": text}).to_string();
        let row = json!({"fqdn": format!("t{index}.unit.tests"), "record_type": "TXT", "ttl": 60, "value": value});
        fake.api().plant("unit.tests", row).unwrap();
    }
    let read = harness.read(&zone()).await.unwrap();
    let texts: Vec<_> = read
        .zone
        .records()
        .filter(|record| record.record_type().as_str() == "TXT")
        .map(|record| record.rdata_strings().join(", "))
        .collect();
    assert_eq!(
        texts,
        [
            r#""a b""#,
            r#""v=1; x""#,
            r#""say \"hi\"""#,
            r#""say \"hi\"""#,
            r#""ab""#,
            r#""a\\""#,
            r#""a\\""#,
            r#""""#,
        ]
    );
}
