//! Writes and removes whole files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::{Component, Path, PathBuf};
use std::thread;

use octodns_core::ProviderError;
use tempfile::TempPath;

/// An error about a file or folder, for `map_err`.
pub fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ProviderError + use<> {
    let path = path.to_string_lossy().into_owned();
    move |source| ProviderError::Io { doing, path, source }
}

/// The path of a file in a folder, whatever its name: a name from a service must not lead out of it.
///
/// # Errors
///
/// Fails if the name is a path to somewhere else.
///
/// ```
/// use std::path::Path;
/// use octodns_files::inside;
///
/// let zones = Path::new("zones");
/// assert_eq!(inside(zones, "0/25.2.0.192.in-addr.arpa.yaml")?, Path::new("zones/0/25.2.0.192.in-addr.arpa.yaml"));
/// assert!(inside(zones, "../secret").is_err());
/// assert!(inside(zones, "/etc/hosts").is_err());
/// # Ok::<(), octodns_core::ProviderError>(())
/// ```
pub fn inside(folder: &Path, name: &str) -> Result<PathBuf, ProviderError> {
    let path = Path::new(name);
    let is_inside =
        path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if name.is_empty() || name.contains('\0') || !is_inside {
        let folder = folder.display();
        return Err(ProviderError::failed(format!(
            "\"{name}\" is not the name of a file in \"{folder}\""
        )));
    }
    Ok(folder.join(path))
}

/// Creates a folder and its parents.
///
/// # Errors
///
/// Fails if the folder does not exist and cannot be created.
pub fn make_folder(folder: &Path) -> Result<(), ProviderError> {
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))
}

/// Writes a temporary file next to the old one and renames it, so that there is never half a file.
///
/// # Errors
///
/// Fails if the folder cannot be written to, the disk is full, or the path is not a regular file; the old
/// file is then unchanged.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("unit.tests.");
/// octodns_files::write(&path, "$ORIGIN unit.tests.\n")?;
/// assert_eq!(std::fs::read_to_string(&path)?, "$ORIGIN unit.tests.\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(path: &Path, text: &str) -> Result<(), ProviderError> {
    replace(path, text.as_bytes()).map_err(failed("write", path))
}

/// The same as [`write()`], of bytes and with the error of the system.
///
/// # Errors
///
/// As [`write()`] does.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Prepared::new(path, bytes)?.persist()
}

/// Writes many files as [`write()`] does: all of them are on the disk before the first replaces an old one. A file that
/// has its text already is left alone. The paths differ.
///
/// # Errors
///
/// As [`write()`] does, with the first file in question. Nothing is replaced unless all of them could be written.
pub fn write_all(files: &[(PathBuf, String)]) -> Result<(), ProviderError> {
    let changed: Vec<_> = files.iter().filter(|(path, text)| !has_text(path, text)).collect();
    let mut folders = BTreeSet::new();
    for file in prepared(&changed)? {
        folders.extend(file.path.parent().map(Path::to_owned));
        let path = file.path.clone();
        file.persist().map_err(failed("write", &path))?;
    }
    folders.iter().try_for_each(|folder| sync_folder(folder).map_err(failed("write to", folder)))
}

/// How many files wait for the disk at the same time. A file system writes its journal once for all that wait, so that
/// many files take hardly longer than one.
const AT_ONCE: usize = 16;

/// Prepares files, on some threads. If there are several errors, it is that of the first file.
fn prepared(files: &[&(PathBuf, String)]) -> Result<Vec<Prepared>, ProviderError> {
    let prepare = |part: &[&(PathBuf, String)]| {
        let one = |(path, text): &&(PathBuf, String)| {
            Prepared::new(path, text.as_bytes()).map_err(failed("write", path))
        };
        part.iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    let (first, others) = files.split_at(files.len().div_ceil(AT_ONCE));
    thread::scope(|scope| {
        let start = |part| {
            let thread = thread::Builder::new().spawn_scoped(scope, move || prepare(part));
            // A system that has no more threads does it one after the other.
            thread.map_err(|_| part)
        };
        let started: Vec<_> = others.chunks(first.len().max(1)).map(start).collect();
        let mut all = prepare(first)?;
        for part in started {
            all.extend(match part {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic))?,
                Err(part) => prepare(part)?,
            });
        }
        Ok(all)
    })
}

fn has_text(path: &Path, text: &str) -> bool {
    let is_as_long = |there: fs::Metadata| there.is_file() && there.len() == text.len() as u64;
    fs::metadata(path).is_ok_and(is_as_long)
        && fs::read(path).is_ok_and(|old| old == text.as_bytes())
}

/// Lets the names in a folder reach the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file beside the one that it is going to replace, on the disk already. Dropping it removes it.
struct Prepared {
    file: TempPath,
    path: PathBuf,
}

impl Prepared {
    fn new(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        // A symbolic link stays a link: its target is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(Path::new("."));
        let old = fs::metadata(&path).ok();
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            // Renaming would replace a device or a pipe with a file.
            return Err(io::Error::other("it exists and is not a file"));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".octodns-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        // Closed, since a process may not have many open files.
        Ok(Self { file: file.into_temp_path(), path })
    }

    fn persist(self) -> io::Result<()> {
        self.file.persist(self.path).map_err(|error| error.error)
    }
}

/// Removes a file; a file that does not exist is not an error.
///
/// # Errors
///
/// Fails if the file still exists.
pub fn remove(path: &Path) -> Result<(), ProviderError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zone");
        for text in ["one", "another"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["zone"]);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(names(folder.path()), [] as [&str; 0]);
    }

    #[test]
    fn what_is_not_a_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zone");
        make_folder(&path.join("below")).unwrap();
        let error = write(&path, "text").unwrap_err();
        assert!(error.to_string().contains("zone"), "{error}");
        assert_eq!(names(folder.path()), ["zone"]);
        assert!(write(&folder.path().join("gone/zone"), "text").is_err());
    }

    #[test]
    fn many_files_are_replaced_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = |text: &str| -> Vec<_> {
            let path = |number| folder.path().join(format!("{number:03}.yaml"));
            (0..100).map(|number| (path(number), text.to_owned())).collect()
        };
        let held = || fs::read_to_string(folder.path().join("099.yaml")).unwrap();
        write_all(&[]).unwrap();
        write_all(&files("one")).unwrap();
        assert_eq!((names(folder.path()).len(), held()), (100, "one".to_owned()));
        let written =
            |name: &str| fs::metadata(folder.path().join(name)).unwrap().modified().unwrap();
        let before = written("005.yaml");
        let mut some = files("one");
        "two".clone_into(&mut some[99].1);
        write_all(&some).unwrap();
        assert_eq!((written("005.yaml"), held()), (before, "two".to_owned()));
        let mut impossible = files("three");
        impossible.push((folder.path().join("gone/zone"), "three".to_owned()));
        impossible.push((folder.path().join("gone/too"), "three".to_owned()));
        let error = write_all(&impossible).unwrap_err();
        assert!(error.to_string().contains("gone/zone"), "{error}");
        assert_eq!((names(folder.path()).len(), held()), (100, "two".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_file_keeps_its_mode() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, "new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
