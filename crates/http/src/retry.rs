//! When a call is tried again, and how long is waited before.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use crate::Answer;

/// What an answer says about its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was carried out.
    Fine,
    /// The credentials are no good for it.
    Unauthorized,
    /// What it is about is not there.
    NotFound,
    /// Not carried out: too much was asked at a time.
    Throttled,
    /// The service is broken for the moment; it may have been carried out or not.
    Broken,
    /// Not carried out.
    Refused,
}

impl Verdict {
    /// What the status says where a service keeps to RFC 9110 and RFC 6585.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Fine,
            401 | 403 => Self::Unauthorized,
            404 => Self::NotFound,
            429 => Self::Throttled,
            // What the request asks for will not be there the next time either.
            501 | 505 | 510 | 511 => Self::Refused,
            408 | 425 | 500..=599 => Self::Broken,
            _ => Self::Refused,
        }
    }
}

/// How often and how patiently a call is tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// How often a call is tried, the first time included. Default: 6.
    pub attempts: u32,
    /// The wait after the first attempt; it doubles with each. Default: 0.5 s.
    pub first_wait: Duration,
    /// The most that is waited unless the service asks for more. Default: 30 s.
    pub most_wait: Duration,
    /// The most that a service may ask for; for more, the call fails. Default: 5 min.
    pub patience: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_millis(500),
            most_wait: Duration::from_secs(30),
            patience: Duration::from_secs(300),
        }
    }
}

impl Retry {
    /// How long to wait after attempt number `attempt`; `jitter` (0.0..=1.0) spreads those who failed at
    /// the same time.
    pub(crate) fn wait(&self, attempt: u32, jitter: f64) -> Duration {
        let doubled = self.first_wait.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16));
        doubled.min(self.most_wait).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// How long the service asks to be left alone (RFC 9110, section 10.2.3), in seconds or as a date;
/// dates count from the answer's own date, or else from `now`.
pub(crate) fn asked_wait(answer: &Answer, now: Option<SystemTime>) -> Option<Duration> {
    let date = || time_of(answer.headers(), "date").or(now);
    let text = header(answer.headers(), "retry-after")?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(date()?).unwrap_or_default())
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

fn time_of(headers: &HeaderMap, name: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(header(headers, name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let retry = Retry::default();
        let millis = |attempt, jitter| retry.wait(attempt, jitter).as_millis();
        for (attempt, least, most) in [
            (1, 250, 500),
            (2, 500, 1000),
            (3, 1000, 2000),
            (7, 15_000, 30_000),
            (99, 15_000, 30_000),
        ] {
            assert_eq!((millis(attempt, 0.0), millis(attempt, 1.0)), (least, most), "{attempt}");
        }
        let none = Retry { first_wait: Duration::ZERO, ..retry };
        assert_eq!(none.wait(5, 1.0), Duration::ZERO);
    }

    #[test]
    fn what_a_service_asks_for_is_read_in_both_forms() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:30 GMT").ok();
        let date = ("date", "Sun, 06 Nov 1994 08:49:00 GMT");
        for (headers, now, seconds) in [
            (&[("retry-after", "7")][..], None, Some(7.0)),
            (&[("retry-after", " 1.5 ")], None, Some(1.5)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), date], now, Some(37.0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], now, Some(7.0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:48:00 GMT"), date], None, Some(0.0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], None, None),
            (&[("retry-after", "-5")], None, None),
            (&[("retry-after", "1e300")], None, None),
            (&[("retry-after", "soon")], now, None),
            (&[date], now, None),
        ] {
            let answer = Answer::of(429, headers, "");
            let wait = asked_wait(&answer, now).map(|wait| wait.as_secs_f64());
            assert_eq!(wait, seconds, "{headers:?}");
        }
    }

    #[test]
    fn statuses_have_the_meaning_of_their_rfc() {
        for (status, verdict) in [
            (200, Verdict::Fine),
            (204, Verdict::Fine),
            (301, Verdict::Refused),
            (401, Verdict::Unauthorized),
            (403, Verdict::Unauthorized),
            (404, Verdict::NotFound),
            (409, Verdict::Refused),
            (422, Verdict::Refused),
            (429, Verdict::Throttled),
            (500, Verdict::Broken),
            (501, Verdict::Refused),
            (503, Verdict::Broken),
        ] {
            assert_eq!(Verdict::of(StatusCode::from_u16(status).unwrap()), verdict, "{status}");
        }
    }
}
