//! Types of rows, TTLs, publishing, missing zones.

use octodns_core::Outcome;
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::bench;

const KEY: &str = "v=DKIM1; k=rsa; p=TUlHZk1BMEc=";

fn txt(name: &str, values: &[&str]) -> Json {
    let values: Vec<_> = values.iter().map(|value| value.replace(';', "\\;")).collect();
    json!({"name": name, "type": "TXT", "ttl": 60, "values": values})
}

/// The types and targets of all rows.
fn rows(bench: &Bench) -> Vec<[String; 2]> {
    let items = bench.all_items();
    let text = |row: &Json, key: &str| row[key].as_str().unwrap().to_owned();
    let mut rows: Vec<_> =
        items.iter().map(|row| ["fieldType", "target"].map(|key| text(row, key))).collect();
    rows.sort();
    rows
}

/// Keys of DKIM have a type of their own, beside other texts of the name: a set is read, changed and deleted
/// as a whole. The type of a row cannot be changed.
#[tokio::test]
async fn keys_are_texts_of_another_type() {
    let bench = bench().await;
    let other = KEY.replace("TUlH", "AUlH");
    for (values, written) in [
        (vec!["other; text", KEY], vec![["DKIM", KEY], ["TXT", "other; text"]]),
        (vec!["another", "text"], vec![["TXT", "another"], ["TXT", "text"]]),
        (vec![KEY], vec![["DKIM", KEY]]),
        (vec![&*other], vec![["DKIM", &*other]]),
    ] {
        bench.asked();
        bench.converge(&[txt("k", &values)]).await;
        assert_eq!(rows(&bench), written);
    }
    // The last one in place.
    let [put, publish] = &*bench.writes() else { panic!("more than one row is written") };
    assert!(put.starts_with("PUT") && publish.ends_with("/refresh"), "{put} {publish}");
    bench.converge(&[txt("k", &[KEY, "x"])]).await;
    bench.converge(&[]).await;
    assert!(rows(&bench).is_empty());
}

/// Rows of types that octoDNS leaves alone stay, also beside records of their name.
#[tokio::test]
async fn other_types_are_left_alone() {
    let bench = bench().await;
    for (name, of, target) in [
        ("", "LOC", "1 1 1 N 1 1 1 E 1m 1m"),
        ("", "SPF", "v=spf1 -all"),
        ("_dmarc", "DMARC", "v=DMARC1; p=none"),
        ("_443._tcp", "TLSA", "3 1 1 aa"),
    ] {
        let row = json!({"subDomain": name, "fieldType": of, "target": target, "ttl": 60});
        bench.plant(row);
    }
    assert!(bench.harness.read(&bench.zone).await.unwrap().zone.is_empty());
    bench.converge(&[txt("", &["a"]), txt("_dmarc", &["b"])]).await;
    bench.converge(&[]).await;
    assert_eq!(rows(&bench).len(), 4);
}

/// A CAA value may have no quotes, and rows of a record may have different TTLs, which are made equal.
#[tokio::test]
async fn rows_of_others_are_read_as_they_are() {
    let bench = bench().await;
    for (of, target, ttl) in
        [("CAA", "0 issue ca.example", 60), ("A", "192.0.2.1", 60), ("A", "192.0.2.2", 300)]
    {
        let row = json!({"subDomain": "x", "fieldType": of, "target": target, "ttl": ttl});
        bench.plant(row);
    }
    let value = json!({"flags": 0, "tag": "issue", "value": "ca.example"});
    let caa = json!({"name": "x", "type": "CAA", "ttl": 60, "value": value});
    let a = json!({"name": "x", "type": "A", "ttl": 60, "values": ["192.0.2.1", "192.0.2.2"]});
    bench.asked();
    bench.converge(&[caa, a]).await;
    assert_eq!(
        bench.writes(),
        ["PUT /1.0/domain/zone/unit.tests/record/3", "POST /1.0/domain/zone/unit.tests/refresh"]
    );
}

/// A TTL of 0 is the default of the zone; others have a minimum.
#[tokio::test]
async fn ttls_are_those_of_the_service() {
    let bench = bench().await;
    let a = |ttl: u32| json!({"name": "www", "type": "A", "ttl": ttl, "value": "192.0.2.1"});
    bench.converge(&[a(0)]).await;
    bench.converge(&[a(60)]).await;
    let told = bench.plan(&[a(30)]).await.unwrap_err();
    assert!(told.contains("the TTL 30 is below 60"), "{told}");
}

/// Changes are published once, at the end, also those before a failure.
#[tokio::test]
async fn changes_are_published_once() {
    for is_refused in [false, true] {
        let bench = bench().await;
        if is_refused {
            let concerns =
                |request: &Request| String::from_utf8_lossy(&request.body).contains("host-7");
            bench.faults().next_of(concerns, 1, InjectedFault::refused());
        }
        let applied = bench.apply(&addresses(10, 0)).await;
        assert_eq!(applied.result.is_err(), is_refused);
        let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
        assert_eq!(made, rows(&bench).len());
        let writes = bench.writes();
        let published = |write: &&String| write.ends_with("/unit.tests/refresh");
        assert_eq!(writes.iter().filter(published).count(), 1);
        assert!(published(&writes.last().unwrap()));
    }
}

/// Zones are ordered, not created: nothing is sent.
#[tokio::test]
async fn a_missing_zone_is_told() {
    let zone = octodns_core::ZoneName::new("missing.tests.").unwrap();
    let bench = Bench { zone, ..bench().await };
    assert!(!bench.harness.read(&bench.zone).await.unwrap().exists);
    let told = bench.plan(&[txt("", &["a"])]).await.unwrap_err();
    assert!(told.contains("missing.tests. cannot be created by the API"), "{told}");
    assert_eq!(bench.writes(), [] as [&str; 0]);
}
