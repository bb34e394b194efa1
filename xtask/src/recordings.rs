//! `conformance`, the part `cassettes`: runs the providers' tests of recordings of the reference, and counts
//! the results.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::programs::{self, TestProgram};
use crate::run::{failed, root, target};

/// The names of tests that use recordings: in the common suite, or in a provider's own tests.
const NAMES: &[&str] =
    &["it_does_what_every_provider_must", "cassettes::", "recorded", "recording"];

/// The prefix of a line about one recording, before its name and verdict.
const RECORDED: &str = "recorded: ";

/// The prefix of a line about something missing.
const SKIPPED: &str = "skipped: ";

/// The verdicts on the recordings of a provider.
#[derive(Debug, Default, PartialEq)]
struct Verdicts {
    /// The verdict on each recording by file name; the worst if it has several parts.
    files: BTreeMap<String, Verdict>,
    /// What differs or is left out, with the indented lines below it.
    notes: Vec<String>,
}

/// The outcome of one recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Unless another test, or another part, has a verdict.
    LeftOut,
    Agrees,
    DiffersOnPurpose,
    Differs,
}

/// Runs the tests of every provider that has recordings; those of others are skipped.
pub(crate) fn run(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        println!("cassettes: none at {}, nothing compared", folder.display());
        return Ok(());
    }
    let folder = by_provider(&folder.canonicalize()?)?;
    let (built, waiting): (Vec<_>, Vec<_>) = recorded(&folder)?
        .into_iter()
        .partition(|(name, _)| root().join("crates/providers").join(name).is_dir());
    let executables = if built.is_empty() { BTreeMap::new() } else { executables()? };
    let mut bad = Vec::new();
    for (name, count) in built {
        let mut verdicts = Verdicts::default();
        let mut failed = false;
        for executable in executables.get(&name).into_iter().flatten() {
            let (output, is_fine) = output(executable, &folder)?;
            let before = verdicts.of(Verdict::Differs);
            verdicts.add(&output);
            failed |= !is_fine;
            if !is_fine && verdicts.of(Verdict::Differs) == before {
                // Something other than a recording is wrong.
                eprintln!("{output}");
            }
        }
        println!("cassettes: {name}: {}", verdicts.summary(count));
        for note in &verdicts.notes {
            println!("  {note}");
        }
        // Tests that were skipped for a missing server are reported; if that is not allowed, they fail.
        let is_skipped = verdicts.notes.iter().any(|note| note.starts_with(SKIPPED));
        let is_untried = verdicts.files.len() < count && !is_skipped;
        if failed || verdicts.of(Verdict::Differs) > 0 || is_untried {
            bad.push(name);
        }
    }
    let names: Vec<_> = waiting.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    if !names.is_empty() {
        println!("cassettes: waiting for their providers: {}", names.join(", "));
    }
    if bad.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("recordings are not what they were: {}", bad.join(", "))))
}

/// The folder itself, if it has a folder per provider; or one made below `target`, if it has the recordings
/// directly, each with the name of its provider.
fn by_provider(folder: &Path) -> io::Result<PathBuf> {
    let files: Vec<_> =
        fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let is_recording = |path: &&PathBuf| path.extension().is_some_and(|of| of == "json");
    if !files.iter().any(|path| is_recording(&path)) {
        return Ok(folder.to_owned());
    }
    let sorted = target().join("cassettes");
    if sorted.exists() {
        fs::remove_dir_all(&sorted)?;
    }
    for path in files.iter().filter(is_recording) {
        let json: Json = serde_json::from_slice(&fs::read(path)?)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        let Some(provider) = json["provider"].as_str() else {
            let problem = format!("{} does not say whose recording it is", path.display());
            return Err(io::Error::other(problem));
        };
        let folder = sorted.join(provider);
        fs::create_dir_all(&folder)?;
        fs::copy(path, folder.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(sorted)
}

/// The providers with recordings, and how many.
fn recorded(folder: &Path) -> io::Result<BTreeMap<String, usize>> {
    let mut recorded = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let mut count = 0;
            for file in fs::read_dir(entry.path())? {
                count += usize::from(file?.path().extension().is_some_and(|of| of == "json"));
            }
            recorded.insert(entry.file_name().to_string_lossy().into_owned(), count);
        }
    }
    Ok(recorded)
}

/// The test programs of every provider.
fn executables() -> io::Result<BTreeMap<String, Vec<TestProgram>>> {
    let mut executables: BTreeMap<String, Vec<TestProgram>> = BTreeMap::new();
    for program in programs::build()? {
        if let Some(name) = provider(&program.folder) {
            executables.entry(name).or_default().push(program);
        }
    }
    Ok(executables)
}

/// The provider whose folder this is.
fn provider(folder: &Path) -> Option<String> {
    let is_provider = folder.parent()?.ends_with("crates/providers");
    is_provider.then(|| folder.file_name().map(|name| name.to_string_lossy().into_owned()))?
}

/// The output of one program's tests of recordings, and whether they pass.
fn output(program: &TestProgram, cassettes: &Path) -> io::Result<(String, bool)> {
    let mut command = program.command();
    command.args(NAMES).args(["--nocapture", "--test-threads=1"]);
    command.env("OCTODNS_CASSETTES", cassettes).env("OCTODNS_TEST_PART", "cassettes");
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let is_fine = output.status.success();
    Ok((text.into_owned(), is_fine))
}

impl Verdicts {
    /// Adds the output of a test program.
    fn add(&mut self, output: &str) {
        let mut lines = output.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(said) = line.strip_prefix(RECORDED) else {
                self.notes.extend(line.starts_with(SKIPPED).then(|| line.to_owned()));
                continue;
            };
            let Some((title, verdict)) = said.split_once(": ") else { continue };
            let verdict = match verdict {
                "agrees" => Verdict::Agrees,
                "differs" => Verdict::Differs,
                _ if verdict.starts_with("differs on purpose: ") => Verdict::DiffersOnPurpose,
                _ => Verdict::LeftOut,
            };
            if verdict != Verdict::Agrees {
                self.notes.push(said.to_owned());
            }
            while let Some(more) = lines.next_if(|line| line.starts_with("    ")) {
                self.notes.push(more.to_owned());
            }
            // A part of a recording has the name of its file.
            let file = title.split(" (").next().unwrap_or(title).to_owned();
            let held = self.files.entry(file).or_insert(verdict);
            *held = verdict.max(*held);
        }
    }

    fn of(&self, verdict: Verdict) -> usize {
        self.files.values().filter(|held| **held == verdict).count()
    }

    /// How many of the recordings agree, and the rest.
    fn summary(&self, count: usize) -> String {
        let mut parts = vec![format!("{} of {count} agree", self.of(Verdict::Agrees))];
        let others = [
            (self.of(Verdict::Differs), "differ"),
            (self.of(Verdict::DiffersOnPurpose), "differ on purpose"),
            (self.of(Verdict::LeftOut), "left out"),
            (count.saturating_sub(self.files.len()), "not tried"),
        ];
        let others = others.into_iter().filter(|(many, _)| *many > 0);
        parts.extend(others.map(|(many, words)| format!("{many} {words}")));
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_of_tests_are_counted() {
        let mut verdicts = Verdicts::default();
        verdicts.add(
            "recorded: a.json: agrees\nrecorded: b.json (one): agrees\n\
             recorded: b.json (two): differs\n    writing request 1:\n      sent nothing\n\
             recorded: c.json: left out: too new\nrecorded: d.json: differs on purpose: better\n",
        );
        assert_eq!(
            verdicts.summary(5),
            "1 of 5 agree, 1 differ, 1 differ on purpose, 1 left out, 1 not tried"
        );
        let notes = [
            "b.json (two): differs",
            "    writing request 1:",
            "      sent nothing",
            "c.json: left out: too new",
            "d.json: differs on purpose: better",
        ];
        assert_eq!(verdicts.notes, notes);
    }

    #[test]
    fn a_test_program_belongs_to_the_provider_of_its_folder() {
        let of = |folder: &str| provider(Path::new(folder));
        assert_eq!(of("/x/crates/providers/bind").as_deref(), Some("bind"));
        assert_eq!(of("/x/crates/http"), None);
    }
}
