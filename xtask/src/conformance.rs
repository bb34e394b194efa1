//! `conformance`: builds our programs and compares them with the corpus.

use std::io;

use crate::run::{cargo, check, shared, target};

/// Runs the `conformance` program of `octodns-tests` on `args`, with the programs it needs.
///
/// The programs are those of the dev profile unless `--release` is given: the cases are small, and
/// building is what takes the time.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let release = args.iter().any(|arg| arg == "--release");
    let args: Vec<&String> = args.iter().filter(|arg| *arg != "--release").collect();
    let profile: &[&str] = if release { &["--release"] } else { &[] };
    let runs_programs = !args.iter().any(|arg| arg.starts_with("--only"))
        || args.iter().any(|arg| matches!(arg.as_str(), "cli" | "--only=cli"));
    let packages: &[&str] = if runs_programs { &["--workspace"] } else { &["-p", "octodns-tests"] };
    check(cargo(&["build", "--quiet", "--bins"]).args(packages).args(profile))?;

    let bins = target().join(if release { "release" } else { "debug" });
    let mut command = std::process::Command::new(bins.join("conformance"));
    // What is given later wins, so these are only defaults.
    command.arg("--bin-dir").arg(&bins);
    for (flag, variable, folder) in [
        ("--corpus", "OCTODNS_CORPUS", "corpus"),
        ("--cassettes", "OCTODNS_CASSETTES", "cassettes"),
    ] {
        if std::env::var_os(variable).is_none() {
            command.arg(flag).arg(shared().join(folder));
        }
    }
    check(command.args(args))
}
