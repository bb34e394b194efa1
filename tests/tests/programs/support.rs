//! Runs the programs, as from a shell.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A config with one zone, which is read from `zones` and written to `target`.
pub(crate) const CONFIG: &str = "\
providers:
  zones:
    class: octodns.provider.yaml.YamlProvider
    directory: ./zones
  target:
    class: octodns.provider.yaml.YamlProvider
    directory: ./target
zones:
  unit.tests.:
    sources: [zones]
    targets: [target]
";

/// A zone with one record.
pub(crate) const ZONE: &str = "www:\n  type: A\n  value: 192.0.2.1\n";

/// The folder of the programs, which are built if necessary.
///
/// They belong to other packages than the tests, so cargo neither builds them for the tests nor says where
/// they are: they are next to the tests' own folder.
pub(crate) fn programs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        // With examples, so that dependencies get the same features as for tests.
        let args = ["build", "--quiet", "--workspace", "--bins", "--examples"];
        build.current_dir(workspace).args(args);
        if folder.file_name() == Some(OsStr::new("release")) {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success(), "the programs cannot be built");
        folder.to_owned()
    })
}

/// A folder for running programs.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    /// A folder with a config and its zone.
    pub(crate) fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        fs::create_dir(workspace.path("zones")).unwrap();
        workspace.write("config.yaml", CONFIG);
        workspace.write("zones/unit.tests.yaml", ZONE);
        workspace
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// All files and folders, sorted, without following links.
    pub(crate) fn list(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
                let path = entry.path();
                let name = path.strip_prefix(self.0.path()).unwrap();
                found.push(name.to_string_lossy().into_owned());
            }
        }
        found.sort();
        found
    }

    /// A program to be run in the folder: its name and arguments, separated by blanks.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut words = line.split_whitespace();
        let mut command = self.command_at(&programs().join(words.next().unwrap()));
        command.args(words);
        command
    }

    /// A program by its path, to be run in the folder.
    pub(crate) fn command_at(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs a program that ends soon by itself.
    pub(crate) fn run(&self, line: &str) -> Ran {
        Ran::of(line, &mut self.command(line))
    }

    /// Runs a program with variables in its environment.
    pub(crate) fn run_with(&self, line: &str, environment: &[(&str, &str)]) -> Ran {
        Ran::of(line, self.command(line).envs(environment.iter().copied()))
    }

    /// Runs a program in a shell, after other shell commands.
    #[cfg(unix)]
    pub(crate) fn run_after(&self, setup: &str, line: &str) -> Ran {
        let script = format!("{setup}; exec {}/{line}", programs().display());
        let mut shell = Command::new("/bin/sh");
        shell.current_dir(self.0.path()).args(["-c", &script]).env_clear().stdin(Stdio::null());
        Ran::of(line, &mut shell)
    }
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The command line, for messages of assertions.
    pub(crate) line: String,
    /// Its exit code; `None` if it was killed.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Far more than any program needs, even a debug build on a busy machine.
    const LIMIT: Duration = Duration::from_mins(5);

    pub(crate) fn of(line: &str, command: &mut Command) -> Self {
        let start = Instant::now();
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(start.elapsed() < Self::LIMIT, "{line} took {:?}", start.elapsed());
        let ran = Self {
            line: line.to_owned(),
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        };
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("panicked"), "{line} panicked: {text}");
        }
        ran
    }

    /// Asserts the exit code, and parts of the standard error.
    pub(crate) fn expect(&self, code: i32, told: &[&str]) {
        let line = &self.line;
        assert_eq!(self.code, Some(code), "{line}: {self:#?}");
        for text in told {
            assert!(self.stderr.contains(text), "{line}: \"{text}\" is not told: {self:#?}");
        }
    }
}
