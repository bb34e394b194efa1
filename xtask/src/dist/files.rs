//! Files: what is in a folder, in a fixed order, and who may do what with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something in a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path below the folder, with `/` between its parts.
    pub(super) path: String,
    pub(super) kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    /// A link to a file of this name.
    Link(PathBuf),
}

impl Entry {
    /// Who may do what: all may read, and run what is in a folder `bin`.
    pub(super) fn mode(&self) -> u32 {
        let is_program = self.path.starts_with("bin/") || self.path.contains("/bin/");
        if self.kind == Kind::Folder || is_program { 0o755 } else { 0o644 }
    }
}

/// Everything below a folder, sorted.
pub(super) fn below(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    walk(folder, "", &mut entries)?;
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

fn walk(folder: &Path, above: &str, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| io::Error::other("a file name is no text"))?;
        let path = format!("{above}{name}");
        let of = entry.file_type()?;
        let kind = if of.is_symlink() {
            Kind::Link(fs::read_link(entry.path())?)
        } else if of.is_dir() {
            walk(&entry.path(), &format!("{path}/"), entries)?;
            Kind::Folder
        } else {
            Kind::File
        };
        entries.push(Entry { path, kind });
    }
    Ok(())
}

/// Writes a file, and the folders above it.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

/// Lets a file or folder have this mode, where there are modes.
#[cfg(unix)]
pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Makes a link to a file in the same folder.
#[cfg(unix)]
pub(super) fn link(name: &str, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(name, link)
}

/// Links need a right of their own on Windows.
#[cfg(not(unix))]
pub(super) fn link(_: &str, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes a folder with everything in it, if it is there.
pub(super) fn remove_folder(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_listed_in_the_same_order() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b", "bin/x", "a/c", "a.b"] {
            write(&folder.path().join(file), "").unwrap();
        }
        let entries = below(folder.path()).unwrap();
        let listed: Vec<(&str, u32)> =
            entries.iter().map(|entry| (entry.path.as_str(), entry.mode())).collect();
        let expected = [
            ("a", 0o755),
            ("a.b", 0o644),
            ("a/c", 0o644),
            ("b", 0o644),
            ("bin", 0o755),
            ("bin/x", 0o755),
        ];
        assert_eq!(listed, expected);
    }
}
