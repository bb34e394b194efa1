//! Handlers: where lines go.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Mutex;

use jiff::ZonedDateTime;

use super::Syslog;
use super::format::{Format, Message};
use super::level::Level;

/// Where lines go.
#[derive(Debug)]
pub enum Sink {
    /// Standard error.
    Stderr,
    /// Standard output.
    Stdout,
    /// A file, one handler's alone.
    File(Mutex<File>),
    /// The system's log.
    Syslog(Syslog),
    /// Nowhere.
    Nothing,
}

/// A sink, and what is written to it how.
#[derive(Debug)]
pub struct Handler {
    sink: Sink,
    format: Format,
    level: Level,
}

impl Handler {
    /// Writes every message it is given.
    pub fn new(sink: Sink, format: Format) -> Self {
        Self { sink, format, level: Level::NOTSET }
    }

    /// The same handler, for what is at least as important as `level`.
    #[must_use]
    pub fn at_least(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Writes a message. What cannot be written is dropped: a log never ends a run, nor does a reader of
    /// it that went away.
    pub(super) fn handle(&self, message: &Message<'_>) {
        if message.level < self.level || matches!(self.sink, Sink::Nothing) {
            return;
        }
        let mut line = String::with_capacity(message.text.len() + 80);
        self.format.write(message, &ZonedDateTime::now(), &mut line);
        if let Sink::Syslog(syslog) = &self.sink {
            syslog.send(message.level, &line);
            return;
        }
        line.push('\n');
        // One write a message, so that those of several threads do not mix.
        let _ = match &self.sink {
            Sink::Stderr => io::stderr().lock().write_all(line.as_bytes()),
            Sink::Stdout => io::stdout().lock().write_all(line.as_bytes()),
            Sink::File(file) => match file.lock() {
                Ok(mut file) => file.write_all(line.as_bytes()),
                Err(_) => Ok(()),
            },
            Sink::Syslog(_) | Sink::Nothing => Ok(()),
        };
    }
}
