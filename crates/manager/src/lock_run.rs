//! Locks the zones that a run applies to.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use octodns_core::registry::Clock;
use octodns_core::value::visible;
use octodns_core::{Diagnostic, Report, ZoneName};

use crate::compat::MANAGER;
use crate::digest::sha256;
use crate::failure::Failure;
use crate::journal::make_folder;
use crate::lock::{Holder, Lock, Taken};
use crate::manager::Manager;
use crate::run_id::time;

/// How often a lock that another process has is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// The locks of a run. They are given back when this is dropped.
pub(crate) struct Locks {
    locks: BTreeMap<String, Lock>,
    clock: Clock,
}

impl Drop for Locks {
    fn drop(&mut self) {
        let now = (self.clock)().and_then(time);
        for (_, lock) in std::mem::take(&mut self.locks) {
            lock.give_back(now.clone());
        }
    }
}

impl Manager {
    /// The folder of locks: that of the program's state, so that all runs of a user meet there, wherever their journals
    /// are.
    fn lock_folder(&self) -> Option<PathBuf> {
        let state = self.journal.state.clone();
        let state = state.or_else(|| Some(self.journal_folder()?.path().to_owned()));
        Some(state?.join("locks"))
    }

    /// No locks yet.
    pub(crate) fn no_locks(&self) -> Locks {
        Locks { locks: BTreeMap::new(), clock: self.registry.host.clock.clone() }
    }

    /// Locks zones of targets, beside those that are locked already. Returns whether another run may have applied to
    /// one of them since they were looked at.
    ///
    /// # Errors
    ///
    /// Fails when another process has one of them, and keeps it for longer than this one is to wait.
    pub(crate) async fn lock<'z>(
        &self,
        taken: &mut Locks,
        zones: impl Iterator<Item = (&'z str, &'z ZoneName)>,
        since: Option<SystemTime>,
    ) -> Result<bool, Failure> {
        let Some(folder) = self.lock_folder() else { return Ok(false) };
        // In one order, so that two runs do not wait for each other; and once each.
        let mut accounts = HashMap::new();
        let wanted: BTreeMap<_, _> = zones
            .map(|(target, zone)| {
                let account = || self.account_and_folder(target);
                let account = accounts.entry(target).or_insert_with(account);
                (format!("{account}\n{zone}"), (target, zone))
            })
            .collect();
        let since = since.and_then(time);
        let (mut patience, mut may_be_stale) = (self.journal.wait_for_lock, false);
        for (key, (target, zone)) in wanted {
            if taken.locks.contains_key(&key) {
                continue;
            }
            let locked = self.lock_one(&folder, &key, (target, zone), &mut patience).await;
            match locked {
                Ok((lock, last, has_waited)) => {
                    let is_later = |last: Holder| {
                        let Some(since) = &since else { return false };
                        last.until.is_none_or(|until| until >= *since)
                    };
                    may_be_stale |= has_waited || last.is_some_and(is_later);
                    taken.locks.insert(key, lock);
                }
                Err(NotTaken::Theirs(holder)) => return Err(refused(&holder, target, zone)),
                Err(NotTaken::Failed(error)) => {
                    tracing::warn!(
                        target: "octodns", logger = MANAGER,
                        "sync: other runs are not kept from applying at the same time: {}: {error}",
                        folder.display(),
                    );
                    break;
                }
            }
        }
        Ok(may_be_stale)
    }

    async fn lock_one(
        &self,
        folder: &Path,
        key: &str,
        (target, zone): (&str, &ZoneName),
        patience: &mut Duration,
    ) -> Result<(Lock, Option<Holder>, bool), NotTaken> {
        let mut has_waited = false;
        loop {
            let holder = Holder {
                process: self.journal.process,
                who: self.journal.who.clone(),
                since: (self.registry.host.clock)().and_then(time).unwrap_or_default(),
                until: None,
                zone: zone.as_str().to_owned(),
                target: target.to_owned(),
            };
            let taken = make_folder(folder).and_then(|()| Lock::take(folder, key, holder));
            let theirs = match taken.map_err(NotTaken::Failed)? {
                Taken::Ours(lock, last) => return Ok((lock, last, has_waited)),
                Taken::Theirs(holder) => holder,
            };
            if patience.is_zero() || self.stop.is_stopped() {
                return Err(NotTaken::Theirs(theirs));
            }
            if !has_waited {
                tracing::info!(
                    target: "octodns", logger = MANAGER,
                    "sync: waiting for another run that applies to {zone} at {target}: {}", theirs.shown(),
                );
            }
            let pause = PAUSE.min(*patience);
            tokio::time::sleep(pause).await;
            *patience -= pause;
            has_waited = true;
        }
    }

    /// A digest of what tells the account of a target from others, wherever its folder is.
    pub(crate) fn account_digest(&self, target: &str) -> String {
        let account = self.providers.get(target).map_or(target, |configured| &configured.account);
        let mut digits = sha256(account.as_bytes());
        digits.truncate(32);
        digits
    }

    /// What tells the account of a target, or its folder, from others.
    pub(crate) fn account_and_folder(&self, target: &str) -> String {
        let configured = self.providers.get(target);
        let folder =
            configured.and_then(|configured| without_links(configured.source.files()?.folder()));
        let account = configured.map_or(target, |configured| &configured.account);
        match folder {
            Some(folder) => format!("{account}\n{}", folder.display()),
            None => account.to_owned(),
        }
    }
}

/// Where a folder is, without links. It need not be there yet: applying makes it, and it is the same one then.
fn without_links(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(|above| {
        let there = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        let there = std::fs::canonicalize(there).ok()?;
        // Joining nothing would add a slash.
        Some(there.components().chain(folder.strip_prefix(above).ok()?.components()).collect())
    })
}

/// Why a lock was not taken.
enum NotTaken {
    Theirs(Holder),
    Failed(io::Error),
}

fn refused(holder: &Holder, target: &str, zone: &ZoneName) -> Failure {
    let message = format!("another run applies to it: {}", holder.shown());
    let found = Diagnostic::error("locked", message)
        .about(format!("{zone} ({})", visible(target)))
        .help("wait for its end: --wait-for-lock SECONDS does");
    let mut report = Report::new();
    report.push(found);
    report.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_the_same_before_it_is_there() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["a", "a/b", "./c", "a/../d"] {
            let folder = root.path().join(folder);
            let before = without_links(&folder).unwrap();
            std::fs::create_dir_all(&folder).unwrap();
            let after = without_links(&folder).unwrap();
            assert_eq!(before.as_os_str(), after.as_os_str());
            assert_eq!(after.as_os_str(), std::fs::canonicalize(&folder).unwrap().as_os_str());
        }
        assert_eq!(
            without_links(Path::new("no-such-folder")).unwrap().file_name().unwrap(),
            "no-such-folder"
        );
    }
}
