//! Files that are the program's own: nobody else may read them, links are not followed, and one process has them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use fs4::{FileExt, TryLockError};

/// How often a lock is tried that somebody looks at just now, and the pause in between.
const TRIES: u32 = 25;
const PAUSE: Duration = Duration::from_millis(20);

/// Opens a journal to look at it. What is no file is not opened: a pipe would be waited for without end.
pub(super) fn open(path: &Path) -> io::Result<File> {
    octodns_files::check(path)?;
    File::open(path)
}

/// A file that nobody else may read.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a folder that nobody else may look into, and its parents.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Fails if a file that was opened is not at its path, but where a link leads to: in a folder that others may write to
/// they decide what that is. Asked before anything is written.
pub(crate) fn refuse_link(file: &File, path: &Path) -> io::Result<()> {
    if is_same(&file.metadata()?, &fs::symlink_metadata(path)?) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link"))
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, other: &fs::Metadata) -> bool {
    !other.file_type().is_symlink()
}

/// Whether everybody may write to a folder.
#[cfg(unix)]
pub(super) fn is_everybodys(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(folder).is_ok_and(|there| there.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_everybodys(_: &Path) -> bool {
    false
}

/// Locks a file for the life of this process. Whoever lists runs has the lock for a moment, which is waited for.
///
/// # Errors
///
/// With [`io::ErrorKind::WouldBlock`] if another process keeps it.
pub(super) fn lock(file: &File) -> io::Result<()> {
    let mut tries = TRIES;
    loop {
        match FileExt::try_lock(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if tries > 1 => {
                tries -= 1;
                thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => {
                let message = "another process is writing to it";
                return Err(io::Error::new(io::ErrorKind::WouldBlock, message));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Makes the name of a new file durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
