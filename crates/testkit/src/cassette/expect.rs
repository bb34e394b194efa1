//! Which failure a recording expects, from its own words.

use octodns_core::ServiceFault;

use super::Cassette;

/// How a recorded run has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// The service says no in this way.
    Fault(ServiceFault),
    /// It is refused when planning, or before anything is sent.
    Unsupported,
    /// The options make no provider.
    Options,
}

/// What words of `expect` mean, the first that is found: whole failures before single statuses.
const WORDS: &[(&str, Expected)] = &[
    ("configuration error", Expected::Options),
    ("config error", Expected::Options),
    ("refused while planning", Expected::Unsupported),
    ("refused before any write", Expected::Unsupported),
    ("fails before any write", Expected::Unsupported),
    ("error while planning", Expected::Unsupported),
    ("unsupported", Expected::Unsupported),
    ("not supported", Expected::Unsupported),
    ("auth error", Expected::Fault(ServiceFault::Unauthorized)),
    ("permission error", Expected::Fault(ServiceFault::Unauthorized)),
    ("unauthorized", Expected::Fault(ServiceFault::Unauthorized)),
    ("rate limit", Expected::Fault(ServiceFault::Throttled)),
    ("throttl", Expected::Fault(ServiceFault::Throttled)),
    ("server error", Expected::Fault(ServiceFault::Unreachable)),
    ("malformed", Expected::Fault(ServiceFault::Malformed)),
    ("cannot be split", Expected::Fault(ServiceFault::Malformed)),
    ("not found", Expected::Fault(ServiceFault::NotFound)),
    ("validation", Expected::Fault(ServiceFault::Refused)),
    ("bad request", Expected::Fault(ServiceFault::Refused)),
    ("conflict", Expected::Fault(ServiceFault::Refused)),
];

/// What statuses mean, for words that say nothing else.
fn of_status(status: u16) -> Option<ServiceFault> {
    Some(match status {
        401 | 403 => ServiceFault::Unauthorized,
        404 => ServiceFault::NotFound,
        413 | 420 | 429 => ServiceFault::Throttled,
        400 | 409 | 412 | 422 => ServiceFault::Refused,
        500..=599 => ServiceFault::Unreachable,
        _ => return None,
    })
}

impl Cassette {
    /// How this run has to end, where it is one that fails.
    pub(super) fn expected_failure(&self) -> Option<Expected> {
        let words = self.expect.as_deref().unwrap_or_default().to_lowercase();
        let found = WORDS.iter().find(|(part, _)| words.contains(part));
        let last = self.exchanges.last().map(|exchange| exchange.status);
        found.map(|(_, expected)| *expected).or(last.and_then(of_status).map(Expected::Fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_failures_apart() {
        for (words, expected) in [
            ("auth error", Expected::Fault(ServiceFault::Unauthorized)),
            ("rate limited, not retried", Expected::Fault(ServiceFault::Throttled)),
            ("Throttling is retried, then an error", Expected::Fault(ServiceFault::Throttled)),
            ("server error, not retried", Expected::Fault(ServiceFault::Unreachable)),
            ("validation error", Expected::Fault(ServiceFault::Refused)),
            ("bad request with a list of messages", Expected::Fault(ServiceFault::Refused)),
            ("not found (project)", Expected::Fault(ServiceFault::NotFound)),
            ("unsupported: DS without NS", Expected::Unsupported),
            ("refused while planning: provinces are not supported", Expected::Unsupported),
            ("configuration error: no credentials", Expected::Options),
        ] {
            let cassette = Cassette { expect: Some(words.to_owned()), ..Cassette::default() };
            assert_eq!(cassette.expected_failure(), Some(expected), "{words}");
        }
    }

    #[test]
    fn the_last_status_tells_where_no_word_does() {
        let exchange = |status| {
            serde_json::from_value(
                serde_json::json!({"method": "GET", "url": "/", "status": status}),
            )
        };
        for (status, fault) in [
            (403, ServiceFault::Unauthorized),
            (420, ServiceFault::Throttled),
            (502, ServiceFault::Unreachable),
            (409, ServiceFault::Refused),
        ] {
            let exchanges = vec![exchange(200).unwrap(), exchange(status).unwrap()];
            let cassette = Cassette { exchanges, ..Cassette::default() };
            assert_eq!(cassette.expected_failure(), Some(Expected::Fault(fault)), "{status}");
        }
        assert_eq!(Cassette::default().expected_failure(), None);
    }
}
