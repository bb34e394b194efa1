//! Which error a recording expects, from its own words.

use octodns_core::ServiceErrorKind;

use super::Cassette;

/// How a recorded run has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// The service refuses in this way.
    Failure(ServiceErrorKind),
    /// It is refused when planning, or before anything is sent.
    Unsupported,
    /// The options are not valid.
    Options,
}

/// What the words of `expect` mean; the first match counts, specific failures before single statuses.
const WORDS: &[(&str, Expected)] = &[
    ("configuration error", Expected::Options),
    ("config error", Expected::Options),
    ("refused while planning", Expected::Unsupported),
    ("refused before any write", Expected::Unsupported),
    ("fails before any write", Expected::Unsupported),
    ("cannot be created over the api", Expected::Unsupported),
    ("error while planning", Expected::Unsupported),
    ("unsupported", Expected::Unsupported),
    ("not supported", Expected::Unsupported),
    ("auth error", Expected::Failure(ServiceErrorKind::Unauthorized)),
    ("permission error", Expected::Failure(ServiceErrorKind::Unauthorized)),
    ("unauthorized", Expected::Failure(ServiceErrorKind::Unauthorized)),
    ("rate limit", Expected::Failure(ServiceErrorKind::Throttled)),
    ("throttl", Expected::Failure(ServiceErrorKind::Throttled)),
    ("server error", Expected::Failure(ServiceErrorKind::Unreachable)),
    ("malformed", Expected::Failure(ServiceErrorKind::Malformed)),
    ("cannot be split", Expected::Failure(ServiceErrorKind::Malformed)),
    ("not found", Expected::Failure(ServiceErrorKind::NotFound)),
    ("validation", Expected::Failure(ServiceErrorKind::Refused)),
    ("bad request", Expected::Failure(ServiceErrorKind::Refused)),
    ("conflict", Expected::Failure(ServiceErrorKind::Refused)),
];

/// What statuses mean, if the words say nothing more.
fn of_status(status: u16) -> Option<ServiceErrorKind> {
    Some(match status {
        401 | 403 => ServiceErrorKind::Unauthorized,
        404 => ServiceErrorKind::NotFound,
        413 | 420 | 429 => ServiceErrorKind::Throttled,
        400 | 409 | 412 | 422 => ServiceErrorKind::Refused,
        500..=599 => ServiceErrorKind::Unreachable,
        _ => return None,
    })
}

impl Cassette {
    /// How this run has to end, if it is one that fails.
    pub(super) fn expected_failure(&self) -> Option<Expected> {
        let words = self.expect.as_deref().unwrap_or_default().to_lowercase();
        let found = WORDS.iter().find(|(part, _)| words.contains(part));
        let last = self.exchanges.last().map(|exchange| exchange.status);
        found.map(|(_, expected)| *expected).or(last.and_then(of_status).map(Expected::Failure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_failures_apart() {
        for (words, expected) in [
            ("auth error", Expected::Failure(ServiceErrorKind::Unauthorized)),
            ("rate limited, not retried", Expected::Failure(ServiceErrorKind::Throttled)),
            (
                "Throttling is retried, then an error",
                Expected::Failure(ServiceErrorKind::Throttled),
            ),
            ("server error, not retried", Expected::Failure(ServiceErrorKind::Unreachable)),
            ("validation error", Expected::Failure(ServiceErrorKind::Refused)),
            ("bad request with a list of messages", Expected::Failure(ServiceErrorKind::Refused)),
            ("not found (project)", Expected::Failure(ServiceErrorKind::NotFound)),
            ("unsupported: DS without NS", Expected::Unsupported),
            ("the zone cannot be created over the API: an error", Expected::Unsupported),
            ("refused while planning: provinces are not supported", Expected::Unsupported),
            ("configuration error: no credentials", Expected::Options),
        ] {
            let cassette = Cassette { expect: Some(words.to_owned()), ..Cassette::default() };
            assert_eq!(cassette.expected_failure(), Some(expected), "{words}");
        }
    }

    #[test]
    fn the_last_status_decides_if_no_word_does() {
        let exchange = |status| {
            serde_json::from_value(
                serde_json::json!({"method": "GET", "url": "/", "status": status}),
            )
        };
        for (status, fault) in [
            (403, ServiceErrorKind::Unauthorized),
            (420, ServiceErrorKind::Throttled),
            (502, ServiceErrorKind::Unreachable),
            (409, ServiceErrorKind::Refused),
        ] {
            let exchanges = vec![exchange(200).unwrap(), exchange(status).unwrap()];
            let cassette = Cassette { exchanges, ..Cassette::default() };
            assert_eq!(cassette.expected_failure(), Some(Expected::Failure(fault)), "{status}");
        }
        assert_eq!(Cassette::default().expected_failure(), None);
    }
}
