//! What happens when the service, or the way to it, does not do its part.

use octodns_core::Outcome;
use serde_json::json;

use crate::fake::{Chance, Cloudflare, Fault, Server, script};
use crate::support::{Run, hosts, words};

async fn with_zone(plan: &str) -> Server {
    let mut service = Cloudflare::default();
    service.add_zone("unit.tests", plan);
    Server::start(service).await
}

/// One answer in ten is 429 or 503, one in fifty is lost, and half of what is lost was done before.
#[tokio::test]
async fn a_thousand_changes_survive_a_bad_day() {
    for seed in 0..4 {
        let server = with_zone("free").await;
        let mut chance = Chance::new(seed);
        server.fail(Box::new(move |_, _, _| match chance.percent() {
            0..5 => Some(Fault::Status(429)),
            5..8 => Some(Fault::Status(503)),
            8..10 => Some(Fault::DoneAndStatus(503)),
            10 => Some(Fault::Drop),
            11 => Some(Fault::DoneAndDrop),
            _ => None,
        }));
        let run = Run::new(&server, &json!({ "retry_count": 8 }));
        let desired = run.zone("unit.tests.", &hosts(0, 1000, "192.0.2.1"));
        let plan = run.plan(&desired).await.unwrap().unwrap();
        let (result, outcomes) = run.apply(&plan).await;
        result.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
        let service = server.service();
        let mut names: Vec<_> =
            service.zone("unit.tests").records.iter().map(|row| row["name"].to_string()).collect();
        names.sort();
        assert_eq!(names.len(), 1000, "seed {seed}");
        names.dedup();
        assert_eq!(names.len(), 1000, "seed {seed}");
    }
}

#[tokio::test]
async fn a_batch_whose_answer_is_lost_is_not_made_twice() {
    for faults in [
        vec![Some(Fault::DoneAndDrop)],
        vec![Some(Fault::DoneAndStatus(503))],
        vec![Some(Fault::Drop)],
        vec![Some(Fault::Status(503)), Some(Fault::DoneAndDrop)],
        vec![Some(Fault::Status(429)), Some(Fault::DoneAndStatus(502))],
    ] {
        let server = with_zone("pro").await;
        let run = Run::new(&server, &json!({}));
        let mut records = hosts(0, 3, "192.0.2.1");
        run.settle(&run.zone("unit.tests.", &records)).await;
        // A creation, an update and a deletion.
        records[0]["value"] = "192.0.2.9".into();
        records[1] = json!({ "name": "new", "type": "TXT", "ttl": 300, "value": "text" });
        let desired = run.zone("unit.tests.", &records);
        let plan = run.plan(&desired).await.unwrap().unwrap();
        server.fail(script("POST", faults.clone()));
        let (result, outcomes) = run.apply(&plan).await;
        result.unwrap();
        assert_eq!(outcomes, vec![Outcome::Applied; 3], "{faults:?}");
        assert!(run.plan(&desired).await.unwrap().is_none(), "{faults:?}");
        assert_eq!(server.service().zone("unit.tests").records.len(), 3);
    }
}

/// The record at fault is named, all before it are made, nothing after it, and the next run does the rest.
#[tokio::test]
async fn a_refused_record_is_found_and_named() {
    let server = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let mut records = hosts(0, 500, "192.0.2.1");
    records[300]["ttl"] = 100_000.into();
    let desired = run.zone("unit.tests.", &records);
    let plan = run.plan(&desired).await.unwrap().unwrap();
    server.take_seen();
    let (result, outcomes) = run.apply(&plan).await;
    let told = words(result.unwrap_err());
    assert!(told.starts_with("host-00300.unit.tests. A: POST "), "{told}");
    assert!(told.contains("Invalid TTL. Must be between 60 and 86,400 seconds"), "{told}");
    assert!(outcomes[..300].iter().all(|outcome| *outcome == Outcome::Applied));
    assert!(matches!(&outcomes[300], Outcome::Failed(words) if words.contains("Invalid TTL")));
    assert!(outcomes[301..].iter().all(|outcome| *outcome == Outcome::NotTried));
    assert_eq!(server.service().zone("unit.tests").records.len(), 300);
    // Three batches of 200 would do; to find one record among 200 takes at most two for each halving.
    assert!(server.take_seen().len() <= 3 + 2 * 8);

    records[300]["ttl"] = 300.into();
    run.settle(&run.zone("unit.tests.", &records)).await;
    assert_eq!(server.service().zone("unit.tests").records.len(), 500);
}

/// The service goes away in the middle and stays away.
#[tokio::test]
async fn what_was_made_before_the_service_went_away_is_told() {
    for fault in [Fault::Status(403), Fault::Status(429), Fault::Drop, Fault::Status(503)] {
        let server = with_zone("free").await;
        let run = Run::new(&server, &json!({}));
        let records = hosts(0, 500, "192.0.2.1");
        let desired = run.zone("unit.tests.", &records);
        let plan = run.plan(&desired).await.unwrap().unwrap();
        let mut posts = 0;
        server.fail(Box::new(move |_, method, _| {
            posts += usize::from(method == "POST");
            (method == "POST" && posts > 1).then_some(fault)
        }));
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
        assert!(outcomes[400..].iter().all(|outcome| *outcome == Outcome::NotTried));
        server.work();
        run.settle(&desired).await;
        assert_eq!(server.service().zone("unit.tests").records.len(), 500);
    }
}

/// Neither the batch is answered nor the zone can be read again: then nobody knows, and it is said so.
#[tokio::test]
async fn what_is_not_known_is_told_as_such() {
    let server = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let desired = run.zone("unit.tests.", &hosts(0, 3, "192.0.2.1"));
    let plan = run.plan(&desired).await.unwrap().unwrap();
    server.fail(Box::new(|_, _, _| Some(Fault::DoneAndDrop)));
    let (result, outcomes) = run.apply(&plan).await;
    let told = words(result.unwrap_err());
    assert!(told.contains("it is not known whether it was carried out"), "{told}");
    assert_eq!(outcomes, vec![Outcome::Tried; 3]);
    server.work();
    assert!(run.plan(&desired).await.unwrap().is_none());
}

/// A lost page would be planned as records to create again.
#[tokio::test]
async fn a_page_that_gets_lost_is_an_error() {
    let server = with_zone("pro").await;
    let run = Run::new(&server, &json!({ "records_per_page": 10, "pagerules": false }));
    run.settle(&run.zone("unit.tests.", &hosts(0, 35, "192.0.2.1"))).await;
    assert_eq!(run.read("unit.tests.").await.unwrap().unwrap().len(), 35);
    server.service().lost_pages = vec![2];
    let report = run.read("unit.tests.").await.unwrap_err();
    let told = report.iter().next().unwrap().to_string();
    assert!(told.contains("25 entries were read, the service counts 35"), "{told}");
}

#[tokio::test]
async fn refused_credentials_are_tried_again_as_often_as_asked() {
    for (retries, fine) in [(0, false), (1, false), (2, true)] {
        let server = with_zone("free").await;
        server.fail(script("GET", vec![Some(Fault::Status(403)); 2]));
        let run = Run::new(&server, &json!({ "auth_error_retry_count": retries }));
        let read = run.read("unit.tests.").await;
        assert_eq!(read.is_ok(), fine, "{retries}");
    }
}

#[tokio::test]
async fn a_page_rule_whose_answer_is_lost_is_not_made_twice() {
    let server = with_zone("pro").await;
    let run = Run::new(&server, &json!({}));
    let value = json!({ "path": "/", "target": "https://a.example/", "code": 301, "masking": 2, "query": 0 });
    let desired = run.zone(
        "unit.tests.",
        &[json!({ "name": "www", "type": "URLFWD", "ttl": 300, "value": value })],
    );
    let plan = run.plan(&desired).await.unwrap().unwrap();
    server.fail(script("POST", vec![Some(Fault::DoneAndDrop)]));
    assert!(run.apply(&plan).await.0.is_ok());
    assert_eq!(server.service().zone("unit.tests").rules.len(), 1);
    assert!(run.plan(&desired).await.unwrap().is_none());
}

#[tokio::test]
async fn a_zone_whose_creation_is_not_answered_is_not_created_twice() {
    let server = Server::start(Cloudflare::default()).await;
    let run = Run::new(&server, &json!({}));
    let desired = run.zone("new.tests.", &hosts(0, 1, "192.0.2.1"));
    let plan = run.plan(&desired).await.unwrap().unwrap();
    server.fail(script("POST", vec![Some(Fault::DoneAndDrop)]));
    assert!(run.apply(&plan).await.0.is_ok());
    assert_eq!(server.service().zones.len(), 1);
    assert!(run.plan(&desired).await.unwrap().is_none());
}
