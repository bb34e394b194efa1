//! Takes runs back: the zone is as it was, to the byte.

use std::fs;
use std::sync::Arc;

use octodns::journal::{Run, RunState};
use octodns::{RecoverOptions, SyncOptions};

use crate::child::{applied, run_until, undo_until};
use crate::services::{self, Target};
use crate::setup::{CHANGES, manager};

fn of(run: &Run) -> RecoverOptions {
    applied(run.id.as_str())
}

async fn takes_back(target: &Target) {
    let repository = &target.repository;
    repository.reset().await;
    let before = target.held().await;
    repository.manager().sync(&SyncOptions::forced()).await.unwrap();
    let after = target.held().await;
    assert_ne!(before, after);
    let manager = repository.manager();
    let mut options = of(&repository.runs()[0]);

    // First it is shown.
    options.apply = false;
    let shown = manager.undo(&options).await.unwrap();
    assert_eq!((shown.sync.planned, shown.already, shown.conflicts), (CHANGES, 0, 0));
    assert_eq!(target.held().await, after);
    options.apply = true;
    let done = manager.undo(&options).await.unwrap();
    assert_eq!(done.sync.planned, CHANGES);
    assert_eq!(target.held().await, before);
    let runs = repository.runs();
    let states: Vec<_> = runs.iter().map(|run| run.state.clone()).collect();
    assert_eq!(states, [RunState::Finished, RunState::Undone]);

    // Taken back twice, it stays taken back; the taking back can be taken back.
    let again = manager.undo(&options).await.unwrap();
    assert_eq!((again.sync.planned, again.already), (0, CHANGES));
    assert_eq!(repository.runs().len(), 2);
    assert_eq!(target.held().await, before);
    manager.undo(&of(&runs[0])).await.unwrap();
    assert_eq!(target.held().await, after);
}

/// What a run did before it died is taken back, also what is not known to be done.
async fn takes_back_a_part(target: &Target, point: usize) {
    let repository = &target.repository;
    repository.reset().await;
    let before = target.held().await;
    assert!(run_until(repository, point).is_some());
    let manager = repository.manager();
    manager.undo(&of(&repository.runs()[0])).await.unwrap();
    assert_eq!(target.held().await, before);
    // There is nothing to finish any more.
    assert_eq!(manager.resume(&RecoverOptions::default()).await.unwrap().run, None);
}

/// Taking a run back is a run as well: killed at any point, it is finished, and what it takes back is undone then.
async fn is_taken_back_in_spite_of_kills(target: &Target) {
    let repository = &target.repository;
    for point in 0.. {
        repository.reset().await;
        let before = target.held().await;
        repository.manager().sync(&SyncOptions::forced()).await.unwrap();
        let run = repository.runs()[0].id.to_string();
        if undo_until(repository, &run, point).is_none() {
            assert!(point > 1, "{point}");
            return;
        }
        let states: Vec<_> = repository.runs().into_iter().map(|run| run.state).collect();
        assert_eq!(states[1], RunState::Finished, "{point}: it is not undone yet");
        let mut options = RecoverOptions::default();
        options.apply = true;
        let manager = repository.manager();
        manager.resume(&options).await.unwrap();
        assert_eq!(target.held().await, before, "{point}");
        let first = repository.runs().pop().unwrap();
        assert_eq!((first.id.as_str(), first.state), (&*run, RunState::Undone), "{point}");
        assert_eq!(manager.resume(&options).await.unwrap().run, None, "{point}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills() {
    is_taken_back_in_spite_of_kills(&services::rows().await).await;
    is_taken_back_in_spite_of_kills(&services::files()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fakes() {
    for target in [services::rows().await, services::sets().await] {
        takes_back(&target).await;
        for point in [0, 1, 5, 10] {
            takes_back_a_part(&target, point).await;
        }
    }
    for target in [services::batch().await, services::whole().await] {
        takes_back(&target).await;
        takes_back_a_part(&target, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files() {
    takes_back(&services::files()).await;
    takes_back_a_part(&services::files(), 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers() {
    for target in [services::updates(), services::power()].into_iter().flatten() {
        takes_back(&target).await;
        takes_back_a_part(&target, 1).await;
    }
}

/// What somebody else changed since is left alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_are_listed_and_not_overwritten() {
    let target = services::files();
    let repository = &target.repository;
    repository.reset().await;
    repository.manager().sync(&SyncOptions::forced()).await.unwrap();
    let run = repository.runs()[0].clone();
    let file = repository.path().join("target/unit.tests.yaml");
    let theirs = target.held().await.replace("192.0.2.10", "192.0.2.99");
    fs::write(&file, &theirs).unwrap();

    let manager = repository.manager();
    let failure = manager.undo(&of(&run)).await.unwrap_err();
    let found: Vec<_> = failure.report.iter().collect();
    let [conflict] = found[..] else { panic!("{failure:?}") };
    assert_eq!((&*conflict.code, &*conflict.subject), ("conflict", "www.unit.tests. A (target)"));
    for part in ["192.0.2.10", "192.0.2.4", "192.0.2.99"] {
        assert!(conflict.message.contains(part), "{}", conflict.message);
    }
    assert_eq!(target.held().await, theirs, "nothing was taken back");
    let mut options = of(&run);
    options.skip_conflicts = true;
    let done = manager.undo(&options).await.unwrap();
    assert_eq!((done.sync.planned, done.conflicts), (CHANGES - 1, 1));
    let held = target.held().await;
    assert!(held.contains("192.0.2.99") && held.contains("before"), "{held}");
    assert_eq!(repository.runs().last().unwrap().state, RunState::Finished);
}

/// A process that takes a run back may die when all is done and not yet noted in the journal of that run. What is left
/// of the run would be half of what it was for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_so_without_a_note() {
    let target = services::rows().await;
    let repository = &target.repository;
    for point in [3, usize::MAX] {
        repository.reset().await;
        let before = target.held().await;
        run_until(repository, point);
        let run = repository.runs()[0].clone();
        let journal = repository.journal();
        let noted = fs::read_to_string(&journal).unwrap();
        let manager = repository.manager();
        manager.undo(&of(&run)).await.unwrap();
        assert_ne!(fs::read_to_string(&journal).unwrap(), noted, "it is noted");
        fs::write(&journal, noted).unwrap();
        let states: Vec<_> = repository.runs().into_iter().map(|run| run.state).collect();
        assert_eq!(states, [RunState::Finished, RunState::Undone], "{point}");
        let mut options = RecoverOptions::default();
        options.apply = true;
        assert_eq!(manager.resume(&options).await.unwrap().run, None, "{point}");
        let failure = manager.resume(&of(&run)).await.unwrap_err();
        assert!(failure.to_string().contains("was taken back by 2"), "{failure}");
        assert_eq!(target.held().await, before, "{point}");
    }
}

/// A resumed run may die as well when all is done and not yet noted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_finished_is_so_without_a_note() {
    let target = services::rows().await;
    let repository = &target.repository;
    repository.reset().await;
    run_until(repository, 3);
    let journal = repository.journal();
    let noted = fs::read_to_string(&journal).unwrap();
    let mut options = RecoverOptions::default();
    options.apply = true;
    repository.manager().resume(&options).await.unwrap();
    fs::write(&journal, noted).unwrap();
    assert!(repository.runs().iter().all(|run| run.state == RunState::Finished));
    assert_eq!(repository.manager().resume(&options).await.unwrap().run, None);
}

/// The same id may be that of another account or folder by now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_another_one_now_is_an_error() {
    let target = services::files();
    let repository = &target.repository;
    repository.reset().await;
    run_until(repository, 0);
    let run = repository.runs()[0].clone();
    let config = repository.path().join("desired.yaml");
    let text = fs::read_to_string(&config).unwrap();
    let other = repository.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(repository.path().join("target/unit.tests.yaml"), other.join("unit.tests.yaml"))
        .unwrap();
    fs::write(&config, text.replace("/target'", "/other'")).unwrap();
    let before = fs::read_to_string(other.join("unit.tests.yaml")).unwrap();
    for undo in [false, true] {
        let manager = repository.manager();
        let run = of(&run);
        let result = if undo { manager.undo(&run).await } else { manager.resume(&run).await };
        let failure = result.unwrap_err();
        assert!(failure.to_string().contains("was of another account"), "{failure}");
    }
    assert_eq!(fs::read_to_string(other.join("unit.tests.yaml")).unwrap(), before);
    // What does not tell one account from another may change.
    let text = text
        .replace("{class: yaml, directory: '", "{class: yaml, enforce_order: false, directory: '");
    fs::write(&config, text).unwrap();
    assert_eq!(repository.manager().resume(&of(&run)).await.unwrap().sync.planned, CHANGES);
}

/// A run of another config, or of a target that is another one now, is not guessed at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_gone_is_an_error() {
    let target = services::files();
    let repository = &target.repository;
    repository.reset().await;
    repository.manager().sync(&SyncOptions::forced()).await.unwrap();
    let run = repository.runs()[0].clone();
    let config = repository.path().join("desired.yaml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("  target: ", "  other: ").replace("[target]", "[other]");
    fs::write(&config, text).unwrap();
    let failure =
        manager(repository.path(), "desired", Arc::new(())).undo(&of(&run)).await.unwrap_err();
    assert!(failure.to_string().contains("is not configured any more"), "{failure}");
}
