//! Shows how far a run has come: on standard error, and nowhere else.
//!
//! On a terminal that is two lines at its end, which are drawn again and again; elsewhere a line of the log now and
//! then. What a program writes goes above them ([`Screen::aside`](screen::Screen::aside)).

mod bars;
#[cfg(test)]
mod emulator;
mod frame;
pub(crate) mod screen;
#[cfg(test)]
mod testing;
pub(crate) mod waits;

use std::env;
use std::ffi::OsString;
use std::future::poll_fn;
use std::io::{self, IsTerminal};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use console::Term;
use octodns_manager::progress::{Logged, Progress};
use tokio::time::{MissedTickBehavior, interval};

use crate::arguments::{LoggingArguments, ShownProgress};
use bars::Bars;
use screen::{SCREEN, StandardError};
use waits::WAITS;

/// How far a run has come, as it is shown.
pub(crate) enum Shown {
    /// Drawn at the end of a terminal.
    Bars(Arc<Bars>),
    /// Logged.
    Lines(Arc<Logged>),
    /// Not at all.
    Nothing,
}

/// How it is shown, apart from what shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Bars,
    Lines,
    Nothing,
}

impl Shown {
    /// As a flag says, and as fits standard error and the log.
    pub(crate) fn new(choice: ShownProgress, logging: &LoggingArguments) -> Self {
        let is_terminal = io::stderr().is_terminal() && can_draw();
        match How::of(choice, is_terminal, logging.quiet && !logging.debug, |name| {
            env::var_os(name)
        }) {
            How::Bars => {
                SCREEN.open(Box::new(StandardError::new()));
                Self::Bars(Arc::new(Bars::new(&SCREEN, &WAITS, Arc::new(now))))
            }
            How::Lines => {
                let waiting = Arc::new(|now| WAITS.text(now));
                Self::Lines(Arc::new(Logged::new(Arc::new(now)).with_waiting(waiting)))
            }
            How::Nothing => Self::Nothing,
        }
    }

    /// What is told how far it has come.
    pub(crate) fn progress(&self) -> Arc<dyn Progress> {
        match self {
            Self::Bars(bars) => Arc::clone(bars) as Arc<dyn Progress>,
            Self::Lines(logged) => Arc::clone(logged) as Arc<dyn Progress>,
            Self::Nothing => Arc::new(()),
        }
    }

    /// Calls this once before anything is drawn, if something ever is.
    pub(crate) fn before_drawing(&self, call: impl FnOnce() + Send + 'static) {
        if let Self::Bars(bars) = self {
            bars.before_drawing(Box::new(call));
        }
    }

    /// What a call gives. While it is under way what is shown is kept up to date.
    pub(crate) async fn beside<T>(&self, call: impl Future<Output = T>) -> T {
        let every = match self {
            Self::Bars(_) => Bars::EVERY,
            Self::Lines(_) => Duration::from_secs(1),
            Self::Nothing => return call.await,
        };
        let (mut call, mut ticks) = (pin!(call), interval(every));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        poll_fn(|context| {
            while ticks.poll_tick(context).is_ready() {
                self.look();
            }
            call.as_mut().poll(context)
        })
        .await
    }

    fn look(&self) {
        match self {
            Self::Bars(bars) => bars.look(),
            Self::Lines(logged) => logged.look(),
            Self::Nothing => {}
        }
    }
}

/// However a run ends, the terminal is as it was.
impl Drop for Shown {
    fn drop(&mut self) {
        if let Self::Bars(_) = self {
            SCREEN.close();
        }
    }
}

impl How {
    fn of(
        choice: ShownProgress,
        is_terminal: bool,
        is_quiet: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match choice {
            ShownProgress::None => Self::Nothing,
            ShownProgress::Auto if is_quiet => Self::Nothing,
            // The log of a workflow keeps every frame.
            ShownProgress::Auto if is_terminal && !is_set("CI") => match variable("TERM") {
                Some(term) if term == "dumb" => Self::Lines,
                None if cfg!(unix) => Self::Lines,
                _ => Self::Bars,
            },
            ShownProgress::Auto | ShownProgress::Plain => Self::Lines,
        }
    }
}

/// Whether the terminal can draw: an old console of Windows cannot.
fn can_draw() -> bool {
    !cfg!(windows) || Term::stderr().features().colors_supported()
}

#[expect(clippy::unnecessary_wraps, reason = "a clock may have no time")]
fn now() -> Option<SystemTime> {
    Some(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_for_people_at_a_terminal() {
        use ShownProgress::{Auto, None as Not, Plain};
        let (terminal, quiet) = (true, true);
        let xterm = [("TERM", "xterm")];
        for (choice, is_terminal, is_quiet, variables, how) in [
            (Auto, terminal, !quiet, &xterm[..], How::Bars),
            (Auto, terminal, !quiet, &[("TERM", "xterm"), ("CI", "")], How::Bars),
            (Auto, terminal, !quiet, &[("TERM", "xterm"), ("CI", "true")], How::Lines),
            (Auto, terminal, !quiet, &[("TERM", "dumb")], How::Lines),
            (Auto, terminal, quiet, &xterm, How::Nothing),
            (Auto, !terminal, !quiet, &xterm, How::Lines),
            (Plain, terminal, !quiet, &xterm, How::Lines),
            (Plain, !terminal, quiet, &xterm, How::Lines),
            (Not, terminal, !quiet, &xterm, How::Nothing),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let chosen = How::of(choice, is_terminal, is_quiet, variable);
            assert_eq!(chosen, how, "{choice:?} {is_terminal} {is_quiet} {variables:?}");
        }
    }
}
