//! Opens files for reading: files alone, since a device may never end, and a pipe may never begin.

use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::Path;

/// Reads a whole file.
///
/// # Errors
///
/// Fails if it cannot be read, and if it is something else than a file: a folder, a device, a pipe.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let error = octodns_files::read(folder.path()).unwrap_err();
/// assert_eq!(error.to_string(), "it is not a file but a folder");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    check(path)?;
    fs::read(path)
}

/// The metadata of a file, if it is one.
///
/// # Errors
///
/// Fails if there is nothing, and if it is something else than a file.
pub fn check(path: &Path) -> io::Result<Metadata> {
    let there = fs::metadata(path)?;
    if there.is_file() {
        return Ok(there);
    }
    let message = format!("it is not a file but {}", kind(there.file_type()));
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Reads a whole file or a pipe, which a shell makes of `<(command)`.
///
/// # Errors
///
/// As [`read`], but for pipes.
pub fn read_input(path: &Path) -> io::Result<Vec<u8>> {
    let there = fs::metadata(path)?;
    if !is_pipe(there.file_type()) {
        check(path)?;
    }
    fs::read(path)
}

fn kind(of: FileType) -> &'static str {
    if of.is_dir() {
        "a folder"
    } else if is_pipe(of) {
        "a pipe"
    } else {
        other_kind(of)
    }
}

#[cfg(unix)]
fn is_pipe(of: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    of.is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

#[cfg(unix)]
fn other_kind(of: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if of.is_socket() { "a socket" } else { "a device" }
}

#[cfg(not(unix))]
fn other_kind(_: FileType) -> &'static str {
    "a device"
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", at("zero")).unwrap();
        std::os::unix::fs::symlink("nothing", at("dangling")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for read in [read, read_input] {
            for name in ["file", "link"] {
                assert_eq!(read(&at(name)).unwrap(), b"text");
            }
            for (name, kind) in [("zero", "a device"), ("socket", "a socket"), ("", "a folder")] {
                assert!(read(&at(name)).unwrap_err().to_string().ends_with(kind), "{name}");
            }
            for name in ["dangling", "gone"] {
                assert_eq!(read(&at(name)).unwrap_err().kind(), io::ErrorKind::NotFound);
            }
        }
    }
}
