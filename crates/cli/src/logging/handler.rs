//! Handlers: where lines go.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use jiff::ZonedDateTime;

use super::Syslog;
use super::format::{Format, Message};
use super::level::Level;
use crate::progress::screen::SCREEN;

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

    /// Whether messages of this weight are for it.
    pub(super) fn takes(&self, level: Level) -> bool {
        level >= self.level && !matches!(self.sink, Sink::Nothing)
    }

    /// Writes a message.
    pub(super) fn write(&self, message: &Message<'_>) -> io::Result<()> {
        let mut line = String::with_capacity(message.text.len() + 80);
        self.format.write(message, &ZonedDateTime::now(), &mut line);
        if let Sink::Syslog(syslog) = &self.sink {
            return syslog.send(message.level, &line);
        }
        line.push('\n');
        // One write a message, so that those of several threads do not mix.
        match &self.sink {
            Sink::Stderr => SCREEN.aside(|| io::stderr().lock().write_all(line.as_bytes())),
            // That may be the same terminal.
            Sink::Stdout => SCREEN.aside(|| {
                let mut out = io::stdout().lock();
                out.write_all(line.as_bytes()).and_then(|()| out.flush())
            }),
            Sink::File(file) => {
                // A file whose holder has panicked is still a file.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.write_all(line.as_bytes())
            }
            Sink::Syslog(_) | Sink::Nothing => Ok(()),
        }
    }
}
