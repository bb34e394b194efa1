//! `corpus/cli`: whole runs of the commands, compared by the reference tool's own `check`.
//!
//! Cases that need missing features of this implementation are listed in [`WAITING`], with the feature; all
//! other cases are run.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use crate::{Options, Outcome};

/// Cases that wait for a feature of octoDNS, by feature.
const WAITING: &[(&str, &[&str])] = &[];

/// Runs every case that does not wait for a feature.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let waiting: HashSet<&str> = WAITING.iter().flat_map(|(_, cases)| *cases).copied().collect();
    let mut cases = cases(&options.corpus.join("cli"))?;
    cases.retain(|(name, _)| !waiting.contains(name.as_str()));
    let problems = check(options, &cases, &[])?;
    for (name, _) in &cases {
        outcome.case(name, problems.get(name).cloned());
    }
    for (what, cases) in WAITING {
        outcome.notes.push(format!("{} cases wait for {what}", cases.len()));
    }
    Ok(())
}

/// The name and folder of every case, sorted.
pub(crate) fn cases(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut cases = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.join("case.json").is_file() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            cases.push((name, path));
        }
    }
    cases.sort();
    Ok(cases)
}

/// The problem of each case that differs, with these variables of the environment.
pub(crate) fn check(
    options: &Options,
    cases: &[(String, PathBuf)],
    environment: &[(&str, OsString)],
) -> io::Result<HashMap<String, String>> {
    let tool = options.corpus.join("../oracle/oracle");
    let output = Command::new("python3")
        .arg(&tool)
        .args(["check", "-j", &available_parallelism().map_or(1, usize::from).to_string()])
        .arg("--bin-dir")
        .arg(&options.bin_dir)
        .args(cases.iter().map(|(_, path)| path))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .map_err(|error| io::Error::other(format!("python3 {}: {error}", tool.display())))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    // The count at the end shows that the run was not interrupted.
    if !stdout.trim_end().ends_with("cases agree") {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("{} failed: {stderr}", tool.display())));
    }
    Ok(problems(&stdout, cases))
}

/// Parses the tool's `FAIL name` blocks.
fn problems(stdout: &str, cases: &[(String, PathBuf)]) -> HashMap<String, String> {
    let names: HashSet<&str> = cases.iter().map(|(name, _)| name.as_str()).collect();
    let mut problems: HashMap<String, String> = HashMap::new();
    let mut current: Option<&str> = None;
    for line in stdout.lines() {
        if let Some(name) = line.strip_prefix("FAIL ").filter(|name| names.contains(name)) {
            current = Some(name);
            problems.insert(name.to_owned(), String::new());
        } else if let Some(text) = current.and_then(|name| problems.get_mut(name))
            && !line.ends_with("cases agree")
        {
            text.push_str(line);
            text.push('\n');
        }
    }
    for text in problems.values_mut() {
        text.truncate(text.trim_end().len());
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_waiting_case_is_listed_once() {
        let mut seen = HashSet::new();
        assert!(WAITING.iter().flat_map(|(_, cases)| *cases).all(|case| seen.insert(case)));
    }

    #[test]
    fn each_failed_case_gets_its_own_text() {
        let cases = ["a", "b", "c"].map(|name| (name.to_owned(), PathBuf::from(name)));
        let text = "FAIL a\nstep 1: x\nplan differs\n\nFAIL c\nexit status\n\n1 of 3 cases agree\n";
        let found = problems(text, &cases);
        assert_eq!(found.len(), 2);
        assert_eq!(found["a"], "step 1: x\nplan differs");
        assert_eq!(found["c"], "exit status");
    }
}
