//! What a provider tells a client about its service, as closures and as data.

use std::sync::Arc;

use crate::limits::Quota;
use crate::verdict::Throttle;
use crate::waits::WaitHeader;
use crate::words::usual;
use crate::{Answer, Verdict};

type Words = Arc<dyn Fn(&Answer) -> Option<String> + Send + Sync>;
type Verdicts = Arc<dyn Fn(&Answer) -> Option<Verdict> + Send + Sync>;

/// What is particular to a service.
#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) words: Words,
    pub(crate) verdicts: Verdicts,
    pub(crate) throttles: Vec<Throttle>,
    pub(crate) wait_headers: Vec<WaitHeader>,
    pub(crate) quotas: Vec<Quota>,
    /// Parameters that every query has.
    pub(crate) query: Vec<(String, String)>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            words: Arc::new(|_| None),
            verdicts: Arc::new(|_| None),
            throttles: Vec::new(),
            wait_headers: Vec::new(),
            quotas: Vec::new(),
            query: Vec::new(),
        }
    }
}

impl Hooks {
    /// What an answer means: what the provider says, then the throttling it knows of, then the status.
    pub(crate) fn verdict(&self, answer: &Answer) -> Verdict {
        (self.verdicts)(answer).unwrap_or_else(|| match self.throttle(answer) {
            Some(_) => Verdict::Throttled,
            None => Verdict::of(answer.status()),
        })
    }

    /// The rule by which an answer says that it was too much.
    pub(crate) fn throttle(&self, answer: &Answer) -> Option<&Throttle> {
        self.throttles.iter().find(|rule| rule.fits(answer))
    }

    /// The service's own words.
    pub(crate) fn words(&self, answer: &Answer) -> String {
        let words = (self.words)(answer).filter(|words| !words.is_empty());
        words.unwrap_or_else(|| usual(answer))
    }
}
