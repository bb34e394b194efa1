//! `conformance`: builds our programs and compares them with the corpus.

use std::io;
use std::path::PathBuf;

use crate::recordings;
use crate::run::{WHOLE, cargo, check, shared, target, with_own_state};

/// Runs the `conformance` program of `octodns-tests` with `args` and the programs it needs, and the
/// providers' tests of recordings.
///
/// The programs are built with the dev profile unless `--release` is given: the cases are small, and most of
/// the time goes into building.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let release = args.iter().any(|arg| arg == "--release");
    let args: Vec<&String> = args.iter().filter(|arg| *arg != "--release").collect();
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
    // One run shows everything that has to be fixed.
    let compared = check(with_own_state(&mut command).args(&args));
    recordings().and(compared)
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
