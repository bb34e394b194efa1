//! The hooks for pre-commit: run in a repository of zones, with the wheel that was just made.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use super::facts::output;
use super::files;
use super::release::Release;
use super::try_out::{expect, tool};
use crate::run::root;

/// What pre-commit needs of this repository.
const FILES: &[&str] = &[".pre-commit-hooks.yaml", "pyproject.toml"];

const CONFIG: &str = "\
providers:
  zones: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
zones:
  example.com.: {sources: [zones], targets: [zones]}
";

const VALID: &str = "a: {type: A, value: 192.0.2.1}\n";
const WRONG: &str = "a: {type: A, value: 192.0.2.777}\n";
const OUT_OF_ORDER: &str = "b: {type: A, value: 192.0.2.2}\na: {type: A, value: 192.0.2.1}\n";

/// Runs each hook on files that are right, and on some that are not.
pub(super) fn try_out(release: &Release) -> io::Result<()> {
    let Some(program) = tool("pre-commit")? else { return Ok(()) };
    let folder = tempfile::tempdir_in(&release.folder)?;
    let (hooks, zones) = (folder.path().join("hooks"), folder.path().join("zones"));
    for file in FILES {
        files::write(&hooks.join(file), fs::read(root().join(file))?)?;
    }
    committed(&hooks)?;
    let revision = output(git(&hooks).args(["rev-parse", "HEAD"]))?;
    let config = format!(
        "repos:\n- repo: {}\n  rev: {}\n  hooks: [{{id: octodns-validate}}, {{id: octodns-fmt}}]\n",
        hooks.display(),
        String::from_utf8_lossy(&revision).trim(),
    );
    files::write(&zones.join(".pre-commit-config.yaml"), config)?;
    files::write(&zones.join("config.yaml"), CONFIG)?;
    let zone = zones.join("zones/example.com.yaml");
    files::write(&zone, VALID)?;
    committed(&zones)?;
    let run = |hook: &str| {
        let mut command = Command::new(&program);
        command.current_dir(&zones).args(["run", "--all-files", hook]);
        // The package that the hooks ask for is the one that was made.
        command.env("PIP_FIND_LINKS", &release.folder).env("PIP_PREFER_BINARY", "1");
        command.env("PRE_COMMIT_HOME", folder.path().join("cache")).env("PIP_NO_COMPILE", "1");
        command
    };
    output(&mut run("octodns-validate"))?;
    output(&mut run("octodns-fmt"))?;
    fs::write(&zone, OUT_OF_ORDER)?;
    output(git(&zones).args(["add", "."]))?;
    expect(output(&mut run("octodns-fmt")).is_err(), "a hook does not say that it changed a file")?;
    let text = fs::read_to_string(&zone)?;
    expect(text.starts_with("a:"), &format!("the keys are still out of order: {text}"))?;
    fs::write(&zone, WRONG)?;
    output(git(&zones).args(["add", "."]))?;
    expect(output(&mut run("octodns-validate")).is_err(), "a hook lets a wrong zone pass")
}

/// A new repository with everything in a folder.
fn committed(folder: &Path) -> io::Result<()> {
    output(git(folder).args(["init", "--quiet"]))?;
    output(git(folder).args(["add", "."]))?;
    let author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    output(git(folder).args(author).args([
        "commit",
        "--quiet",
        "--no-verify",
        "--message",
        "All",
    ]))?;
    Ok(())
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}
