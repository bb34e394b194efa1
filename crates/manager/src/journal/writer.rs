//! Appends lines to a journal, and makes them durable: those written at the same time by one flush of the disk.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fs4::FileExt;
use serde::Serialize;

/// The open file of a journal.
pub(super) struct Writer {
    file: Arc<File>,
    kept: Mutex<Kept>,
    /// How many lines are durable. Whoever holds it flushes, and those who wait find their lines done.
    synced: tokio::sync::Mutex<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The length of the lines that are whole.
    length: u64,
    lines: u64,
    /// Why nothing can be written any more.
    broken: Option<String>,
}

impl Writer {
    /// Writes to a file that is open for appending.
    ///
    /// # Errors
    ///
    /// Fails when the length of the file cannot be read.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let kept = Kept { length: file.metadata()?.len(), ..Kept::default() };
        Ok(Self {
            file: Arc::new(file),
            kept: Mutex::new(kept),
            synced: tokio::sync::Mutex::new(0),
        })
    }

    /// Writes a line, and returns its number. It is there for other processes, but not yet on the disk.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written, or an earlier one was not; then nothing of it is in the file.
    pub(super) fn append(&self, line: &impl Serialize) -> io::Result<u64> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut kept = self.kept();
        if let Some(why) = &kept.broken {
            return Err(io::Error::other(why.clone()));
        }
        if let Err(error) = (&*self.file).write_all(&text) {
            // Half a line would spoil the next one.
            if let Err(second) = self.file.set_len(kept.length) {
                kept.broken = Some(format!("{error}; and half a line is left: {second}"));
            }
            return Err(error);
        }
        kept.length += text.len() as u64;
        kept.lines += 1;
        Ok(kept.lines)
    }

    /// Waits until a line, and all before it, are on the disk.
    ///
    /// # Errors
    ///
    /// Fails when the system cannot say that they are. Nothing more is written then: what a disk lost once is not
    /// reported again.
    pub(super) async fn sync(&self, line: u64) -> io::Result<()> {
        let mut synced = self.synced.lock().await;
        if *synced >= line {
            return Ok(());
        }
        let lines = {
            let kept = self.kept();
            if let Some(why) = &kept.broken {
                return Err(io::Error::other(why.clone()));
            }
            kept.lines
        };
        let file = Arc::clone(&self.file);
        let flushed = match tokio::task::spawn_blocking(move || file.sync_data()).await {
            Ok(flushed) => flushed,
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = flushed {
            self.kept().broken = Some(error.to_string());
            return Err(error);
        }
        *synced = lines;
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    /// Lets go of the lock even where a process that was just forked has a copy of the file.
    fn drop(&mut self) {
        let _ = FileExt::unlock(&*self.file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &std::path::Path) -> File {
        File::options().create(true).append(true).open(folder.join("journal")).unwrap()
    }

    #[tokio::test]
    async fn lines_at_the_same_time_share_a_flush() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::new(open(folder.path())).unwrap();
        let lines: Vec<_> = (0..50).map(|number| writer.append(&number).unwrap()).collect();
        assert_eq!(lines.last(), Some(&50));
        writer.sync(lines[0]).await.unwrap();
        // The first flush covered all that were written.
        assert_eq!(*writer.synced.lock().await, 50);
        let waiting = lines.iter().map(|line| writer.sync(*line));
        assert!(futures::future::join_all(waiting).await.iter().all(Result::is_ok));
        let text = std::fs::read_to_string(folder.path().join("journal")).unwrap();
        assert!(text.starts_with("0\n1\n2\n") && text.ends_with("49\n"), "{text}");
    }

    /// A disk that is full has room again when something is removed.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_full_disk_refuses_lines() {
        let full = File::options().append(true).open("/dev/full").unwrap();
        let writer = Writer::new(full).unwrap();
        let error = writer.append(&"line").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(writer.append(&"line").is_err());
    }
}
