//! `conformance`, the part `cassettes`: what the tests of the providers say of the recordings of the
//! reference's providers.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::run::{cargo, failed, root};

/// What the tests are called that hold a provider to recordings.
const NAMES: &[&str] = &["cassettes::", "recorded", "recording"];

/// What tests say of a recording that they leave out.
const LEFT_OUT: &str = ".json: left out: ";

/// What came of the tests of a provider.
#[derive(Debug, Default, PartialEq)]
struct Tests {
    passed: usize,
    failed: usize,
    /// What they left out, a line each.
    notes: Vec<String>,
}

/// Runs the tests about recordings of every provider that has some; those of others wait for it.
pub(crate) fn run(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        println!("cassettes: none at {}, nothing compared", folder.display());
        return Ok(());
    }
    let folder = folder.canonicalize()?;
    let (built, waiting): (Vec<_>, Vec<_>) = recorded(&folder)?
        .into_iter()
        .partition(|(name, _)| root().join("crates/providers").join(name).is_dir());
    let executables = executables()?;
    let mut bad = Vec::new();
    for (name, count) in built {
        let mut tests = Tests::default();
        for executable in executables.get(&name).into_iter().flatten() {
            tests.add(&output(&name, executable, &folder)?);
        }
        let Tests { passed, failed, notes } = tests;
        let held =
            count.saturating_sub(notes.iter().filter(|note| note.contains(LEFT_OUT)).count());
        if passed > 0 && failed == 0 {
            println!("cassettes: {name}: {held} of {count} recordings agree");
        } else {
            println!("cassettes: {name}: {failed} of {} tests fail", passed + failed);
            bad.push(name);
        }
        for note in notes {
            println!("  {note}");
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

/// The test programs of every provider, built as all tests of the workspace are.
fn executables() -> io::Result<BTreeMap<String, Vec<PathBuf>>> {
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

/// What the tests about recordings of one program say; all of it is shown when one fails.
fn output(provider: &str, executable: &Path, cassettes: &Path) -> io::Result<String> {
    let mut command = Command::new(executable);
    command.current_dir(root().join("crates/providers").join(provider));
    command.args(NAMES).arg("--nocapture").env("OCTODNS_CASSETTES", cassettes);
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        print!("{text}");
    }
    Ok(text.into_owned())
}

impl Tests {
    /// Adds what a test program said.
    fn add(&mut self, output: &str) {
        for line in output.lines() {
            if let Some(result) = line.strip_prefix("test result: ") {
                let count = |word: &str| {
                    let before = result
                        .split_once(word)
                        .and_then(|(before, _)| before.split(' ').next_back());
                    before.and_then(|count| count.parse::<usize>().ok()).unwrap_or_default()
                };
                self.passed += count(" passed");
                self.failed += count(" failed");
            } else if line.starts_with("skipped: ") || line.contains(LEFT_OUT) {
                self.notes.push(line.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_say_is_counted() {
        let mut tests = Tests::default();
        tests.add("x.json: left out: too new\ntest result: FAILED. 2 passed; 1 failed; 0 ignored");
        tests.add("skipped: no server\ntest result: ok. 1 passed; 0 failed; 0 ignored");
        let notes = ["x.json: left out: too new", "skipped: no server"].map(str::to_owned).to_vec();
        assert_eq!(tests, Tests { passed: 3, failed: 1, notes });
    }

    #[test]
    fn a_program_is_that_of_the_provider_whose_manifest_it_has() {
        let of = |path: &str| provider(&Json::from(path));
        assert_eq!(of("/x/crates/providers/bind/Cargo.toml").as_deref(), Some("bind"));
        assert_eq!(of("/x/crates/http/Cargo.toml"), None);
    }
}
