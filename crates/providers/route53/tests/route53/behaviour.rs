//! The provider with a strict service: the fake refuses what AWS refuses.

use std::collections::BTreeSet;

use octodns_core::{Outcome, TargetOptions};
use serde_json::{Value as Json, json};

use crate::fake::{Account, Fake, Zone};
use crate::fixture::{Fixture, apply, records};
use crate::set::Set;
use crate::walk::{steps, subnets, walk};

fn config() -> Json {
    json!({"access_key_id": "AKIDEXAMPLE", "secret_access_key": "example-secret"})
}

fn one_zone() -> Account {
    Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() }
}

fn a(name: &str, last: usize) -> Json {
    json!({"name": name, "type": "A", "ttl": 60, "value": format!("192.0.2.{last}")})
}

fn dynamic(name: &str, weight: i64, status: &str) -> Json {
    json!({"name": name, "type": "A", "ttl": 60, "value": "192.0.2.99", "dynamic": {
        "pools": {"p": {"values": [
            {"value": "192.0.2.1", "weight": weight, "status": status}, {"value": "192.0.2.2"},
        ]}}, "rules": [{"pool": "p"}]}})
}

#[tokio::test]
async fn every_type_is_created_changed_and_deleted() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    // Several pages of each list.
    fake.set_page(7);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let mut steps = steps();
    for (index, step) in steps.iter_mut().enumerate().take(3) {
        step.push(subnets(index.min(1)));
    }
    walk(&fixture, &target, "unit.tests.", &steps).await;
    let account = fake.account();
    assert_eq!(account.zones[0].sets.len(), 1, "the root NS record");
    assert_eq!(account.checks, []);
    // Networks are shared, and are kept.
    let (name, _, locations) = &account.collections[0];
    assert_eq!((&**name, locations.len()), ("octodns", 2));
}

#[tokio::test]
async fn a_zone_is_created_with_its_records() {
    let (fixture, fake) = (Fixture::new(), Fake::start(Account::default()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let desired = fixture.zone("new.tests.", &[
        a("www", 1),
        json!({"name": "", "type": "NS", "ttl": 60, "values": ["ns1.x.tests.", "ns2.x.tests."]}),
    ]);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(2));
    assert_eq!(fixture.sync(&target, &desired).await, Ok(0));
    assert_eq!(fake.account().zones.len(), 1);
}

/// AWS counts updated values twice, and characters: 700 values of 40 characters are two batches to create,
/// and three or more to update.
#[tokio::test]
async fn batches_are_within_the_limits_of_aws() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let texts = |length: usize| {
        let record = |index: usize| {
            let value = format!("{index:04}{}", "x".repeat(length));
            json!({"name": format!("t{index}"), "type": "TXT", "ttl": 60, "value": value})
        };
        fixture.zone("unit.tests.", &(0..700).map(record).collect::<Vec<_>>())
    };
    for (length, batches) in [(40, 2), (41, 3)] {
        fake.take_calls();
        assert_eq!(fixture.sync(&target, &texts(length)).await, Ok(700));
        let calls = fake.take_calls();
        let sent = calls.iter().filter(|call| *call == "ChangeResourceRecordSets").count();
        assert!(sent >= batches, "{sent}");
    }
    assert_eq!(fixture.sync(&target, &texts(41)).await, Ok(0));
}

#[tokio::test]
async fn only_what_differs_is_written() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let before = fixture.zone("unit.tests.", &[dynamic("www", 3, "up")]);
    fixture.sync(&target, &before).await.unwrap();
    let held = fake.account().zones[0].sets.clone();
    fixture.sync(&target, &fixture.zone("unit.tests.", &[dynamic("www", 4, "up")])).await.unwrap();
    let now = fake.account().zones[0].sets.clone();
    let differ: Vec<_> = now.iter().filter(|set| !held.contains(set)).collect();
    assert_eq!(differ.len(), 1, "{differ:?}");
    assert_eq!((differ[0].weight, now.len()), (Some(4), held.len()));
}

/// Python deletes them first, and a record refers to a missing check until its batch is applied, or forever.
#[tokio::test]
async fn health_checks_are_created_before_their_records_and_deleted_after_them() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let sync = async |status| {
        fake.take_calls();
        fixture
            .sync(&target, &fixture.zone("unit.tests.", &[dynamic("www", 1, status)]))
            .await
            .unwrap();
        let calls = fake.take_calls();
        let writes = calls.into_iter().filter(|call| !call.starts_with("List"));
        writes.filter(|call| call != "ChangeTagsForResource").collect::<Vec<_>>()
    };
    let [create, change, delete] =
        ["CreateHealthCheck", "ChangeResourceRecordSets", "DeleteHealthCheck"];
    assert_eq!(sync("obey").await, [create, create, change]);
    // The check of the other value is right already.
    assert_eq!(sync("down").await, [create, change, delete]);
    assert_eq!(sync("up").await, [change, delete]);
    assert_eq!(fake.account().checks.len(), 1);
    let names: Vec<_> = fake.account().checks.into_iter().map(|check| check.name).collect();
    assert_eq!(names, [Some("www.unit.tests.:A - 192.0.2.2".to_owned())]);
    fixture.sync(&target, &fixture.zone("unit.tests.", &[a("www", 1)])).await.unwrap();
    assert_eq!(fake.account().checks, []);
}

/// Without permission to write records nothing is lost: the next run finds the checks of this one.
#[tokio::test]
async fn health_checks_of_a_failed_batch_are_found_again() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let desired = fixture.zone("unit.tests.", &[dynamic("www", 1, "obey")]);
    fake.set_faults(|call, _| {
        (call == "ChangeResourceRecordSets").then_some(crate::fake::InjectedFault::Denied)
    });
    assert!(fixture.sync(&target, &desired).await.unwrap_err().contains("permission denied"));
    fake.set_faults(|_, _| None);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(1));
    assert_eq!(fake.account().checks.len(), 2);
}

/// If someone deletes or changes a health check, the record changes, though its values are the same.
#[tokio::test]
async fn missing_health_checks_are_created_again() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let desired = fixture.zone("unit.tests.", &[dynamic("www", 1, "obey")]);
    let fresh = || fixture.target(&fake.server.url, &config()).unwrap();
    fixture.sync(&fresh(), &desired).await.unwrap();
    fake.change(|account| {
        account.checks[0].settings.insert("Port".into(), "444".into());
    });
    assert_eq!(fixture.sync(&fresh(), &desired).await, Ok(1));
    assert_eq!(fixture.sync(&fresh(), &desired).await, Ok(0));
    let ports = fake.account().checks.into_iter().map(|check| check.settings["Port"].clone());
    assert_eq!(ports.collect::<BTreeSet<_>>(), BTreeSet::from(["443".to_owned()]));
}

/// A public and a private zone with the same name have records with the same names, which share their checks.
#[tokio::test]
async fn health_checks_used_by_a_zone_of_the_same_name_are_kept() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    fake.change(|account| {
        let twin = Zone { is_private: true, ..Zone::new("Z2", "unit.tests.") };
        account.zones.push(twin);
    });
    let target = |private: bool| {
        let mut config = config();
        config["private"] = json!(private);
        fixture.target(&fake.server.url, &config).unwrap()
    };
    let desired = fixture.zone("unit.tests.", &[dynamic("www", 1, "obey")]);
    for private in [true, false] {
        assert_eq!(fixture.sync(&target(private), &desired).await, Ok(1));
    }
    assert_eq!(fake.account().checks.len(), 2);
    fixture.sync(&target(false), &fixture.zone("unit.tests.", &[])).await.unwrap();
    assert_eq!(fake.account().checks.len(), 2);
    fixture.sync(&target(true), &fixture.zone("unit.tests.", &[])).await.unwrap();
    assert_eq!(fake.account().checks, []);

    let mut both = config();
    both["get_zones_by_name"] = json!(true);
    let both = fixture.target(&fake.server.url, &both).unwrap();
    let said = fixture.read(&both, "unit.tests.").await.unwrap_err();
    assert!(said.contains("Z1 (public), Z2 (private)"), "{said}");
}

#[tokio::test]
async fn foreign_routing_is_reported_and_left_alone() {
    let foreign = |identifier: &str| Set {
        name: "www.unit.tests.".into(),
        record_type: "A".into(),
        identifier: Some(identifier.into()),
        ttl: Some(60),
        values: vec!["192.0.2.7".into()],
        foreign: Some("Region".into()),
        ..Set::default()
    };
    let mut account = one_zone();
    account.zones[0].sets = vec![foreign("one"), foreign("two")];
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let desired = fixture.zone("unit.tests.", &[a("www", 1), a("other", 2)]);
    let said = fixture.sync(&target, &desired).await.unwrap_err();
    assert!(said.contains("www.unit.tests. A has routing"), "{said}");
    // Not even the other record is written, since the problem is known beforehand.
    assert_eq!(fake.account().zones[0].sets.len(), 2);
}

/// A change that someone else makes between reading and applying is not overwritten.
#[tokio::test]
async fn a_zone_that_others_have_changed_is_not_written() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    fixture.sync(&target, &fixture.zone("unit.tests.", &[a("old", 1)])).await.unwrap();
    let plan =
        fixture.plan(&target, &fixture.zone("unit.tests.", &[a("new", 1)])).await.unwrap().unwrap();
    fake.change(|account| account.zones[0].sets[0].values = vec!["192.0.2.200".into()]);
    let (outcomes, result) = apply(&target, &plan).await;
    let said = result.unwrap_err();
    assert!(said.contains("do not match the current values"), "{said}");
    assert!(
        said.contains("has changed since it was read, at least at old.unit.tests. A"),
        "{said}"
    );
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Failed(_))), "{outcomes:?}");
    assert_eq!(fake.account().zones[0].sets.len(), 1);
}

#[tokio::test]
async fn zones_of_several_vpcs_are_changed_only_if_configured() {
    let mut account = one_zone();
    account.zones[0].is_private = true;
    account.zones[0].vpcs = vec!["vpc-1".into(), "vpc-2".into()];
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    for (action, is_done) in [("error", false), ("warn", true), ("ignore", true)] {
        let mut config = config();
        config["vpc_id"] = json!("vpc-1");
        config["vpc_region"] = json!("us-east-1");
        config["vpc_multi_action"] = json!(action);
        let target = fixture.target(&fake.server.url, &config).unwrap();
        let result = fixture.sync(&target, &fixture.zone("unit.tests.", &[a(action, 1)])).await;
        assert_eq!(result.is_ok(), is_done, "{action}: {result:?}");
    }
}

#[tokio::test]
async fn what_a_lenient_target_cannot_hold_is_left_out() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let mut options = TargetOptions::default();
    options.strict_supports = false;
    let target = fixture.target_with(&fake.server.url, &config(), options).unwrap();
    let record = json!({"name": "g", "type": "A", "ttl": 60, "value": "192.0.2.9", "dynamic": {
        "pools": {"p": {"values": [{"value": "192.0.2.1", "status": "up"}]}},
        "rules": [{"pool": "p", "geos": ["NA-CA-BC"]}, {"pool": "p", "geos": ["EU", "NA-CA-QC"]}, {"pool": "p"}]}});
    let desired = fixture.zone("unit.tests.", &[record]);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(1));
    assert_eq!(fixture.sync(&target, &desired).await, Ok(0));
    let read = fixture.read(&target, "unit.tests.").await.unwrap();
    let rules = &records(read.zone.records())[0]["dynamic"]["rules"];
    assert_eq!(*rules, json!([{"pool": "p", "geos": ["EU"]}, {"pool": "p"}]));
}

/// The tests use plain HTTP; this shows that HTTPS is compiled in too: a server that does not speak it fails
/// the handshake.
#[tokio::test]
async fn https_is_spoken() {
    let (fixture, fake) = (Fixture::new(), Fake::start(one_zone()).await);
    let mut config = config();
    config["client_max_attempts"] = json!(0);
    let endpoint = fake.server.url.replace("http:", "https:");
    let target = fixture.target(&endpoint, &config).unwrap();
    let said = fixture.read(&target, "unit.tests.").await.unwrap_err();
    assert!(said.contains("tls handshake"), "{said}");
}
