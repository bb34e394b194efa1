//! Recordings of the Python provider reading, planning and writing, compared with this one.

use octodns_core::TargetOptions;
use octodns_core::engine::read_sources;
use octodns_testkit::cassette::{Cassettes, Verdicts};
use serde_json::{Value as Json, json};

use crate::fake::Fake;
use crate::fixture::{Fixture, apply, records};
use crate::recording::{Player, account, replay, told};

/// Every recording is read, planned, written, listed or refused as in Python, depending on its content.
#[tokio::test]
async fn recordings_are_read_and_written_alike() {
    let Some(recordings) = Cassettes::raw("route53") else { return };
    let mut verdicts = Verdicts::default();
    for (file, recording) in recordings {
        let Some(class) = recording["class"].as_str() else {
            verdicts
                .left_out(&file, "it is about names and signatures; tests beside the code have it");
            continue;
        };
        if recording["calls"].is_array() {
            verdicts.left_out(&file, "it is about single calls; set.rs has them");
        } else if !class.ends_with("Route53Provider") {
            verdicts.check(&file, source(recording)).await;
        } else if recording["cases"].is_array() {
            for case in cases(&recording) {
                let title = format!("{file} ({})", case["name"].as_str().unwrap_or_default());
                verdicts.check(&title, run(case)).await;
            }
        } else {
            verdicts.check(&file, run(recording)).await;
        }
    }
    verdicts.end();
}

/// The cases of a recording, merged with their common part.
fn cases(recording: &Json) -> Vec<Json> {
    let with_common = |case: &Json| {
        let mut case = case.clone();
        for key in ["config", "zone"] {
            if case.get(key).is_none() {
                case[key] = recording[key].clone();
            }
        }
        case
    };
    recording["cases"].as_array().unwrap().iter().map(with_common).collect()
}

/// Checks the provider against one run.
async fn run(case: Json) {
    if case["list_zones"].is_array() && case["desired"].is_null() && case["populated"].is_null() {
        return lists(&case).await;
    }
    if !case["error"].is_null() && !is_better(&case) {
        return fails(&case).await;
    }
    if case["populated"].is_array() {
        reads(&case).await;
    }
    if case["desired"].is_array() {
        plans(&case).await;
        writes(&case).await;
    }
}

/// Whether this provider makes a change that Python cannot make.
fn is_better(case: &Json) -> bool {
    case["expect"].as_str().is_some_and(|words| words.starts_with("Python cannot delete"))
}

/// Reads with the recorded responses; the records must be those that Python read.
async fn reads(recording: &Json) {
    let (fixture, player) = (Fixture::new(), Player::start(&recording["exchanges"]).await);
    let target = fixture.target(&player.server.url, &recording["config"]).unwrap();
    let read = fixture.read(&target, recording["zone"].as_str().unwrap()).await.unwrap();
    assert_eq!(json!(read.exists), recording["exists"]);
    let found = records(read.zone.records());
    let expected = recording["populated"].as_array().unwrap();
    let expected: Vec<_> = expected.iter().cloned().map(without_escapes).collect();
    assert_same(&found, &expected);
}

/// Python reads a quote within a text with its escape, which is not the text that was written: it plans the
/// same change forever. This provider reads the original text.
fn without_escapes(mut record: Json) -> Json {
    if record["type"] == "TXT"
        && let Some(text) = record["value"].as_str()
    {
        record["value"] = json!(text.replace("\\\"", "\""));
    }
    record
}

fn assert_same(found: &[Json], expected: &[Json]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

/// Plans the same changes as Python.
async fn plans(case: &Json) {
    let (fixture, player) = (Fixture::new(), Player::start(&case["exchanges"]).await);
    let target = fixture.target(&player.server.url, &case["config"]).unwrap();
    let zone = case["zone"].as_str().unwrap();
    let desired = fixture.zone(zone, case["desired"].as_array().unwrap());
    let plan = fixture.plan(&target, &desired).await.unwrap();
    let changes = plan.iter().flat_map(|plan| &plan.changes);
    let changes: Vec<_> = changes
        .map(|change| {
            let record = change.record();
            let (name, record_type) = (record.name().as_str(), record.record_type().as_str());
            json!({ "action": change.verb(), "name": name, "type": record_type })
        })
        .collect();
    assert_same(&changes, case["changes"].as_array().unwrap());
}

/// Compares the final state of a service, since this provider writes less: it leaves unchanged record sets
/// alone, updates aliases in place, deletes exactly what is listed, and deletes health checks last. The
/// account must end up as after Python's requests.
async fn writes(case: &Json) {
    let exchanges = &case["exchanges"];
    let before = account(exchanges);
    let (fixture, fake) = (Fixture::new(), Fake::start(before.clone()).await);
    let target = fixture.target(&fake.server.url, &case["config"]).unwrap();
    let zone = case["zone"].as_str().unwrap();
    let desired = fixture.zone(zone, case["desired"].as_array().unwrap());
    let plan = fixture.plan(&target, &desired).await.unwrap().unwrap();
    fake.take_calls();
    let (outcomes, result) = apply(&target, &plan).await;
    assert_eq!(result, Ok(()), "{outcomes:?}");
    let calls = fake.take_calls();

    let mut expected = before;
    if is_better(case) {
        // Python cannot make the change, which deletes one record set.
        expected.zones[0].sets.retain(|set| set.name != "quote.unit.tests.");
    } else {
        replay(&mut expected, exchanges);
    }
    let mut made = fake.account();
    if !plan.exists {
        // The name servers of a new zone are not recorded.
        let born = made.zones.iter_mut().find(|made| made.name == zone).unwrap();
        born.sets.retain(|set| set.record_type != "NS" || set.ttl != Some(900));
    }
    assert_eq!(told(&made), told(&expected));

    let writes = |call: &&String| !call.starts_with("List") && !call.starts_with("Get");
    let (ours, theirs) = (calls.iter().filter(writes).count(), writes_of(exchanges));
    assert!(ours <= theirs, "{ours} writes, Python {theirs}: {calls:?}");
    assert_eq!(fixture.sync(&target, &desired).await, Ok(0));
}

fn writes_of(exchanges: &Json) -> usize {
    let exchanges = exchanges.as_array().unwrap().iter();
    exchanges.filter(|exchange| exchange["method"] != "GET").count()
}

/// Lists the same zones as Python.
async fn lists(case: &Json) {
    let (fixture, player) = (Fixture::new(), Player::start(&case["exchanges"]).await);
    let target = fixture.target(&player.server.url, &case["config"]).unwrap();
    let zones = target.provider().list_zones().await.unwrap();
    let names: Vec<_> = zones.iter().map(octodns_core::ZoneName::as_str).collect();
    assert_eq!(json!(names), case["list_zones"]);
}

/// Compares failures by what the user sees, not by where Python raises them.
async fn fails(case: &Json) {
    let said = failure(case).await;
    let expected: &[&str] = match case["name"].as_str().unwrap_or_default() {
        "bad-key" => &["credentials are refused", "InvalidClientTokenId", "The security token"],
        "bad-signature" => &["credentials are refused", "SignatureDoesNotMatch"],
        "access-denied" => &["permission denied", "route53:ListResourceRecordSets"],
        "throttled" | "throttled-two-tries" => &["still busy after retries", "Rate exceeded"],
        "prior-request" => &["still busy after retries", "PriorRequestNotComplete"],
        "server-error" => &["still busy after retries", "try later"],
        "invalid-batch" | "invalid-batch-error-response" => {
            &["ChangeResourceRecordSets", "refused", "but it already exists"]
        }
        "invalid-batch-two-messages" => &["do not match the current values", "Tried to create"],
        "zone-gone" => &["No hosted zone found with ID: z42", "NoSuchHostedZone"],
        "duplicate-zones" => &["several hosted zones are named \"unit.tests.\"", "private"],
        "multi-vpc" => &["2 VPCs", "vpc-1, vpc-2", "vpc_multi_action"],
        "vpc-without-region" => &["vpc_region"],
        "vpc-public" => &["vpc_id excludes `private: false`"],
        "delegation-set-private" => &["delegation_set_id excludes `private: true`"],
        "bad-vpc-multi-action" => &["unknown value \"x\""],
        "too-many" => &["www.unit.tests. A needs 3 values in one batch", "2"],
        "canadian-province" => &["g.unit.tests. A", "is for NA-CA-", "not supported"],
        "geo-and-subnets" => &["g.unit.tests. A", "beside rules by geo, which cannot be mixed"],
        "icmp-healthcheck" => &["g.unit.tests. A", "ICMP", "HTTP, HTTPS and TCP"],
        "bad-interval" => &["request_interval must be 10 or 30"],
        "bad-threshold" => &["failure_threshold must be a whole number from 1 to 10"],
        // Any other case must fail too.
        _ => &[],
    };
    for part in expected {
        assert!(said.contains(part), "{said}");
    }
}

async fn failure(case: &Json) -> String {
    let (fixture, player) = (Fixture::new(), Player::start(&case["exchanges"]).await);
    let mut config = case["config"].clone();
    // Waiting for six attempts would take a while; another test shows the retries.
    config.as_object_mut().unwrap().entry("client_max_attempts").or_insert(json!(0));
    let options = TargetOptions::default();
    let target = match fixture.target_with(&player.server.url, &config, options) {
        Err(error) => return error.to_string(),
        Ok(target) => target,
    };
    let desired = case["desired"].as_array().cloned().unwrap_or_default();
    let desired = fixture.zone("unit.tests.", &desired);
    match fixture.plan(&target, &desired).await {
        Err(error) => error,
        Ok(plan) => {
            let (outcomes, result) = apply(&target, &plan.unwrap()).await;
            let is_applied = |outcome: &_| *outcome == octodns_core::Outcome::Applied;
            assert!(!outcomes.iter().any(is_applied));
            result.unwrap_err()
        }
    }
}

/// A source reads the same records as Python.
async fn source(recording: Json) {
    let (fixture, player) = (Fixture::new(), Player::start(&recording["exchanges"]).await);
    let class = recording["class"].as_str().unwrap();
    for case in recording["zones"].as_array().unwrap() {
        let source = fixture.source(class, &player.server.url, &recording["config"]);
        let zone = case["zone"].as_str().unwrap();
        let mut report = octodns_core::Report::new();
        let (empty, sources) = (fixture.zone(zone, &[]), [source]);
        let read = read_sources(empty, &sources, &fixture.context, &mut report).await;
        if case["error"].is_object() {
            assert!(read.is_err(), "{zone}");
            continue;
        }
        let read = read.unwrap_or_else(|report| panic!("{zone} {report:?}"));
        let expected = case["populated"].as_array().unwrap();
        assert_same(&records(read.records()), expected);
    }
}
