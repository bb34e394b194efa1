//! The sources of all crates.

use std::fs;
use std::path::{Path, PathBuf};

/// The files below `src` folders, without those that test or serve tests.
pub(crate) fn sources(crates: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![crates.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["tests", "testkit", "benches", "target"].contains(&&*name) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
                found.push(path);
            }
        }
    }
    found
}

/// Behind the bracket that closes the one at `open`; texts and characters in quotes are passed over.
pub(crate) fn closing(text: &str, open: usize) -> usize {
    let (mut depth, mut at) = (0_usize, open);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            // A character, not a lifetime.
            b'\'' if bytes.get(at + 1) == Some(&b'\\') => at += 3,
            b'\'' if bytes.get(at + 2) == Some(&b'\'') => at += 2,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Where the function that a text starts in ends, as the sources are laid out.
pub(crate) fn function_end(text: &str) -> usize {
    let ends = ["\n}\n", "\n    }\n"].into_iter().filter_map(|end| text.find(end));
    ends.min().unwrap_or(text.len())
}
