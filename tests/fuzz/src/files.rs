//! Files for targets that read files: in the folder for temporary files, which `cargo xtask fuzz` keeps in
//! memory.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    std::env::temp_dir().join(format!("octodns-fuzz-{}", std::process::id()))
}

/// Removes all files of this process.
pub fn remove_all() {
    // Leftovers are in the folder for temporary files.
    let _ = fs::remove_dir_all(root());
}

/// A folder for this process only, empty when it is first requested.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = root().join(name);
    fs::create_dir_all(&folder).expect("a folder for temporary files");
    folder
}

/// Removes every file of a folder.
pub(crate) fn clear(folder: &Path) {
    fs::remove_dir_all(folder).expect("a folder that can be removed");
    fs::create_dir_all(folder).expect("a folder for temporary files");
}

/// Writes a file, and returns its path.
pub(crate) fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file that can be written");
    path
}
