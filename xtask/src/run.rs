//! Starts other programs, and locates folders.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

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

/// The variable with the compiler that the program of [`compile_with`] calls.
pub(crate) const COMPILER: &str = "XTASK_COMPILER";

/// What compiles our packages, see [`compile_with`].
static WRAPPER: OnceLock<PathBuf> = OnceLock::new();

/// Lets a program compile our packages in all commands that follow.
///
/// It is called with the arguments of the compiler behind its path, and finds clippy in [`COMPILER`].
pub(crate) fn compile_with(program: PathBuf) {
    WRAPPER.get_or_init(|| program);
}

/// A cargo command in the workspace's folder.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(cargo_program());
    command.current_dir(root()).args(args);
    if matches!(args, ["build" | "test", ..]) {
        compiled_as_all(&mut command);
    }
    command
}

/// Lets what a command compiles be the same as for [`cargo`]; says whether that is with lints.
pub(crate) fn compiled_as_all(command: &mut Command) -> bool {
    let Some(wrapper) = WRAPPER.get() else { return false };
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env(COMPILER, beside_cargo("clippy-driver"));
    // How `cargo clippy` passes on what stands behind `--`.
    command.env("CLIPPY_ARGS", "-Dwarnings");
    true
}

/// A program of the same toolchain.
pub(crate) fn beside_cargo(name: &str) -> PathBuf {
    let beside = cargo_program().with_file_name(name);
    if beside.exists() { beside } else { name.into() }
}

/// Where this program lies, as it was when it started.
///
/// A run that builds everything replaces it, and then the system says that it was deleted.
static THIS_PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Remembers where this program lies; to be called before anything is built.
pub(crate) fn remember_this_program() -> io::Result<()> {
    let path = std::env::current_exe()?;
    THIS_PROGRAM.get_or_init(|| path);
    Ok(())
}

/// The path of this program, or of the one that was built since.
pub(crate) fn this_program() -> io::Result<&'static Path> {
    let path = THIS_PROGRAM.get().ok_or_else(|| io::Error::other("not remembered at the start"))?;
    Ok(path)
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

/// Lets our programs, which a command runs, write down runs below `target` and not where the user's are.
pub(crate) fn with_own_state(command: &mut Command) -> &mut Command {
    command.env("XDG_STATE_HOME", own_state())
}

/// The folder of that state.
pub(crate) fn own_state() -> PathBuf {
    target().join("state")
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
