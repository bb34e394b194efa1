//! Starts other programs, and locates folders.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The folder below [`target`] of a profile.
pub(crate) fn profile_folder(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// The folder of the corpus, the recordings and the reference's tools.
pub(crate) fn shared() -> PathBuf {
    root().join("../shared")
}

/// What a cargo command must select, in addition to the tests, so that it builds the same as for the tests.
///
/// Cargo compiles a dependency once for each set of features that commands need. With all packages and
/// examples, a command needs the same features as the tests, so nothing is compiled twice.
pub(crate) const WHOLE: [&str; 3] = ["--workspace", "--bins", "--examples"];

/// A cargo command in the workspace's folder.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(cargo_program());
    command.current_dir(root()).args(args);
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo_program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// Runs a command to its end; an error says which command failed and how.
pub(crate) fn check(command: &mut Command) -> io::Result<()> {
    let status = command.status().map_err(|error| failed(command, &error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(command, &status.to_string())) }
}

/// Whether a command succeeds; its output is discarded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// An error about a command, which is shown as in a shell.
pub(crate) fn failed(command: &Command, why: &str) -> io::Error {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    io::Error::other(format!("{}: {why}", words.join(" ")))
}
