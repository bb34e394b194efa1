//! What applying costs: calls, and the time that the limits of an account make them take.

use std::fmt;
use std::time::Duration;

/// What so many calls cost an account.
///
/// Displays as in `about 300 calls, at least 1 min within the limits of the account`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// About how many calls.
    pub calls: usize,
    /// How many the account may make now before it has to wait, if that is limited.
    pub available: Option<usize>,
    /// How long the limits make them take at least; nothing if they need not wait.
    pub least: Duration,
}

impl Budget {
    /// So many calls of an account without limits.
    pub fn new(calls: usize) -> Self {
        Self { calls, available: None, least: Duration::ZERO }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, least, .. } = self;
        write!(f, "about {calls} call{}", if *calls == 1 { "" } else { "s" })?;
        if least.is_zero() {
            return Ok(());
        }
        write!(f, ", at least {} within the limits of the account", Lasting(*least))
    }
}

/// A time for people, as precise as they need it: `9 s`, `1 min 30 s`, `12 min`, `2 h 5 min`.
#[derive(Clone, Copy, Debug)]
pub struct Lasting(pub Duration);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0);
        let minutes = seconds.div_ceil(60);
        match (minutes / 60, minutes % 60) {
            (0, _) if seconds < 60 => write!(f, "{seconds} s"),
            (0, 1..=9) if !seconds.is_multiple_of(60) => {
                write!(f, "{} min {} s", seconds / 60, seconds % 60)
            }
            (0, minutes) => write!(f, "{minutes} min"),
            (hours, 0) => write!(f, "{hours} h"),
            (hours, minutes) => write!(f, "{hours} h {minutes} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_precise_as_people_need_them() {
        for (millis, shown) in [
            (0, "0 s"),
            (1, "1 s"),
            (59_000, "59 s"),
            (60_000, "1 min"),
            (90_000, "1 min 30 s"),
            (599_000, "10 min"),
            (601_000, "11 min"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(Lasting(Duration::from_millis(millis)).to_string(), shown, "{millis}");
        }
    }

    #[test]
    fn a_budget_tells_the_time_only_if_it_is_bound() {
        let mut budget = Budget::new(1);
        assert_eq!(budget.to_string(), "about 1 call");
        budget.calls = 300;
        budget.least = Duration::from_secs(60);
        let shown = "about 300 calls, at least 1 min within the limits of the account";
        assert_eq!(budget.to_string(), shown);
    }
}
