//! Locks on zones: one run at a time applies to a zone of an account, among the processes of one machine that share a
//! folder of state.
//!
//! A lock is a file that a process has locked; the system lets go of it when the process ends, however it ends. The
//! files stay: removing one that another process has just opened would give both the lock.

mod account;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};
use octodns_core::value::visible;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(crate) use account::{account_of, account_of_part, is_name};

/// The longest text that a lock file is read for.
const LONGEST: u64 = 4096;

/// Who holds a lock, or held it last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Holder {
    pub(crate) process: u32,
    pub(crate) who: String,
    /// When it took the lock, as in RFC 3339.
    pub(crate) since: String,
    /// When it gave it back; `None` while it has it, and if it could not say.
    pub(crate) until: Option<String>,
    pub(crate) zone: String,
    pub(crate) target: String,
}

/// What came of trying to take a lock.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is taken; with who held it last.
    Ours(Lock, Option<Holder>),
    /// Another process has it.
    Theirs(Holder),
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    holder: Holder,
}

impl Lock {
    /// Takes the lock with this key, if it is free.
    ///
    /// # Errors
    ///
    /// Fails when there cannot be such a lock.
    pub(crate) fn take(folder: &Path, key: &str, holder: Holder) -> io::Result<Taken> {
        let mut options = OpenOptions::new();
        let options = crate::journal::private(options.read(true).write(true).create(true));
        let path = path(folder, key);
        let mut file = options.open(&path)?;
        crate::journal::refuse_link(&file, &path)?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Ok(Taken::Theirs(read(&mut file).unwrap_or_default()));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let last = read(&mut file);
        let mut lock = Self { file, holder };
        lock.write()?;
        Ok(Taken::Ours(lock, last))
    }

    /// Gives the lock back, and says when.
    pub(crate) fn give_back(mut self, now: Option<String>) {
        self.holder.until = now;
        // Without it, the next to take the lock is more careful than it has to be.
        let _ = self.write();
    }

    fn write(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&text)
    }
}

impl Drop for Lock {
    /// Lets go of it even where a process that was just forked has a copy of the file.
    fn drop(&mut self) {
        let _ = FileExt::unlock(&self.file);
    }
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The file of a lock. Its name tells nothing of the key.
fn path(folder: &Path, key: &str) -> PathBuf {
    let digest = Sha256::digest(key);
    let mut name = String::with_capacity(37);
    for byte in digest.iter().take(16) {
        // Writing to a `String` cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push_str(".lock");
    folder.join(name)
}

impl Holder {
    /// Who it is, for people.
    pub(crate) fn shown(&self) -> String {
        let Self { process, who, since, .. } = self;
        let by = if who.is_empty() { String::new() } else { format!(" of {}", visible(who)) };
        format!("process {process}{by}, since {}", visible(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(process: u32) -> Holder {
        let since = "2026-12-01T00:19:02.120Z".to_owned();
        Holder { process, since, who: "me@\u{1b}here".to_owned(), ..Holder::default() }
    }

    #[test]
    fn one_at_a_time_has_a_lock_and_the_next_knows_who_had_it() {
        let folder = tempfile::tempdir().unwrap();
        let take = |key, process| Lock::take(folder.path(), key, holder(process)).unwrap();
        let Taken::Ours(first, None) = take("a", 1) else { panic!("it is free") };
        let Taken::Theirs(other) = take("a", 2) else { panic!("it is taken") };
        assert_eq!(other.shown(), "process 1 of me@\\x1bhere, since 2026-12-01T00:19:02.120Z");
        assert!(matches!(take("b", 2), Taken::Ours(_, None)));
        first.give_back(Some("later".to_owned()));
        let Taken::Ours(second, Some(last)) = take("a", 3) else { panic!("it is free again") };
        assert_eq!((last.process, last.until.as_deref()), (1, Some("later")));
        // As if the process had died.
        drop(second);
        let Taken::Ours(_, Some(last)) = take("a", 4) else { panic!("it is free again") };
        assert_eq!((last.process, last.until), (3, None));
    }

    /// In a folder of others a link would have any file of this user written to.
    #[cfg(unix)]
    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "precious").unwrap();
        std::os::unix::fs::symlink(&other, path(folder.path(), "a")).unwrap();
        let error = Lock::take(folder.path(), "a", holder(1)).unwrap_err();
        assert_eq!(error.to_string(), "it is a link");
        assert_eq!(std::fs::read_to_string(other).unwrap(), "precious");
    }

    #[test]
    fn a_lock_file_may_hold_anything() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", "{\"process\": -1}", "\0"] {
            std::fs::write(path(folder.path(), "a"), text).unwrap();
            assert!(matches!(Lock::take(folder.path(), "a", holder(1)), Ok(Taken::Ours(..))));
        }
    }
}
