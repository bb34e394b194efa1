//! Change lists: who else changes a zone, and what a zone file cannot have.

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{Api, InjectedFault, Request, Response};
use octodns_testkit::store::{Pick, Store};
use octodns_testkit::suite::{Bench, record};
use serde_json::{Value as Json, json};

use crate::service::DRAFTS;
use crate::{a, bench, break_write, requests, suite};

/// A service where somebody else changes a set right before each of the first change lists is submitted.
struct Shared {
    store: Store,
    /// The name of the set.
    others: &'static str,
    /// How often.
    left: usize,
}

impl Api for Shared {
    fn response(&mut self, request: &Request) -> Response {
        let is_filled = !self.store.beside(DRAFTS).is_empty();
        if is_filled && self.left > 0 && request.target.contains("/submit") {
            self.left -= 1;
            let last = 100 + self.left;
            let set = set(self.others, "A", &format!("192.0.2.{last}"));
            self.store
                .put("unit.tests", Pick::Set(&format!("{}.unit.tests", self.others), "A"), &set)
                .unwrap();
        }
        self.store.response(request)
    }
}

fn set(name: &str, of: &str, value: &str) -> Json {
    json!({"name": format!("{name}.unit.tests"), "type": of, "ttl": 300, "rdata": [value]})
}

fn value(store: &Store, name: &str, of: &str) -> String {
    let found = store.item("unit.tests", Pick::Set(&format!("{name}.unit.tests"), of));
    found.map(|set| set["rdata"][0].as_str().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// Updates of five names.
fn five(shift: usize) -> Vec<Json> {
    (0..5).map(|index| a(&format!("host-{index}"), index + shift)).collect()
}

#[tokio::test]
async fn a_stale_list_is_filled_again_unless_what_the_plan_changes_is_not_as_it_was() {
    for (others, times, message) in [
        ("others", 1, None),
        ("others", 2, Some("409: the change list is stale")),
        ("host-3", 1, Some("somebody else has changed host-3.unit.tests A since it was read")),
    ] {
        let shared = |store| Shared { store, others, left: 0 };
        let bench = suite().bench_of(&json!({}), shared).await;
        bench.converge(&[five(0), vec![a("others", 1)]].concat()).await;
        let after = [five(10), vec![a("others", 1)]].concat();
        let applied = bench.apply_after(&after, || bench.fake.api().left = times).await;
        let error = applied.result.err().map(|error| (error.kind(), error.to_string()));
        let first = value(&bench.fake.api().store, "host-0", "A");
        match (message, error) {
            (None, None) => assert_eq!(first, "192.0.2.10"),
            (Some(message), Some((kind, text))) => {
                assert!(text.contains(message), "{text}");
                // A part of the plan is not tried.
                assert_eq!((kind, &*first), (Some(ServiceErrorKind::Unreachable), "192.0.2.0"));
                assert!(!applied.outcomes.iter().any(octodns_core::Outcome::is_applied));
            }
            (_, error) => panic!("{others} {times}: {error:?}"),
        }
        assert_eq!(value(&bench.fake.api().store, others, "A"), "192.0.2.100");
        // Nothing is left behind.
        assert!(bench.fake.api().store.beside(DRAFTS).is_empty());
    }
}

/// A list that somebody else works on stays; one that is left of an interrupted run does not matter.
#[tokio::test]
async fn the_list_of_another_is_left_alone() {
    for (name, is_made) in [("others", false), ("host-1", true)] {
        let bench = bench().await;
        bench.converge(&[five(0), vec![a("others", 1)]].concat()).await;
        let mut edit = set(name, "A", "192.0.2.200");
        edit["op"] = "EDIT".into();
        let base = bench.all_items();
        let draft = json!({"zone": "unit.tests", "base": base, "changes": [edit]});
        let after = [five(10), vec![a("others", 1)]].concat();
        let plants = || bench.fake.api().beside_mut(DRAFTS).push(draft.clone());
        let applied = bench.apply_after(&after, plants).await;
        let left = bench.fake.api().beside(DRAFTS).to_vec();
        match applied.result {
            Ok(_) => assert_eq!((is_made, left), (true, Vec::new())),
            Err(error) => {
                let text = error.to_string();
                assert!(
                    text.contains("changes others.unit.tests A, which is not in the plan"),
                    "{text}"
                );
                assert_eq!((is_made, left), (false, vec![draft]));
            }
        }
    }
}

/// What a zone file would change or cannot have is neither changed nor in the way.
#[tokio::test]
async fn whatever_else_a_zone_has_stays() {
    let bench = bench().await;
    bench.converge(&five(0)).await;
    let kept = |set: Json| bench.plant(set);
    kept(set("edge", "AKAMAICDN", "www.example.com.edgekey.net"));
    kept(set("short", "CNAME", "www.example.com"));
    kept(set("mail", "RP", "me.example.com. txt.example.com"));
    kept(set("web", "HTTPS", "1 svc.example.com alpn=h2"));
    kept(set("text", "TXT", r#""a; (b) \"c\"" "d""#));
    let others = |bench: &Bench| {
        let mut items = bench.all_items();
        items.retain(|set| set["type"] != "A");
        items
    };
    let before = others(&bench);
    let upload = "POST changelists/Z/recordsets";
    let add = "POST changelists/Z/recordsets/add-change";
    let mut shift = 0;
    let mut expect = async |is_upload: bool| {
        shift += 10;
        // What the zone has besides is left as it is.
        let mut desired = bench.harness.read(&bench.zone).await.unwrap().zone;
        for record in bench.harness.zone(&bench.zone, &five(shift)).records() {
            desired.set(octodns_core::Record::clone(record));
        }
        let plan = bench.harness.plan(&desired).await.unwrap().unwrap();
        bench.asked();
        bench.harness.apply(&plan).await.result.unwrap();
        let found = requests(&bench);
        let count = |call: &str| found.iter().filter(|found| *found == call).count();
        let expected = if is_upload { (1, 0) } else { (0, 5) };
        assert_eq!((count(upload), count(add)), expected, "{found:?}");
    };
    expect(true).await;
    assert_eq!(others(&bench), before);
    for odd in [
        set("new-type", "TYPE65280", "1"),
        set("bare", "CAA", "0 issue ca.example; policy=ev"),
        set("open", "TXT", "\"never closed"),
        set("lines", "HINFO", "a\nb"),
        set("beyond", "TXT", "\"\u{e9}\""),
        set("$origin", "A", "192.0.2.1"),
    ] {
        let [name, of] = ["name", "type"].map(|key| odd[key].as_str().unwrap().to_owned());
        kept(odd.clone());
        expect(false).await;
        let held = bench.fake.api().item("unit.tests", Pick::Set(&name, &of)).unwrap();
        assert_eq!(held, odd);
        bench.fake.api().delete("unit.tests", Pick::Set(&name, &of)).unwrap();
    }
    expect(true).await;
}

/// One by one, with a deletion and a creation, and with every answer lost once.
#[tokio::test]
async fn changes_are_added_to_a_list_once() {
    for lost in 0..9 {
        for fault in [InjectedFault::BreakAfter, InjectedFault::BreakBefore] {
            let bench = bench().await;
            bench.converge(&[five(0), vec![a("gone", 1)]].concat()).await;
            bench.plant(set("odd", "TYPE65280", "1"));
            let after = [five(10), vec![a("new", 1)]].concat();
            break_write(&bench, lost, fault);
            bench.converge(&after).await;
            assert_eq!(value(&bench.fake.api(), "odd", "TYPE65280"), "1");
            assert_eq!(value(&bench.fake.api(), "gone", "A"), "");
        }
    }
}

/// The change that the service refuses is found; what comes before it is made.
#[tokio::test]
async fn a_refused_change_is_told() {
    let bench = bench().await;
    bench.converge(&five(0)).await;
    let mut after = five(10);
    after[4] = record("host-4", "CNAME", "www.example.com.");
    let meanwhile = || bench.plant(set("host-4", "TXT", "\"somebody else's\""));
    let applied = bench.apply_after(&after, meanwhile).await;
    let text = applied.result.unwrap_err().to_string();
    assert!(text.contains("host-4") && text.contains("an alias has its name for itself"), "{text}");
    let made = applied.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
    let api = bench.fake.api();
    assert_eq!(api.count("unit.tests", "CNAME"), 0);
    assert!(api.beside(DRAFTS).is_empty());
    let is_made = |index: &usize| {
        value(&api, &format!("host-{index}"), "A") == format!("192.0.2.{}", index + 10)
    };
    assert_eq!((0..4).filter(is_made).count(), made);
}
