use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::kind::{RunFor, RunKind};
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
    let (recorded, earlier) = folder.reopen(&id, &clock(start())).unwrap();
    assert!(recorded.has_left());
    earlier.settle(0, (vec![0], false), None).await.unwrap();
    assert!(folder.reopen(&id, &clock(start())).err().unwrap().is_busy());
    assert_eq!(earlier.unwritten.load(Ordering::Relaxed), 0);
    assert!(!folder.read(&id).unwrap().has_left());
}

/// What another process noted since a journal was looked at is not lost.
#[tokio::test]
async fn a_journal_is_read_when_nobody_else_writes_to_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let id = run(&folder, start(), "aaaaaa").run().clone();
    let (_, other) = folder.reopen(&id, &clock(start())).unwrap();
    let (later, of) = (folder.clone(), id.clone());
    let waiting =
        std::thread::spawn(move || later.reopen(&of, &clock(start())).map(|(seen, _)| seen));
    other.settle(0, (vec![0], false), None).await.unwrap();
    drop(other);
    assert!(!waiting.join().unwrap().unwrap().has_left());
    assert!(!folder.read(&id).unwrap().has_left());
}

/// Lists of runs look at the locks of journals, and nobody is to mind.
#[tokio::test]
async fn looking_at_a_run_does_not_disturb_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let id = run(&folder, start(), "aaaaaa").run().clone();
    let looking = File::open(folder.file(&id)).unwrap();
    FileExt::try_lock_shared(&looking).unwrap();
    let (later, of) = (folder.clone(), id.clone());
    let waiting = std::thread::spawn(move || later.reopen(&of, &clock(start())).is_ok());
    std::thread::sleep(Duration::from_millis(50));
    drop(looking);
    assert!(waiting.join().unwrap());
}

/// Opening a pipe waits for whoever writes to it.
#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let id = finished(&folder, start(), "aaaaaa").await;
    let pipe = RunId::new(start() + DAY, "bbbbbb").unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.file(&pipe)).status();
    assert!(made.unwrap().success());
    let (sender, receiver) = std::sync::mpsc::channel();
    let looking = folder.clone();
    std::thread::spawn(move || {
        looking.prune(Retention::default(), Some(start()));
        let runs = looking.runs().unwrap();
        let _ = sender.send(runs.runs.into_iter().map(|run| run.id).collect::<Vec<_>>());
    });
    let seen = receiver.recv_timeout(Duration::from_secs(60)).expect("waits for the pipe");
    assert!(seen.len() == 2 && seen.contains(&pipe) && seen.contains(&id), "{seen:?}");
}

/// A run of this kind for an earlier one, which did everything; and whether it leaves nothing of that out.
fn later(folder: &JournalFolder, kind: RunKind, of: &RunId, is_whole: bool, random: &str) -> RunId {
    let id = RunId::new(start() + DAY, random).unwrap();
    let run_for = RunFor { kind, of: Some(of.clone()), is_whole };
    let mut header = Header::new(id.clone(), time(start()).unwrap(), run_for);
    header.plans = vec![plan()];
    let recording = folder.create(&clock(start()), &header).unwrap();
    let at = String::new;
    let changes = || vec![0];
    recording.write(&Line::Sending { at: at(), plan: 0, attempt: 0, changes: changes() });
    let outcome = Written::Applied;
    recording.write(&Line::Ended { at: at(), plan: 0, attempt: 0, changes: changes(), outcome });
    id
}

/// A process that finishes a run, or takes it back, may die before it notes that in the journal of the run.
#[tokio::test]
async fn what_later_runs_did_counts_though_it_was_not_noted() {
    use RunState::{Finished, Interrupted, Undone};
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let state = |id: &RunId| {
        let runs = folder.runs().unwrap().runs;
        runs.into_iter().find(|run| run.id == *id).unwrap().state
    };
    let first = run(&folder, start(), "aaaaaa").run().clone();
    later(&folder, RunKind::Undo, &first, false, "000001");
    later(&folder, RunKind::Resume, &first, false, "000002");
    assert_eq!(state(&first), Interrupted, "some of it was left out");
    let resumed = later(&folder, RunKind::Resume, &first, true, "000003");
    assert_eq!((state(&first), state(&resumed)), (Finished, Finished));
    let undone = later(&folder, RunKind::Undo, &first, true, "000004");
    assert_eq!((state(&first), state(&undone)), (Undone, Finished));
    let recorded = folder.recall(&first).unwrap();
    assert!(recorded.is_undone && !recorded.has_left());
    assert_eq!(recorded.undone_by, Some(undone.clone()));
    // Taken back itself, it has taken back nothing, whatever was noted.
    let (_, noting) = folder.reopen(&first, &clock(start())).unwrap();
    noting.undone(Some(undone.clone())).await.unwrap();
    drop(noting);
    let again = later(&folder, RunKind::Undo, &undone, true, "000005");
    assert_eq!([&first, &undone, &again].map(state), [Finished, Undone, Finished]);
    // And so on; two runs that have taken back each other end the search.
    let third = later(&folder, RunKind::Undo, &again, true, "000006");
    assert_eq!([&first, &undone, &again, &third].map(state), [Undone, Finished, Undone, Finished]);
    let (_, noting) = folder.reopen(&third, &clock(start())).unwrap();
    noting.undone(Some(third.clone())).await.unwrap();
    drop(noting);
    assert_eq!(folder.runs().unwrap().runs.len(), 7);
}

/// Of what is begun just now the header may not be there yet.
#[tokio::test]
async fn a_run_that_begins_is_running() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let begun = run(&folder, start(), "aaaaaa");
    let whole = fs::read(begun.path()).unwrap();
    fs::write(begun.path(), &whole[..20]).unwrap();
    assert_eq!(folder.runs().unwrap().runs[0].state, RunState::Running);
}

/// In a folder of others a link would have any file of this user cut off and written to.
#[cfg(unix)]
#[tokio::test]
async fn a_link_is_read_and_not_written() {
    let place = tempfile::tempdir().unwrap();
    let folder = JournalFolder::new(place.path());
    let id = run(&folder, start(), "aaaaaa").run().clone();
    let other = place.path().join("other");
    fs::rename(folder.file(&id), &other).unwrap();
    std::os::unix::fs::symlink(&other, folder.file(&id)).unwrap();
    assert!(folder.recall(&id).is_ok());
    let error = folder.reopen(&id, &clock(start())).err().unwrap();
    assert!(matches!(error, NotReopened::Closed(error) if error.to_string() == "it is a link"));
    assert!(!folder.is_everybodys());
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(place.path(), open).unwrap();
    assert!(folder.is_everybodys());
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
