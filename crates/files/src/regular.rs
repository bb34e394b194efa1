//! Opens files for reading: files alone, since a device may never end, and a pipe may never begin.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of an input.
const MOST: u64 = 1 << 30;

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
/// As [`read`], but for pipes; and if there is more than 1 GiB.
pub fn read_input(path: &Path) -> io::Result<Vec<u8>> {
    let there = fs::metadata(path)?;
    if !is_pipe(there.file_type()) {
        check(path)?;
    }
    bounded(File::open(path)?, MOST)
}

/// What is read from a file or pipe that may not end.
fn bounded(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("it is larger than 1 GiB"));
    }
    Ok(bytes)
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
    fn an_input_has_an_end() {
        assert_eq!(bounded(&[7; 5][..], 5).unwrap(), [7; 5]);
        let error = bounded(io::repeat(0), 5).unwrap_err();
        assert_eq!(error.to_string(), "it is larger than 1 GiB");
    }

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
