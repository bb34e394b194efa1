//! Recordings of octoDNS: the same bytes, except where octoDNS writes nothing at all.

use octodns_core::Change;
use octodns_testkit::cassette::{Cassettes, Verdicts};
use octodns_testkit::run::render;

use super::*;

/// The only recording with an empty zone, for which octoDNS writes no files.
const LEFT_UNWRITTEN: &str = "empty-zone.json";

fn shown(change: &Change) -> String {
    let record = change.record();
    format!("{} {} {}", change.verb(), record.name().as_str(), record.record_type())
}

fn recorded(change: &Json) -> String {
    let text = |key: &str| change[key].as_str().unwrap();
    format!("{} {} {}", text("action"), text("name"), text("type"))
}

/// Plans every zone of a recording, and checks each plan.
async fn plans(harness: &Harness, file: &str, recording: &Json) -> Vec<Plan> {
    let mut plans = Vec::new();
    for zone in recording["zones"].as_array().unwrap() {
        let name = zone["zone"].as_str().unwrap();
        match (plan(harness, name, &zone["desired"]).await, zone.get("error")) {
            (Ok(found), None) => {
                let changes = found.iter().flat_map(|plan| &plan.changes).map(shown);
                let expected = zone["changes"].as_array().unwrap().iter().map(recorded);
                assert_eq!(
                    changes.collect::<Vec<_>>(),
                    expected.collect::<Vec<_>>(),
                    "{file} {name}"
                );
                plans.extend(found);
            }
            (Err(report), Some(error)) => {
                let theirs = error["message"].as_str().unwrap();
                let of = theirs.split_once(": ").unwrap().1.split_once(" records").unwrap().0;
                let ours = render(&report);
                assert!(
                    ours.contains(&format!("{of} records are not supported")),
                    "{file}: {ours}"
                );
            }
            (ours, theirs) => panic!("{file} {name}: {ours:?}, recorded: {theirs:?}"),
        }
    }
    plans
}

#[tokio::test]
async fn files_are_as_recorded() {
    let Some(recordings) = Cassettes::raw("etchosts") else { return };
    let mut verdicts = Verdicts::default();
    for (file, recording) in recordings {
        verdicts.check(&file.clone(), is_written(file, recording)).await;
    }
    verdicts.end();
}

async fn is_written(file: String, recording: Json) {
    assert_eq!(recording["id"], "test");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("hosts-dir");
    let harness = harness(&recording["config"], &folder);
    let plans = plans(&harness, &file, &recording).await;
    apply(&harness, &plans).await;
    let mut expected: BTreeMap<String, String> =
        serde_json::from_value(recording.get("files").cloned().unwrap_or(Json::Null))
            .unwrap_or_default();
    if file == LEFT_UNWRITTEN {
        assert_eq!(expected, BTreeMap::new());
        let ruler = "#".repeat(50);
        let text =
            format!("{ruler}\n# octoDNS test full.tests.\n{ruler}\n\n1.1.1.1\twww.full.tests\n\n");
        expected.insert("full.tests.hosts".to_owned(), text);
    }
    assert_eq!(files(&folder), expected);
}
