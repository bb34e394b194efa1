//! `corpus/cli` once more, with Python running every class of octoDNS.
//!
//! The cases stay as they are but for `python:` before the classes, and so does what is expected of them.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exceptions::EXCEPTIONS;
use crate::{Options, Outcome, cli};

/// Compares all cases, if there is an interpreter for it.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let Some(python) = &options.python else { return Ok(()) };
    let compared = run(options, python, &|_| true)?;
    for (name, problem) in compared.cases {
        outcome.case(&name, problem);
    }
    outcome.notes.push(format!("{} cases differ without Python as well", compared.left_out));
    Ok(())
}

/// The cases of [`run`].
#[derive(Debug)]
pub struct Compared {
    /// The name of each case, and what is wrong with it.
    pub cases: Vec<(String, Option<String>)>,
    /// How many were left out, since they differ on purpose without Python.
    pub left_out: usize,
}

/// Runs the wanted cases with classes in Python.
///
/// # Errors
///
/// Fails if a file cannot be read or written, and if the tool that compares does not come to its end.
pub fn run(
    options: &Options,
    python: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
) -> io::Result<Compared> {
    let differ = EXCEPTIONS.iter().filter(|entry| entry.part == "cli");
    let differ: HashSet<&str> = differ.flat_map(|entry| entry.cases).copied().collect();
    let mut cases = cli::cases(&options.corpus.join("cli"))?;
    cases.retain(|(name, _)| is_wanted(name));
    let all = cases.len();
    cases.retain(|(name, _)| !differ.contains(name.as_str()));
    let folder = tempfile::tempdir()?;
    for (name, place) in &mut cases {
        let copy = folder.path().join(&*name);
        copy_case(place, &copy)?;
        *place = copy;
    }
    let mut problems = cli::check(options, &cases, &[("PATH", path_with(python)?)])?;
    let left_out = all - cases.len();
    let cases = cases.into_iter().map(|(name, _)| {
        let problem = problems.remove(&name);
        (name, problem)
    });
    Ok(Compared { cases: cases.collect(), left_out })
}

/// Where programs are looked for: the interpreter first. It is all that the cases have of the environment.
fn path_with(python: &Path) -> io::Result<OsString> {
    // The cases run in folders of their own.
    let folder = std::path::absolute(python)?.parent().map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folder.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(all).map_err(io::Error::other)
}

fn copy_case(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        let is_expected = from.file_name().is_some_and(|name| name == "expected");
        copy(&from, &to, &|text| if is_expected { text } else { with_python(&text) })?;
    }
    Ok(())
}

/// Copies a file or a folder, with a change to texts.
fn copy(from: &Path, to: &PathBuf, change: &dyn Fn(String) -> String) -> io::Result<()> {
    if !from.is_dir() {
        let content = fs::read(from)?;
        let content = match String::from_utf8(content) {
            Ok(text) => change(text).into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        };
        return fs::write(to, content);
    }
    fs::create_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()), change)?;
    }
    Ok(())
}

/// A config in which Python runs the classes of octoDNS.
fn with_python(text: &str) -> String {
    text.replace("class: octodns.", "class: python:octodns.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_octodns_and_nothing_else_are_run_by_python() {
        let text = "a: {class: octodns.provider.yaml.YamlProvider}\nb:\n  class: nope.Nope\nc: octodns.x\n";
        let expected = text.replacen("octodns", "python:octodns", 1);
        assert_eq!(with_python(text), expected);
    }

    #[test]
    fn only_what_is_run_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let text = "class: octodns.x.Y";
        let case = folder.path().join("case");
        for place in ["input/zones", "expected"] {
            fs::create_dir_all(case.join(place)).unwrap();
            fs::write(case.join(place).join("a.yaml"), text).unwrap();
        }
        fs::write(case.join("case.json"), text).unwrap();
        let copied = folder.path().join("copied");
        copy_case(&case, &copied).unwrap();
        let read = |name: &str| fs::read_to_string(copied.join(name)).unwrap();
        assert_eq!(read("expected/a.yaml"), text);
        for name in ["input/zones/a.yaml", "case.json"] {
            assert_eq!(read(name), "class: python:octodns.x.Y", "{name}");
        }
    }
}
