//! Reads the remaining quota from the headers of a response.

use std::time::Duration;

use http::Method;

use super::Methods;
use super::allowance::{Left, Scope};
use crate::waits::WaitHeader;
use crate::{Host, Response};

/// A longer wait than this cannot be meant and is ignored.
const LONGEST: Duration = Duration::from_secs(2 * 3600);

/// Headers with the number of requests that are still allowed.
///
/// ```
/// use std::time::Duration;
/// use octodns_http::{Quota, WaitFormat, WaitHeader};
///
/// const RESET: WaitHeader =
///     WaitHeader { name: "x-ratelimit-reset", format: WaitFormat::EpochSeconds };
/// const PERIOD: WaitHeader =
///     WaitHeader { name: "x-ratelimit-period", format: WaitFormat::RetryAfter };
///
/// const QUOTAS: &[Quota] = &[
///     // All become available at once.
///     Quota::reset_at("x-ratelimit-remaining", RESET),
///     // A token bucket for each method.
///     Quota::refilled_over("x-ratelimit-remaining", PERIOD, "x-ratelimit-limit").each_method(),
///     // No header has the reset time; the documentation does.
///     Quota::reset_after("x-requests-remaining", Duration::from_secs(300)).of(&["GET"]),
/// ];
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    remaining: &'static str,
    back: Back,
    each_method: bool,
    methods: Methods,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Back {
    At(WaitHeader),
    After(Duration),
    EachAfter(Duration),
    Over { period: WaitHeader, limit: &'static str },
}

impl Quota {
    /// `remaining` has the number of requests left until the time in `reset`.
    pub const fn reset_at(remaining: &'static str, reset: WaitHeader) -> Self {
        Self::new(remaining, Back::At(reset))
    }

    /// `remaining` has the number of requests left; after this long without requests all are available again.
    pub const fn reset_after(remaining: &'static str, time: Duration) -> Self {
        Self::new(remaining, Back::After(time))
    }

    /// `remaining` has the number of requests left; one more becomes available every `time`.
    pub const fn refilled_each(remaining: &'static str, time: Duration) -> Self {
        Self::new(remaining, Back::EachAfter(time))
    }

    /// `remaining` has the number of requests left of `limit`, which are refilled evenly over `period`.
    pub const fn refilled_over(
        remaining: &'static str,
        period: WaitHeader,
        limit: &'static str,
    ) -> Self {
        Self::new(remaining, Back::Over { period, limit })
    }

    /// Each method has its own quota.
    #[must_use]
    pub const fn each_method(self) -> Self {
        Self { each_method: true, ..self }
    }

    /// Counts only requests with these methods, in uppercase.
    #[must_use]
    pub const fn of(self, methods: &'static [&'static str]) -> Self {
        Self { methods: Methods::Only(methods), ..self }
    }

    const fn new(remaining: &'static str, back: Back) -> Self {
        Self { remaining, back, each_method: false, methods: Methods::All }
    }

    /// The quota in a response to a request of `method`; `None` if it has none, or an invalid one.
    pub(crate) fn read(
        &self,
        response: &Response,
        method: &Method,
        host: &Host,
    ) -> Option<(Scope, Left)> {
        if !self.methods.includes(method) {
            return None;
        }
        let requests = number(response, self.remaining)?;
        let (wait, refills) = match self.back {
            Back::At(reset) => (reset.read(response, host)?, false),
            Back::After(time) => (time, false),
            Back::EachAfter(time) => (time, true),
            Back::Over { period, limit } => {
                let limit =
                    u32::try_from(number(response, limit)?).ok().filter(|limit| *limit > 0)?;
                (period.read(response, host)? / limit, true)
            }
        };
        let scope = Scope {
            header: self.remaining,
            methods: self.methods,
            method: self.each_method.then(|| method.clone()),
        };
        (!wait.is_zero() && wait <= LONGEST).then_some((scope, Left { requests, wait, refills }))
    }
}

/// A number of requests; some services add the length of the window: `100;w=60`.
fn number(response: &Response, name: &str) -> Option<u64> {
    let text = response.header(name)?;
    text.split([',', ';']).next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WaitFormat;

    #[test]
    fn quotas_are_read_and_nonsense_is_ignored() {
        let host = Host::fixed(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000));
        let epoch = WaitHeader { name: "reset", format: WaitFormat::EpochSeconds };
        let delta = WaitHeader { name: "reset", format: WaitFormat::RetryAfter };
        let at = Quota::reset_at("left", epoch);
        let over = Quota::refilled_over("left", delta, "limit");
        let after = Quota::reset_after("left", Duration::from_secs(300));
        let each = Quota::refilled_each("left", Duration::from_millis(40));
        for (quota, headers, expected) in [
            (at, &[("left", "5"), ("reset", "1000060")][..], Some((5, 60.0, false))),
            (at, &[("left", "5;w=60"), ("reset", "1000060")], Some((5, 60.0, false))),
            // Not a number, a time in the past or too far away, a missing header.
            (at, &[("left", "-1"), ("reset", "1000060")], None),
            (at, &[("left", "many"), ("reset", "1000060")], None),
            (at, &[("left", "5"), ("reset", "60")], None),
            (at, &[("left", "5"), ("reset", "9000000000")], None),
            (at, &[("left", "5")], None),
            (at, &[("reset", "1000060")], None),
            (over, &[("left", "5"), ("reset", "300"), ("limit", "900")], Some((5, 0.333, true))),
            (over, &[("left", "5"), ("reset", "300"), ("limit", "0")], None),
            (after, &[("left", "0")], Some((0, 300.0, false))),
            (each, &[("left", "0")], Some((0, 0.04, true))),
            (each.of(&["POST"]), &[("left", "0")], None),
        ] {
            let response = Response::of(200, headers, "");
            let read = quota.read(&response, &Method::GET, &host).map(|(_, left)| left);
            let read = read.map(|left| {
                let wait = (left.wait.as_secs_f64() * 1000.0).floor() / 1000.0;
                (left.requests, wait, left.refills)
            });
            assert_eq!(read, expected, "{quota:?} {headers:?}");
        }
    }
}
