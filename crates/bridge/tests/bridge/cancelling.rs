//! Calls that nobody waits for any more, and those that take too long.

use std::time::Duration;

use octodns_bridge::error::BridgeError;
use octodns_core::OwnedValue;

use crate::support::{Bridge, is_alive, json, pids, until};

fn options(what: &str, bridge: &Bridge) -> OwnedValue {
    json(&format!(r#"{{"what": "{what}", "value": "{}"}}"#, bridge.told().display()))
}

/// A sleep and a loop are interrupted as Ctrl-C would; the process and its other classes go on.
#[tokio::test]
async fn a_call_that_is_dropped_ends_and_the_next_one_runs() {
    let Some(bridge) = Bridge::start().await else { return };
    let pid = bridge.host.hello().pid;
    bridge.provider("next", "Source", octodns_core::Value::NULL).await;
    for what in ["sleep", "busy"] {
        let _ = std::fs::remove_file(bridge.told());
        bridge.provider("hostile", "Hostile", options(what, &bridge)).await;
        let told = bridge.told();
        tokio::select! {
            read = bridge.read("hostile") => panic!("{read:?}"),
            pids = pids(&told) => assert!(is_alive(pids[0])),
        }
        assert_eq!(bridge.read("next").await.unwrap().records.len(), 1);
        assert!(is_alive(pid), "{what}");
    }
}

/// One that waits for its turn is not begun, and keeps nobody from theirs.
#[tokio::test]
async fn a_call_that_waits_can_be_dropped() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("hostile", "Hostile", options("sleep", &bridge)).await;
    bridge.provider("next", "Source", octodns_core::Value::NULL).await;
    tokio::select! {
        read = bridge.read("hostile") => panic!("{read:?}"),
        () = async {
            pids(&bridge.told()).await;
            let waits = tokio::time::timeout(Duration::from_millis(100), bridge.read("next"));
            assert!(waits.await.is_err());
        } => {}
    }
    assert_eq!(bridge.read("next").await.unwrap().records.len(), 1);
}

/// It catches what should end it, so the process is ended after two seconds.
#[tokio::test]
async fn a_call_that_does_not_stop_is_ended_with_the_process() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("hostile", "Hostile", options("stubborn", &bridge)).await;
    let told = bridge.told();
    let pids = tokio::select! {
        read = bridge.read("hostile") => panic!("{read:?}"),
        pids = pids(&told) => pids,
    };
    until("the end", || !is_alive(pids[0])).await;
    let error = bridge.read("hostile").await.unwrap_err();
    // It may be told of the end while it waits, or before.
    let is_over = matches!(error, BridgeError::HadEnded { .. } | BridgeError::Ended { .. });
    assert!(is_over, "{error:?}");
}

#[tokio::test]
async fn a_call_may_take_only_so_long() {
    let Some(bridge) =
        Bridge::start_with(|options| options.timeout = Some(Duration::from_secs(8))).await
    else {
        return;
    };
    bridge.provider("hostile", "Hostile", options("sleep", &bridge)).await;
    let error = bridge.read("hostile").await.unwrap_err();
    assert_eq!(error.to_string(), "gave up after 8 s while hostile was reading example.com.");
    bridge.provider("next", "Source", octodns_core::Value::NULL).await;
    assert_eq!(bridge.read("next").await.unwrap().records.len(), 1);
}
