//! Reads the files of the corpus.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Calls `each` with every case of a `.jsonl` file and its id (or line number, if it has none).
///
/// # Errors
///
/// If the file cannot be read, or a line is not a JSON object; the message has the file and line.
pub fn for_each_case(path: &Path, mut each: impl FnMut(&str, &Value)) -> io::Result<()> {
    let file = File::open(path).map_err(|error| at(path, 0, &error))?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| at(path, index + 1, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Value =
            serde_json::from_str(&line).map_err(|error| at(path, index + 1, &error))?;
        match case.get("id").and_then(Value::as_str) {
            Some(id) => each(id, &case),
            None => each(&format!("{}:{}", stem(path), index + 1), &case),
        }
    }
    Ok(())
}

/// The files of a folder whose names end in `extension`, sorted.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(|error| at(folder, 0, &error))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The file name without folder and extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn at(path: &Path, line: usize, error: &dyn std::error::Error) -> io::Error {
    let place = if line == 0 { String::new() } else { format!(":{line}") };
    io::Error::other(format!("{}{place}: {error}", path.display()))
}
