//! Progress on a terminal: when it is drawn.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use octodns_core::registry::Clock;
use octodns_manager::progress::{Event, Progress, Tally};

use super::frame::frame;
use super::screen::Screen;
use super::waits::Waits;

/// Draws how far a run has come: nothing in the first moments of a phase, and then no more often than a terminal can
/// show.
pub(crate) struct Bars {
    screen: &'static Screen,
    waits: &'static Waits,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tally: Tally,
    /// When the phase began, the outermost one.
    begun: Option<SystemTime>,
    drawn: Option<SystemTime>,
    before_drawing: Option<Box<dyn FnOnce() + Send>>,
}

impl Bars {
    /// How long lines stay at least.
    pub(super) const EVERY: Duration = Duration::from_millis(100);

    /// What ends in that time is not worth looking up for.
    const FIRST: Duration = Duration::from_millis(500);

    pub(super) fn new(screen: &'static Screen, waits: &'static Waits, clock: Clock) -> Self {
        Self { screen, waits, clock, state: Mutex::default() }
    }

    /// Calls this once before anything is drawn, if something ever is.
    pub(super) fn before_drawing(&self, call: Box<dyn FnOnce() + Send>) {
        self.state().before_drawing = Some(call);
    }

    /// Draws, if it is time for that.
    pub(super) fn look(&self) {
        let mut state = self.state();
        let Some(now) = (self.clock)().filter(|now| state.is_time(*now)) else { return };
        state.drawn = Some(now);
        if let Some(call) = state.before_drawing.take() {
            call();
        }
        let waiting = self.waits.text(now);
        self.screen.draw(|columns| frame(&state.tally, waiting.as_deref(), Some(now), columns));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_time(&self, now: SystemTime) -> bool {
        // A clock that was set back does not keep anything from being drawn.
        let is_within = |since: SystemTime, lasting| {
            now.duration_since(since).is_ok_and(|passed| passed < lasting)
        };
        self.tally.phase().is_some()
            && !self.begun.is_some_and(|begun| is_within(begun, Bars::FIRST))
            && !self.drawn.is_some_and(|drawn| is_within(drawn, Bars::EVERY))
    }
}

impl Progress for Bars {
    fn note(&self, event: &Event<'_>) {
        let is_over = {
            let (now, mut state) = ((self.clock)(), self.state());
            state.tally.note(event, now);
            if matches!(event, Event::Begun { .. }) && !state.tally.is_within() {
                state.begun = now;
            }
            state.tally.phase().is_none()
        };
        if is_over {
            // What comes now, the plan perhaps, has the terminal for itself.
            self.screen.erase();
        } else {
            self.look();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use octodns_core::ZoneName;
    use octodns_manager::progress::Phase;

    use super::super::testing::Fake;
    use super::*;

    #[test]
    fn a_run_is_drawn_from_time_to_time_and_gone_in_the_end() {
        static SCREEN: Screen = Screen::new();
        static WAITS: Waits = Waits::new();
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let millis = Arc::new(AtomicU64::new(0));
        let of_clock = Arc::clone(&millis);
        let clock: Clock = Arc::new(move || {
            let passed = Duration::from_millis(of_clock.load(Ordering::Relaxed));
            Some(SystemTime::UNIX_EPOCH + passed)
        });
        let terminal = Fake::new(80);
        SCREEN.open(Box::new(terminal.clone()));
        let bars = Bars::new(&SCREEN, &WAITS, clock);
        bars.before_drawing(Box::new(|| CALLS.store(1, Ordering::Relaxed)));
        let zones = ["a.com.", "b.com."].map(|name| ZoneName::new(name).unwrap());
        let [a, b] = &zones;
        // At a time, after an event or none: what is on the terminal.
        let look = |at: u64, event: Option<Event<'_>>| {
            millis.store(at, Ordering::Relaxed);
            match event {
                Some(event) => bars.note(&event),
                None => bars.look(),
            }
            terminal.shown().join("\n")
        };
        let log = |text: &str| {
            SCREEN.aside(|| super::super::screen::Terminal::write(&mut terminal.clone(), text))
        };

        assert_eq!(look(0, Some(Event::Begun { phase: Phase::Planning, steps: 2 })), "");
        assert_eq!(look(10, Some(Event::ZoneBegun { zone: a })), "");
        assert_eq!(look(499, None), "");
        assert_eq!(CALLS.load(Ordering::Relaxed), 0);
        let first = "planning  [>                   ]  0 of 2 zones, 1 s so far\n  a.com.";
        assert_eq!(look(500, None), first);
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
        // Too soon.
        assert_eq!(look(599, Some(Event::ZoneBegun { zone: b })), first);
        log("INFO one\n").unwrap();
        assert_eq!(look(599, None), "INFO one");
        assert_eq!(
            look(600, None),
            "INFO one\nplanning  [>                   ]  0 of 2 zones, 1 s so far\n  a.com., b.com.",
        );
        log("INFO two\n").unwrap();
        assert_eq!(
            look(3000, Some(Event::ZoneEnded { zone: a })),
            "INFO one\nINFO two\n\
             planning  [==========>         ]  1 of 2 zones, about 3 s to go\n  b.com.",
        );
        let logged = "INFO one\nINFO two";
        assert_eq!(look(3001, Some(Event::Ended { phase: Phase::Planning })), logged);
        assert_eq!(look(9000, None), logged);
        // The next phase begins as the first did.
        assert_eq!(look(9000, Some(Event::Begun { phase: Phase::Applying, steps: 1 })), logged);
        assert_eq!(look(9400, None), logged);
        log("INFO three\n").unwrap();
        assert_eq!(
            look(12_000, None),
            "INFO one\nINFO two\nINFO three\napplying  [>                   ]  0 of 1 change, 3 s so far",
        );
        look(12_100, Some(Event::Ended { phase: Phase::Applying }));
        assert_eq!(terminal.shown(), ["INFO one", "INFO two", "INFO three"]);
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    }
}
