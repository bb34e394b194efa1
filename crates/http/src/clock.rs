//! The clock of a service, by the dates of its responses.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::Response;

/// Dates have no fractions of seconds (RFC 9110, section 5.6.7).
const PRECISION: Duration = Duration::from_secs(1);

/// How far the clock of a service is ahead of this machine's.
#[derive(Debug, Default)]
pub(crate) struct ServiceClock {
    seconds_ahead: Mutex<Option<i64>>,
}

impl ServiceClock {
    /// Notes the date of a response to a request that was sent and answered at these times.
    ///
    /// A response from a cache (`Age`: RFC 9111, section 5.1) has the date of when it was stored.
    pub(crate) fn note(&self, sent: SystemTime, answered: SystemTime, response: &Response) {
        let Some(date) = response.date().filter(|_| response.header("age").is_none()) else {
            return;
        };
        let mut noted = self.seconds_ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = Some(seconds_ahead(sent, answered, date));
    }

    /// Whole seconds; negative if it is behind.
    pub(crate) fn seconds_ahead(&self) -> Option<i64> {
        *self.seconds_ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The least difference that explains this date, in whole seconds.
fn seconds_ahead(sent: SystemTime, answered: SystemTime, date: SystemTime) -> i64 {
    let seconds = |difference: Duration| i64::try_from(difference.as_secs()).unwrap_or(i64::MAX);
    if let Ok(ahead) = date.duration_since(answered) {
        return seconds(ahead);
    }
    let latest = date.checked_add(PRECISION).unwrap_or(date);
    sent.duration_since(latest).map_or(0, |behind| -seconds(behind))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_date_within_the_call_means_the_same_time() {
        let at = |seconds: f64| UNIX_EPOCH + Duration::from_secs_f64(seconds);
        // The request takes from 1000.9 to 1004.2.
        for (date, ahead) in [
            (1000.0, 0),
            (1002.0, 0),
            (1004.0, 0),
            (1005.0, 0),
            (1006.0, 1),
            (4605.0, 3600),
            (999.0, 0),
            (998.0, -1),
            (0.0, -999),
        ] {
            assert_eq!(seconds_ahead(at(1000.9), at(1004.2), at(date)), ahead, "{date}");
        }
    }

    #[test]
    fn only_dates_of_the_service_itself_count() {
        let clock = ServiceClock::default();
        let at = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let date = ("date", "Sun, 06 Nov 1994 08:50:37 GMT");
        for (headers, ahead) in [
            (&[][..], None),
            (&[("date", "yesterday")], None),
            (&[date, ("age", "600")], None),
            (&[date], Some(60)),
            (&[], Some(60)),
        ] {
            clock.note(at, at, &Response::of(200, headers, ""));
            assert_eq!(clock.seconds_ahead(), ahead, "{headers:?}");
        }
    }
}
