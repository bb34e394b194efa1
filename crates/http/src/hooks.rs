//! What a provider says about its service, as closures and as data.

use std::sync::Arc;

use crate::error_message::usual;
use crate::limits::Quota;
use crate::verdict::Throttle;
use crate::waits::WaitHeader;
use crate::{Response, Verdict};

type ErrorMessage = Arc<dyn Fn(&Response) -> Option<String> + Send + Sync>;
type Verdicts = Arc<dyn Fn(&Response) -> Option<Verdict> + Send + Sync>;

/// The special features of a service.
#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) error_message: ErrorMessage,
    pub(crate) verdicts: Verdicts,
    pub(crate) throttles: Vec<Throttle>,
    pub(crate) wait_headers: Vec<WaitHeader>,
    pub(crate) quotas: Vec<Quota>,
    /// The default query parameters.
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
    /// The meaning of a response: from the provider, or else from the throttling rules, or else from the
    /// status.
    pub(crate) fn verdict(&self, response: &Response) -> Verdict {
        (self.verdicts)(response).unwrap_or_else(|| match self.throttle(response) {
            Some(_) => Verdict::Throttled,
            None => Verdict::of(response.status()),
        })
    }

    /// The rule by which a response means throttling.
    pub(crate) fn throttle(&self, response: &Response) -> Option<&Throttle> {
        self.throttles.iter().find(|rule| rule.fits(response))
    }

    /// The service's error message.
    pub(crate) fn error_message(&self, response: &Response) -> String {
        let words = (self.error_message)(response).filter(|words| !words.is_empty());
        words.unwrap_or_else(|| usual(response))
    }
}
