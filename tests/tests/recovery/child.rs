//! A process that applies plans and kills itself at a point.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use octodns::{RecoverOptions, SyncOptions};
use octodns_core::apply_log::{ApplySink, Entry, Outcome};
use octodns_core::async_trait;
use octodns_core::provider::Cause;

use crate::setup::{Repository, manager};

/// The environment variables that make a test a child: its folder and its point.
const FOLDER: &str = "OCTODNS_RECOVERY_FOLDER";
const POINT: &str = "OCTODNS_RECOVERY_POINT";

/// The run that it takes back, if so.
const UNDO: &str = "OCTODNS_RECOVERY_UNDO";

/// Kills this process at a point. Points are before what is sent, when it is written down, and after it, before its
/// outcome is.
struct Dying {
    left: AtomicUsize,
    folder: PathBuf,
}

impl Dying {
    fn step(&self, what: &str, attempt: usize) {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return;
        }
        std::fs::write(self.folder.join("died"), format!("{what} {attempt}")).unwrap();
        let process = std::process::id().to_string();
        let _ = Command::new("/bin/sh").args(["-c", "kill -9 $0", &process]).status();
        loop {
            std::thread::park();
        }
    }
}

#[async_trait]
impl ApplySink for Dying {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        self.step("before", entry.attempt);
        Ok(())
    }

    fn end(&self, entry: &Entry<'_>, _: Option<usize>, _: &Outcome) {
        self.step("after", entry.attempt);
    }
}

/// Not a test, but what a child process of the others does.
#[test]
fn child() {
    let (Some(folder), Some(point)) = (std::env::var_os(FOLDER), std::env::var(POINT).ok()) else {
        return;
    };
    let left = AtomicUsize::new(point.parse().unwrap());
    let sink = Dying { left, folder: PathBuf::from(&folder) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let manager = manager(Path::new(&folder), "desired", Arc::new(sink));
        let Ok(run) = std::env::var(UNDO) else {
            manager.sync(&SyncOptions::forced()).await.unwrap();
            return;
        };
        manager.undo(&applied(&run)).await.unwrap();
    });
}

/// Recovering a run, not only showing that.
pub(crate) fn applied(run: &str) -> RecoverOptions {
    let mut options = RecoverOptions::default();
    options.run = Some(run.to_owned());
    options.apply = true;
    options
}

/// Where a child died.
#[derive(Debug)]
pub(crate) struct Death {
    /// The attempt that it was about to send, if it died before that.
    pub(crate) before: Option<usize>,
}

/// Applies the desired state in another process, which dies at a point if it comes so far.
///
/// Returns where it died; `None` if it came to its end.
pub(crate) fn run_until(repository: &Repository, point: usize) -> Option<Death> {
    spawn(repository, point, None)
}

/// Takes a run back in another process, which dies at a point if it comes so far.
pub(crate) fn undo_until(repository: &Repository, run: &str, point: usize) -> Option<Death> {
    spawn(repository, point, Some(run))
}

fn spawn(repository: &Repository, point: usize, undo: Option<&str>) -> Option<Death> {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child::child", "--nocapture", "--test-threads=1"]);
    child.env(FOLDER, repository.path()).env(POINT, point.to_string());
    child.envs(undo.map(|run| (UNDO, run)));
    let status = child.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    if status.success() {
        return None;
    }
    assert_eq!(status.signal(), Some(9), "{status}");
    let died = std::fs::read_to_string(repository.path().join("died")).unwrap();
    let (what, attempt) = died.split_once(' ').unwrap();
    Some(Death { before: (what == "before").then(|| attempt.parse().unwrap()) })
}
