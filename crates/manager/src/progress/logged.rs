//! Progress in the log: a line now and then of a run that takes long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use octodns_core::registry::Clock;

use super::event::{Event, Progress};
use super::tally::Tally;
use crate::compat::MANAGER;

/// How long nothing is said at least.
const EVERY: Duration = Duration::from_secs(10);

/// Says which waits are under way at this time, in words, if there are any.
pub type Waiting = Arc<dyn Fn(SystemTime) -> Option<String> + Send + Sync>;

/// Logs a line every ten seconds of a phase of a run; nothing if it takes less.
///
/// Lines are logged when there is an event. As a run may wait long for one, a program that has a timer calls
/// [`Logged::look`] as well.
pub struct Logged {
    clock: Clock,
    waiting: Option<Waiting>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tally: Tally,
    /// When something was said last, or the phase began.
    told: Option<SystemTime>,
}

impl Logged {
    /// Logs by this clock. Without one nothing is logged.
    pub fn new(clock: Clock) -> Self {
        Self { clock, waiting: None, state: Mutex::default() }
    }

    /// The same, with what is waited for at the end of each line.
    #[must_use]
    pub fn with_waiting(self, waiting: Waiting) -> Self {
        Self { waiting: Some(waiting), ..self }
    }

    /// Logs a line if the last was long enough ago.
    pub fn look(&self) {
        let Some(now) = (self.clock)() else { return };
        let line = self.due(&mut self.state(), now);
        if let Some(line) = line {
            tracing::info!(target: "octodns", logger = MANAGER, "{line}");
        }
    }

    /// What is to be said now, if something is.
    fn due(&self, state: &mut State, now: SystemTime) -> Option<String> {
        let State { tally, told } = state;
        let phase = tally.phase().filter(|_| !tally.is_done())?;
        if now.duration_since((*told)?).ok()? < EVERY {
            return None;
        }
        *told = Some(now);
        let waiting = self.waiting.as_ref().and_then(|waiting| waiting(now));
        let waiting = waiting.map(|waiting| format!("; {waiting}")).unwrap_or_default();
        Some(format!("{}: {}{waiting}", phase.verb(), tally.text(Some(now))))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Logged {
    fn note(&self, event: &Event<'_>) {
        {
            let (now, mut state) = ((self.clock)(), self.state());
            state.tally.note(event, now);
            if matches!(event, Event::Begun { .. }) && !state.tally.is_within() {
                state.told = now;
            }
        }
        self.look();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::event::Phase;
    use super::*;

    /// What is logged at these seconds, at each of which a question is answered if that is said.
    fn told(logged: &Logged, clock: &AtomicU64, seconds: &[(u64, bool)]) -> Vec<String> {
        let mut told = Vec::new();
        for (second, is_step) in seconds {
            clock.store(*second, Ordering::Relaxed);
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(*second);
            let mut state = logged.state();
            if *is_step {
                state.tally.note(&Event::Answered, Some(now));
            }
            told.extend(logged.due(&mut state, now).map(|line| format!("{second}: {line}")));
        }
        told
    }

    fn clock() -> (Arc<AtomicU64>, Clock) {
        let now = Arc::new(AtomicU64::new(0));
        let of_clock = Arc::clone(&now);
        let clock: Clock = Arc::new(move || {
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(of_clock.load(Ordering::Relaxed)))
        });
        (now, clock)
    }

    #[test]
    fn it_is_told_every_ten_seconds_and_not_at_the_end() {
        let (now, clock) = clock();
        let logged = Logged::new(clock);
        logged.note(&Event::Begun { phase: Phase::Asking, steps: 6 });
        let steps = [4, 9, 12, 21, 40, 60].map(|second| (second, true));
        assert_eq!(
            told(&logged, &now, &steps),
            [
                "12: report: 3 of 6 answers, about 12 s to go",
                "40: report: 5 of 6 answers, about 8 s to go",
            ],
        );
        logged.note(&Event::Ended { phase: Phase::Asking });
        assert_eq!(told(&logged, &now, &[(90, false)]), [""; 0]);
        // Each phase has ten seconds of its own.
        logged.note(&Event::Begun { phase: Phase::Asking, steps: 2 });
        assert_eq!(
            told(&logged, &now, &[(99, false), (100, false), (109, true), (112, false)]),
            [
                "100: report: 0 of 2 answers, 10 s so far",
                "112: report: 1 of 2 answers, about 22 s to go"
            ],
        );
    }

    #[test]
    fn it_tells_what_is_waited_for() {
        let (now, clock) = clock();
        let waiting: Waiting = Arc::new(|now| {
            let second = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
            (second < 15).then(|| format!("waiting {} s", 15 - second))
        });
        let logged = Logged::new(clock).with_waiting(waiting);
        logged.note(&Event::Begun { phase: Phase::Verifying, steps: 0 });
        assert_eq!(
            told(&logged, &now, &[(11, false), (21, false)]),
            ["11: verify: 11 s so far; waiting 4 s", "21: verify: 21 s so far"],
        );
    }

    #[test]
    fn without_a_clock_nothing_is_told() {
        let logged = Logged::new(Arc::new(|| None));
        logged.note(&Event::Begun { phase: Phase::Asking, steps: 6 });
        assert_eq!(told(&logged, &AtomicU64::new(0), &[(99, true)]), [""; 0]);
    }
}
