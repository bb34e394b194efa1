//! What only this service does.

use octodns_core::ZoneName;
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::run::render;
use octodns_testkit::store::{Pick, Store};
use octodns_testkit::suite::Bench;
use serde_json::json;

use crate::service::{LATER, private, service, trusting};
use crate::{CLASS, PRIVATE, a, suite};

async fn bench() -> Bench {
    suite(CLASS, service()).bench(&json!({})).await
}

type Break = fn(&mut Store);

/// Whatever somebody else has done to a set since it was read, nothing of it is overwritten.
#[tokio::test]
async fn what_has_changed_since_it_was_read_is_refused() {
    let change: Break = |store| {
        let mut item = store.item("unit.tests", Pick::Set("www", "A")).unwrap();
        item["etag"] = json!("e-of-another");
        store.put("unit.tests", Pick::Set("www", "A"), &item).unwrap();
    };
    let create: Break = |store| {
        let item = json!({"ttl": 60, "values": ["192.0.2.99"]});
        store.put("unit.tests", Pick::Set("new", "A"), &item).unwrap();
    };
    for (what, break_it, desired) in [
        ("changed", change, vec![a("www", 2)]),
        ("changed, to be deleted", change, vec![a("other", 1)]),
        ("created", create, vec![a("www", 1), a("new", 1)]),
    ] {
        let bench = bench().await;
        bench.converge(&[a("www", 1)]).await;
        let held = || {
            let mut items = bench.items("A");
            items.retain(|item| item["name"] != "other");
            items
        };
        let mut before = Vec::new();
        let meanwhile = || {
            break_it(&mut bench.fake.api());
            before = held();
        };
        let applied = bench.apply_after(&desired, meanwhile).await;
        let error = applied.result.unwrap_err().with_causes();
        assert!(error.contains("somebody else has changed it"), "{what}: {error}");
        assert_eq!(held(), before, "{what}");
    }
}

/// A zone that somebody has created since planning is not taken over.
#[tokio::test]
async fn a_zone_that_is_there_by_now_is_not_created() {
    let bench = bench().await;
    let meanwhile = || bench.fake.api().provide_zone("unit.tests");
    let applied = bench.apply_after(&[a("www", 1)], meanwhile).await;
    let error = applied.result.unwrap_err().with_causes();
    assert!(error.contains("exists already"), "{error}");
    assert!(bench.items("A").is_empty());
}

/// What is noted at a set stays when it changes.
#[tokio::test]
async fn notes_at_a_set_are_kept() {
    let bench = bench().await;
    bench.converge(&[a("www", 1)]).await;
    let note = json!({"metadata": {"owner": "web"}});
    bench.fake.api().patch("unit.tests", Pick::Set("www", "A"), &note).unwrap();
    bench.converge(&[a("www", 2)]).await;
    assert_eq!(bench.items("A")[0]["metadata"], json!({"owner": "web"}));
}

/// An alias of something else than a profile stays, and nothing takes its place.
#[tokio::test]
async fn other_aliases_are_left_alone() {
    let bench = bench().await;
    bench.converge(&[a("www", 1)]).await;
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/ip";
    let alias = json!({"name": "ip", "type": "A", "ttl": 60, "values": ["alias"], "alias": id});
    bench.plant(alias);
    let problem = bench.plan(&[a("www", 1), a("ip", 1)]).await.unwrap_err();
    assert!(problem.contains("records cannot express"), "{problem}");
    bench.converge(&[a("www", 2)]).await;
    assert!(bench.items("A").iter().any(|item| item["alias"] == id));
}

/// A set whose target is gone, or that the portal has left without values, can be replaced.
#[tokio::test]
async fn sets_without_values_are_replaced_by_plans() {
    let bench = bench().await;
    bench.converge(&[a("www", 1)]).await;
    let empty = json!({"name": "gone", "type": "A", "ttl": 60, "values": [], "alias": false});
    bench.plant(empty);
    bench.is_settled(&[a("www", 1)]).await;
    bench.converge(&[a("www", 1), a("gone", 1)]).await;
}

/// The name servers of a zone stay among its root NS records.
#[tokio::test]
async fn name_servers_of_azure_stay() {
    let ns = json!({"name": "", "type": "NS", "ttl": 3600, "values": ["ns1.unit.tests."]});
    let bench = bench().await;
    // They are not known before the zone is there.
    let applied = bench.apply(std::slice::from_ref(&ns)).await;
    assert!(applied.result.is_ok(), "{applied:?}");
    assert_eq!(bench.items("NS")[0]["values"].as_array().unwrap().len(), 5);
    let problem = bench.plan(std::slice::from_ref(&ns)).await.unwrap_err();
    assert!(problem.contains("name servers of Azure cannot be left out"), "{problem}");
    let lenient = suite(CLASS, service()).bench(&json!({"strict_supports": false})).await;
    lenient.converge(&[ns]).await;
}

/// A resource group that does not exist is not a zone that does not exist.
#[tokio::test]
async fn a_wrong_resource_group_is_an_error() {
    for option in ["resource_group", "sub_id"] {
        let wrong = suite(CLASS, service()).bench(&json!({option: "wrong"})).await;
        let problem = wrong.plan(&[a("www", 1)]).await.unwrap_err();
        assert!(problem.contains("check the option resource_group"), "{option}: {problem}");
    }
}

/// A 409 for another operation is waited out.
#[tokio::test]
async fn another_operation_is_waited_for() {
    let bench = bench().await;
    let error = json!({"error": {
        "code": "RetryableErrorDueToAnotherOperation", "message": "Another operation is running.",
    }});
    let is_it = |request: &Request| request.target.contains("/A/www");
    bench.faults().next_of(is_it, 2, InjectedFault::json(409, error));
    bench.converge(&[a("www", 1)]).await;
}

/// Texts are cut into strings, between characters, and put together again.
#[tokio::test]
async fn long_texts_survive() {
    let bench = bench().await;
    let values = json!(["x".repeat(255), "y".repeat(256), "ü".repeat(300), "say \"hi\""]);
    bench.converge(&[json!({"name": "t", "type": "TXT", "ttl": 60, "values": values})]).await;
}

/// A zone that is created has its records at once, as it has none that could be in the way.
#[tokio::test]
async fn new_private_zones_get_their_records() {
    let bench = suite(PRIVATE, private()).bench(&json!({})).await;
    bench.converge(&[a("www", 1)]).await;
    assert_eq!(bench.items("A").len(), 1);
}

/// The service may make a private zone later, and says so.
#[tokio::test]
async fn a_private_zone_that_is_made_later_is_waited_for() {
    let bench = suite(PRIVATE, private()).bench(&json!({})).await;
    *bench.fake.api().beside_mut(LATER) = vec![json!(0), json!(0), json!(0)];
    bench.converge(&[a("www", 1)]).await;
    assert!(bench.fake.api().beside(LATER).is_empty());
}

/// The number of sets on a page is an option.
#[tokio::test]
async fn pages_have_as_many_sets_as_the_option_says() {
    let bench = suite(CLASS, trusting(service())).bench(&json!({"top": 2})).await;
    let records: Vec<_> = (1..=5).map(|last| a(&format!("w{last}"), last)).collect();
    bench.converge(&records).await;
    bench.asked();
    bench.is_settled(&records).await;
    let pages = bench.asked().iter().filter(|it| it.contains("/recordsets?")).count();
    // Five sets, and two of the zone itself.
    assert_eq!(pages, 4);
}

/// Pages of 100 zones and of 1,000 sets: 1,500 zones, and 20,000 sets of one of them.
#[tokio::test]
async fn lists_of_many_pages_are_read() {
    let mut store = trusting(service());
    for index in 0..1_500 {
        store.add_zone(&format!("zone-{index}.test"), None);
    }
    for index in 0..20_000 {
        let set = json!({
            "name": format!("host-{index}"), "type": "A", "ttl": 60, "values": ["192.0.2.1"],
            "etag": "e-1",
        });
        store.plant("zone-7.test", set).unwrap();
    }
    let bench = suite(CLASS, store).bench(&json!({"top": 1000})).await;
    assert_eq!(bench.harness.provider().list_zones().await.unwrap().len(), 1_500);
    bench.asked();
    let zone = ZoneName::new("zone-7.test.").unwrap();
    let read = bench.harness.read(&zone).await.map_err(|report| render(&report)).unwrap();
    let pages = bench.asked().iter().filter(|it| it.contains("/recordsets?")).count();
    assert_eq!((read.zone.len(), pages), (20_000, 20));

    // A page that is not there is no end.
    let lost = json!({"error": {"code": "ResourceNotFound", "message": "no such page"}});
    bench.faults().after(2, |_| true, InjectedFault::json(404, lost));
    let told = render(&bench.harness.read(&zone).await.unwrap_err());
    assert!(told.contains("the next page: it is missing"), "{told}");
}

/// The least of the retries counts.
#[tokio::test]
async fn the_options_of_retries_count() {
    for (options, attempts) in [
        (json!({}), 6),
        (json!({"client_total_retries": 10}), 11),
        (json!({"client_total_retries": 10, "client_status_retries": 2}), 3),
        (json!({"client_retry_policy": {"total_retries": 1, "backoff_factor": 0}}), 2),
        (json!({"client_total_retries": 9, "client_retry_policy": {"read_retries": 0}}), 1),
    ] {
        let bench = suite(CLASS, service()).bench(&options).await;
        let is_it = |request: &Request| request.target.contains("recordsets");
        bench.faults().next_of(is_it, 99, InjectedFault::json(503, json!({})));
        bench.plan(&[a("www", 1)]).await.unwrap_err();
        let asked = bench.asked();
        let asked = asked.iter().filter(|it| it.contains("recordsets")).count();
        assert_eq!(asked, attempts, "{options}");
    }
}
