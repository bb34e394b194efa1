//! `dist`: the files that a distribution ships: the program, a link for each of its names, and the pages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{WHOLE, cargo, check, failed, profile_folder, root, target};

/// The program that contains all others.
const PROGRAM: &str = "octodns";

/// Its package, in the folder of program packages.
const PACKAGE: &str = "octodns-all";

/// The files next to the programs.
const PAGES: &[&str] = &["LICENSE", "README.md"];

/// The profile of the shipped program.
pub(crate) const PROFILE: &str = "dist";

/// Builds everything that is shipped, and prints where it is.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let profile = match args {
        [] => PROFILE,
        [flag, profile] if flag == "--profile" => profile,
        _ => return Err(io::Error::other("cargo xtask dist [--profile NAME]")),
    };
    let bin = programs(profile)?;
    let megabytes = megabytes(fs::metadata(bin.join(PROGRAM))?.len());
    let folder = bin.parent().unwrap_or(&bin);
    println!("{}: {PROGRAM} ({megabytes} MB) and a link for each tool", folder.display());
    Ok(())
}

/// Builds the program with a profile, lays out the files, and returns the folder of the programs.
pub(crate) fn programs(profile: &str) -> io::Result<PathBuf> {
    check(&mut cargo(&["build", "--quiet", "--profile", profile, "--package", PACKAGE]))?;
    laid_out(profile)
}

/// Lays out the program from the tests' profile: the same check without the time of the other profile.
pub(crate) fn try_out() -> io::Result<()> {
    check(cargo(&["build", "--quiet"]).args(WHOLE))?;
    laid_out("dev").map(drop)
}

/// The shipped files, with the program from this profile.
fn laid_out(profile: &str) -> io::Result<PathBuf> {
    let built = target().join(profile_folder(profile)).join(PROGRAM);
    let folder = target().join(format!("{profile}-package"));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let bin = folder.join("bin");
    lay_out(&built, &tools(root())?, &bin)?;
    for page in PAGES {
        fs::copy(root().join(page), folder.join(page))?;
    }
    Ok(bin)
}

/// The names of the separate programs, which are those of their packages.
fn tools(root: &Path) -> io::Result<Vec<String>> {
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

/// Copies the program, and links every other name to it; each must report its own name.
fn lay_out(built: &Path, tools: &[String], bin: &Path) -> io::Result<()> {
    fs::create_dir_all(bin)?;
    fs::copy(built, bin.join(PROGRAM))?;
    for tool in tools {
        let link = bin.join(tool);
        // Not every file system supports links.
        if std::os::unix::fs::symlink(PROGRAM, &link).is_err() {
            fs::copy(built, link)?;
        }
    }
    expect_name(bin, PROGRAM)?;
    tools.iter().try_for_each(|tool| expect_name(bin, tool))
}

/// Refuses a program that reports another name.
fn expect_name(bin: &Path, name: &str) -> io::Result<()> {
    let mut command = Command::new(bin.join(name));
    let output = command.arg("--help").output();
    let output = output.map_err(|error| failed(&command, &error.to_string()))?;
    let help = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && help.contains(&format!("Usage: {name} ")) {
        return Ok(());
    }
    Err(failed(&command, &format!("this is not {name}: {help}")))
}

/// A size in megabytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A program that reports its own name, or always the same.
    fn program(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("built");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn every_tool_is_a_link_to_the_one_program() {
        let folder = tempfile::tempdir().unwrap();
        let built = program(folder.path(), "echo \"Usage: $(basename \"$0\") x\"");
        let tools = tools(root()).unwrap();
        assert!(tools.iter().any(|tool| tool == "octodns-sync"), "{tools:?}");
        let bin = folder.path().join("bin");
        lay_out(&built, &tools, &bin).unwrap();
        assert_eq!(fs::read_dir(&bin).unwrap().count(), tools.len() + 1);
        for tool in &tools {
            assert_eq!(fs::read_link(bin.join(tool)).unwrap(), Path::new(PROGRAM), "{tool}");
        }
    }

    #[test]
    fn a_program_without_a_required_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let built = program(folder.path(), "echo 'Usage: octodns x'");
        let error =
            lay_out(&built, &["octodns-new".to_owned()], &folder.path().join("bin")).unwrap_err();
        assert!(error.to_string().contains("this is not octodns-new"), "{error}");
    }

    #[test]
    fn sizes_are_rounded() {
        assert_eq!([0, 49_999, 50_000, 12_345_678].map(megabytes), ["0.0", "0.0", "0.1", "12.3"]);
    }
}
