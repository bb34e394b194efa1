//! Checksums: SHA-256 of each file of a release, in the list that `sha256sum --check` reads.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::release::name_of;

/// SHA-256 in hexadecimal.
pub(super) fn checksum(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// The list of these files, by name.
pub(super) fn list(files: &[PathBuf]) -> io::Result<String> {
    let mut lines = Vec::new();
    for file in files {
        lines.push((name_of(file), checksum(&fs::read(file)?)));
    }
    lines.sort();
    let lines: Vec<String> =
        lines.into_iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    Ok(lines.concat())
}

/// Refuses a list with a file beside it that is another, and returns how many there are.
pub(super) fn verify(list: &Path) -> io::Result<usize> {
    let text = fs::read_to_string(list)?;
    for line in text.lines() {
        let (sum, name) = line.split_once("  ").unwrap_or((line, ""));
        let file = list.with_file_name(name);
        if checksum(&fs::read(&file)?) != sum {
            return Err(io::Error::other(format!("{}: it has another checksum", file.display())));
        }
    }
    Ok(text.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_another_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["b", "a"].map(|name| folder.path().join(name));
        for file in &files {
            fs::write(file, "").unwrap();
        }
        let sums = folder.path().join("sums");
        fs::write(&sums, list(&files).unwrap()).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fs::read_to_string(&sums).unwrap(), format!("{empty}  a\n{empty}  b\n"));
        assert_eq!(verify(&sums).unwrap(), 2);
        fs::write(&files[0], "x").unwrap();
        assert!(verify(&sums).unwrap_err().to_string().ends_with("b: it has another checksum"));
    }
}
