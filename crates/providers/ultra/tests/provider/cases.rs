//! What only this service does.

use octodns_core::{Outcome, ServiceErrorKind, Severity};
use octodns_testkit::fake::{InjectedFault, Request, Response};
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{Bench, addresses, record};
use serde_json::{Value as Json, json};

use crate::service::{service, without_batches};
use crate::suite;

const RD: &str = "http://schemas.ultradns.com/RDPool.jsonschema";

async fn bench(options: &Json) -> Bench {
    suite(service()).bench(options).await
}

/// Pools of other kinds than the plain one are told and left alone, whatever their type.
#[tokio::test]
async fn pools_are_left_alone() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    for (name, of, kind) in
        [("geo", "A", "DirPool"), ("six", "AAAA", "DirPool"), ("fail", "A", "SBPool")]
    {
        let context = format!("http://schemas.ultradns.com/{kind}.jsonschema");
        let pool = json!({
            "ownerName": format!("{name}.unit.tests."), "rrtype": of, "rdata": ["192.0.2.1"],
            "profile": {"@context": context},
        });
        bench.plant(pool);
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    // With the name servers.
    assert_eq!(read.zone.len(), 2);
    let told: Vec<_> = read.report.of(Severity::Warning).map(ToString::to_string).collect();
    assert!(told.len() == 3 && told[0].contains("geo.unit.tests. A"), "{told:?}");
    let records = [addresses(1, 0), vec![record("fail", "A", json!(["192.0.2.2"]))]].concat();
    bench.is_refused(&records, "hidden-record").await;
    bench.converge(&addresses(2, 0)).await;
    assert_eq!(bench.all_items().len(), 2 + 2 + 3);
}

/// Several addresses are a pool, whose order and description are the user's.
#[tokio::test]
async fn several_addresses_are_a_plain_pool() {
    let bench = bench(&json!({})).await;
    bench.converge(&[record("www", "A", json!(["192.0.2.1", "192.0.2.2"]))]).await;
    let own = json!({"@context": RD, "order": "FIXED", "description": "www.unit.tests."});
    assert_eq!(bench.set("www.unit.tests.", "A")["profile"], own);
    let theirs = json!({"@context": RD, "order": "ROUND_ROBIN", "description": "ours"});
    bench
        .fake
        .api()
        .patch("unit.tests", Pick::Set("www.unit.tests.", "A"), &json!({"profile": theirs}))
        .unwrap();
    bench.converge(&[record("www", "A", json!(["192.0.2.1", "192.0.2.3"]))]).await;
    assert_eq!(bench.set("www.unit.tests.", "A")["profile"], theirs);
}

/// A plan of few changes has a call for each, and takes no set from somebody else; root NS records are there already.
#[tokio::test]
async fn few_changes_are_made_one_by_one() {
    let bench = bench(&json!({})).await;
    let servers = record("", "NS", json!(["ns1.example.net."]));
    bench.converge(&[servers, record("a/b", "A", json!(["192.0.2.1"]))]).await;
    let mut seen = bench.writes();
    seen.sort();
    let [set, zone] = ["POST /zones/unit.tests./rrsets/A/a%2Fb.unit.tests.", "POST /zones"];
    assert_eq!(seen, [zone, set, "PUT /zones/unit.tests./rrsets/NS/unit.tests."]);
}

/// A refused batch is halved; statuses in a successful answer say it as well.
#[tokio::test]
async fn a_refused_batch_is_halved() {
    let refused = json!([{"status": 400, "response": {"errorCode": 53_005, "errorMessage": "no"}}]);
    for (status, body) in [(200, refused), (400, json!([{"errorCode": 1, "errorMessage": "no"}]))] {
        let bench = bench(&json!({})).await;
        let fault = InjectedFault::json(status, body);
        let is_batch = |request: &Request| request.target.ends_with("batch");
        bench.faults().next_of(is_batch, 1, fault);
        bench.converge(&addresses(40, 0)).await;
        let batch = "POST /v1/batch";
        assert_eq!(bench.writes(), ["POST /zones", batch, batch, batch], "{status}");
    }
    let bench = bench(&json!({})).await;
    let all = InjectedFault::json(400, json!({"errorMessage": "not that"}));
    let is_write =
        |request: &Request| request.target.contains("rrsets/") || request.target.ends_with("batch");
    bench.faults().next_of(is_write, 999, all);
    let applied = bench.apply(&addresses(40, 0)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.with_causes().contains("not that"), "{error}");
    assert!(applied.outcomes.iter().all(|outcome| *outcome != Outcome::Applied));
}

/// Where there is no call for many changes, that is asked once.
#[tokio::test]
async fn a_service_without_batches_is_asked_once() {
    let bench = suite(without_batches()).bench(&json!({})).await;
    let none = || InjectedFault::Response(Response::text(405, "<html>no</html>"));
    let is_batch = |request: &Request| request.target.ends_with("batch");
    bench.faults().next_of(is_batch, 9, none());
    bench.converge(&addresses(30, 0)).await;
    bench.converge(&addresses(30, 1)).await;
    let seen = bench.writes();
    assert_eq!(seen.iter().filter(|asked| asked.ends_with("batch")).count(), 1);
    assert_eq!(seen.len(), 1 + 1 + 30 + 30);
}

/// Valimail's record is left alone, and its flag is a setting of the zone.
#[tokio::test]
async fn valimail_has_its_record_and_its_flag() {
    let bench = bench(&json!({})).await;
    let dmarc = |text: &str| record("_dmarc", "TXT", json!([text]));
    bench.converge(&[dmarc("v=DMARC1\\; p=none")]).await;
    let with = suite(service()).bench(&json!({"valimail": true})).await;
    with.converge(&[record("www", "A", json!(["192.0.2.1"])), dmarc("mine")]).await;
    assert_eq!(with.fake.api().count("unit.tests", "TXT"), 0);
    let flags = |bench: &Bench| bench.fake.api().beside("monitors").len();
    assert_eq!((flags(&bench), flags(&with)), (0, 1));
    // Somebody has switched it on, and the plan says what becomes of it.
    bench.fake.api().beside_mut("monitors").push(json!({"zone": "unit.tests"}));
    bench.harness.begin_run();
    let records = [dmarc("v=DMARC1\\; p=none")];
    let plan = bench.plan(&records).await.unwrap().unwrap();
    assert!(plan.changes.is_empty());
    bench.asked();
    bench.harness.apply(&plan).await.result.unwrap();
    assert_eq!(bench.writes(), ["PATCH /zones/unit.tests."]);
    assert_eq!(flags(&bench), 0);
    bench.is_settled(&records).await;
}

/// The end of a list that has more than a page; an account without zones; a list that is not there.
#[tokio::test]
async fn zones_are_listed_in_pages() {
    let bench = bench(&json!({})).await;
    assert!(bench.harness.provider().list_zones().await.unwrap().is_empty());
    for index in 0..1001 {
        bench.fake.api().provide_zone(&format!("zone-{index}.example"));
    }
    bench.harness.begin_run();
    assert_eq!(bench.harness.provider().list_zones().await.unwrap().len(), 1001);
    let lost = json!([{"errorCode": 1801, "errorMessage": "no such zone"}]);
    bench.faults().next(1, InjectedFault::json(404, lost));
    bench.harness.begin_run();
    let error = bench.harness.provider().list_zones().await.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::NotFound));
}

/// The refresh token gives the next token; when that has ended too, the password does.
#[tokio::test]
async fn tokens_are_renewed() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(3, 0)).await;
    bench.logins();
    bench.fake.api().end_tokens_after(Some(1));
    bench.harness.read(&bench.zone).await.unwrap();
    let refused = InjectedFault::json(400, json!({"error": "invalid_grant"}));
    let is_refresh = |request: &Request| request.body.starts_with(b"grant_type=refresh");
    bench.faults().next_of(is_refresh, 1, refused);
    bench.harness.read(&bench.zone).await.unwrap();
    // One by the first refresh token; one refused, and one by the password.
    assert_eq!(bench.logins(), 3);
}
