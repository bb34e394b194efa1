//! What a provider tells a client about its service, as closures and as data.

use std::sync::Arc;

use crate::error_message::usual;
use crate::limits::Quota;
use crate::verdict::Throttle;
use crate::waits::WaitHeader;
use crate::{Response, Verdict};

type ErrorMessage = Arc<dyn Fn(&Response) -> Option<String> + Send + Sync>;
type Verdicts = Arc<dyn Fn(&Response) -> Option<Verdict> + Send + Sync>;

/// What is particular to a service.
#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) error_message: ErrorMessage,
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
            error_message: Arc::new(|_| None),
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
    pub(crate) fn verdict(&self, response: &Response) -> Verdict {
        (self.verdicts)(response).unwrap_or_else(|| match self.throttle(response) {
            Some(_) => Verdict::Throttled,
            None => Verdict::of(response.status()),
        })
    }

    /// The rule by which an answer says that it was too much.
    pub(crate) fn throttle(&self, response: &Response) -> Option<&Throttle> {
        self.throttles.iter().find(|rule| rule.fits(response))
    }

    /// The service's error message.
    pub(crate) fn error_message(&self, response: &Response) -> String {
        let words = (self.error_message)(response).filter(|words| !words.is_empty());
        words.unwrap_or_else(|| usual(response))
    }
}
