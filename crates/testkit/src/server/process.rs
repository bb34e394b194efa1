//! A server's process: it never outlives the test, and is stopped as a service manager does.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::find;

/// How long a server may take to stop before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// How to start a server.
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    folder: PathBuf,
}

impl Program {
    /// A program with its arguments, to run in `folder`.
    pub(super) fn new<A: Into<OsString>>(
        path: PathBuf,
        folder: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { path, arguments, variables: Vec::new(), folder: folder.to_owned() }
    }

    /// The same with an environment variable.
    pub(super) fn with_variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// The file for its output.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    pub(super) fn start(&self) -> io::Result<Process> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        let mut command = tied(&self.path);
        command.args(&self.arguments).envs(self.variables.iter().cloned());
        command.current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        spawn(command).map(|child| Process { child })
    }
}

/// A command that the system ends when the thread that started it ends, if the system supports that.
fn tied(program: &Path) -> Command {
    let Some(setpriv) = find("setpriv") else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

/// Starts a command from the one thread that lives as long as this process.
///
/// The thread of a test ends with the test, while a server may be shared among many.
fn spawn(command: Command) -> io::Result<Child> {
    type Job = (Command, Sender<io::Result<Child>>);
    static STARTER: OnceLock<Sender<Job>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, jobs) = channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, answer) in jobs {
                let _ = answer.send(command.spawn());
            }
        });
        sender
    });
    let (sender, answer) = channel();
    let gone = || io::Error::other("the thread that starts servers is gone");
    starter.send((command, sender)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

/// A running process.
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Its exit status, if it has ended.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Asks it to stop (SIGTERM), and kills it if it does not.
    pub(super) fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let asked = signal("TERM", &self.child.id().to_string());
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        self.kill();
    }

    /// Kills it, and the processes it started: they have its sockets, and would answer in its place.
    pub(super) fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = signal("KILL", &format!("-{}", self.child.id()));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to a process or, with a minus sign, to a group: by the shell's built-in `kill`, which is always
/// there.
fn signal(name: &str, to: &str) -> io::Result<ExitStatus> {
    Command::new("sh").args(["-c", "kill -s \"$0\" -- \"$1\"", name, to]).status()
}

/// Runs a command to its end; an error contains its output.
pub(super) fn output(command: &mut Command) -> io::Result<Output> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(output);
    }
    let program = command.get_program().to_string_lossy();
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{program}: {}: {said}", output.status)))
}
