//! The process: how it is started, and that nothing of it is left.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use crate::error::BridgeError;
use crate::python::Python;

/// Run by `python -c`: it reads the modules of the host, and runs them.
const BOOT: &str = include_str!("host/boot.py");

/// The modules of the host, each after those it imports.
const MODULES: [(&str, &str); 8] = [
    ("channel", include_str!("host/channel.py")),
    ("values", include_str!("host/values.py")),
    ("errors", include_str!("host/errors.py")),
    ("logs", include_str!("host/logs.py")),
    ("zones", include_str!("host/zones.py")),
    ("classes", include_str!("host/classes.py")),
    ("calls", include_str!("host/calls.py")),
    ("main", include_str!("host/main.py")),
];

/// The host as it is sent to the interpreter: a JSON list of the names and texts of its modules.
fn host() -> &'static [u8] {
    static HOST: OnceLock<Vec<u8>> = OnceLock::new();
    HOST.get_or_init(|| serde_json::json!(MODULES).to_string().into_bytes())
}

/// A process that was started, and the ends of its pipes.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) group: Arc<Group>,
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

impl Process {
    /// Starts the interpreter; within a runtime. What [`first`] returns is to be written to it first.
    pub(crate) fn start(
        python: &Python,
        environment: &[(OsString, OsString)],
    ) -> Result<Self, BridgeError> {
        let mut command = Command::new(&python.program);
        command.args(&python.arguments).arg("-c").arg(BOOT).arg(host().len().to_string());
        command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        apart(&mut command);
        let cannot = |source| BridgeError::CannotRun {
            program: python.program.display().to_string(),
            named_by: python.named_by,
            source,
        };
        let mut child = command.spawn().map_err(cannot)?;
        let group = Arc::new(Group::of(&child));
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(cannot(std::io::Error::other("it has no pipes")));
        };
        Ok(Self { child, group, stdin, stdout, stderr })
    }
}

/// Ends the process, and the children it has, when it is dropped.
#[derive(Debug)]
pub(crate) struct Leash(Arc<Group>);

impl Leash {
    pub(crate) fn new(process: &Process) -> Self {
        Self(Arc::clone(&process.group))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.kill();
    }
}

/// What the process reads before any frame.
pub(crate) fn first() -> Vec<u8> {
    host().to_vec()
}

/// Ctrl-C of a terminal does not reach a group of its own: the engine decides what it means.
#[cfg(unix)]
fn apart(command: &mut Command) {
    command.process_group(0);
}

#[cfg(windows)]
fn apart(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

#[cfg(not(any(unix, windows)))]
fn apart(_: &mut Command) {}

/// The process and the children that it has, to be ended together.
#[derive(Debug, Default)]
pub(crate) struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
    /// Whether it is gone, and its number may be that of others.
    is_over: AtomicBool,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        let leader = number.and_then(rustix::process::Pid::from_raw);
        Self { leader, is_over: AtomicBool::new(false) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self::default()
    }

    /// Ends whatever is left of it.
    pub(crate) fn kill(&self) {
        if self.is_over.load(Ordering::Acquire) {
            return;
        }
        #[cfg(unix)]
        if let Some(leader) = self.leader {
            // It fails if nothing is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }

    /// The process has ended: its children are ended as well, and then it is left alone.
    ///
    /// The number of a group is not given to others while any process is in it, so this can only miss.
    pub(crate) fn clear(&self) {
        self.kill();
        self.is_over.store(true, Ordering::Release);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each module finds those it imports, as they are run in this order.
    #[test]
    fn modules_come_after_those_they_import() {
        let mut before = Vec::new();
        for (name, text) in MODULES {
            let imports = text.lines().filter_map(|line| line.strip_prefix("from octodns_bridge."));
            for import in imports {
                let module = import.split(' ').next().unwrap_or_default();
                assert!(before.contains(&module), "{name} imports {module}");
            }
            before.push(name);
        }
        assert!(BOOT.lines().count() < 40);
    }
}
