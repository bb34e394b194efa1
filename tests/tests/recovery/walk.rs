//! Kills a run at every point, looks at what is known of it, and finishes it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use octodns::RecoverOptions;
use octodns::journal::RunState;

use crate::child::{Death, run_until};
use crate::services::{self, Target};
use crate::setup::CHANGES;

/// How the journal was left.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Left {
    /// With the line about what was to be sent, or sent.
    Whole,
    /// Before the line about what was to be sent was written.
    WithoutLine,
    /// In the middle of a line.
    Torn,
}

impl Left {
    /// Leaves a journal so; `false` if the process cannot have died so.
    fn leave(self, journal: &Path, death: &Death) -> bool {
        let text = fs::read_to_string(journal).unwrap();
        let start = text.trim_end().rfind('\n').unwrap() + 1;
        let last = &text[start..];
        // What others send at the same time has its line.
        let is_own = death.before.is_some_and(|attempt| {
            !last.contains("ended\"") && last.contains(&format!("\"attempt\":{attempt},"))
                || last.contains(&format!("\"attempt\":{attempt}}}"))
        });
        match self {
            Self::Whole => {}
            Self::WithoutLine if is_own => fs::write(journal, &text[..start]).unwrap(),
            Self::WithoutLine => return false,
            Self::Torn if is_own => fs::write(journal, &text[..start + last.len() / 2]).unwrap(),
            Self::Torn => fs::write(journal, format!("{text}{{\"line\":\"ended\",\"at\"")).unwrap(),
        }
        true
    }
}

/// Kills runs at every point, and returns how many points there are.
async fn walk(target: &Target) -> usize {
    let repository = &target.repository;
    repository.reset().await;
    assert_eq!(repository.left_to("desired").await, CHANGES);
    assert!(run_until(repository, usize::MAX).is_none(), "nothing kills it");
    let whole = target.held().await;
    for point in 0.. {
        for left in [Left::Whole, Left::WithoutLine, Left::Torn] {
            repository.reset().await;
            let Some(death) = run_until(repository, point) else { return point };
            // What was under way is received.
            tokio::time::sleep(Duration::from_millis(20)).await;
            if left.leave(&repository.journal(), &death) {
                let case = format!("point {point}, {left:?}, {death:?}");
                is_told_truly(target, &case).await;
                is_finished(target, &whole, &case).await;
            }
        }
    }
    unreachable!("a run ends")
}

/// What is listed about the run is so.
async fn is_told_truly(target: &Target, case: &str) {
    let left = target.repository.left_to("desired").await;
    let runs = target.repository.runs();
    let [run] = &runs[..] else { panic!("{case}: {runs:?}") };
    let done = CHANGES - left;
    assert_eq!(run.applied + run.unknown + run.not_tried + run.failed, CHANGES, "{case}: {run:?}");
    assert_eq!(run.failed, 0, "{case}: {run:?}");
    assert!(run.applied <= done && done <= run.applied + run.unknown, "{case}: {done}, {run:?}");
    let expected = if run.applied == CHANGES { RunState::Finished } else { RunState::Interrupted };
    assert_eq!(run.state, expected, "{case}");
}

/// The run is finished once, and then there is nothing left of it.
async fn is_finished(target: &Target, whole: &str, case: &str) {
    let (manager, before) = (target.repository.manager(), target.held().await);
    let mut options = RecoverOptions::default();
    let shown = manager.resume(&options).await.unwrap();
    let left = target.repository.left_to("desired").await;
    assert_eq!((shown.sync.planned, shown.conflicts), (left, 0), "{case}");
    assert_eq!(target.held().await, before, "{case}: it was only shown");
    options.apply = true;
    let run = shown.run.clone();
    let done = manager.resume(&options).await.unwrap();
    assert_eq!((done.run, done.sync.planned), (run.clone(), left), "{case}");
    assert_eq!(target.held().await, whole, "{case}");
    let runs = target.repository.runs();
    assert!(runs.iter().all(|run| run.state == RunState::Finished), "{case}: {runs:?}");
    assert_eq!(runs.len(), 1 + usize::from(left > 0), "{case}: {runs:?}");
    // Again, and by its name.
    assert_eq!(manager.resume(&options).await.unwrap().run, None, "{case}");
    options.run = runs.last().map(|run| run.id.to_string());
    let again = manager.resume(&options).await.unwrap();
    assert_eq!((again.sync.planned, again.conflicts), (0, 0), "{case}");
    assert_eq!(target.repository.runs().len(), runs.len(), "{case}");
    assert_eq!(target.held().await, whole, "{case}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows() {
    let points = walk(&services::rows().await).await;
    assert!(points >= CHANGES * 2, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sets() {
    let points = walk(&services::sets().await).await;
    assert!(points >= CHANGES * 2, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch() {
    let points = walk(&services::batch().await).await;
    assert!(points > CHANGES, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_zone() {
    let points = walk(&services::whole().await).await;
    assert!(points > CHANGES, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files() {
    let points = walk(&services::files()).await;
    assert!(points > CHANGES, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates() {
    let Some(target) = services::updates() else { return };
    let points = walk(&target).await;
    assert!(points > CHANGES, "{points}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_an_api() {
    let Some(target) = services::power() else { return };
    let points = walk(&target).await;
    assert!(points > CHANGES, "{points}");
}
