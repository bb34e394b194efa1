//! Real DNS servers and a local Route 53, on free loopback ports, for the duration of a test.
//!
//! One file per server. Each has a `start` that writes the server's configuration into a temporary folder,
//! starts it in the foreground, and waits until it answers for every zone. A server ends when its value is
//! dropped: it is asked to stop, killed if it does not, and ended by the system if the test's process dies
//! first. A test that panics shows the end of its server's log.
//!
//! If a server is not installed, `start` returns `None` and says so, or panics if `OCTODNS_TEST_REQUIRE` is
//! set.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "test support: it looks for programs in the PATH, and says what tests skip"
)]

pub mod bind;
mod closed;
pub mod knot;
mod mmdb;
pub mod moto;
pub mod nsd;
mod port;
pub mod powerdns;
mod process;
mod ready;
mod setup;

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use closed::ClosedPort;
use port::Port;
use process::{Process, Program};
use ready::Readiness;
pub use setup::{Allow, Key, ServedZone, Setup};

/// A running server.
pub struct Server {
    name: &'static str,
    program: Program,
    readiness: Readiness,
    process: Option<Process>,
    port: Port,
    api: Option<Port>,
    /// Files of a killed process that would keep the next one from starting.
    leftovers: Vec<PathBuf>,
    // Last, so that the folder is removed after the process ends.
    folder: TempDir,
}

impl Server {
    /// Its address, for TCP and UDP.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The URL of its HTTP API, if it has one: `http://127.0.0.1:PORT`.
    pub fn api(&self) -> Option<String> {
        self.api.as_ref().map(|port| format!("http://{}", port.address()))
    }

    /// The folder with its configuration, zones and log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        std::fs::read(self.program.log()).map_or_else(
            |error| error.to_string(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// Stops it as a service manager would. Does nothing if it is not running.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop();
        }
    }

    /// Kills it, without a chance to clean up.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        for leftover in &self.leftovers {
            let _ = std::fs::remove_file(leftover);
        }
    }

    /// Starts it again in the same folder, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(&mut self) {
        if let Err(error) = self.try_start() {
            panic!("{} does not start: {error}\n{}", self.name, tail(&self.log()));
        }
    }

    /// Stops and starts it.
    ///
    /// # Panics
    ///
    /// If it does not start again.
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// Starts the server called `name`, which `prepare` sets up; `None` if its package is not installed.
    fn launch(
        name: &'static str,
        programs: &[&str],
        package: &str,
        prepare: impl FnOnce(&[PathBuf], &Path, &Port) -> io::Result<Prepared>,
    ) -> Option<Self> {
        let found: Option<Vec<PathBuf>> = programs.iter().map(|program| find(program)).collect();
        let found = needed(found, format_args!("{} ({package})", programs.join(", ")))?;
        let server = Self::prepared(name, &found, prepare);
        let mut server = server.unwrap_or_else(|error| panic!("{name} cannot be set up: {error}"));
        server.start();
        Some(server)
    }

    fn prepared(
        name: &'static str,
        programs: &[PathBuf],
        prepare: impl FnOnce(&[PathBuf], &Path, &Port) -> io::Result<Prepared>,
    ) -> io::Result<Self> {
        // Short, since the path of a Unix socket is limited to 107 bytes.
        let folder = tempfile::Builder::new().prefix("dns").tempdir()?;
        let port = Port::free()?;
        let Prepared { program, readiness, api, leftovers } =
            prepare(programs, folder.path(), &port)?;
        Ok(Self { name, program, readiness, process: None, port, api, leftovers, folder })
    }

    fn try_start(&mut self) -> io::Result<()> {
        let mut process = self.program.start()?;
        let answers = self.readiness.wait(&mut process);
        self.process = Some(process);
        answers
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of {}'s log\n{}", self.name, tail(&self.log()));
        }
        self.stop();
    }
}

/// A server that is ready to be started.
struct Prepared {
    program: Program,
    readiness: Readiness,
    api: Option<Port>,
    leftovers: Vec<PathBuf>,
}

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// Finds a program of the system, including folders that are not in a normal user's `PATH`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Something that a test needs, or `None` after saying what is missing.
///
/// # Panics
///
/// If it is missing and `OCTODNS_TEST_REQUIRE` is set: then no test may be skipped.
pub fn needed<T>(found: Option<T>, what: impl Display) -> Option<T> {
    if found.is_none() {
        let required = std::env::var_os("OCTODNS_TEST_REQUIRE").is_some_and(|value| value != "0");
        assert!(!required, "{what} is missing; `cargo xtask test` installs it");
        eprintln!("skipped: {what} is missing; `cargo xtask test` installs it");
    }
    found
}

/// A program of the system, such as `kzonecheck`, or `None` after saying that it is missing.
///
/// # Panics
///
/// Like [`needed`].
pub fn program(name: &str) -> Option<PathBuf> {
    needed(find(name), name)
}

/// The Python interpreter with the reference and its providers, or `None` after saying that it is missing.
///
/// # Panics
///
/// Like [`needed`].
pub fn python() -> Option<PathBuf> {
    let python = std::env::var_os("OCTODNS_TEST_PYTHON").map(PathBuf::from);
    needed(python.filter(|python| python.is_file()), "OCTODNS_TEST_PYTHON (Python with octoDNS)")
}

/// The Python interpreter with the oldest octoDNS whose classes we run, or `None` after saying that it is missing.
///
/// # Panics
///
/// Like [`needed`].
pub fn oldest_python() -> Option<PathBuf> {
    let python = std::env::var_os("OCTODNS_TEST_PYTHON_OLDEST").map(PathBuf::from);
    let what = "OCTODNS_TEST_PYTHON_OLDEST (Python with the oldest octoDNS)";
    needed(python.filter(|python| python.is_file()), what)
}
