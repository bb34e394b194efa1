//! Change sets: batches, deletions to the letter, and waiting.

use octodns_core::Outcome;
use octodns_testkit::fake::{InjectedFault, Request, Response};
use serde_json::{Value as Json, json};

use super::{a, bench, service};

/// The requests that write or poll, without the part of the path that all have.
fn of_changes(asked: &[String]) -> Vec<String> {
    let short = |it: &String| {
        let (method, target) = it.split_once(' ')?;
        let (_, path) = target.split_once("/changes")?;
        Some(format!("{method} {}", path.split('?').next().unwrap_or_default()))
    };
    asked.iter().filter_map(short).collect()
}

#[tokio::test]
async fn changes_are_sent_in_batches_and_waited_for() {
    let bench = bench(json!({"batch_size": 2})).await;
    bench.converge(&[a("a", 1), a("b", 1), a("c", 1)]).await;
    assert_eq!(of_changes(&bench.asked()), ["POST ", "GET /1", "POST ", "GET /2"]);
    service::remember(&mut bench.fake.api(), service::POLLS, 2);
    bench.converge(&[a("a", 2), a("b", 1), a("c", 1)]).await;
    assert_eq!(of_changes(&bench.asked()), ["POST ", "GET /3", "GET /3", "GET /3"]);
}

/// As many changes as are allowed in one call, and no more; what a project takes less of is halved.
#[tokio::test]
async fn a_change_set_that_is_too_large_is_halved() {
    let bench = bench(json!({"batch_size": 5000})).await;
    let records: Vec<_> = (0..1500).map(|index| a(&format!("host-{index}"), 1)).collect();
    bench.converge(&records).await;
    // 1,500 are refused, two halves are not.
    let writes = of_changes(&bench.asked());
    assert_eq!(writes.iter().filter(|it| it.starts_with("POST")).count(), 3, "{writes:?}");
}

/// The values of one call have a limit as well.
#[tokio::test]
async fn long_values_need_more_calls() {
    let bench = bench(json!({})).await;
    let text = |index: usize| json!({"name": format!("t{index}"), "type": "TXT", "ttl": 60, "value": "x".repeat(1000)});
    bench.converge(&(0..150).map(text).collect::<Vec<_>>()).await;
    let writes = of_changes(&bench.asked());
    assert_eq!(writes.iter().filter(|it| it.starts_with("POST")).count(), 2, "{writes:?}");
}

/// Values that are spelled in another way than ours are deleted as they are.
#[tokio::test]
async fn deletions_have_what_is_there_to_the_letter() {
    let bench = bench(json!({})).await;
    bench.converge(&[a("www", 1)]).await;
    let planted = json!({
        "name": "txt.unit.tests.", "type": "TXT", "ttl": 60, "kind": "dns#resourceRecordSet",
        "rrdatas": ["\"b\\;\"  \"c\"", "a"], "signatureRrdatas": [],
    });
    bench.fake.api().plant("unit.tests", planted).unwrap();
    let as_is = json!({"name": "txt", "type": "TXT", "ttl": 60, "values": ["a", "b\\;c"]});
    assert!(bench.plan(&[a("www", 1), as_is]).await.unwrap().is_none());
    let changed = json!({"name": "txt", "type": "TXT", "ttl": 60, "values": ["a", "d"]});
    bench.converge(&[a("www", 1), changed]).await;
    bench.converge(&[a("www", 1)]).await;
    assert_eq!(bench.items("TXT"), [] as [Json; 0]);
}

/// The provider writes one value of PTR, but reads all, so that a deletion has them.
#[tokio::test]
async fn a_pointer_with_two_values_is_read_whole() {
    let bench = bench(json!({})).await;
    bench.converge(&[a("www", 1)]).await;
    let planted = json!({
        "name": "ptr.unit.tests.", "type": "PTR", "ttl": 60,
        "rrdatas": ["one.example.net.", "two.example.net."],
    });
    bench.fake.api().plant("unit.tests", planted).unwrap();
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let mut records = read.zone.records();
    let values = records.find(|record| record.name().as_str() == "ptr").unwrap().rdata_strings();
    assert_eq!(values, ["one.example.net.", "two.example.net."]);
    let one = json!({"name": "ptr", "type": "PTR", "ttl": 60, "value": "one.example.net."});
    bench.converge(&[a("www", 1), one]).await;
}

/// What somebody else has changed is not overwritten, and nothing else of the change set is made.
#[tokio::test]
async fn a_set_that_has_changed_since_is_refused() {
    let bench = bench(json!({})).await;
    bench.converge(&[a("www", 1)]).await;
    let plan = bench.plan(&[a("www", 2), a("new", 2)]).await.unwrap().unwrap();
    let mut other = bench.items("A").remove(0);
    other["ttl"] = json!(60);
    bench
        .fake
        .api()
        .put("unit.tests", octodns_testkit::store::Pick::Set("www.unit.tests.", "A"), &other)
        .unwrap();
    let applied = bench.harness.apply(&plan).await;
    let error = applied.result.unwrap_err().with_causes();
    assert!(
        error.contains("412: Precondition not met for 'entity.change.deletions[0]'"),
        "{error}"
    );
    assert!(error.starts_with("www.unit.tests. A: "), "{error}");
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_));
    assert_eq!(
        applied.outcomes.iter().filter(|it| failed(it)).count(),
        1,
        "{:?}",
        applied.outcomes
    );
}

/// A change whose answer was lost is waited for as well, before it is looked for.
#[tokio::test]
async fn a_lost_answer_is_looked_up_when_nothing_is_under_way() {
    for polls in [0, 3] {
        let bench = bench(json!({})).await;
        bench.converge(&[a("www", 1)]).await;
        service::remember(&mut bench.fake.api(), service::POLLS, polls);
        bench.asked();
        let is_it = |request: &Request| request.is_write();
        bench.faults().next_of(is_it, 1, InjectedFault::BreakAfter);
        bench.converge(&[a("www", 2)]).await;
        let asked = of_changes(&bench.asked());
        assert_eq!(asked[..2], ["POST ", "GET "], "{asked:?}");
        assert_eq!(asked.len() as u64, 2 + polls, "{asked:?}");
    }
}

/// Sets with a policy are neither read nor changed.
#[tokio::test]
async fn sets_with_a_policy_stay() {
    let bench = bench(json!({})).await;
    bench.converge(&[a("www", 1)]).await;
    let planted = json!({
        "name": "geo.unit.tests.", "type": "A", "ttl": 60, "rrdatas": [],
        "routingPolicy": {"wrr": {"items": [{"weight": 1, "rrdatas": ["192.0.2.1"]}]}},
    });
    bench.fake.api().plant("unit.tests", planted.clone()).unwrap();
    bench.converge(&[a("www", 2)]).await;
    let error = bench.plan(&[a("www", 2), a("geo", 1)]).await;
    assert!(format!("{error:?}").contains("geo.unit.tests."), "{error:?}");
    assert!(error.is_err());
    assert!(bench.items("A").contains(&planted));
}

/// Requests beyond the quota are sent again, a lack of rights is not.
#[tokio::test]
async fn a_quota_is_told_from_a_lack_of_rights() {
    let refusal = |status: u16, reason: &str, message: &str| {
        let error = json!({"message": message, "domain": "global", "reason": reason});
        let body = json!({"error": {"code": status, "message": message, "errors": [error]}});
        InjectedFault::Response(Response::json(status, body).with_header("retry-after", "0"))
    };
    for (fault, is_repeated) in [
        (refusal(403, "rateLimitExceeded", "Rate Limit Exceeded"), true),
        (refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded"), true),
        (refusal(403, "quotaExceeded", "Quota exceeded for quota metric 'Write limit'"), true),
        (refusal(429, "rateLimitExceeded", "Quota exceeded for quota metric"), true),
        (refusal(403, "forbidden", "Forbidden"), false),
        (refusal(403, "accessNotConfigured", "Cloud DNS API has not been used"), false),
        (refusal(403, "quotaExceeded", "The change would exceed quota for additions"), false),
    ] {
        let bench = bench(json!({})).await;
        bench.converge(&[a("www", 1)]).await;
        let plan = bench.plan(&[a("www", 2)]).await.unwrap().unwrap();
        bench.faults().next_of(Request::is_write, 1, fault.clone());
        let applied = bench.harness.apply(&plan).await;
        assert_eq!(applied.result.is_ok(), is_repeated, "{fault:?}: {applied:?}");
    }
}
