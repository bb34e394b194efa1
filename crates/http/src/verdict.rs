//! The meaning of a response, by its status and by the special rules of some services.

use std::time::Duration;

use http::StatusCode;

use crate::waits::WaitFormat;
use crate::{Host, Response};

/// The meaning of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The call was carried out.
    Success,
    /// The credentials are wrong or insufficient.
    Unauthorized,
    /// The requested thing does not exist.
    NotFound,
    /// Too many requests; not carried out.
    Throttled,
    /// The service is temporarily unavailable; the call may have been carried out or not.
    Unavailable,
    /// Refused; not carried out.
    Refused,
}

impl Verdict {
    /// The meaning of the status by RFC 9110 and RFC 6585.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Success,
            401 | 403 => Self::Unauthorized,
            404 => Self::NotFound,
            429 => Self::Throttled,
            // A retry would not help.
            501 | 505 | 510 | 511 => Self::Refused,
            408 | 425 | 500..=599 => Self::Unavailable,
            _ => Self::Refused,
        }
    }
}

/// How a service says "too many requests" other than with 429.
///
/// ```
/// use octodns_http::Throttle;
///
/// const RULES: &[Throttle] = &[
///     Throttle::status(413),
///     Throttle::status(400).when(|response| {
///         response.text().is_ok_and(|text| text.contains("Rate limit exceeded"))
///     }),
///     Throttle::status(420).perhaps_credentials(),
/// ];
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// `None`: any.
    status: Option<u16>,
    when: fn(&Response) -> bool,
    pub(crate) perhaps_credentials: bool,
    pause: Duration,
    /// Where the body says how long to wait, as a JSON pointer, and how.
    said: Option<(&'static str, WaitFormat)>,
}

impl Throttle {
    /// Any response with this status.
    pub const fn status(status: u16) -> Self {
        Self { status: Some(status), ..Self::when_any(|_| true) }
    }

    /// Any response that fulfils a condition, whatever its status.
    pub const fn when_any(when: fn(&Response) -> bool) -> Self {
        Self { status: None, when, perhaps_credentials: false, pause: Duration::ZERO, said: None }
    }

    /// Only responses that fulfil a condition: words in the body, a header ...
    #[must_use]
    pub const fn when(self, when: fn(&Response) -> bool) -> Self {
        Self { when, ..self }
    }

    /// The service also says this about wrong credentials: until it has accepted a call, one retry is enough,
    /// and the error mentions both.
    #[must_use]
    pub const fn perhaps_credentials(self) -> Self {
        Self { perhaps_credentials: true, ..self }
    }

    /// The wait if the service does not say how long; it doubles with each attempt. All calls of the account
    /// wait.
    #[must_use]
    pub const fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// A text in the body with the wait, if no header has one: a JSON pointer (RFC 6901), and its format.
    #[must_use]
    pub const fn wait_in_body(self, pointer: &'static str, format: WaitFormat) -> Self {
        Self { said: Some((pointer, format)), ..self }
    }

    /// The wait after attempt number `attempt`, if the rule has one.
    pub(crate) fn wait(&self, attempt: u32) -> Option<Duration> {
        let doubled = self.pause.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16));
        (!doubled.is_zero()).then_some(doubled)
    }

    /// The wait that the body says.
    pub(crate) fn said_wait(&self, response: &Response, host: &Host) -> Option<Duration> {
        let (pointer, format) = self.said?;
        let body: serde_json::Value = serde_json::from_slice(response.body()).ok()?;
        let said = body.pointer(pointer)?;
        let number = || said.as_f64().map(|number| number.to_string());
        format.read(&said.as_str().map(str::to_owned).or_else(number)?, response, host)
    }

    pub(crate) fn fits(&self, response: &Response) -> bool {
        self.status.is_none_or(|status| status == response.status().as_u16())
            && (self.when)(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_the_meaning_of_their_rfc() {
        for (status, verdict) in [
            (200, Verdict::Success),
            (204, Verdict::Success),
            (301, Verdict::Refused),
            (401, Verdict::Unauthorized),
            (403, Verdict::Unauthorized),
            (404, Verdict::NotFound),
            (409, Verdict::Refused),
            (422, Verdict::Refused),
            (429, Verdict::Throttled),
            (500, Verdict::Unavailable),
            (501, Verdict::Refused),
            (503, Verdict::Unavailable),
        ] {
            assert_eq!(Verdict::of(StatusCode::from_u16(status).unwrap()), verdict, "{status}");
        }
    }

    #[test]
    fn a_pause_of_a_rule_doubles() {
        let rule = Throttle::status(400).pause(Duration::from_secs(10));
        let waits = [1, 2, 3].map(|attempt| rule.wait(attempt).unwrap().as_secs());
        assert_eq!(waits, [10, 20, 40]);
        assert_eq!(Throttle::status(400).wait(1), None);
    }

    #[test]
    fn a_wait_in_the_body_is_read() {
        let rule = Throttle::status(413).wait_in_body("/overLimit/retryAfter", WaitFormat::Rfc3339);
        let date = ("date", "Sun, 06 Nov 1994 08:49:30 GMT");
        for (body, seconds) in [
            (r#"{"overLimit": {"retryAfter": "1994-11-06T08:49:37.000Z"}}"#, Some(7)),
            (r#"{"overLimit": {"retryAfter": "soon"}}"#, None),
            (r#"{"overLimit": {}}"#, None),
            ("too many", None),
        ] {
            let wait = rule.said_wait(&Response::of(413, &[date], body), &Host::default());
            assert_eq!(wait.map(|wait| wait.as_secs()), seconds, "{body}");
        }
        let seconds = Throttle::status(413).wait_in_body("/after", WaitFormat::RetryAfter);
        let wait = seconds.said_wait(&Response::of(413, &[], r#"{"after": 3}"#), &Host::default());
        assert_eq!(wait.unwrap().as_secs(), 3);
    }

    #[test]
    fn throttling_is_recognized_by_status_and_body() {
        let by_reason = Throttle::status(403)
            .when(|response| response.text().is_ok_and(|text| text.contains("quotaExceeded")));
        let by_text =
            Throttle::when_any(|response| response.text().is_ok_and(|text| text == "wait"));
        for (rule, status, body, fits) in [
            (by_text, 200, "wait", true),
            (by_text, 400, "wait", true),
            (by_text, 400, "no", false),
            (Throttle::status(413), 413, "", true),
            (Throttle::status(413), 429, "", false),
            (by_reason, 403, r#"{"reason": "quotaExceeded"}"#, true),
            (by_reason, 403, r#"{"reason": "forbidden"}"#, false),
            (by_reason, 400, "quotaExceeded", false),
        ] {
            assert_eq!(rule.fits(&Response::of(status, &[], body)), fits, "{status} {body}");
        }
    }
}
