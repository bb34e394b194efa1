//! What a service allows: numbers of requests in a time, of all methods or of some.

use std::time::Duration;

use http::Method;

/// The methods that a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Methods {
    /// Every request.
    #[default]
    All,
    /// Requests with one of these, in upper case.
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

/// At most this many requests in any stretch of time of this length.
///
/// Kept as a bucket of tokens: a request takes one, and it is back `per` after the answer came. So no
/// stretch of that length has more requests in it, at the service's end of the line as well.
///
/// ```
/// use octodns_http::Rate;
///
/// const RATES: &[Rate] = &[Rate::per_minute(300).of(&["GET"]), Rate::per_minute(75).of(&["POST"])];
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many requests.
    pub requests: usize,
    /// The stretch of time.
    pub per: Duration,
    /// Which requests count.
    pub methods: Methods,
}

impl Rate {
    /// At most this many in any such stretch of time.
    pub const fn new(requests: usize, per: Duration) -> Self {
        Self { requests, per, methods: Methods::All }
    }

    /// At most this many a second.
    pub const fn per_second(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(1))
    }

    /// At most this many a minute.
    pub const fn per_minute(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// At most this many an hour.
    pub const fn per_hour(requests: usize) -> Self {
        Self::new(requests, Duration::from_secs(3600))
    }

    /// Counts only requests with these methods, in upper case.
    #[must_use]
    pub const fn of(self, methods: &'static [&'static str]) -> Self {
        Self { methods: Methods::Only(methods), ..self }
    }
}
