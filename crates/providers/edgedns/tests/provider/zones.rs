//! New zones, and the calls that few and many changes take.

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::run::render;
use serde_json::{Value as Json, json};

use crate::{a, apply_after, break_write, converge, harness, requests, service, zone};

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    (0..many).map(|index| a(&format!("host-{index}"), (index + shift) % 250)).collect()
}

#[tokio::test]
async fn a_plan_takes_the_fewest_calls() {
    let fake = Fake::start(service::service()).await;
    let harness = harness(&fake, &json!({"comment": "by us", "gid": 12345}));
    converge(&harness, &[a("www", 1)]).await;
    let seen = fake.seen();
    let query = |path: &str| {
        let found = seen.iter().find(|seen| seen.target.contains(path)).unwrap();
        found.target.split_once('?').unwrap().1.to_owned()
    };
    assert_eq!(query("/zones?"), "contractId=C-TEST1&gid=12345");
    assert_eq!(query("/submit"), "comment=by+us");
    let list = [
        "POST changelists",
        "GET changelists/Z/recordsets",
        "POST changelists/Z/recordsets",
        "POST changelists/Z/submit",
    ];
    let cname = json!({"name": "www", "type": "CNAME", "ttl": 300, "value": "host-1.unit.tests."});
    let created = [vec![a("www", 1)], addresses(1000, 0)].concat();
    let updated = [vec![a("www", 1)], addresses(1000, 1)].concat();
    let renamed = [vec![cname.clone()], updated[1..].to_vec()].concat();
    let mut few = renamed.clone();
    few.truncate(1000);
    (few[1], few[2]) = (a("host-0", 9), a("new", 1));
    for (records, calls) in [
        (&created, &["POST zones/Z/recordsets"][..]),
        (&updated, &list[..]),
        // A name with two changes has an answer all the time.
        (&renamed, &list[..]),
        (&few, &list[..]),
        (
            &[vec![cname.clone(), a("host-0", 7)], few[2..].to_vec()].concat(),
            &["PUT zones/Z/names/host-0.Z/types/A"][..],
        ),
        (
            &[vec![cname, a("host-0", 8), a("other", 1), a("third", 1)], few[3..].to_vec()]
                .concat(),
            &[
                "DELETE zones/Z/names/new.Z/types/A",
                "POST zones/Z/recordsets",
                "PUT zones/Z/names/host-0.Z/types/A",
            ][..],
        ),
    ] {
        requests(&fake);
        converge(&harness, records).await;
        let found = requests(&fake);
        // A read each for the plan before and after.
        assert_eq!(found[1..found.len() - 1], *calls);
        assert!(
            [&found[0], &found[found.len() - 1]]
                .into_iter()
                .all(|call| call == "GET zones/Z/recordsets")
        );
    }
}

/// Whatever is lost when a zone is made, and wherever a run ends before it has a version.
#[tokio::test]
async fn a_zone_is_made_once_and_completed() {
    for lost in 0..4 {
        for fault in [
            InjectedFault::BreakAfter,
            InjectedFault::BreakBefore,
            InjectedFault::unavailable(),
            InjectedFault::unavailable_after(),
        ] {
            let fake = Fake::start(service::service()).await;
            let harness = harness(&fake, &json!({}));
            break_write(&fake, lost, fault);
            converge(&harness, &[a("www", 1)]).await;
            fake.control().faults().clear();
        }
    }
    for last in 1..3 {
        let fake = Fake::start(service::service()).await;
        let harness = harness(&fake, &json!({}));
        let refused = InjectedFault::Response(Response::json(403, json!({"detail": "not now"})));
        fake.control().faults().writes_after(last, refused);
        let applied = apply_after(&harness, &[a("www", 1)], || {}).await;
        assert_eq!(applied.result.unwrap_err().kind(), Some(ServiceErrorKind::Unauthorized));
        fake.control().faults().clear();
        converge(&harness, &[a("www", 1)]).await;
    }
}

#[tokio::test]
async fn a_zone_without_a_contract_is_told_when_planning() {
    let fake = Fake::start(service::service()).await;
    let harness = harness(&fake, &json!({"contract_id": null}));
    let report = harness.plan(&harness.zone(&zone(), &[a("www", 1)])).await.unwrap_err();
    let told = render(&report);
    assert!(
        told.contains("unit.tests. does not exist, and creating it needs the option contract_id"),
        "{told}"
    );
    assert_eq!(requests(&fake), ["GET zones/Z/recordsets"]);
}
