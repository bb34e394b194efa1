//! Log lines from Python's `%(name)s` formats.

use std::cell::Cell;
use std::fmt::Write as _;
use std::thread;

use jiff::ZonedDateTime;
use jiff::fmt::strtime;

use super::level::Level;
use super::{LoggingError, process_id};

/// How dates look when a format does not say: as in Python, with milliseconds after a comma.
const DATE: &str = "%Y-%m-%d %H:%M:%S,%3f";

/// One message on its way to the handlers.
#[derive(Clone, Debug)]
pub struct Message<'m> {
    /// The logger's name.
    pub logger: &'m str,
    /// How much it matters.
    pub level: Level,
    /// What it says; may have several lines.
    pub text: &'m str,
}

/// How a message becomes text.
#[derive(Clone, Debug)]
pub struct Format {
    pieces: Vec<Piece>,
    date: String,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Field { field: Field, width: usize, left: bool },
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Date,
    Level,
    LevelNumber,
    Message,
    Name,
    Process,
    ProcessName,
    Thread,
    ThreadName,
}

/// The fields that formats may have.
const FIELDS: &[(&str, Field)] = &[
    ("asctime", Field::Date),
    ("levelname", Field::Level),
    ("levelno", Field::LevelNumber),
    ("message", Field::Message),
    ("name", Field::Name),
    ("process", Field::Process),
    ("processName", Field::ProcessName),
    ("thread", Field::Thread),
    ("threadName", Field::ThreadName),
];

impl Format {
    /// Reads a format and the format of its dates (`strftime`).
    ///
    /// # Errors
    ///
    /// When either has a field that is not known.
    pub fn new(format: &str, date: Option<&str>) -> Result<Self, LoggingError> {
        let date = date.unwrap_or(DATE);
        // Tried once here, so that a line can always be written.
        strtime::format(date, &ZonedDateTime::default()).map_err(|error| LoggingError::Format {
            format: date.to_owned(),
            problem: error.to_string(),
        })?;
        let pieces = pieces(format)
            .map_err(|problem| LoggingError::Format { format: format.to_owned(), problem })?;
        Ok(Self { pieces, date: date.to_owned() })
    }

    /// Adds the message as text, without a line end.
    pub fn write(&self, message: &Message<'_>, now: &ZonedDateTime, line: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => line.push_str(text),
                Piece::Field { field, width, left } => {
                    let start = line.len();
                    self.field(*field, message, now, line);
                    pad(line, start, *width, *left);
                }
            }
        }
    }

    fn field(&self, field: Field, message: &Message<'_>, now: &ZonedDateTime, line: &mut String) {
        // Writing to a string does not fail, and the date's format was tried.
        let _ = match field {
            Field::Date => write!(line, "{}", now.strftime(&self.date)),
            Field::Level => write!(line, "{}", message.level.name()),
            Field::LevelNumber => write!(line, "{}", message.level.number()),
            Field::Message => line.write_str(message.text),
            Field::Name => line.write_str(message.logger),
            Field::Process => write!(line, "{}", process_id()),
            Field::ProcessName => line.write_str("MainProcess"),
            Field::Thread => write!(line, "{}", thread_number()),
            Field::ThreadName => line.write_str(thread::current().name().unwrap_or("Thread")),
        };
    }
}

/// Reads `%(name)-7s` and the like.
fn pieces(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (name, after) = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'))
            .ok_or("a % needs (NAME) after it, such as %(message)s")?;
        let flags = after.len() - after.trim_start_matches(['-', '0', ' ', '+', '#']).len();
        let (flags, after) = after.split_at(flags);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (width, after) = after.split_at(digits);
        rest = after
            .strip_prefix(['s', 'd'])
            .ok_or_else(|| format!("%({name}) needs s or d after it"))?;
        pieces.push(Piece::Text(std::mem::take(&mut text)));
        pieces.push(Piece::Field {
            field: field_named(name)?,
            width: if width.is_empty() {
                0
            } else {
                width.parse().map_err(|_| "a width is too large")?
            },
            left: flags.contains('-'),
        });
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

fn field_named(name: &str) -> Result<Field, String> {
    let found = FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
    found.ok_or_else(|| {
        let known: Vec<_> = FIELDS.iter().map(|(known, _)| *known).collect();
        format!("unknown field `{name}`; known fields are {}", known.join(", "))
    })
}

/// Fills what was written since `start` up to `width` characters.
fn pad(line: &mut String, start: usize, width: usize, left: bool) {
    let missing = width.saturating_sub(line[start..].chars().count());
    let at = if left { line.len() } else { start };
    for _ in 0..missing {
        line.insert(at, ' ');
    }
}

/// A number for the thread, the same for its life.
fn thread_number() -> u64 {
    thread_local! { static NUMBER: Cell<u64> = const { Cell::new(0) } }
    NUMBER.with(|number| {
        if number.get() == 0 {
            // The standard library has no stable way to the number but this text: `ThreadId(1)`.
            let text = format!("{:?}", thread::current().id());
            let digits = text.trim_matches(|c: char| !c.is_ascii_digit());
            number.set(digits.parse().unwrap_or(1));
        }
        number.get()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(format: &str, date: Option<&str>) -> String {
        let now = "2024-01-02T03:04:05.678+00:00[UTC]".parse().unwrap();
        let message = Message { logger: "Manager", level: Level::INFO, text: "hello" };
        let mut line = String::new();
        Format::new(format, date).unwrap().write(&message, &now, &mut line);
        line
    }

    #[test]
    fn lines_look_as_the_reference_s() {
        let format = "%(asctime)s %(levelname)-7s %(name)s %(message)s";
        let date = Some(super::super::LINE_DATE);
        assert_eq!(line(format, date), "2024-01-02T03:04:05  INFO    Manager hello");
    }

    #[test]
    fn widths_percents_and_default_dates_are_python_s() {
        assert_eq!(line("100%% %(levelname)8s|%(levelno)d", None), "100%     INFO|20");
        assert_eq!(line("%(asctime)s", None), "2024-01-02 03:04:05,678");
    }

    #[test]
    fn what_a_format_cannot_hold_is_said_at_once() {
        for format in ["%(nope)s", "%s", "%(message)", "%(message)99999999999999999999s"] {
            assert!(Format::new(format, None).is_err(), "{format}");
        }
        assert!(Format::new("%(asctime)s", Some("%")).is_err());
    }
}
