//! Waits that a program may show: `tracing` spans, which last as long as what they stand for.

use std::time::Duration;

use tracing::Span;

/// Shorter waits are over before anybody could read of them.
pub(crate) const SHOWN: Duration = Duration::from_secs(1);

/// Stands for a wait until a service takes more requests, as long as it is kept.
pub(crate) fn waiting(service: &str, lasting: Option<Duration>) -> Span {
    let seconds = lasting.map(|lasting| lasting.as_secs_f64());
    // `octodns::progress` documents target and fields. The level is one that is there however little is logged.
    tracing::error_span!(target: "octodns::wait", "wait", service, seconds)
}
