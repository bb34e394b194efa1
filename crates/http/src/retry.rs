//! How often a call is retried, and the backoff.

use std::time::Duration;

use tokio::time::sleep;

use crate::{Error, Host};

/// How often a call is retried, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Retry {
    /// The number of attempts, including the first. Default: 6.
    pub attempts: u32,
    /// The wait after the first attempt; it doubles with each. Default: 0.5 s.
    pub initial_backoff: Duration,
    /// The longest wait, unless the service asks for more. Default: 30 s.
    pub max_backoff: Duration,
    /// The longest wait that a service may ask for; for a longer one, the call fails. Default: 5 min.
    pub max_retry_after: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(300),
        }
    }
}

impl Retry {
    /// The wait after attempt number `attempt`; `jitter` (0.0..=1.0) spreads retries of calls that failed at
    /// the same time.
    pub(crate) fn wait(&self, attempt: u32, jitter: f64) -> Duration {
        let doubled =
            self.initial_backoff.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16));
        doubled.min(self.max_backoff).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// The backoff of a client, for loops that repeat more than one call: see [`Client::backoff`].
///
/// [`Client::backoff`]: crate::Client::backoff
#[derive(Clone, Debug)]
pub struct Backoff {
    pub(crate) retry: Retry,
    pub(crate) host: Host,
}

impl Backoff {
    /// The number of attempts, including the first.
    pub fn attempts(&self) -> u32 {
        self.retry.attempts
    }

    /// Waits after attempt number `attempt`, which counts from 1.
    pub async fn pause(&self, attempt: u32) {
        sleep(self.wait(attempt)).await;
    }

    /// Waits after an attempt that failed with this error: at least as long as the service asked for, within
    /// the user's limit.
    pub async fn pause_after(&self, error: &Error, attempt: u32) {
        let asked = error.wait().filter(|wait| *wait <= self.retry.max_retry_after);
        sleep(self.wait(attempt).max(asked.unwrap_or_default())).await;
    }

    /// How long [`Backoff::pause`] waits.
    pub(crate) fn wait(&self, attempt: u32) -> Duration {
        self.retry.wait(attempt, self.host.fraction())
    }
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
        let none = Retry { initial_backoff: Duration::ZERO, ..retry };
        assert_eq!(none.wait(5, 1.0), Duration::ZERO);
    }
}
