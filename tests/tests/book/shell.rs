//! A scratch folder in which the commands of a page run, with our programs in the PATH.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Ran, programs};

/// The run of pages: the newest there is.
const RUN: &str = "20261201-172937-41fe88";

pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }

    /// Makes a file or folder from elsewhere available.
    pub(crate) fn link(&self, from: &Path, name: &str) {
        std::os::unix::fs::symlink(from, self.path().join(name)).unwrap();
    }

    /// The id of the newest run that is written down.
    fn newest_run(&self) -> Option<String> {
        let journals = fs::read_dir(self.path().join("home/.local/state/octodns/runs")).ok()?;
        let ids = journals.filter_map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // Two runs of one second are told apart by their files alone.
            let written = entry.metadata().unwrap().modified().unwrap();
            name.strip_suffix(".jsonl").map(|id| (written, id.to_owned()))
        });
        ids.max().map(|(_, id)| id)
    }

    /// Runs a script as a user would; it stops at the first command that fails. Both outputs are in `stdout`.
    pub(crate) fn run(&self, script: &str) -> Ran {
        let run = self.newest_run();
        let script = run.map_or_else(|| script.to_owned(), |run| script.replace(RUN, &run));
        let mut shell = Command::new("/bin/sh");
        shell.current_dir(self.path()).args(["-eu", "-c", &format!("exec 2>&1\n{script}")]);
        let system = std::env::var_os("PATH").unwrap_or_default();
        let folders = [programs().to_owned()].into_iter().chain(std::env::split_paths(&system));
        let path = std::env::join_paths(folders.collect::<Vec<PathBuf>>()).unwrap();
        shell.env_clear().env("PATH", path).env("HOME", self.path().join("home"));
        Ran::of(&script, &mut shell)
    }
}

/// Stands for lines that a page leaves out.
const LEFT_OUT: &str = "...";

/// Whether an output is what a page shows, but for lines that it leaves out, and blanks at the ends of lines.
pub(crate) fn is_as_shown(output: &str, shown: &[&str]) -> bool {
    let said: Vec<&str> = output.trim_end().lines().map(str::trim_end).collect();
    let parts: Vec<&[&str]> = shown.split(|line| *line == LEFT_OUT).collect();
    let [first, between @ .., last] = &*parts else { return parts == [said] };
    let Some(mut rest) = said.strip_prefix(*first).and_then(|rest| rest.strip_suffix(*last)) else {
        return false;
    };
    between.iter().all(|part| {
        let at = (0..=rest.len()).find(|at| rest[*at..].starts_with(part));
        rest = at.map_or(rest, |at| &rest[at + part.len()..]);
        at.is_some()
    })
}

#[test]
fn outputs_are_as_shown_but_for_what_is_left_out() {
    for (shown, expected) in [
        ("a|b|c", true),
        ("a|b", false),
        ("a|...", true),
        ("...|c", true),
        ("...|b|...", true),
        ("a|...|b|...|c", true),
        ("...|b|...|a|...", false),
        ("...|a|...|a|...", false),
        ("...", true),
        ("", false),
    ] {
        let lines: Vec<&str> = shown.split('|').filter(|line| !line.is_empty()).collect();
        assert_eq!(is_as_shown("a\nb  \nc\n\n", &lines), expected, "{shown}");
    }
    assert!(is_as_shown("", &[]));
}
