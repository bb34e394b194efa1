use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::kind::RunFor;
use super::super::line::{Line, Written};
use super::*;
use crate::journal::RunState;
use crate::run_id::time;
use crate::stored::StoredPlan;

const DAY: Duration = Duration::from_hours(24);

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_084_342)
}

fn clock(at: SystemTime) -> Clock {
    Arc::new(move || Some(at))
}

fn plan() -> StoredPlan {
    let change =
        r#"{"name": "www", "type": "A", "after": {"data": {"ttl": 60, "value": "192.0.2.1"}}}"#;
    let text = format!(
        r#"{{"zone": "unit.tests.", "target": "dns", "class": "C", "exists": true,
            "thresholds": {{"update": 0.3, "delete": 0.3}}, "changes": [{change}]}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// A run that started at a time and did everything.
fn run(folder: &JournalFolder, at: SystemTime, random: &str) -> Recording {
    let id = RunId::new(at, random).unwrap();
    let mut header = Header::new(id, time(at).unwrap(), RunFor::default());
    header.plans = vec![plan()];
    folder.create(&clock(at), &header).unwrap()
}

async fn finished(folder: &JournalFolder, at: SystemTime, random: &str) -> RunId {
    let recording = run(folder, at, random);
    let at = String::new;
    let sending = Line::Sending { at: at(), plan: 0, attempt: 0, changes: vec![0] };
    recording.write_before(sending).await.unwrap();
    let outcome = Written::Applied;
    recording.write(&Line::Ended { at: at(), plan: 0, attempt: 0, changes: vec![0], outcome });
    recording.finish().await.unwrap();
    recording.run().clone()
}

#[tokio::test]
async fn runs_are_listed_the_newest_first_with_what_became_of_them() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path().join("state/runs"));
    assert!(folder.runs().unwrap().runs.is_empty());
    let first = finished(&folder, start(), "aaaaaa").await;
    let second = run(&folder, start() + Duration::from_secs(1), "bbbbbb");
    let id = second.run().clone();
    fs::write(folder.file(&"20200101-000000-cccccc".parse().unwrap()), "what?\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "not a journal").unwrap();
    let states = || {
        let runs = folder.runs().unwrap().runs;
        runs.into_iter().map(|run| (run.id.to_string(), run.state)).collect::<Vec<_>>()
    };
    let found = states();
    assert_eq!(found[0], (id.to_string(), RunState::Running));
    assert_eq!(found[1], (first.to_string(), RunState::Finished));
    assert!(
        matches!(&found[2].1, RunState::Unreadable(why) if why.contains("first line")),
        "{found:?}"
    );
    drop(second);
    assert_eq!(states()[0].1, RunState::Interrupted);
    assert_eq!(states().len(), 3);

    assert_eq!(folder.find("bbbbbb").unwrap(), id);
    assert_eq!(folder.find("20261201-001902").unwrap(), first);
    for (text, told) in [("2026", "several runs"), ("", "no run"), ("\u{1b}x", "\"\\x1bx\"")] {
        let error = folder.find(text).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_journals() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path().join("state/runs"));
    let id = finished(&folder, start(), "aaaaaa").await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.file(&id)), 0o600);
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&place.path().join("state")), 0o700);
}

#[tokio::test]
async fn old_runs_go_and_unfinished_ones_stay_for_longer() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let mut kept = Vec::new();
    for day in 0..6 {
        kept.push(finished(&folder, start() + DAY * day, "aaaaaa").await);
    }
    let interrupted = run(&folder, start() + DAY / 2, "bbbbbb").run().clone();
    let running = run(&folder, start() - DAY * 30, "cccccc");
    let now = Some(start() + DAY * 6);
    folder.prune(Retention { keep: 3, keep_days: 90 }, now);
    let left = || {
        let mut ids = folder.ids().unwrap();
        ids.sort();
        ids
    };
    // Two, and the one that is about to start.
    let expected = [running.run(), &interrupted, &kept[4], &kept[5]];
    assert_eq!(left().iter().collect::<Vec<_>>(), expected);
    folder.prune(Retention { keep: 3, keep_days: 5 }, now);
    assert_eq!(left().iter().collect::<Vec<_>>(), [running.run(), &kept[4], &kept[5]]);
    // Without a clock nothing is old.
    folder.prune(Retention { keep: 3, keep_days: 0 }, None);
    assert_eq!(left().len(), 3);
}

#[tokio::test]
async fn what_was_torn_is_cut_off_before_more_is_written() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let id = run(&folder, start(), "aaaaaa").run().clone();
    let whole = fs::read(folder.file(&id)).unwrap();
    fs::write(folder.file(&id), [&whole[..], b"{\"line\":\"send"].concat()).unwrap();
    let recorded = folder.read(&id).unwrap();
    let earlier = folder.reopen(&recorded, &clock(start())).unwrap();
    earlier.settle(0, vec![0], None).await.unwrap();
    let error = folder.reopen(&recorded, &clock(start())).err().unwrap();
    assert_eq!(error.to_string(), "another process is writing to it");
    assert_eq!(earlier.unwritten.load(Ordering::Relaxed), 0);
    assert!(!folder.read(&id).unwrap().has_left());
}

#[tokio::test]
async fn a_journal_that_cannot_be_started_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), "").unwrap();
    let folder = JournalFolder::new(place.path().join("file/runs"));
    let id = RunId::new(start(), "aaaaaa").unwrap();
    let header = Header::new(id.clone(), String::new(), RunFor::default());
    assert!(folder.create(&clock(start()), &header).is_err());
    let folder = JournalFolder::new(place.path());
    assert!(folder.create(&clock(start()), &header).is_ok());
    let error = folder.create(&clock(start()), &header).err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    // The journal of another run under this name is not this run's.
    let other: RunId = "20200101-000000-cccccc".parse().unwrap();
    fs::copy(folder.file(&id), folder.file(&other)).unwrap();
    let error = folder.read(&other).unwrap_err().to_string();
    assert!(error.contains("the journal of another run"), "{error}");
}
