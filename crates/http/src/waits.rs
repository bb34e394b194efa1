//! Reads how long a service asks to wait: the headers and their formats.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{Host, Response};

/// The format of a header with a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitFormat {
    /// Seconds from now, or a date: the format of `Retry-After` (RFC 9110, section 10.2.3).
    RetryAfter,
    /// Milliseconds from now.
    Millis,
    /// A time, in seconds since 1970.
    EpochSeconds,
    /// A time, such as `2026-01-31T12:00:00.250Z` (RFC 3339).
    Rfc3339,
    /// The number of requests allowed per second: the wait is that of one request.
    PerSecond,
}

/// A header with a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitHeader {
    /// Its name; case does not matter.
    pub name: &'static str,
    /// Its format.
    pub format: WaitFormat,
}

/// The standard header.
const RETRY_AFTER: WaitHeader = WaitHeader { name: "retry-after", format: WaitFormat::RetryAfter };

impl WaitHeader {
    /// The wait in a response; `None` if it has none, or an invalid one. A time in the past is not a wait.
    /// Times are relative to the response's own date, or else to the host's time.
    pub(crate) fn read(&self, response: &Response, host: &Host) -> Option<Duration> {
        self.format.read(response.header(self.name)?, response, host)
    }
}

impl WaitFormat {
    /// The wait that a text of a response says.
    pub(crate) fn read(self, text: &str, response: &Response, host: &Host) -> Option<Duration> {
        let now = || response.date().unwrap_or_else(|| host.now());
        let until = |moment: SystemTime| moment.duration_since(now()).unwrap_or_default();
        let number = || text.parse::<f64>().ok();
        match self {
            Self::RetryAfter => match number() {
                Some(seconds) => Duration::try_from_secs_f64(seconds).ok(),
                None => Some(until(httpdate::parse_http_date(text).ok()?)),
            },
            Self::Millis => Duration::try_from_secs_f64(number()? / 1000.0).ok(),
            Self::EpochSeconds => {
                let since = Duration::try_from_secs_f64(number()?).ok()?;
                Some(until(UNIX_EPOCH.checked_add(since)?))
            }
            Self::Rfc3339 => Some(until(rfc3339(text)?)),
            Self::PerSecond => Duration::try_from_secs_f64(1.0 / number()?).ok(),
        }
    }
}

/// A time as RFC 3339 has it, to the millisecond.
pub(crate) fn rfc3339(text: &str) -> Option<SystemTime> {
    let moment = text.parse::<jiff::Timestamp>().ok()?.as_millisecond();
    UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(moment).ok()?))
}

/// How long the service asks to wait: `Retry-After`, or else the first of `more` that is present.
pub(crate) fn asked_wait(
    response: &Response,
    more: &[WaitHeader],
    host: &Host,
) -> Option<Duration> {
    let mut headers = std::iter::once(&RETRY_AFTER).chain(more);
    headers.find_map(|header| header.read(response, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        Host::fixed(httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:30 GMT").unwrap())
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:00 GMT");
        for (headers, seconds) in [
            (&[("retry-after", "7")][..], Some(7.0)),
            (&[("retry-after", " 1.5 ")], Some(1.5)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), date], Some(37.0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(7.0)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:48:00 GMT"), date], Some(0.0)),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "1e300")], None),
            (&[("retry-after", "soon")], None),
            (&[date], None),
        ] {
            let response = Response::of(429, headers, "");
            let wait = asked_wait(&response, &[], &host()).map(|wait| wait.as_secs_f64());
            assert_eq!(wait, seconds, "{headers:?}");
        }
    }

    #[test]
    fn other_wait_headers_are_read() {
        use WaitFormat::{EpochSeconds, Millis, PerSecond, Rfc3339};
        for (format, text, seconds) in [
            (WaitFormat::RetryAfter, "3", Some(3.0)),
            (Millis, "250", Some(0.25)),
            // 784111777 is Sun, 06 Nov 1994 08:49:37 GMT.
            (EpochSeconds, "784111777", Some(7.0)),
            (EpochSeconds, "784111000", Some(0.0)),
            (EpochSeconds, "30", Some(0.0)),
            (EpochSeconds, "1e30", None),
            (EpochSeconds, "-1", None),
            (Rfc3339, "1994-11-06T08:49:37Z", Some(7.0)),
            (Rfc3339, "1994-11-06T10:49:31.500+02:00", Some(1.5)),
            (Rfc3339, "1994-11-06", None),
            (PerSecond, "4", Some(0.25)),
            (PerSecond, "0", None),
            (PerSecond, "-2", None),
        ] {
            let header = WaitHeader { name: "X-Wait", format };
            let response = Response::of(429, &[("x-wait", text)], "");
            let wait = asked_wait(&response, &[header], &host()).map(|wait| wait.as_secs_f64());
            assert_eq!(wait, seconds, "{format:?} {text}");
            // `Retry-After` takes precedence: it is what the service asks for now.
            let both = Response::of(429, &[("x-wait", text), ("retry-after", "9")], "");
            assert_eq!(asked_wait(&both, &[header], &host()).unwrap().as_secs(), 9);
        }
    }
}
