//! The targets pass with all kept inputs, including those that once failed.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use octodns_fuzz::{TARGETS, files};

fn names(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn path(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

#[test]
fn every_target_has_inputs_and_no_others_have() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&path("inputs")), targets);
    assert!(names(&path("words")).is_subset(&targets));
}

/// One test for all, since the targets share folders.
#[test]
fn inputs_are_stood() {
    for target in TARGETS {
        let folder = path("inputs").join(target.name);
        let files: BTreeSet<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{}", target.name);
        for file in files {
            let bytes = fs::read(&file).unwrap();
            // Truncated inputs are tested as well.
            let ends = (0..bytes.len()).step_by(1 + bytes.len() / 16).chain([bytes.len()]);
            for end in ends {
                let run = || (target.run)(&bytes[..end]);
                assert!(catch_unwind(run).is_ok(), "{}, its first {end} bytes", file.display());
            }
        }
    }
    files::remove_all();
}
