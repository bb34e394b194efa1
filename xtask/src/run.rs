//! Starting other programs, and where things are.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Where cargo writes to.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The folder below [`target`] that a profile builds into.
pub(crate) fn profile_folder(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// The folder with the corpus, the recorded answers and the reference's tools.
pub(crate) fn shared() -> PathBuf {
    root().join("../shared")
}

/// What a command of cargo selects that builds for the tests, beside the tests themselves.
///
/// Cargo compiles a dependency once for each set of features that commands need of it. With all packages, and
/// examples, a command needs what the tests do, and so finds compiled what they will.
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

/// Whether a command runs and succeeds, its output thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// An error about a command, with its words as a shell shows them.
pub(crate) fn failed(command: &Command, why: &str) -> io::Error {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    io::Error::other(format!("{}: {why}", words.join(" ")))
}
