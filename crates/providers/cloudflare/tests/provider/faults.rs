//! What happens when the service or the connection fails.

use octodns_core::Outcome;
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::store::PageFault;
use serde_json::json;

use crate::fake::Cloudflare;
use crate::support::{Run, hosts, with_zone, words};

fn is_post(request: &Request) -> bool {
    request.method == "POST"
}

/// A batch that is applied, with a response from a gateway.
fn bad_gateway_after() -> InjectedFault {
    InjectedFault::ResponseAfter(Response::text(502, "<html>bad gateway</html>"))
}

/// One response in ten is 429 or 503, one in fifty is lost, and half of the lost requests were carried out.
#[tokio::test]
async fn a_thousand_changes_survive_a_bad_day() {
    for seed in 0..4 {
        let (server, _) = with_zone("free").await;
        let faults = server.control().faults();
        for (number, percent, fault) in [
            (0, 5, InjectedFault::throttled()),
            (1, 3, InjectedFault::unavailable()),
            (2, 2, InjectedFault::unavailable_after()),
            (3, 1, InjectedFault::BreakBefore),
            (4, 1, InjectedFault::BreakAfter),
        ] {
            faults.share(percent, seed * 5 + number, fault);
        }
        let run = Run::new(&server, &json!({}));
        let desired = run.zone("unit.tests.", &hosts(0, 1000, "192.0.2.1"));
        let plan = run.plan(&desired).await.unwrap();
        let (result, outcomes) = run.apply(&plan).await;
        result.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
        let service = server.api();
        let rows = &service.zone("unit.tests").records;
        let mut names: Vec<_> = rows.iter().map(|row| row["name"].to_string()).collect();
        names.sort();
        assert_eq!(names.len(), 1000, "seed {seed}");
        names.dedup();
        assert_eq!(names.len(), 1000, "seed {seed}");
    }
}

#[tokio::test]
async fn a_batch_with_a_lost_response_is_not_applied_twice() {
    for faults in [
        vec![InjectedFault::BreakAfter],
        vec![InjectedFault::unavailable_after()],
        vec![InjectedFault::BreakBefore],
        vec![InjectedFault::unavailable(), InjectedFault::BreakAfter],
        vec![InjectedFault::throttled(), bad_gateway_after()],
    ] {
        let (server, _) = with_zone("pro").await;
        let run = Run::new(&server, &json!({}));
        let mut records = hosts(0, 3, "192.0.2.1");
        run.settle(&run.zone("unit.tests.", &records)).await;
        // A creation, an update and a deletion.
        records[0]["value"] = "192.0.2.9".into();
        records[1] = json!({ "name": "new", "type": "TXT", "ttl": 300, "value": "text" });
        let desired = run.zone("unit.tests.", &records);
        let plan = run.plan(&desired).await.unwrap();
        for fault in &faults {
            server.control().faults().next_of(is_post, 1, fault.clone());
        }
        let (result, outcomes) = run.apply(&plan).await;
        result.unwrap();
        assert_eq!(outcomes, vec![Outcome::Applied; 3], "{faults:?}");
        assert!(run.plan(&desired).await.is_none(), "{faults:?}");
        assert_eq!(server.api().zone("unit.tests").records.len(), 3);
    }
}

/// The refused record is named, all changes before it are applied, none after it, and the next run does the
/// rest.
#[tokio::test]
async fn a_refused_record_is_found_and_named() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let mut records = hosts(0, 500, "192.0.2.1");
    records[300]["ttl"] = 100_000.into();
    let desired = run.zone("unit.tests.", &records);
    let plan = run.plan(&desired).await.unwrap();
    server.control().measured().clear();
    let (result, outcomes) = run.apply(&plan).await;
    let told = words(result.unwrap_err());
    assert!(told.starts_with("host-00300.unit.tests. A: POST "), "{told}");
    assert!(told.contains("Invalid TTL. Must be between 60 and 86,400 seconds"), "{told}");
    assert!(outcomes[..300].iter().all(|outcome| *outcome == Outcome::Applied));
    assert!(matches!(&outcomes[300], Outcome::Failed(words) if words.contains("Invalid TTL")));
    assert!(outcomes[301..].iter().all(|outcome| *outcome == Outcome::NotSent));
    assert_eq!(server.api().zone("unit.tests").records.len(), 300);
    // Three batches of 200 would be enough; finding one record among 200 takes at most two calls per halving.
    assert!(server.seen().len() <= 3 + 2 * 8);

    records[300]["ttl"] = 300.into();
    run.settle(&run.zone("unit.tests.", &records)).await;
    assert_eq!(server.api().zone("unit.tests").records.len(), 500);
}

/// The service fails in the middle and does not recover.
#[tokio::test]
async fn changes_before_the_service_failed_are_reported() {
    for fault in [
        InjectedFault::Response(Response::json(403, json!({ "message": "no more" }))),
        InjectedFault::throttled(),
        InjectedFault::BreakBefore,
        InjectedFault::unavailable(),
    ] {
        let (server, _) = with_zone("free").await;
        let run = Run::new(&server, &json!({}));
        let records = hosts(0, 500, "192.0.2.1");
        let desired = run.zone("unit.tests.", &records);
        let plan = run.plan(&desired).await.unwrap();
        server.control().faults().writes_after(1, fault.clone());
        let (result, outcomes) = run.apply(&plan).await;
        let told = words(result.unwrap_err());
        assert!(
            told.starts_with(
                "200 changes from host-00200.unit.tests. A to host-00399.unit.tests. A: "
            ),
            "{told}"
        );
        assert!(outcomes[..200].iter().all(|outcome| *outcome == Outcome::Applied));
        let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_));
        assert!(outcomes[200..400].iter().all(failed), "{fault:?} {:?}", outcomes[200]);
        assert!(outcomes[400..].iter().all(|outcome| *outcome == Outcome::NotSent));
        server.control().faults().clear();
        run.settle(&desired).await;
        assert_eq!(server.api().zone("unit.tests").records.len(), 500);
    }
}

/// Neither the batch nor reading the zone again gets a response: the outcome is unknown, and reported as
/// such.
#[tokio::test]
async fn an_unknown_outcome_is_reported_as_such() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let desired = run.zone("unit.tests.", &hosts(0, 3, "192.0.2.1"));
    let plan = run.plan(&desired).await.unwrap();
    server.control().faults().next(usize::MAX, InjectedFault::BreakAfter);
    let (result, outcomes) = run.apply(&plan).await;
    let told = words(result.unwrap_err());
    assert!(told.contains("it is not known whether it was carried out"), "{told}");
    assert_eq!(outcomes, vec![Outcome::Unknown; 3]);
    server.control().faults().clear();
    assert!(run.plan(&desired).await.is_none());
}

/// The records of a lost page would be planned as creations.
#[tokio::test]
async fn a_lost_page_is_an_error() {
    let (server, _) = with_zone("pro").await;
    let run = Run::new(&server, &json!({ "records_per_page": 10, "pagerules": false }));
    run.settle(&run.zone("unit.tests.", &hosts(0, 35, "192.0.2.1"))).await;
    assert_eq!(run.read("unit.tests.").await.unwrap().unwrap().len(), 35);
    server.api().page_fault = Some(PageFault::Lost(2));
    let report = run.read("unit.tests.").await.unwrap_err();
    let told = report.iter().next().unwrap().to_string();
    assert!(told.contains("25 entries were read, but the service reports 35"), "{told}");
}

#[tokio::test]
async fn refused_credentials_are_retried_as_configured() {
    for (retries, fine) in [(0, false), (1, false), (2, true)] {
        let (server, _) = with_zone("free").await;
        let refused =
            Response::json(403, json!({ "errors": [{ "message": "Invalid access token" }] }));
        server.control().faults().next(2, InjectedFault::Response(refused));
        let run = Run::new(&server, &json!({ "auth_error_retry_count": retries }));
        let read = run.read("unit.tests.").await;
        assert_eq!(read.is_ok(), fine, "{retries}");
    }
}

/// A throttled account is blocked for five minutes, which is longer than the usual retries last.
#[tokio::test]
async fn throttling_without_a_wait_leads_to_a_long_pause() {
    for (busy, fine) in [(2, true), (3, false)] {
        let (server, _) = with_zone("free").await;
        let busy_answer =
            InjectedFault::Response(Response::json(429, json!({ "message": "not now" })));
        server.control().faults().next(busy, busy_answer);
        let run = Run::new(&server, &json!({ "retry_count": 3 }));
        assert_eq!(run.read("unit.tests.").await.is_ok(), fine, "{busy}");
    }
    let (server, _) = with_zone("free").await;
    let busy_answer = InjectedFault::Response(Response::json(429, json!({ "message": "not now" })));
    server.control().faults().next(1, busy_answer);
    let run = Run::new(&server, &json!({ "retry_period": 1 }));
    let start = std::time::Instant::now();
    assert!(run.read("unit.tests.").await.is_ok());
    assert!(start.elapsed().as_millis() >= 1000, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_page_rule_with_a_lost_response_is_not_created_twice() {
    let (server, _) = with_zone("pro").await;
    let run = Run::new(&server, &json!({}));
    let value = json!({ "path": "/", "target": "https://a.example/", "code": 301, "masking": 2, "query": 0 });
    let desired = run.zone(
        "unit.tests.",
        &[json!({ "name": "www", "type": "URLFWD", "ttl": 300, "value": value })],
    );
    let plan = run.plan(&desired).await.unwrap();
    server.control().faults().next_of(is_post, 1, InjectedFault::BreakAfter);
    assert!(run.apply(&plan).await.0.is_ok());
    assert_eq!(server.api().zone("unit.tests").rules.len(), 1);
    assert!(run.plan(&desired).await.is_none());
}

/// A host with two rules takes two calls: the outcome of both is reported.
#[tokio::test]
async fn a_refused_page_rule_does_not_hide_the_one_before_it() {
    let (server, _) = with_zone("pro").await;
    let run = Run::new(&server, &json!({}));
    let value = |path: &str| json!({ "path": path, "target": "https://a.example/", "code": 301, "masking": 2, "query": 0 });
    let values = [value("/a"), value("/b")];
    let desired = run.zone(
        "unit.tests.",
        &[json!({ "name": "www", "type": "URLFWD", "ttl": 300, "values": values })],
    );
    let plan = run.plan(&desired).await.unwrap();
    server.control().faults().writes_after(1, InjectedFault::refused());
    let (result, outcomes) = run.apply(&plan).await;
    server.control().faults().clear();
    let told = words(result.unwrap_err());
    assert!(told.starts_with("www.unit.tests. URLFWD: POST "), "{told}");
    let [Outcome::Partial { done: 1, of: 2, perhaps_one_more: false, .. }] = &*outcomes else {
        panic!("{outcomes:?}")
    };
    run.settle(&desired).await;
    assert_eq!(server.api().zone("unit.tests").rules.len(), 2);
}

#[tokio::test]
async fn a_zone_with_a_lost_response_is_not_created_twice() {
    let server = Fake::start(Cloudflare::default()).await;
    let run = Run::new(&server, &json!({}));
    let desired = run.zone("new.tests.", &hosts(0, 1, "192.0.2.1"));
    let plan = run.plan(&desired).await.unwrap();
    server.control().faults().next_of(is_post, 1, InjectedFault::BreakAfter);
    assert!(run.apply(&plan).await.0.is_ok());
    assert_eq!(server.api().zones.len(), 1);
    assert!(run.plan(&desired).await.is_none());
}

/// A token may have no permission for page rules, which not everyone needs.
#[tokio::test]
async fn page_rules_that_may_not_be_read_are_helped() {
    let (server, _) = with_zone("free").await;
    let of_rules = |request: &Request| request.target.contains("/pagerules");
    let refused = json!({
        "success": false, "messages": [], "result": null,
        "errors": [{ "code": 10000, "message": "Authentication error" }],
    });
    let refused = InjectedFault::Response(Response::json(403, refused));
    server.control().faults().after(0, of_rules, refused.clone());
    let report = Run::new(&server, &json!({})).read("unit.tests.").await.unwrap_err();
    let found = report.iter().next().unwrap();
    assert!(found.help.as_deref().unwrap().contains("`pagerules: false`"), "{found:?}");
    assert!(found.to_string().contains("unit.tests. (test)"), "{found}");
    let without = Run::new(&server, &json!({ "pagerules": false }));
    assert!(without.read("unit.tests.").await.unwrap().is_some());
    // If records may not be read either, page rules are not the matter.
    server.control().faults().clear();
    server.control().faults().after(0, |request| request.target.contains("/zones/"), refused);
    let report = Run::new(&server, &json!({})).read("unit.tests.").await.unwrap_err();
    let told = format!("{report:?}");
    assert!(!told.contains("pagerules: false"), "{told}");
}

/// A record may have more values than a batch has rows. If the second batch is refused, the first was not.
#[tokio::test]
async fn half_a_record_is_not_told_as_failed() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let address = |index: usize| format!("192.0.{}.{}", index / 250, index % 250);
    let values: Vec<_> = (0..250).map(address).collect();
    let record = json!({ "name": "www", "type": "A", "ttl": 300, "values": values });
    let desired = run.zone("unit.tests.", &[record]);
    let plan = run.plan(&desired).await.unwrap();
    server.control().faults().after(1, is_post, InjectedFault::refused());
    let (result, outcomes) = run.apply(&plan).await;
    server.control().faults().clear();
    let told = words(result.unwrap_err());
    assert!(told.ends_with("a part of the record was written before"), "{told}");
    assert!(matches!(&*outcomes, [outcome] if outcome.is_unknown()), "{outcomes:?}");
    assert_eq!(server.api().zone("unit.tests").records.len(), 200);
    run.settle(&desired).await;
}
