//! `conformance`: builds our programs and compares them with the corpus.

use std::io;
use std::path::PathBuf;

use crate::recordings;
use crate::run::{WHOLE, cargo, check, shared, target, with_own_state};

/// The flag for the cases with classes in Python.
const PYTHON: &str = "--python";

/// Runs the `conformance` program of `octodns-tests` with `args` and the programs it needs, and the
/// providers' tests of recordings; with `--python`, its cases of whole programs once more with classes in Python.
///
/// The programs are built with the dev profile unless `--release` is given: the cases are small, and most of
/// the time goes into building.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let release = args.iter().any(|arg| arg == "--release");
    let with_python = args.iter().any(|arg| arg == PYTHON);
    let is_own = |arg: &&String| *arg == "--release" || *arg == PYTHON;
    let args: Vec<&String> = args.iter().filter(|arg| !is_own(arg)).collect();
    let profile: &[&str] = if release { &["--release"] } else { &[] };
    let only = only(&args);
    let is_wanted = |part: &str| only.is_empty() || only.contains(&part);
    let recordings = || {
        if is_wanted("cassettes") { recordings::run(&cassettes(&args)) } else { Ok(()) }
    };
    if only == ["cassettes"] {
        return recordings();
    }
    check(cargo(&["build", "--quiet"]).args(WHOLE).args(profile))?;

    let bins = target().join(if release { "release" } else { "debug" });
    let mut command = std::process::Command::new(bins.join("conformance"));
    // Later arguments win, so these are only defaults.
    command.arg("--bin-dir").arg(&bins);
    for (flag, variable, folder) in [
        ("--corpus", "OCTODNS_CORPUS", "corpus"),
        ("--cassettes", "OCTODNS_CASSETTES", "cassettes"),
    ] {
        if std::env::var_os(variable).is_none() {
            command.arg(flag).arg(shared().join(folder));
        }
    }
    if with_python {
        command.arg(PYTHON).arg(python()?);
    }
    // One run shows everything that has to be fixed.
    let compared = check(with_own_state(&mut command).args(&args));
    recordings().and(compared)
}

/// The interpreter with octoDNS, which is not installed here.
fn python() -> io::Result<PathBuf> {
    let python = std::env::var_os("OCTODNS_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| target().join("python/bin/python"));
    if python.is_file() {
        return Ok(python);
    }
    let message = format!("no octoDNS at {}; `cargo xtask install` installs it", python.display());
    Err(io::Error::other(message))
}

/// The requested parts; empty for all.
fn only<'a>(args: &[&'a String]) -> Vec<&'a str> {
    values(args, "--only")
}

/// The folder of the recordings.
fn cassettes(args: &[&String]) -> PathBuf {
    if let Some(folder) = values(args, "--cassettes").last() {
        return folder.into();
    }
    let folder = std::env::var_os("OCTODNS_CASSETTES").map(PathBuf::from);
    folder.unwrap_or_else(|| shared().join("cassettes"))
}

/// The values of a flag, as the next word or after an equals sign.
fn values<'a>(args: &[&'a String], flag: &str) -> Vec<&'a str> {
    let value = |(index, arg): (usize, &&'a String)| {
        let rest = arg.strip_prefix(flag)?;
        match rest.strip_prefix('=') {
            None if rest.is_empty() => args.get(index + 1).map(|value| value.as_str()),
            value => value,
        }
    };
    args.iter().enumerate().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_has_the_values_that_are_given() {
        let args: Vec<String> =
            ["--only", "cli", "--all", "--only=zones", "--cassettes=x"].map(str::to_owned).to_vec();
        let args: Vec<&String> = args.iter().collect();
        assert_eq!(only(&args), ["cli", "zones"]);
        assert_eq!(cassettes(&args), PathBuf::from("x"));
        assert_eq!(values(&args, "--bin-dir"), [] as [&str; 0]);
    }
}
