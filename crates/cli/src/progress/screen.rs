//! The lines at the end of a terminal that are drawn again and again, and what is written above them.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use console::Term;

/// Standard error, of which a process has one.
pub(crate) static SCREEN: Screen = Screen::new();

/// Moves to the start of the line, and erases everything from there on.
const ERASE: &str = "\r\x1b[J";

/// What is drawn on.
pub(crate) trait Terminal: Send {
    /// How many columns it has now, if that is known.
    fn columns(&self) -> Option<usize>;

    /// Writes text with control sequences at once.
    fn write(&mut self, text: &str) -> io::Result<()>;
}

/// Standard error as a terminal.
pub(crate) struct StandardError(Term);

impl StandardError {
    pub(crate) fn new() -> Self {
        Self(Term::stderr())
    }
}

impl Terminal for StandardError {
    fn columns(&self) -> Option<usize> {
        self.0.size_checked().map(|(_, columns)| columns.into())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }
}

/// A few lines at the end of a terminal.
///
/// The cursor stays at the start of the first of them. So they are erased by erasing everything behind it, whatever
/// the terminal has made of long lines since, and nothing is to be put right but them when the process dies.
pub(crate) struct Screen {
    /// Whether there may be something to erase.
    is_open: AtomicBool,
    state: Mutex<State>,
}

struct State {
    terminal: Option<Box<dyn Terminal>>,
    shown: Vec<String>,
    /// The process ends: nothing is drawn any more.
    has_ended: bool,
}

impl Screen {
    pub(super) const fn new() -> Self {
        let state = State { terminal: None, shown: Vec::new(), has_ended: false };
        Self { is_open: AtomicBool::new(false), state: Mutex::new(state) }
    }

    /// From now on there is something to draw on.
    pub(crate) fn open(&self, terminal: Box<dyn Terminal>) {
        let mut state = self.state();
        state.erase();
        state.terminal = (!state.has_ended).then_some(terminal);
        self.is_open.store(state.terminal.is_some(), Ordering::Release);
    }

    /// Shows the lines that fit the width of the terminal, instead of those that are shown.
    pub(crate) fn draw(&self, lines: impl FnOnce(usize) -> Vec<String>) {
        let mut state = self.state();
        let State { terminal: place, shown, .. } = &mut *state;
        let Some(terminal) = place else { return };
        // Of a terminal without a size, as they were once.
        let columns = terminal.columns().filter(|columns| *columns > 0).unwrap_or(80);
        let lines = lines(columns);
        if lines == *shown {
            return;
        }
        let up = match lines.len() {
            0 | 1 => String::new(),
            more => format!("\x1b[{}A", more - 1),
        };
        if terminal.write(&format!("{ERASE}{}\r{up}", lines.join("\r\n"))).is_err() {
            // Nobody is there any more.
            *place = None;
        }
        *shown = lines;
    }

    /// Writes something else to the terminal, with no lines in the way. They come back when they are drawn again.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        if !self.is_open.load(Ordering::Acquire) {
            return write();
        }
        let mut state = self.state();
        state.erase();
        // No line is drawn in between.
        let written = write();
        drop(state);
        written
    }

    /// Erases what is shown.
    pub(crate) fn erase(&self) {
        self.state().erase();
    }

    /// Erases what is shown; from now on there is nothing to draw on.
    pub(crate) fn close(&self) {
        self.state().close();
        self.is_open.store(false, Ordering::Release);
    }

    /// The same for a process that is about to end, whoever else writes to the terminal now, and however long.
    pub(crate) fn leave(&self) {
        for _ in 0..20 {
            let mut state = match self.state.try_lock() {
                Ok(state) => state,
                Err(TryLockError::Poisoned(state)) => state.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(Duration::from_millis(10));
                    continue;
                }
            };
            state.close();
            state.has_ended = true;
            break;
        }
        self.is_open.store(false, Ordering::Release);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn erase(&mut self) {
        if self.shown.is_empty() {
            return;
        }
        self.shown.clear();
        if let Some(terminal) = &mut self.terminal {
            // Who cannot be written to shows nothing.
            let _ = terminal.write(ERASE);
        }
    }

    fn close(&mut self) {
        self.erase();
        self.terminal = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fake;
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_are_drawn_below_what_is_written() {
        let (screen, terminal) = (Screen::new(), Fake::new(20));
        let log = |text: &str| screen.aside(|| terminal.clone().write(text).unwrap());
        log("before\n");
        screen.draw(|_| lines(&["nobody sees this"]));
        screen.open(Box::new(terminal.clone()));
        log("one\n");
        screen.draw(|_| lines(&["planning", "  a.com."]));
        assert_eq!(terminal.shown(), ["before", "one", "planning", "  a.com."]);
        log("two\n");
        assert_eq!(terminal.shown(), ["before", "one", "two"]);
        screen.draw(|_| lines(&["planning", "  b.com."]));
        screen.draw(|columns| vec![format!("{columns} columns")]);
        assert_eq!(terminal.shown(), ["before", "one", "two", "20 columns"]);
        log("three\n");
        log("four\n");
        screen.draw(|_| lines(&["applying", "  b.com."]));
        screen.close();
        log("five\n");
        screen.draw(|_| lines(&["nor this"]));
        assert_eq!(terminal.shown(), ["before", "one", "two", "three", "four", "five"]);
    }

    #[test]
    fn nothing_is_left_when_the_terminal_becomes_narrower() {
        let (screen, terminal) = (Screen::new(), Fake::new(40));
        screen.open(Box::new(terminal.clone()));
        screen.aside(|| terminal.clone().write("a line of the log\n").unwrap());
        screen
            .draw(|_| lines(&["a line that fits into forty columns", "and one below it, as long"]));
        terminal.resize(12);
        assert_eq!(terminal.shown().len(), 2 + 3 + 3);
        screen.draw(|columns| lines(&["short", &format!("of {columns}")]));
        assert_eq!(terminal.shown(), ["a line of th", "e log", "short", "of 12"]);
        screen.close();
        assert_eq!(terminal.shown(), ["a line of th", "e log"]);
    }

    #[test]
    fn what_is_shown_is_not_written_again() {
        let (screen, terminal) = (Screen::new(), Fake::new(0));
        screen.open(Box::new(terminal.clone()));
        screen.draw(|columns| vec![format!("{columns}")]);
        let written = terminal.written();
        assert_eq!(written, "\r\x1b[J80\r");
        screen.draw(|_| lines(&["80"]));
        assert_eq!(terminal.written(), written);
        screen.erase();
        screen.erase();
        assert_eq!(terminal.written(), format!("{written}{ERASE}"));
    }

    #[test]
    fn a_process_that_ends_draws_nothing_any_more() {
        let (screen, terminal) = (Screen::new(), Fake::new(20));
        screen.open(Box::new(terminal.clone()));
        screen.draw(|_| lines(&["applying"]));
        // As when somebody writes to a terminal that does not take it.
        let writing = screen.state();
        thread::scope(|threads| {
            threads.spawn(|| screen.leave()).join().unwrap();
        });
        drop(writing);
        screen.leave();
        screen.draw(|_| lines(&["applying"]));
        screen.open(Box::new(terminal.clone()));
        screen.draw(|_| lines(&["applying"]));
        assert_eq!(terminal.shown(), [""; 0]);
    }
}
