//! A host whose frames get lost, come twice or in another order: what is read is all of it, or an error.

use std::time::Duration;

use octodns_bridge::client::Host;
use octodns_bridge::error::BridgeError;
use octodns_bridge::python::Python;

use crate::support::{options, plan_request, populate, python, read, shown};

/// Takes the place of the host: for each call it says what stands in a file, whatever the call is.
const REPLAY: &str = "
import json, os, sys
said = json.load(open(sys.argv[1]))
os.read(0, 0)
stdin = sys.stdin.buffer
stdin.read(int(sys.argv[-1]))
for line in stdin:
    frame = json.loads(line)
    if 'id' in frame:
        sys.stdout.buffer.write(said.pop(0).encode())
        sys.stdout.flush()
";

const HELLO: &str = r#"{"re":1,"ok":{"protocol":1,"python":"3.11.7","executable":"/python","pid":1,"octodns":"1.22.0","types":[]},"sent":0}
"#;

/// The parts of a zone of three records; the zone is number 2, the call 3.
const ZONE: [&str; 5] = [
    r#"{"zone":2,"for":3,"records":[["a","A",{"ttl":1,"value":"192.0.2.1"},null,null]]}"#,
    r#"{"log":10,"logger":"x","message":"half of it","for":3}"#,
    r#"{"zone":2,"for":3,"records":[["b","A",{"ttl":1,"value":"192.0.2.2"},null,null],["c","A",{"ttl":1,"value":"192.0.2.3"},null,null]]}"#,
    r#"{"beat":3,"do":"populate","seconds":5,"at":""}"#,
    r#"{"re":3,"ok":{"exists":true},"sent":3}"#,
];

/// The parts of a plan; the zone is number 2, the plan 3, the call 4.
const PLAN: [&str; 3] = [
    r#"{"plan":3,"for":4,"changes":[{"op":"Create","name":"a","type":"A","new":["a","A",{"ttl":1,"value":"192.0.2.1"},null,null]}]}"#,
    r#"{"plan":3,"for":4,"changes":[{"op":"Delete","name":"b","type":"A","existing":["b","A",{"ttl":1,"value":"192.0.2.2"},null,null]}]}"#,
    r#"{"re":4,"ok":{"exists":true,"existing":1,"meta":null,"meta_text":null,"update":0.3,"delete":0.3},"sent":2}"#,
];

/// A host that says this in answer to its second call.
async fn start(python: &Python, folder: &std::path::Path, said: &str) -> Host {
    let script = folder.join("replay.py");
    std::fs::write(&script, REPLAY).unwrap();
    let file = folder.join("said.json");
    std::fs::write(&file, serde_json::json!([HELLO, said]).to_string()).unwrap();
    let mut python = python.clone();
    python.arguments = vec!["-S".into(), script.into(), file.into()];
    Host::start(&python, options(folder)).await.unwrap()
}

/// Every way to lose, double, swap and cut the lines.
fn changed(lines: &[&str]) -> Vec<(String, String)> {
    let whole = |lines: &[&str]| lines.join("\n") + "\n";
    let mut all = vec![("all".to_owned(), whole(lines))];
    for one in 0..lines.len() {
        let mut lost = lines.to_vec();
        lost.remove(one);
        all.push((format!("{one} lost"), whole(&lost)));
        let mut twice = lines.to_vec();
        twice.insert(one, lines[one]);
        all.push((format!("{one} twice"), whole(&twice)));
        let half = &lines[one][..lines[one].len() / 2];
        let mut cut = lines.to_vec();
        cut[one] = half;
        all.push((format!("{one} cut"), whole(&cut)));
        for other in one + 1..lines.len() {
            let mut swapped = lines.to_vec();
            swapped.swap(one, other);
            all.push((format!("{one} and {other} swapped"), whole(&swapped)));
        }
    }
    all
}

/// Nothing that is not said in the end is waited for long: the process has said all it has to say.
async fn in_time<T>(
    what: &str,
    call: impl Future<Output = Result<T, BridgeError>>,
) -> Option<Result<T, BridgeError>> {
    // A reply that is lost is the only thing that is waited for.
    let is_lost = what.ends_with("lost");
    let limit = if is_lost { Duration::from_secs(10) } else { Duration::from_secs(120) };
    let done = tokio::time::timeout(limit, call).await;
    assert!(done.is_ok() || is_lost, "{what}");
    done.ok()
}

#[tokio::test]
async fn a_zone_is_read_whole_or_not_at_all() {
    let Some(python) = python() else { return };
    let mut whole = Vec::new();
    for (what, said) in changed(&ZONE) {
        let folder = tempfile::tempdir().unwrap();
        let host = start(&python, folder.path(), &said).await;
        let zone = host.zone();
        let request = populate("x", zone.number(), false);
        match in_time(&what, read(&host, request)).await {
            Some(Ok((_, delta))) => {
                assert_eq!(shown(&delta.records).len(), 3, "{what}");
                whole.push(what);
            }
            Some(Err(error)) => {
                assert!(matches!(error, BridgeError::Malformed { .. }), "{what}: {error:?}");
            }
            None => {}
        }
    }
    // Records, and the lines that are none, may come in any order before the reply; after it nothing counts.
    let expected = [
        "all",
        "0 and 1 swapped",
        "0 and 2 swapped",
        "0 and 3 swapped",
        "1 lost",
        "1 twice",
        "1 and 2 swapped",
        "1 and 3 swapped",
        "2 and 3 swapped",
        "3 lost",
        "3 twice",
        "3 and 4 swapped",
        "4 twice",
    ];
    assert_eq!(whole, expected);
}

#[tokio::test]
async fn a_plan_is_made_whole_or_not_at_all() {
    let Some(python) = python() else { return };
    let mut whole = Vec::new();
    for (what, said) in changed(&PLAN) {
        let folder = tempfile::tempdir().unwrap();
        let host = start(&python, folder.path(), &said).await;
        let (zone, plan) = (host.zone(), host.plan_number());
        let request = plan_request("x", zone.number(), plan.number());
        match in_time(&what, host.plan(request, None)).await {
            Some(Ok(planned)) => {
                assert_eq!(planned.unwrap().changes.len(), 2, "{what}");
                whole.push(what);
            }
            Some(Err(error)) => {
                assert!(matches!(error, BridgeError::Malformed { .. }), "{what}: {error:?}");
            }
            None => {}
        }
    }
    assert_eq!(whole, ["all", "0 and 1 swapped", "2 twice"]);
}
