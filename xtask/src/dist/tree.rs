//! The laid out files: the program, a link for each of its names, pages, man pages and completions.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use super::facts::{PACKAGE, output};
use super::release::{PROGRAM, Release};
use super::{files, licences, sbom};
use crate::run::{failed, root};

/// The files next to the programs.
const PAGES: &[&str] = &["LICENSE", "README.md"];

/// The texts of the licences of what is in the program.
pub(super) const LICENCES: &str = "LICENSES-THIRD-PARTY.txt";

/// Shells that look for the completions of a program by its name: the folder below `share`, and what stands before and
/// behind the name.
const BY_NAME: &[(&str, &str, &str, &str)] = &[
    ("bash", "bash-completion/completions", "", ""),
    ("fish", "fish/vendor_completions.d", "", ".fish"),
    ("zsh", "zsh/site-functions", "_", ""),
];

/// Shells that are told a file: those of all programs in one.
const IN_ONE: &[(&str, &str)] =
    &[("elvish", "elvish/lib/octodns.elv"), ("powershell", "powershell/octodns.ps1")];

/// Lays out everything of a release from the program that was built, as new.
pub(super) fn lay_out(release: &Release, built: &Path, host_runs_it: bool) -> io::Result<()> {
    programs(release, built, host_runs_it)?;
    let tree = release.tree();
    for page in PAGES {
        fs::copy(root().join(page), tree.join(page))?;
    }
    files::write(&tree.join(LICENCES), licences::texts(&release.facts)?)?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let document = serde_json::to_string_pretty(&sbom::document(&release.facts, &lock))? + "\n";
    files::write(&tree.join("octodns.cdx.json"), &document)?;
    files::write(&release.file(".cdx.json"), &document)?;
    if host_runs_it {
        return described(release);
    }
    println!("this machine does not run it: its man pages and completions are left out");
    Ok(())
}

/// Lays out the program and its links; each must report its own name.
pub(super) fn programs(release: &Release, built: &Path, host_runs_it: bool) -> io::Result<()> {
    files::remove_folder(&release.tree())?;
    copied(built, &release.program())?;
    let names = names(release)?;
    linked(&release.program(), &names[1..])?;
    if !host_runs_it {
        return Ok(());
    }
    names.iter().try_for_each(|name| expect_name(&release.bin(), name))
}

/// The names that the program has in a release, its own first.
pub(super) fn names(release: &Release) -> io::Result<Vec<String>> {
    let mut names = vec![PROGRAM.to_owned()];
    // The right to make links is rare on Windows, and copies are large: `octodns sync` does it there.
    if !release.target.is_windows() {
        names.extend(tools(root())?);
    }
    Ok(names)
}

fn copied(built: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(built, to).map(drop)
}

/// The names of the separate programs, which are those of their packages.
pub(super) fn tools(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("bins"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("Cargo.toml").is_file() && name != PACKAGE {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Links names to a program beside it.
fn linked(program: &Path, names: &[String]) -> io::Result<()> {
    for name in names {
        let link = program.with_file_name(name);
        // Not every file system supports links.
        if files::link(PROGRAM, &link).is_err() {
            fs::copy(program, link)?;
        }
    }
    Ok(())
}

/// Refuses a program that reports another name.
pub(super) fn expect_name(bin: &Path, name: &str) -> io::Result<()> {
    let mut command = Command::new(bin.join(name));
    let output = command.arg("--help").output();
    let output = output.map_err(|error| failed(&command, &error.to_string()))?;
    let help = String::from_utf8_lossy(&output.stdout);
    let is_name = ["", ".exe"].iter().any(|end| help.contains(&format!("Usage: {name}{end} ")));
    if output.status.success() && is_name {
        return Ok(());
    }
    Err(failed(&command, &format!("this is not {name}: {help}")))
}

/// Lets the program write its man pages and completions.
fn described(release: &Release) -> io::Result<()> {
    let share = release.tree().join("share");
    let man = share.join("man/man1");
    fs::create_dir_all(&man)?;
    output(Command::new(release.program()).args(["man", "--output-dir"]).arg(&man))?;
    let completions = |shell: &str| {
        let mut command = Command::new(release.program());
        command.args(["completions", shell]);
        command
    };
    for (shell, folder, before, behind) in BY_NAME {
        for name in names(release)? {
            let script = output(completions(shell).args(["--program", &name]))?;
            files::write(&share.join(folder).join(format!("{before}{name}{behind}")), script)?;
        }
    }
    for (shell, place) in IN_ONE {
        files::write(&share.join(place), output(&mut completions(shell))?)?;
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// A program that reports its own name, or always the same.
    fn program(folder: &Path, script: &str) {
        let path = folder.join(PROGRAM);
        files::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        files::set_mode(&path, 0o755).unwrap();
    }

    #[test]
    fn every_tool_is_a_link_to_the_one_program() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "echo \"Usage: $(basename \"$0\") x\"");
        let tools = tools(root()).unwrap();
        assert!(tools.iter().any(|tool| tool == "octodns-sync"), "{tools:?}");
        linked(&folder.path().join(PROGRAM), &tools).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), tools.len() + 1);
        for tool in &tools {
            assert_eq!(fs::read_link(folder.path().join(tool)).unwrap(), Path::new(PROGRAM));
            expect_name(folder.path(), tool).unwrap();
        }
    }

    #[test]
    fn a_program_without_a_required_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "echo 'Usage: octodns x'");
        linked(&folder.path().join(PROGRAM), &["octodns-new".to_owned()]).unwrap();
        let error = expect_name(folder.path(), "octodns-new").unwrap_err();
        assert!(error.to_string().contains("this is not octodns-new"), "{error}");
    }
}
