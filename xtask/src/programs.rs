//! The programs that cargo makes of the tests: building them, and running them side by side.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use wait4::Wait4 as _;

use crate::run::{cargo, cargo_program, compiled_as_all, failed, root, target};

/// A program with the tests of a library, of a program or of a file below `tests`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TestProgram {
    pub(crate) executable: PathBuf,
    /// The folder of its package, where it runs.
    pub(crate) folder: PathBuf,
}

/// How a program ended.
struct Ended {
    status: ExitStatus,
    output: String,
    wall: Duration,
    /// Its own, and that of the programs that it started.
    cpu: Duration,
}

/// Builds the tests of all packages.
///
/// A smaller selection would need other features of dependencies, see [`crate::run::WHOLE`].
pub(crate) fn build() -> io::Result<Vec<TestProgram>> {
    let args =
        ["test", "--workspace", "--no-run", "--quiet", "--message-format=json-render-diagnostics"];
    let mut command = cargo(&args);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(failed(&command, &output.status.to_string()));
    }
    let output = String::from_utf8_lossy(&output.stdout);
    let mut programs: Vec<_> = output.lines().filter_map(listed).collect();
    programs.sort_by_key(TestProgram::turn);
    Ok(programs)
}

/// The programs with the tests of providers, by the names of these.
///
/// They serve the fakes of their services as well, which tests of whole programs and benchmarks need.
pub(crate) fn of_providers(programs: &[TestProgram]) -> BTreeMap<String, PathBuf> {
    let of = |program: &TestProgram| Some((program.provider()?, program.executable.clone()));
    programs.iter().filter_map(of).collect()
}

/// The program that a message of cargo is about.
fn listed(message: &str) -> Option<TestProgram> {
    let message: Json = serde_json::from_str(message).ok()?;
    let is_test = message["profile"]["test"].as_bool()?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    let executable = message["executable"].as_str()?.into();
    is_test.then_some(TestProgram { executable, folder })
}

impl TestProgram {
    /// When its turn is: those that take longest come first, so that something is left to do meanwhile. The tests of
    /// whole programs run many of them, and those of providers wait for the limits of services.
    fn turn(&self) -> u8 {
        let is_below = |folder| self.folder.starts_with(root().join(folder));
        if is_below("tests") {
            0
        } else if is_below("crates/providers") {
            1
        } else {
            2
        }
    }

    /// A command that runs it as `cargo test` does.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.env("CARGO", cargo_program()).env("CARGO_MANIFEST_DIR", &self.folder);
        // Some tests make sure that our programs are built.
        compiled_as_all(&mut command);
        command
    }

    /// The provider whose rules it holds, by the name of its folder.
    fn provider(&self) -> Option<String> {
        let folder = self.folder.strip_prefix(root().join("crates/providers")).ok()?;
        (self.name() == "provider").then(|| folder.display().to_string())
    }

    /// Its name, without the hash.
    fn name(&self) -> String {
        let name = self.executable.file_name().unwrap_or_default().to_string_lossy();
        name.rsplit_once('-').map_or(&*name, |(name, _)| name).to_owned()
    }

    /// Runs it; what it prints is kept in a file, since a pipe that nobody reads would stop it.
    fn run(&self, prepare: &dyn Fn(&mut Command), output: &Path) -> io::Result<Ended> {
        let start = Instant::now();
        let file = File::create(output)?;
        let mut command = self.command();
        prepare(&mut command);
        command.stdout(file.try_clone()?).stderr(file);
        let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
        let used = child.wait4()?;
        let output = String::from_utf8_lossy(&fs::read(output)?).into_owned();
        let cpu = used.rusage.utime + used.rusage.stime;
        Ok(Ended { status: used.status, output, wall: start.elapsed(), cpu })
    }
}

/// Runs test programs, `at_once` at a time, and prints the output of each when it has ended.
///
/// Most of them wait, for timers or for programs that they start. Every program runs, even after a failure; an
/// error names those that failed.
pub(crate) fn run(
    programs: Vec<TestProgram>,
    at_once: usize,
    prepare: &(dyn Fn(&mut Command) + Sync),
) -> io::Result<()> {
    let folder = target().join("tests-output");
    fs::create_dir_all(&folder)?;
    let count = programs.len();
    let waiting = Mutex::new(programs.into_iter().enumerate().collect::<VecDeque<_>>());
    let failures = Mutex::new(Vec::new());
    let work = || {
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some((number, program)) = next() {
            let ended = program.run(prepare, &folder.join(format!("{number}.txt")));
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.extend(report(&program, ended));
        }
    };
    thread::scope(|scope| {
        for _ in 0..at_once.max(1) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    if failures.is_empty() {
        println!("\nall tests of {count} programs passed");
        return Ok(());
    }
    Err(io::Error::other(format!("tests failed: {}", failures.join(", "))))
}

/// Prints how a program ended, and returns its name if it failed.
fn report(program: &TestProgram, ended: io::Result<Ended>) -> Option<String> {
    let name = program.name();
    let of = program.folder.strip_prefix(root()).unwrap_or(&program.folder).display();
    match ended {
        Ok(Ended { status, output, wall, cpu }) => {
            let (wall, cpu) = (wall.as_secs_f64(), cpu.as_secs_f64());
            println!("\n--- {name} ({of}): {wall:.1} s, {cpu:.1} s of CPU\n{}", output.trim());
            (!status.success()).then(|| format!("{name} ({of}): {status}"))
        }
        Err(problem) => Some(format!("{name} ({of}): {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_about_test_programs_count() {
        let message = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/x/crates/kit/Cargo.toml",
                "profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let program =
            TestProgram { executable: "/x/kit-0a1b".into(), folder: "/x/crates/kit".into() };
        assert_eq!(program.name(), "kit");
        assert_eq!(listed(&message(true, r#""/x/kit-0a1b""#)), Some(program));
        assert_eq!(listed(&message(false, r#""/x/octodns""#)), None, "a program");
        assert_eq!(listed(&message(true, "null")), None, "a library");
        assert_eq!(listed(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(listed("a line of something else"), None);
    }

    #[cfg(unix)]
    #[test]
    fn every_program_runs_and_failures_are_named() {
        let program = |executable: &str| TestProgram {
            executable: executable.into(),
            folder: std::env::temp_dir(),
        };
        assert!(run(vec![program("/bin/true"); 3], 2, &|_| {}).is_ok());
        let programs =
            vec![program("/bin/false"), program("/bin/true"), program("/nowhere/lost-1")];
        let error = run(programs, 2, &|_| {}).unwrap_err().to_string();
        for part in ["false", "lost"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("true"), "{error}");
    }
}
