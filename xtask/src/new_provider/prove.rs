//! Follows `docs/writing-a-provider.md` in a copy of the workspace.
//!
//! The copy is kept below `target` between runs, and uses what the workspace has built, with the same features, so that
//! dependencies are compiled once. Its packages have another version, to distinguish them from the original ones, and
//! its programs are in a folder of their own, since tests run those of the workspace meanwhile.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::page::{self, Step};
use super::{features, read, wrong};
use crate::run::{check, compiled_as_all, failed, root, target};

const PAGE: &str = "docs/writing-a-provider.md";

/// Runs every command of the page and writes every block of code; an error says where the page is wrong.
pub(crate) fn run() -> io::Result<()> {
    let copy = target().join("new-provider");
    copy_workspace(&copy)?;
    features::write_package(&copy)?;
    let text = read(&root().join(PAGE))?;
    for step in page::steps(&text).map_err(|why| wrong(format!("{PAGE}: {why}")))? {
        match step {
            Step::Write { path, text } => page::write(&copy, path, text)?,
            Step::Run { commands, fails, says } => shell(&copy, commands, fails, &says)?,
        }
    }
    Ok(())
}

fn shell(copy: &Path, commands: &str, fails: bool, says: &[&str]) -> io::Result<()> {
    println!("{commands}");
    let mut command = Command::new("sh");
    let lints = compiled_as_all(&mut command);
    command.current_dir(copy).args(["-e", "-c", &*run_as(commands, lints)]);
    command.env("CARGO_TARGET_DIR", target().join("new-provider-programs"));
    command.env("CARGO_BUILD_BUILD_DIR", target()).env("RUST_BACKTRACE", "0");
    // Code that is compiled once needs no incremental cache.
    command.env("CARGO_INCREMENTAL", "0");
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let missing = says.iter().find(|line| !text.contains(**line));
    if output.status.success() != fails && missing.is_none() {
        if let Some(size) = size(copy, commands, &text) {
            println!("{size}");
        }
        return Ok(());
    }
    eprintln!("{text}");
    let why = match missing {
        Some(line) => format!("it should say: {line}"),
        None if fails => "it should fail".to_owned(),
        None => output.status.to_string(),
    };
    Err(failed(&command, &why))
}

/// The commands as they are run: where every build lints, `cargo clippy` is one, which saves reading all dependencies
/// again. Xtask is compiled without lints, which would compile it again after each change of the workspace's manifest.
fn run_as(commands: &str, builds_lint: bool) -> Cow<'_, str> {
    if !builds_lint {
        return commands.into();
    }
    let line = |line: &str| match line.strip_prefix("cargo clippy ") {
        Some(rest) => format!("cargo build {}\n", rest.trim_end_matches(" -- -D warnings")),
        None if line.starts_with("cargo xtask ") => format!("RUSTC_WORKSPACE_WRAPPER= {line}\n"),
        None => format!("{line}\n"),
    };
    commands.lines().map(line).collect::<String>().into()
}

/// The size of a provider whose suite has run: lines of code and of tests, and seconds.
fn size(copy: &Path, commands: &str, output: &str) -> Option<String> {
    let name = commands.trim().strip_prefix("cargo test -p octodns-")?;
    let (_, after) = output.split_once("test result: ok.")?;
    let seconds = after.split_once("finished in ")?.1.split_once('s')?.0;
    let folder = copy.join("crates/providers").join(name);
    let lines = |file: &str| Some(fs::read_to_string(folder.join(file)).ok()?.lines().count());
    let (code, tests) = (lines("src/provider.rs")?, lines("tests/provider.rs")?);
    Some(format!("{name}: {code} lines of code, {tests} of tests, {seconds} s"))
}

/// Updates the copy; equal files are not touched, so that little is compiled again.
fn copy_workspace(copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy)?;
    if !copy.join(".git").exists() {
        check(Command::new("git").current_dir(copy).args(["init", "--quiet"]))?;
    }
    let wanted = listed(root())?;
    for stale in listed(copy)?.difference(&wanted) {
        let stale = copy.join(stale);
        fs::remove_file(&stale)?;
        // An empty folder would be mistaken for a crate without a manifest.
        let above = stale.ancestors().skip(1).take_while(|folder| *folder != copy);
        above.take_while(|folder| fs::remove_dir(folder).is_ok()).for_each(drop);
    }
    for file in &wanted {
        let Ok(mut bytes) = fs::read(root().join(file)) else { continue };
        if file == Path::new("Cargo.toml") {
            bytes = adapted(&String::from_utf8_lossy(&bytes)).into_bytes();
        }
        bytes.extend(features::addition(copy, file).unwrap_or_default().into_bytes());
        let path = copy.join(file);
        if fs::read(&path).is_ok_and(|held| held == bytes) {
            continue;
        }
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// The manifest with another version for all packages of the workspace, none of which is optimized: that takes longer
/// than the tests of the page.
fn adapted(manifest: &str) -> String {
    let line = |line: &str| {
        let is_ours = line.starts_with("version = ") || line.contains("path = \"");
        let value = line.split_once("version = \"").filter(|_| is_ours);
        match value.and_then(|(before, value)| Some((before, value.split_once('"')?))) {
            Some((before, (version, after))) => {
                format!("{before}version = \"{version}-proof\"{after}\n")
            }
            None => format!("{line}\n"),
        }
    };
    let is_kept = |line: &&str| !(line.starts_with("octodns-") && line.ends_with(".opt-level = 1"));
    manifest.lines().filter(is_kept).map(line).collect()
}

/// The files of a work tree, without ignored ones.
fn listed(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    command.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_lints_where_all_builds_do() {
        let page = "cargo xtask tidy\ncargo clippy -p a --all-targets -- -D warnings\n";
        assert_eq!(run_as(page, false), page);
        let expected =
            "RUSTC_WORKSPACE_WRAPPER= cargo xtask tidy\ncargo build -p a --all-targets\n";
        assert_eq!(run_as(page, true), expected);
    }

    #[test]
    fn only_our_packages_get_another_version_and_are_not_optimized() {
        let manifest = "version = \"0.1.0\"\nours = { path = \"a\", version = \"0.1.0\" }\n\
                        theirs = { version = \"0.1.0\" }\noctodns-core.opt-level = 1\n\
                        tokio.opt-level = 1\n";
        let expected = "version = \"0.1.0-proof\"\nours = { path = \"a\", version = \"0.1.0-proof\" }\n\
                        theirs = { version = \"0.1.0\" }\ntokio.opt-level = 1\n";
        assert_eq!(adapted(manifest), expected);
    }
}
