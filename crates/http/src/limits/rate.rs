//! Rate limits: a number of requests per period, for all methods or some.

use std::time::Duration;

use http::Method;

/// The methods that a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Methods {
    /// Every request.
    #[default]
    All,
    /// Requests with one of these methods, in uppercase.
    Only(&'static [&'static str]),
}

impl Methods {
    pub(crate) fn includes(self, method: &Method) -> bool {
        match self {
            Self::All => true,
            Self::Only(methods) => methods.contains(&method.as_str()),
        }
    }
}

/// A limit on the number of requests in any period of this length.
///
/// Implemented as a token bucket: a request takes a token, which becomes free again `per` after the response.
/// So no period of that length has more requests, as the service sees it.
///
/// ```
/// use octodns_http::Rate;
///
/// const RATES: &[Rate] = &[Rate::per_minute(300).of(&["GET"]), Rate::per_minute(75).of(&["POST"])];
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The number of requests.
    pub requests: usize,
    /// The length of the period.
    pub per: Duration,
    /// Which requests count.
    pub methods: Methods,
}

impl Rate {
    /// A limit for any period of this length.
    pub const fn new(requests: usize, per: Duration) -> Self {
        Self { requests, per, methods: Methods::All }
    }

    /// A limit per second.
    pub const fn per_second(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(1))
    }

    /// A limit per minute.
    pub const fn per_minute(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// A limit per hour.
    pub const fn per_hour(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(3600))
    }

    /// Counts only requests with these methods, in uppercase.
    #[must_use]
    pub const fn of(self, methods: &'static [&'static str]) -> Self {
        Self { methods: Methods::Only(methods), ..self }
    }
}
