//! What a call of Python is about, how it ended, and who named the interpreter: the words of messages.

use std::fmt;
use std::process::ExitStatus;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// Starting the process.
    Start,
    /// Making an object.
    Make,
    /// Telling of a native source or target, or of the validators of the config.
    Tell,
    /// Asking what a provider can hold.
    Supports,
    /// Listing zones.
    List,
    /// Sending a zone.
    Send,
    /// Reading a zone.
    Read,
    /// Planning a zone.
    Plan,
    /// Processing a zone or plan.
    Process,
    /// Making a plan out of data.
    Rebuild,
    /// Applying a plan.
    Apply,
    /// Normalising records.
    Check,
    /// Validating records.
    Validate,
    /// Fetching a secret.
    Fetch,
    /// Showing plans.
    Output,
}

impl Task {
    /// What goes before the zone: `reading`.
    fn words(self) -> &'static str {
        match self {
            Self::Start => "starting",
            Self::Make => "being made",
            Self::Tell => "being told of the config",
            Self::Supports => "telling what it can hold",
            Self::List => "listing its zones",
            Self::Send => "being sent",
            Self::Read => "reading",
            Self::Plan => "planning",
            Self::Process => "processing",
            Self::Rebuild => "taking in a plan for",
            Self::Apply => "applying to",
            Self::Check => "checking records of",
            Self::Validate => "validating",
            Self::Fetch => "fetching a secret",
            Self::Output => "showing plans",
        }
    }
}

/// What a call is about: it decides what is known after one that has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Doing {
    /// What is done.
    pub task: Task,
    /// The name in the config of what does it; may be empty.
    pub name: String,
    /// The path of its class; empty if it is not known.
    pub class: String,
    /// The zone, if there is one.
    pub zone: Option<String>,
}

impl Doing {
    /// A task of what goes by `name` in the config.
    pub fn new(task: Task, name: &str) -> Self {
        Self { task, name: name.to_owned(), class: String::new(), zone: None }
    }

    /// The same task, with a zone.
    #[must_use]
    pub fn of_zone(mut self, zone: Option<String>) -> Self {
        self.zone = zone;
        self
    }

    /// Whether something may have been changed at a service.
    pub fn is_applying(&self) -> bool {
        self.task == Task::Apply
    }

    /// `netbox (octodns_netbox.NetboxSource)`.
    pub fn who(&self) -> String {
        match (&*self.name, &*self.class) {
            ("", "") => "Python".to_owned(),
            (name, "") => name.to_owned(),
            ("", class) => class.to_owned(),
            (name, class) => format!("{name} ({class})"),
        }
    }
}

/// `netbox was reading example.com.`
impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "it" } else { &self.name };
        write!(f, "{name} was {}", self.task.words())?;
        match &self.zone {
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// This program ended it: at the end, or for a call that did not stop.
    Stopped,
    /// It is not known.
    Unknown,
}

/// The signal that the system ends a process with when there is no memory left.
const KILL: i32 = 9;

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), signal(status)) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(KILL) => f.write_str("signal 9: out of memory?"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::Stopped => f.write_str("this program ended it"),
            Self::Unknown => f.write_str("it is not known how"),
        }
    }
}

/// Who named an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NamedBy {
    /// `--python`.
    Argument,
    /// `OCTODNS_PYTHON`.
    Environment,
    /// `manager.python` of the config.
    Config,
    /// `VIRTUAL_ENV`.
    VirtualEnv,
    /// Nobody: it was found in `PATH`.
    Path,
}

impl fmt::Display for NamedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argument => "`--python`",
            Self::Environment => "`OCTODNS_PYTHON`",
            Self::Config => "`manager.python`",
            Self::VirtualEnv => "`VIRTUAL_ENV`",
            Self::Path => "`PATH`",
        })
    }
}
