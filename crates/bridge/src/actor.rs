//! The owner of the pipe: one thread with a runtime of its own, so that callers need none.
//!
//! It hands each frame to the call it is for, and holds the host to what it may say: a frame that belongs to nothing, or
//! comes twice, ends the process. It also watches the time of calls.

mod entry;
mod watch;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use octodns_core::value::visible;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use self::entry::{End, Entry, Event, Expected};
use crate::doing::Ending;
use crate::hidden::Hidden;
use crate::process::{Group, Process};
use crate::wire::frame::{BadFrame, CallNumber, Frame, LINE, Note, line};
use crate::wire::lines::Lines;

/// How long the process may take to end after it was told to, or after it closed its pipe.
const GOODBYE: Duration = Duration::from_secs(5);

/// How long a pipe may stay open after the process has ended: a child may hold it.
const DRAIN: Duration = Duration::from_secs(1);

/// How much of standard error is kept, in bytes.
const LAST_BYTES: usize = 64 * 1024;

/// The most bytes of a line of standard error; the rest is another line.
const LONGEST_LINE: usize = 16 * 1024;

/// The most lines of standard error that are logged.
const MOST_LINES: usize = 10_000;

/// The logger of what is written to standard output and error.
const LOGGER: &str = "python";

/// The logger that outputs of octoDNS write plans to.
const PLAN: &str = "Plan";

/// What is to be written, and the place that it takes among what waits for that.
pub(crate) struct Outgoing {
    pub(crate) line: Vec<u8>,
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

impl From<Vec<u8>> for Outgoing {
    fn from(line: Vec<u8>) -> Self {
        Self { line, place: None }
    }
}

/// What callers want of the owner.
pub(crate) enum Command {
    /// Begins a call: its frame, and who waits for it.
    Begin(CallNumber, Outgoing, Box<Entry>),
    /// Writes something that nothing answers.
    Write(Outgoing),
    /// Answers the question of a call.
    Answer(CallNumber, Outgoing),
    /// Nobody waits for a call any more.
    Abandon(CallNumber),
    /// Ends the process in its own time, and tells when it is gone.
    End(oneshot::Sender<()>),
}

/// What callers and the owner share.
#[derive(Debug, Default)]
pub(crate) struct Common {
    pub(crate) hidden: Hidden,
    /// Set before the owner is gone.
    pub(crate) end: OnceLock<End>,
}

/// The owner.
pub(crate) struct Actor {
    child: Child,
    group: Arc<Group>,
    frames: Lines<ChildStdout>,
    errors: Lines<ChildStderr>,
    writer: mpsc::UnboundedSender<Outgoing>,
    commands: mpsc::UnboundedReceiver<Command>,
    common: Arc<Common>,
    calls: HashMap<CallNumber, Entry>,
    last: VecDeque<String>,
    last_bytes: usize,
    lines: usize,
    end: Option<End>,
    /// When the process is killed, if it has not ended by then.
    kill_at: Option<Instant>,
    /// Calls that were cancelled, and when the process is killed if they have not stopped by then.
    stopping: Vec<(CallNumber, Instant)>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Actor {
    /// The owner of a process; within its runtime.
    pub(crate) fn new(
        process: Process,
        commands: mpsc::UnboundedReceiver<Command>,
        common: Arc<Common>,
    ) -> Self {
        let Process { child, group, stdin, stdout, stderr } = process;
        let (writer, outgoing) = mpsc::unbounded_channel();
        tokio::spawn(write(stdin, outgoing));
        Self {
            child,
            group,
            frames: Lines::new(stdout, LINE),
            errors: Lines::new(stderr, LONGEST_LINE),
            writer,
            commands,
            common,
            calls: HashMap::new(),
            last: VecDeque::new(),
            last_bytes: 0,
            lines: 0,
            end: None,
            kill_at: None,
            stopping: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Works until the process has ended, or nobody wants it any more.
    pub(crate) async fn run(mut self) {
        let mut has_errors = true;
        let how = loop {
            let next = self.next_time();
            tokio::select! {
                command = self.commands.recv() => {
                    let Some(command) = command else {
                        self.group.kill();
                        break Ending::Unknown;
                    };
                    self.obey(command);
                }
                line = self.frames.next() => {
                    let frame = match line {
                        Ok(Some(line)) => Frame::read(line),
                        Ok(None) => break self.ended().await,
                        Err(error) => Err(BadFrame::new(error.to_string())),
                    };
                    self.take(frame);
                }
                line = self.errors.next(), if has_errors => {
                    has_errors = !matches!(line, Ok(None));
                    let line = line.map(|line| line.map(lossy));
                    self.hear(line);
                }
                status = self.child.wait() => {
                    self.drain().await;
                    break status.map_or(Ending::Unknown, Ending::from);
                }
                () = at(next) => self.watch(),
            }
        };
        self.finish(how).await;
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Begin(call, outgoing, entry) => {
                self.calls.insert(call, *entry);
                self.write(outgoing);
            }
            Command::Write(outgoing) => self.write(outgoing),
            Command::Answer(call, outgoing) => {
                if let Some(entry) = self.calls.get_mut(&call) {
                    entry.answered();
                }
                self.write(outgoing);
            }
            Command::Abandon(call) => self.abandon(call),
            Command::End(told) => {
                self.waiting.push(told);
                self.note(&Note::Bye(true));
                self.kill_by(Instant::now() + GOODBYE);
            }
        }
    }

    fn write(&self, outgoing: Outgoing) {
        // When the writer is gone the process is going: that is found out by reading.
        let _ = self.writer.send(outgoing);
    }

    fn note(&self, note: &Note<'_>) {
        if let Ok(line) = line(note, "a note") {
            self.write(line.into());
        }
    }

    fn kill_by(&mut self, when: Instant) {
        self.kill_at = Some(self.kill_at.map_or(when, |earlier| earlier.min(when)));
    }

    /// The process is to be ended at once, for this reason.
    fn stop(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.group.kill();
    }

    /// Takes a frame, or ends the process for one that is none.
    fn take(&mut self, frame: Result<Frame, BadFrame>) {
        if self.end.is_some() {
            return;
        }
        if let Err(BadFrame { what }) = frame.and_then(|frame| self.deliver(frame)) {
            let what = self.common.hidden.redactor().redact(&what);
            self.stop(End::Malformed(visible(&what).into_owned()));
        }
    }

    fn deliver(&mut self, frame: Frame) -> Result<(), BadFrame> {
        let stranger = |call| BadFrame::new(format!("a frame for call {call}, which is not open"));
        let call = match &frame {
            Frame::Log { call, .. } => *call,
            Frame::Reply { call, .. }
            | Frame::Zone { call, .. }
            | Frame::Changes { call, .. }
            | Frame::Ask { call, .. }
            | Frame::Beat { call, .. } => Some(*call),
        };
        if let Frame::Log { level, logger, message, .. } = &frame {
            self.log(*level, logger, message);
        }
        // Threads that a class started, and a beat on its way when the call ends, may come late.
        let is_late = matches!(frame, Frame::Log { .. } | Frame::Beat { .. });
        let Some(number) = call else { return Ok(()) };
        let Some(entry) = self.calls.get_mut(&number) else {
            return if is_late { Ok(()) } else { Err(stranger(number)) };
        };
        let is_done = matches!(frame, Frame::Reply { .. });
        let is_unanswered = entry.receive(frame, &self.common.hidden)?;
        // Nobody waits: the host is told, and does not wait for ever.
        let answer = if is_unanswered { entry.unanswered() } else { None };
        if let Some(line) = answer {
            self.write(line.into());
        }
        if is_done {
            self.calls.remove(&number);
            self.stopping.retain(|(stopping, _)| *stopping != number);
        }
        Ok(())
    }

    fn log(&self, level: i64, logger: &str, message: &str) {
        let redactor = self.common.hidden.redactor();
        let logger = redactor.redact(logger);
        let logger = logger.as_str();
        let message = redactor.redact(message);
        let mut lines: Vec<_> = message.lines().map(visible).collect();
        if logger == PLAN {
            // What looks for a plan in the log finds it as octoDNS logs it.
            lines = vec![lines.join("\n").into()];
        }
        for text in lines {
            match level {
                ..20 => tracing::debug!(target: "octodns", logger, "{text}"),
                20..30 => tracing::info!(target: "octodns", logger, "{text}"),
                30..40 => tracing::warn!(target: "octodns", logger, "{text}"),
                40.. => tracing::error!(target: "octodns", logger, "{text}"),
            }
        }
    }

    /// Keeps and logs a line of standard error.
    fn hear(&mut self, line: Result<Option<String>, crate::wire::lines::TooLong>) {
        let line = match line {
            Ok(Some(line)) => line,
            Ok(None) => return,
            Err(_) => lossy(self.errors.part()),
        };
        let line = self.common.hidden.redactor().redact(&line);
        self.lines += 1;
        if self.lines <= MOST_LINES {
            tracing::info!(target: "octodns", logger = LOGGER, "{}", visible(&line));
        }
        self.last_bytes += line.len();
        self.last.push_back(line);
        while self.last_bytes > LAST_BYTES {
            let Some(first) = self.last.pop_front() else { break };
            self.last_bytes -= first.len();
        }
    }

    /// The pipe is at its end: the process is given the time to end, and ended after that.
    async fn ended(&mut self) -> Ending {
        if self.end.is_some() {
            self.group.kill();
        }
        let limit = self.kill_at.unwrap_or_else(|| Instant::now() + GOODBYE);
        let in_time = tokio::time::timeout_at(limit, self.child.wait()).await;
        let status = if let Ok(status) = in_time {
            status
        } else {
            self.group.kill();
            self.child.wait().await
        };
        self.drain().await;
        status.map_or(Ending::Unknown, Ending::from)
    }

    /// Takes what is left in the pipes.
    async fn drain(&mut self) {
        let limit = Instant::now() + DRAIN;
        loop {
            let line = tokio::time::timeout_at(limit, self.frames.next()).await;
            let Ok(Ok(Some(line))) = line else { break };
            let frame = Frame::read(line);
            self.take(frame);
        }
        loop {
            let line = tokio::time::timeout_at(limit, self.errors.next()).await;
            let Ok(line) = line else { break };
            if matches!(line, Ok(None)) {
                break;
            }
            let line = line.map(|line| line.map(lossy));
            self.hear(line);
        }
    }

    /// Tells everybody that the process is gone.
    async fn finish(mut self, how: Ending) {
        // A process that does not end when it is killed is in the hands of the system.
        let _ = timeout(GOODBYE, self.child.wait()).await;
        self.group.clear();
        if self.lines > MOST_LINES {
            let more = self.lines - MOST_LINES;
            tracing::info!(target: "octodns", logger = LOGGER, "{more} more lines");
        }
        let last = self.last.into();
        let end = self.end.take().unwrap_or(End::Process { how, last });
        let _ = self.common.end.set(end.clone());
        for (_, entry) in self.calls.drain() {
            entry.fail(end.clone());
        }
        // What was asked meanwhile is told the same.
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            match command {
                Command::Begin(_, _, entry) => entry.refuse(),
                Command::End(told) => self.waiting.push(told),
                Command::Write(_) | Command::Answer(..) | Command::Abandon(_) => {}
            }
        }
        for told in self.waiting {
            let _ = told.send(());
        }
    }
}

/// Waits until then, or for ever.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

fn lossy(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches('\r').to_owned()
}

/// Writes what comes, until nothing comes or the process does not read any more.
async fn write(mut stdin: ChildStdin, mut outgoing: mpsc::UnboundedReceiver<Outgoing>) {
    while let Some(Outgoing { line, place }) = outgoing.recv().await {
        if stdin.write_all(&line).await.is_err() {
            return;
        }
        drop(place);
    }
}
