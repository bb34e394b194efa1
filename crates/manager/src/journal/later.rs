//! What later runs did to earlier ones, as their own journals have it: a process may die before it notes that in the
//! journal of the earlier run.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use super::folder::JournalFolder;
use super::kind::RunKind;
use super::private::open;
use super::read::Recorded;
use crate::run_id::RunId;

/// How much of a file has the beginning of its header.
const HEAD: u64 = 512;

/// What stands before the id of the run that another one finishes or takes back. Within a text of JSON the quotes
/// would have a backslash.
const OF: &str = "\"of\":\"";

/// The most runs that are looked at in a row: the one that took back the one that took back, and so on.
const MOST: usize = 16;

/// The runs of a folder that finish or take back others.
pub(super) struct Later<'f> {
    folder: &'f JournalFolder,
    by: HashMap<RunId, Vec<RunId>>,
}

impl JournalFolder {
    /// Those of these runs that finish or take back others.
    pub(super) fn later(&self, ids: &[RunId]) -> Later<'_> {
        let mut by: HashMap<_, Vec<_>> = HashMap::new();
        for id in ids {
            if let Some(of) = earlier(&self.file(id)) {
                by.entry(of).or_default().push(id.clone());
            }
        }
        Later { folder: self, by }
    }
}

impl Later<'_> {
    /// A journal, with what later runs did.
    pub(super) fn completed(&self, recorded: Recorded) -> Recorded {
        self.complete(recorded, MOST)
    }

    fn complete(&self, mut recorded: Recorded, most: usize) -> Recorded {
        let Some(most) = most.checked_sub(1) else { return recorded };
        let run = recorded.header.run.clone();
        let note = recorded.undone_by.take();
        let (mut is_undone, mut is_finished) = (false, false);
        for later in self.by.get(&run).into_iter().flatten() {
            let Some(later) = self.read(later, most) else { continue };
            if later.is_undone || later.has_left() || !later.header.is_whole {
                continue;
            }
            match later.header.kind {
                RunKind::Undo => {
                    is_undone = true;
                    recorded.undone_by = Some(later.header.run);
                }
                _ => is_finished = true,
            }
        }
        // What was taken back by a run that was taken back itself is there again.
        let is_there_again = |by: &RunId| self.read(by, most).is_some_and(|later| later.is_undone);
        if recorded.is_undone && !note.as_ref().is_some_and(is_there_again) {
            is_undone = true;
            recorded.undone_by = recorded.undone_by.or(note);
        }
        recorded.is_undone = is_undone;
        if is_finished {
            for plan in &mut recorded.plans {
                plan.settled.fill(true);
                plan.settings_settled = true;
            }
        }
        recorded
    }

    fn read(&self, run: &RunId, most: usize) -> Option<Recorded> {
        Some(self.complete(self.folder.read(run).ok()?, most))
    }
}

/// The run that the run with this journal finishes or takes back.
fn earlier(journal: &Path) -> Option<RunId> {
    let mut head = Vec::new();
    open(journal).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let (_, rest) = head.split_once(OF)?;
    rest.split_once('"')?.0.parse().ok()
}
