//! New zones, and the calls that few and many changes take.

use octodns_core::{ServiceErrorKind, ZoneName};
use octodns_testkit::fake::InjectedFault;
use octodns_testkit::suite::{Bench, record};
use serde_json::{Value as Json, json};

use crate::{a, bench, break_write, requests, suite};

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    (0..many).map(|index| a(&format!("host-{index}"), (index + shift) % 250)).collect()
}

#[tokio::test]
async fn a_plan_takes_the_fewest_calls() {
    let bench = suite().bench(&json!({"comment": "by us", "gid": 12345})).await;
    bench.converge(&[a("www", 1)]).await;
    let seen = bench.fake.seen();
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
    let cname = record("www", "CNAME", "host-1.unit.tests.");
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
        bench.asked();
        bench.converge(records).await;
        let found = requests(&bench);
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
            let bench = bench().await;
            break_write(&bench, lost, fault);
            bench.converge(&[a("www", 1)]).await;
        }
    }
    for last in 1..3 {
        let bench = bench().await;
        let refused = InjectedFault::json(403, json!({"detail": "not now"}));
        bench.faults().writes_after(last, refused);
        let applied = bench.apply(&[a("www", 1)]).await;
        assert_eq!(applied.result.unwrap_err().kind(), Some(ServiceErrorKind::Unauthorized));
        bench.faults().clear();
        bench.converge(&[a("www", 1)]).await;
    }
}

#[tokio::test]
async fn a_zone_without_a_contract_is_told_when_planning() {
    let bench = suite().bench(&json!({"contract_id": null})).await;
    let missing = Bench { zone: ZoneName::new("missing.example.").unwrap(), ..bench };
    let told = missing.plan(&[a("www", 1)]).await.unwrap_err();
    let why = "missing.example. does not exist, and creating it needs the option contract_id";
    assert!(told.contains(why), "{told}");
    assert_eq!(requests(&missing), ["GET zones/missing.example/recordsets"]);
}
