//! `cases`: small inputs that once went wrong, with what is right about each.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::run::{WHOLE, cargo, check, failed, shared, target, with_own_state};

/// Cases that do not agree, and why that is meant.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "env-truth-value",
    "the text `false` from the environment is a truth value, so there is nothing to refuse",
)];

/// Builds the programs and runs the checker of the cases: all of them, or those of `args`.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let folder = std::env::var_os("OCTODNS_CASES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| shared().join("cases"));
    let checker = folder.join("check");
    if !checker.exists() {
        println!("missing: the cases, at {} (or OCTODNS_CASES)", folder.display());
        return Ok(());
    }
    check(cargo(&["build", "--quiet"]).args(WHOLE))?;
    let mut command = Command::new("python3");
    command.arg(checker).args(args.iter().map(|name| folder.join(name)));
    command.arg("--bin-dir").arg(target().join("debug"));
    let output = with_own_state(&mut command).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let Some(summary) = text.lines().last().filter(|line| line.ends_with("cases agree")) else {
        return Err(failed(&command, &output.status.to_string()));
    };
    let wrong = wrong(&text);
    let exceptions = EXCEPTIONS.iter().filter(|(name, _)| is_run(name, args));
    let exceptions: BTreeSet<_> = exceptions.map(|(name, _)| *name).collect();
    for (name, reason) in EXCEPTIONS.iter().filter(|(name, _)| wrong.contains(name)) {
        println!("{name} is an exception: {reason}");
    }
    if wrong == exceptions {
        return Ok(());
    }
    let new: Vec<_> = wrong.difference(&exceptions).collect();
    let stale: Vec<_> = exceptions.difference(&wrong).collect();
    let message = format!("{summary}; wrong: {new:?}; exceptions that agree: {stale:?}");
    Err(io::Error::other(message))
}

/// The names of the cases that failed.
fn wrong(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("FAIL ")?.split_once(':'));
    lines.map(|(name, _)| name).collect()
}

fn is_run(name: &str, args: &[String]) -> bool {
    args.is_empty() || args.iter().any(|arg| arg == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_wrong_cases_are_read() {
        let text = "FAIL a-b: step 1: exit 0\nFAIL c: step 2: no end\n1 of 3 cases agree\n";
        assert_eq!(wrong(text), ["a-b", "c"].into());
        assert_eq!(wrong("3 of 3 cases agree\n"), [].into());
    }
}
