//! Starting the process, and its first words.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use octodns_core::value::from_value;
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{Answer, Hello, Host, Shared, StartOptions};
use crate::actor::{Actor, Command, Common, End, Expected, Outgoing};
use crate::doing::{Doing, Ending, Task};
use crate::error::{BridgeError, Interpreter};
use crate::process::{Leash, Process, first};
use crate::python::Python;

/// The version of the frames.
const PROTOCOL: u64 = 1;

/// How often a call that goes on gives a sign, in seconds.
const BEAT: u64 = 5;

/// The most time that the first words may take, unless more is allowed for every call.
const START: Duration = Duration::from_secs(120);

/// How many frames with records may wait to be written.
const ROOM: usize = 4;

/// The oldest octoDNS whose zones and providers are what the host takes them for.
const OLDEST: (u64, u64) = (1, 9);

#[derive(Serialize)]
struct HelloRequest<'o> {
    protocol: u64,
    workers: usize,
    log: u8,
    beat: u64,
    path: Vec<std::borrow::Cow<'o, str>>,
}

/// What a thread that owns a process hands to who started it.
type Started = (mpsc::UnboundedSender<Command>, Leash);

impl Host {
    /// Starts the interpreter, and waits until it says hello.
    ///
    /// # Errors
    ///
    /// If it does not start, has no octoDNS, or one that is too old.
    pub async fn start(python: &Python, options: StartOptions) -> Answer<Self> {
        let common = Arc::new(Common::default());
        common.hidden.add(&options.secrets);
        let (commands, leash) = spawn(python, &options, Arc::clone(&common)).await?;
        let workers = options.workers.max(1);
        let shared = Shared {
            commands,
            common,
            _leash: leash,
            interpreter: Interpreter { beside: python.beside.clone(), ..Interpreter::default() },
            hello: Hello::default(),
            numbers: AtomicU64::new(1),
            places: Arc::new(Semaphore::new(workers)),
            room: Arc::new(Semaphore::new(ROOM)),
            timeout: Some(options.timeout.map_or(START, |timeout| timeout.max(START))),
            classes: Mutex::new(HashMap::new()),
            zones: Mutex::new(HashMap::new()),
        };
        let host = Self { shared: Arc::new(shared), within: None, place: None };
        let request = HelloRequest {
            protocol: PROTOCOL,
            workers,
            log: options.log_level,
            beat: BEAT,
            path: options.path.iter().map(|folder| folder.to_string_lossy()).collect(),
        };
        let doing = Doing::new(Task::Start, "");
        let mut call = host.begin("hello", &request, doing, Expected::default()).await?;
        let value = call.value().await.map_err(|error| host.not_started(error, python))?;
        let hello: Hello = from_value(&value).map_err(|error| call.malformed(&error.message))?;
        if hello.protocol != PROTOCOL {
            return Err(call.malformed("it speaks another version"));
        }
        drop(call);
        host.settled(hello, options.timeout)
    }

    /// The host, now that it is known.
    fn settled(self, hello: Hello, timeout: Option<Duration>) -> Answer<Self> {
        let interpreter = Interpreter {
            version: hello.python.clone(),
            executable: hello.executable.clone(),
            beside: self.shared.interpreter.beside.clone(),
        };
        if !is_recent(&hello.octodns) {
            return Err(BridgeError::TooOld { found: hello.octodns, python: interpreter.into() });
        }
        let Some(shared) = Arc::into_inner(self.shared) else {
            return Err(BridgeError::HadEnded { doing: Doing::new(Task::Start, "") });
        };
        let shared = Shared { interpreter, hello, timeout, ..shared };
        Ok(Self { shared: Arc::new(shared), within: None, place: None })
    }

    /// Why there was no hello.
    fn not_started(&self, error: BridgeError, python: &Python) -> BridgeError {
        let program = || python.program.display().to_string();
        let named_by = python.named_by;
        match error {
            BridgeError::Ended { how, last, .. } => {
                BridgeError::NoHello { program: program(), named_by, how, last }
            }
            BridgeError::HadEnded { .. } => {
                let (how, last) = match self.shared.common.end.get() {
                    Some(End::Process { how, last }) => (*how, last.clone()),
                    _ => (Ending::Unknown, Vec::new()),
                };
                BridgeError::NoHello { program: program(), named_by, how, last }
            }
            BridgeError::Raised { mut raised, .. } => {
                let python = Interpreter {
                    version: raised.python.take().unwrap_or_default(),
                    executable: raised.executable.take().unwrap_or_else(program),
                    beside: self.shared.interpreter.beside.clone(),
                };
                match &raised.octodns {
                    Some(found) if !is_recent(found) => {
                        BridgeError::TooOld { found: found.clone(), python: python.into() }
                    }
                    _ => BridgeError::NoOctodns { python: python.into(), raised },
                }
            }
            error => error,
        }
    }
}

/// Starts the process on a thread that owns it from then on.
async fn spawn(python: &Python, options: &StartOptions, common: Arc<Common>) -> Answer<Started> {
    let (python, environment) = (python.clone(), options.environment.clone());
    let program = python.program.display().to_string();
    let named_by = python.named_by;
    let cannot = |source| BridgeError::CannotRun { program, named_by, source };
    let (told, started) = oneshot::channel();
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let owner = move || {
        tracing::dispatcher::with_default(&dispatch, || own(&python, &environment, common, told));
    };
    if let Err(source) = thread::Builder::new().name("octodns-python".to_owned()).spawn(owner) {
        return Err(cannot(source));
    }
    match started.await {
        Ok(started) => started,
        Err(_) => Err(cannot(std::io::Error::other("its thread ended"))),
    }
}

/// Owns a process until it has ended.
fn own(
    python: &Python,
    environment: &[(std::ffi::OsString, std::ffi::OsString)],
    common: Arc<Common>,
    told: oneshot::Sender<Answer<Started>>,
) {
    let cannot = |source| BridgeError::CannotRun {
        program: python.program.display().to_string(),
        named_by: python.named_by,
        source,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(source) => {
            let _ = told.send(Err(cannot(source)));
            return;
        }
    };
    runtime.block_on(async {
        let process = match Process::start(python, environment) {
            Ok(process) => process,
            Err(error) => {
                let _ = told.send(Err(error));
                return;
            }
        };
        let (commands, received) = mpsc::unbounded_channel();
        let _ = commands.send(Command::Write(Outgoing::from(first())));
        let leash = Leash::new(&process);
        let actor = Actor::new(process, received, common);
        // Who does not want it any more has dropped what is told, and with it the way to tell more.
        let _ = told.send(Ok((commands, leash)));
        actor.run().await;
    });
}

/// Whether octoDNS is one that the host knows. A version that cannot be read is that of a working copy.
fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octodns_before_1_9_is_too_old() {
        for (version, is_it) in [
            ("1.2.1", false),
            ("1.8.0", false),
            ("0.9.21", false),
            ("1.9.0", true),
            ("1.22.0", true),
            ("2.0.0rc0", true),
            ("", true),
        ] {
            assert_eq!(is_recent(version), is_it, "{version}");
        }
    }
}
