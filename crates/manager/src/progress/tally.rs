//! What the events of a run add up to.

use std::time::{Duration, SystemTime};

use octodns_core::ZoneName;
use octodns_core::provider::Lasting;

use super::event::{Event, Phase};

/// How far a run has come: what its events add up to.
///
/// Its figures are those of the phase that began last and is not over.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use std::time::{Duration, SystemTime};
///
/// use octodns::progress::{Event, Phase, Tally};
///
/// let (mut tally, begin) = (Tally::default(), SystemTime::UNIX_EPOCH);
/// tally.note(&Event::Begun { phase: Phase::Asking, steps: 4 }, Some(begin));
/// let now = begin + Duration::from_secs(3);
/// tally.note(&Event::Answered, Some(now));
/// assert_eq!(tally.text(Some(now)), "1 of 4 answers, about 9 s to go");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Those that are not over, the innermost last.
    courses: Vec<Course>,
    zones: Vec<ZoneName>,
}

/// A phase that is under way.
#[derive(Clone, Debug)]
struct Course {
    phase: Phase,
    begun: Option<SystemTime>,
    done: usize,
    of: usize,
}

impl Tally {
    /// Takes note of an event. Without a clock there are no times.
    pub fn note(&mut self, event: &Event<'_>, now: Option<SystemTime>) {
        match event {
            Event::Begun { phase, steps } => {
                let (phase, of) = (*phase, *steps);
                self.courses.push(Course { phase, begun: now, done: 0, of });
            }
            Event::Ended { phase } => {
                let last = self.courses.iter().rposition(|course| course.phase == *phase);
                if let Some(last) = last {
                    self.courses.truncate(last);
                }
                if self.courses.is_empty() {
                    self.zones.clear();
                }
            }
            Event::ZoneBegun { zone } => self.zones.push((*zone).clone()),
            Event::ZoneEnded { zone } => {
                if let Some(place) = self.zones.iter().position(|other| other == *zone) {
                    self.zones.remove(place);
                }
            }
            Event::ChangeEnded { .. } | Event::Answered => {}
        }
        if let Some(course) = self.courses.last_mut().filter(|course| course.phase.counts(event)) {
            course.done += 1;
        }
    }

    /// The phase; `None` between phases.
    pub fn phase(&self) -> Option<Phase> {
        self.courses.last().map(|course| course.phase)
    }

    /// Whether the phase is within another.
    pub fn is_within(&self) -> bool {
        self.courses.len() > 1
    }

    /// How many steps were made.
    pub fn done(&self) -> usize {
        self.courses.last().map_or(0, |course| course.done)
    }

    /// How many steps there are; 0 if that is not known.
    pub fn of(&self) -> usize {
        self.courses.last().map_or(0, |course| course.of)
    }

    /// Whether all steps were made, as far as it is known how many there are.
    pub fn is_done(&self) -> bool {
        self.of() > 0 && self.done() >= self.of()
    }

    /// How long ago the phase began.
    pub fn passed(&self, now: Option<SystemTime>) -> Option<Duration> {
        now?.duration_since(self.courses.last()?.begun?).ok()
    }

    /// About how long the rest takes: as long for each step as those took that were made.
    pub fn left(&self, now: Option<SystemTime>) -> Option<Duration> {
        let (done, of) = (self.done(), self.of());
        if done == 0 || done >= of {
            return None;
        }
        let each = self.passed(now)? / u32::try_from(done).unwrap_or(u32::MAX);
        Some(each.saturating_mul(u32::try_from(of - done).unwrap_or(u32::MAX)))
    }

    /// The zones that are worked on, in the order in which they were begun.
    pub fn zones(&self) -> &[ZoneName] {
        &self.zones
    }

    /// The figures in words: `3 of 6 changes, about 12 s to go`.
    pub fn text(&self, now: Option<SystemTime>) -> String {
        let Some(Course { phase, done, of, .. }) = self.courses.last() else {
            return String::new();
        };
        let passed = self.passed(now).map(Lasting);
        let steps = format!("{done} of {of} {}", phase.unit(*of));
        match (*of, *done, self.left(now), passed) {
            (_, _, Some(left), _) => format!("{steps}, about {} to go", Lasting(left)),
            (0, _, None, Some(passed)) => format!("{passed} so far"),
            (0, _, None, None) => String::new(),
            // Nobody can say yet how long one takes.
            (_, 0, None, Some(passed)) => format!("{steps}, {passed} so far"),
            _ => steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    #[test]
    fn steps_are_counted_by_their_phase() {
        let zones = ["a.com.", "b.com."].map(|name| ZoneName::new(name).unwrap());
        let [a, b] = &zones;
        let mut tally = Tally::default();
        assert_eq!((tally.phase(), tally.text(Some(at(1)))), (None, String::new()));
        for (second, event, text, under_way) in [
            (0, Event::Begun { phase: Phase::Planning, steps: 2 }, "0 of 2 zones, 0 s so far", ""),
            (1, Event::ZoneBegun { zone: a }, "0 of 2 zones, 1 s so far", "a.com."),
            (2, Event::ZoneBegun { zone: b }, "0 of 2 zones, 2 s so far", "a.com. b.com."),
            (6, Event::ZoneEnded { zone: a }, "1 of 2 zones, about 6 s to go", "b.com."),
            (
                7,
                Event::ChangeEnded { zone: a, target: "t" },
                "1 of 2 zones, about 7 s to go",
                "b.com.",
            ),
            (8, Event::ZoneEnded { zone: b }, "2 of 2 zones", ""),
            (8, Event::Ended { phase: Phase::Planning }, "", ""),
            // Of a run that was stopped, this may still come.
            (9, Event::ZoneEnded { zone: b }, "", ""),
            (
                10,
                Event::Begun { phase: Phase::Applying, steps: 4 },
                "0 of 4 changes, 0 s so far",
                "",
            ),
            (10, Event::ZoneBegun { zone: b }, "0 of 4 changes, 0 s so far", "b.com."),
            (
                12,
                Event::ChangeEnded { zone: b, target: "t" },
                "1 of 4 changes, about 6 s to go",
                "b.com.",
            ),
            (12, Event::ZoneEnded { zone: b }, "1 of 4 changes, about 6 s to go", ""),
            (15, Event::Begun { phase: Phase::Verifying, steps: 0 }, "0 s so far", ""),
            (19, Event::Answered, "4 s so far", ""),
            (20, Event::Ended { phase: Phase::Verifying }, "1 of 4 changes, about 30 s to go", ""),
            (20, Event::Ended { phase: Phase::Applying }, "", ""),
        ] {
            tally.note(&event, Some(at(second)));
            let names: Vec<_> = tally.zones().iter().map(ZoneName::as_str).collect();
            assert_eq!(
                (&*tally.text(Some(at(second))), &*names.join(" ")),
                (text, under_way),
                "{event:?}"
            );
        }
    }

    #[test]
    fn without_a_clock_there_are_no_times() {
        let mut tally = Tally::default();
        tally.note(&Event::Begun { phase: Phase::Asking, steps: 2 }, None);
        assert_eq!(tally.text(Some(at(9))), "0 of 2 answers");
        tally.note(&Event::Answered, None);
        assert_eq!(
            (tally.text(None), tally.left(Some(at(1))), tally.is_done()),
            ("1 of 2 answers".to_owned(), None, false)
        );
        tally.note(&Event::Answered, None);
        assert!(tally.is_done());
    }
}
