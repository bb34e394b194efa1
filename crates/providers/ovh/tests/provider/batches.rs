//! How many calls it takes to read, and what may be missing.

use std::time::Duration;

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{Api, InjectedFault, Request, Response};
use octodns_testkit::store::{Pick, Store};
use octodns_testkit::suite::Bench;
use serde_json::{Value as Json, json};

use crate::{fake, suite, suite_of};

/// The service with rows in its zone.
fn filled(mut store: Store, count: usize) -> Store {
    for index in 0..count {
        let row = json!({"subDomain": format!("h-{index}"), "fieldType": "A", "target": "192.0.2.1", "ttl": 60});
        store.plant("unit.tests", row).unwrap();
    }
    store
}

async fn bench(count: usize) -> Bench {
    suite().bench_of(&json!({}), |store| filled(store, count)).await
}

/// Small zones are read row by row, as octoDNS does; many rows come in batches, if the service knows them.
#[tokio::test]
async fn rows_come_in_batches_where_it_pays() {
    for (store, count, calls, again_calls) in [
        // The time of the service, the list, the rows.
        (fake::service(), 50, 1 + 1 + 50, 1 + 1),
        (fake::service(), 120, 1 + 1 + 3, 1 + 3),
        // One try.
        (fake::plain_service(), 120, 1 + 1 + 1 + 120, 1 + 120),
    ] {
        let suite = suite_of(octodns_ovh::register, store);
        let bench = suite.bench_of(&json!({}), |store| filled(store, count)).await;
        let read = bench.harness.read(&bench.zone).await.unwrap();
        assert_eq!((read.zone.len(), bench.asked().len()), (count, calls));
        // Nothing more is tried than is known.
        bench.harness.read(&bench.zone).await.unwrap();
        assert_eq!(bench.asked().len(), again_calls);
    }
}

/// Only the first try is alone: then batches of one zone and of several are read at the same time.
#[tokio::test]
async fn batches_are_read_in_parallel() {
    let bench = bench(220).await;
    bench.harness.read(&bench.zone).await.unwrap();
    bench.asked();
    bench.fake.control().set_latency(Duration::from_millis(20));
    let reads = (0..2).map(|_| bench.harness.read(&bench.zone));
    let reads = futures::future::join_all(reads).await;
    assert!(reads.iter().all(Result::is_ok));
    let most = bench.fake.control().measured().max_at_once();
    assert!(most > 5, "{most}: a zone has five batches");
}

/// A batch that fails, or lacks rows, is completed row by row.
#[tokio::test]
async fn batches_may_lack_rows() {
    let is_batch = |request: &Request| request.header("x-ovh-batch").is_some();
    let lacking = json!([
        {"key": "1", "value": null, "error": {"message": "Internal"}},
        {"key": "2", "value": {"id": 999, "subDomain": "x", "fieldType": "A", "target": "192.0.2.9", "ttl": 60}},
        7,
    ]);
    for fault in [
        Response::json(200, lacking),
        Response::json(200, json!({"message": "what?"})),
        Response::json(400, json!({"message": "what?"})),
        Response::json(500, json!({"message": "what?"})),
        Response::text(200, "<html></html>"),
    ] {
        let bench = bench(60).await;
        bench.faults().after(0, is_batch, InjectedFault::Response(fault.clone()));
        let read = bench.harness.read(&bench.zone).await.unwrap();
        assert_eq!(read.zone.len(), 60, "{fault:?}");
    }
}

/// The service, in which something happens after the first list.
struct Busy {
    store: Store,
    lists: usize,
    then: fn(&mut Store),
}

impl Api for Busy {
    fn response(&mut self, request: &Request) -> Response {
        let response = self.store.response(request);
        if request.path().last() == Some(&"record") {
            self.lists += 1;
            if self.lists == 1 {
                (self.then)(&mut self.store);
            }
        }
        response
    }
}

/// Rows that are deleted, or replaced, between the list and their turn: what is there then is the zone.
#[tokio::test]
async fn rows_may_disappear_while_a_zone_is_read() {
    let replaced = |store: &mut Store| {
        store.delete("unit.tests", Pick::Id("3")).unwrap();
        let row = json!({"subDomain": "h-2", "fieldType": "A", "target": "192.0.2.2", "ttl": 60});
        store.create("unit.tests", &row).unwrap();
    };
    let deleted = |store: &mut Store| store.delete("unit.tests", Pick::Id("3")).unwrap();
    for (then, count) in [(deleted as fn(&mut Store), 9), (replaced, 10)] {
        let busy = |store| Busy { store: filled(store, 10), lists: 0, then };
        let bench = suite().bench_of(&json!({}), busy).await;
        let read = bench.harness.read(&bench.zone).await.unwrap();
        assert_eq!(read.zone.len(), count);
        assert_eq!(bench.fake.api().lists, 2);
    }
}

/// A row that is listed and not found, whenever it is looked for, is an error: never a smaller zone.
#[tokio::test]
async fn rows_that_are_listed_have_to_be_there() {
    let is_third = |request: &Request| request.target.ends_with("/record/3");
    for (row, times, fails) in [
        (json!({"message": "The requested object (id = 3) does not exist"}), 1, false),
        (json!({"message": "The requested object (id = 3) does not exist"}), 1000, true),
    ] {
        let bench = bench(5).await;
        bench.faults().next_of(is_third, times, InjectedFault::json(404, row));
        let read = bench.harness.read_raw(&bench.zone).await;
        if fails {
            let error = read.unwrap_err();
            assert_eq!(error.kind(), Some(ServiceErrorKind::Malformed));
            assert!(error.to_string().contains("record 3"), "{error}");
        } else {
            assert!(read.unwrap());
        }
    }
    for answer in [json!({"id": 4}), Json::Null, json!([])] {
        let bench = bench(5).await;
        bench.faults().next_of(is_third, 1, InjectedFault::json(200, answer));
        let error = bench.harness.read_raw(&bench.zone).await.unwrap_err();
        assert_eq!(error.kind(), Some(ServiceErrorKind::Malformed));
    }
}
