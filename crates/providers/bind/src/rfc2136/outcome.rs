//! What became of a plan: the outcome of each change, and of all together.

use std::collections::BTreeMap;

use octodns_core::{Outcome, Plan, ProviderError};

use super::read_back::{Found, read_back};
use super::send::Sent;
use super::update::subject;
use crate::client::{Error, Server, Transferred};

/// How many records an error names.
const NAMED: usize = 5;

/// The result of a plan, message by message.
pub(super) struct Applied<'o> {
    pub(super) plan: &'o Plan,
    pub(super) server: &'o Server,
    /// Whether messages were left out after one that failed.
    pub(super) has_stopped: bool,
    /// Whether the serial is the same as before.
    pub(super) stands_still: bool,
    /// The last failure.
    failure: Option<Error>,
    /// The changes that the server refuses.
    refused: Vec<String>,
    /// The changes that are not there, and what is there instead.
    lost: Vec<String>,
}

impl<'o> Applied<'o> {
    pub(super) fn new(plan: &'o Plan, server: &'o Server, has_stopped: bool) -> Self {
        let (stands_still, failure) = (false, None);
        let (refused, lost) = (Vec::new(), Vec::new());
        Self { plan, server, has_stopped, stands_still, failure, refused, lost }
    }

    /// Takes a message, and the state of the server after all of them; without it, refusals are known.
    pub(super) fn take(&mut self, sent: Sent<'_>, after: Option<&Transferred>) {
        let Sent { attempt, changes, failure } = sent;
        let Self { plan, refused, lost, .. } = self;
        let found: BTreeMap<_, _> =
            after.map(|after| read_back(plan, &changes, after)).into_iter().flatten().collect();
        attempt.each(|change| {
            let name = subject(plan.changes[change].record(), plan.desired.name());
            match (found.get(&change), &failure) {
                (Some(Found::Desired), _) => Outcome::Applied,
                (Some(Found::Other(other)), _) => {
                    lost.push(format!("{name} (it holds {other})"));
                    Outcome::Failed(format!("the server holds something else: {other}"))
                }
                (Some(Found::Existing), None) => {
                    lost.push(format!("{name} (ignored)"));
                    Outcome::Failed("the server answered NOERROR, but ignored it".to_owned())
                }
                (_, Some(error)) if error.has_no_effect() && !error.is_prerequisite() => {
                    refused.push(name);
                    Outcome::Failed(error.to_string())
                }
                (Some(Found::Existing), Some(error)) => Outcome::Failed(error.to_string()),
                (None, _) => Outcome::Unknown,
            }
        });
        self.failure = failure.or(self.failure.take());
    }

    /// The error of a plan whose outcome cannot be read from the server.
    pub(super) fn unread(mut self, unread: &ProviderError) -> ProviderError {
        let so_far = match self.failure.take() {
            Some(error) => self.failed("", error).with_causes(),
            None => "the server answered NOERROR to every update".to_owned(),
        };
        let unread = unread.with_causes();
        let message = format!("{so_far}; what it holds now is not known: {unread}");
        ProviderError::service(octodns_core::ServiceErrorKind::Indeterminate, message)
    }

    pub(super) fn conclude(mut self) -> Result<(), ProviderError> {
        let (zone, of) = (self.plan.desired.name(), self.plan.changes.len());
        match self.failure.take() {
            None if self.lost.is_empty() => Ok(()),
            None => {
                let mut message = format!(
                    "{zone}: the server answered NOERROR to every update, but {} of {of} changes \
                     are not there when the zone is read back: {}",
                    self.lost.len(),
                    list(&self.lost),
                );
                if self.stands_still {
                    message.push_str(
                        "; its serial is the one from before (does it forward updates to another \
                         server?)",
                    );
                }
                Err(ProviderError::failed(message))
            }
            Some(Error::Refused { rcode, .. }) if rcode.is_prerequisite() => {
                let which = match &*self.lost {
                    [] => String::new(),
                    lost => format!(": {}", list(lost)),
                };
                Err(ProviderError::failed(format!(
                    "{zone} was changed by someone else after it was read, so nothing of that was \
                     overwritten ({rcode}){which}; plan again"
                )))
            }
            Some(error) if self.has_stopped || self.refused.is_empty() => {
                Err(self.failed("", error))
            }
            Some(error) => {
                let others = of.saturating_sub(self.refused.len() + self.lost.len());
                let mut what = vec![format!(": it refuses {}", list(&self.refused))];
                if others > 0 {
                    what.push(format!("the other {others} of {of} changes were made"));
                }
                if !self.lost.is_empty() {
                    what.push(format!("it does not hold {}", list(&self.lost)));
                }
                let what = what.join("; ");
                Err(self.failed(&what, error))
            }
        }
    }

    fn failed(&self, what: &str, error: Error) -> ProviderError {
        let message =
            format!("cannot update {} at {}{what}", self.plan.desired.name(), self.server);
        ProviderError::Failed { message, source: Some(error.into()) }
    }
}

/// The first of some records.
fn list(records: &[String]) -> String {
    let mut shown = records.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if records.len() > NAMED {
        shown.push_str(", ...");
    }
    shown
}
