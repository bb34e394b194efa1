//! `conformance`, the part `cassettes`: what the tests of the providers say of the recordings of the
//! reference's providers.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::run::{cargo, failed, root, target};

/// What the tests are called that hold a provider to recordings: those of the suite of all providers, or of a
/// provider's own.
const NAMES: &[&str] =
    &["it_does_what_every_provider_must", "cassettes::", "recorded", "recording"];

/// The beginning of a line about one recording: its name and the outcome follow.
const RECORDED: &str = "recorded: ";

/// The beginning of a line about what is missing here.
const SKIPPED: &str = "skipped: ";

/// The outcome of the recordings of a provider.
#[derive(Debug, Default, PartialEq)]
struct Verdicts {
    /// By the name of its file, the outcome of a recording; the worst where it has several parts.
    files: BTreeMap<String, Verdict>,
    /// What differs or is left out, with what follows on indented lines.
    notes: Vec<String>,
}

/// The outcome of one recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Unless another test, or another part, has something to say of it.
    LeftOut,
    Agrees,
    DiffersOnPurpose,
    Differs,
}

/// Runs the tests about recordings of every provider that has some; those of others wait for it.
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
            let (output, is_fine) = output(&name, executable, &folder)?;
            let before = verdicts.of(Verdict::Differs);
            verdicts.add(&output);
            failed |= !is_fine;
            if !is_fine && verdicts.of(Verdict::Differs) == before {
                // Something else than a recording is wrong.
                eprintln!("{output}");
            }
        }
        println!("cassettes: {name}: {}", verdicts.summary(count));
        for note in &verdicts.notes {
            println!("  {note}");
        }
        // What a missing server leaves untried is said; where that must not be, the tests fail.
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

/// The folder itself where it has a folder for each provider; one like that, made below `target`, where it has
/// recordings themselves, which say whose they are.
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

/// The providers that have recordings, and how many.
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
fn executables() -> io::Result<BTreeMap<String, Vec<PathBuf>>> {
    // Those of all packages, since fewer packages need other features of their dependencies: see `WHOLE`.
    let args = ["test", "--workspace", "--tests", "--no-run", "--quiet", "--message-format=json"];
    let mut command = cargo(&args);
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(failed(&command, &output.status.to_string()));
    }
    let mut executables: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Json>(line) else { continue };
        if let (Some(executable), Some(name)) =
            (message["executable"].as_str(), provider(&message["manifest_path"]))
        {
            executables.entry(name).or_default().push(executable.into());
        }
    }
    Ok(executables)
}

/// The provider whose manifest this is.
fn provider(manifest: &Json) -> Option<String> {
    let folder = Path::new(manifest.as_str()?).parent()?;
    let is_provider = folder.parent()?.ends_with("crates/providers");
    is_provider.then(|| folder.file_name().map(|name| name.to_string_lossy().into_owned()))?
}

/// What the tests about recordings of one program say, and whether they pass.
fn output(provider: &str, executable: &Path, cassettes: &Path) -> io::Result<(String, bool)> {
    let mut command = Command::new(executable);
    command.current_dir(root().join("crates/providers").join(provider));
    command.args(NAMES).args(["--nocapture", "--test-threads=1"]);
    command.env("OCTODNS_CASSETTES", cassettes).env("OCTODNS_TEST_PART", "cassettes");
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let is_fine = output.status.success();
    Ok((text.into_owned(), is_fine))
}

impl Verdicts {
    /// Adds what a test program said.
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
            // A part of a recording is named after its file.
            let file = title.split(" (").next().unwrap_or(title).to_owned();
            let held = self.files.entry(file).or_insert(verdict);
            *held = verdict.max(*held);
        }
    }

    fn of(&self, verdict: Verdict) -> usize {
        self.files.values().filter(|held| **held == verdict).count()
    }

    /// How many agree of so many recordings, and what of the others.
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
    fn what_tests_say_is_counted() {
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
    fn a_program_is_that_of_the_provider_whose_manifest_it_has() {
        let of = |path: &str| provider(&Json::from(path));
        assert_eq!(of("/x/crates/providers/bind/Cargo.toml").as_deref(), Some("bind"));
        assert_eq!(of("/x/crates/http/Cargo.toml"), None);
    }
}
