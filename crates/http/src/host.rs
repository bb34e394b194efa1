//! What a client needs from its machine: the time of day and randomness.

use std::fmt;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The clock and the source of randomness of a client. Only signatures, tokens, dates in responses and jitter
/// use them, so that a test can fix both.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use octodns_http::Host;
///
/// let host = Host::fixed(UNIX_EPOCH + Duration::from_millis(1_500));
/// assert_eq!((host.unix_seconds(), host.unix_millis()), (1, 1_500));
/// assert_eq!(host.http_date(), "Thu, 01 Jan 1970 00:00:01 GMT");
/// assert_eq!(host.nonce(16).len(), 32);
/// ```
#[derive(Clone)]
pub struct Host {
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    random: Arc<dyn Fn() -> u64 + Send + Sync>,
    offset: ClockOffset,
}

impl Host {
    /// Takes the time from `clock` and 64 random bits per call from `random`.
    pub fn new(
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
        random: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random), offset: ClockOffset::default() }
    }

    /// A host with a fixed time and fixed randomness, for tests.
    pub fn fixed(now: SystemTime) -> Self {
        Self::new(move || now, || 0)
    }

    /// The same host, its clock corrected by `offset`.
    #[must_use]
    pub fn with_offset(&self, offset: ClockOffset) -> Self {
        Self { offset, ..self.clone() }
    }

    /// The time of day, corrected if a [`ClockOffset`] is known.
    pub fn now(&self) -> SystemTime {
        self.offset.apply((self.clock)())
    }

    /// The time of day by this host's own clock.
    pub(crate) fn uncorrected(&self) -> SystemTime {
        (self.clock)()
    }

    /// The offset from this host's own clock to the time of a service.
    pub fn offset_to(&self, service: SystemTime) -> ClockOffset {
        ClockOffset::between((self.clock)(), service)
    }

    /// Whole seconds since 1970.
    pub fn unix_seconds(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Whole milliseconds since 1970.
    pub fn unix_millis(&self) -> u128 {
        self.since_epoch().as_millis()
    }

    /// The time as HTTP has it (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn http_date(&self) -> String {
        httpdate::fmt_http_date(self.now())
    }

    /// A nonce: `bytes` random bytes in lowercase hexadecimal.
    pub fn nonce(&self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes * 2 + 16);
        while text.len() < bytes * 2 {
            // Writing to text cannot fail.
            let _ = write!(text, "{:016x}", (self.random)());
        }
        text.truncate(bytes * 2);
        text
    }

    /// A number in 0.0..=1.0.
    pub(crate) fn fraction(&self) -> f64 {
        let high = u32::try_from((self.random)() >> 32).unwrap_or(0);
        f64::from(high) / f64::from(u32::MAX)
    }

    fn since_epoch(&self) -> Duration {
        self.now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl Default for Host {
    /// The system's clock, and the standard library's randomly keyed hasher: two programs that start at the
    /// same time get different numbers.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one clock of REST clients; others are handed in"
    )]
    fn default() -> Self {
        Self::new(SystemTime::now, || RandomState::new().hash_one(0_u8))
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("offset", &self.offset).finish_non_exhaustive()
    }
}

/// The offset of a service's clock from this machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockOffset {
    by: Duration,
    is_behind: bool,
}

impl ClockOffset {
    /// The offset that turns `ours` into the time of the `service`.
    pub fn between(ours: SystemTime, service: SystemTime) -> Self {
        match service.duration_since(ours) {
            Ok(by) => Self { by, is_behind: false },
            Err(error) => Self { by: error.duration(), is_behind: true },
        }
    }

    fn apply(self, time: SystemTime) -> SystemTime {
        let corrected =
            if self.is_behind { time.checked_sub(self.by) } else { time.checked_add(self.by) };
        corrected.unwrap_or(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn randomness_is_spread() {
        let host = Host::default();
        let all: Vec<f64> = (0..100).map(|_| host.fraction()).collect();
        assert!(all.iter().all(|number| (0.0..=1.0).contains(number)), "{all:?}");
        assert!(all.iter().any(|number| *number < 0.5) && all.iter().any(|number| *number > 0.5));
        assert_ne!(host.nonce(16), host.nonce(16));
        assert_eq!(host.nonce(5).len(), 10);
    }

    #[test]
    fn a_clock_is_corrected_both_ways() {
        let ours = UNIX_EPOCH + Duration::from_secs(1000);
        let host = Host::fixed(ours);
        for service in [900, 1000, 1100] {
            let corrected =
                host.with_offset(host.offset_to(UNIX_EPOCH + Duration::from_secs(service)));
            assert_eq!(corrected.unix_seconds(), service);
            // Offsets are measured from the machine's own clock, not from a corrected one.
            assert_eq!(corrected.offset_to(ours), ClockOffset::default());
        }
    }
}
