//! The project's files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::run::failed;

/// All files that git lists, without ignored ones: paths relative to `root`, and texts; empty for binary files.
pub(crate) fn texts(root: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root);
    command.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&command, &String::from_utf8_lossy(&output.stderr)));
    }
    let mut files = BTreeMap::new();
    for file in String::from_utf8_lossy(&output.stdout).lines() {
        // A file that was deleted, but not yet from the index, is listed as well.
        if let Ok(bytes) = fs::read(root.join(file)) {
            files.insert(file.to_owned(), String::from_utf8(bytes).unwrap_or_default());
        }
    }
    Ok(files)
}
