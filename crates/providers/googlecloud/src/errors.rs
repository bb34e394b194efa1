//! What refusals mean, and what to check then.

use std::time::Duration;

use octodns_http::{Response, Throttle, Verdict};
use octodns_kit::{advised, error_of, login_error_of};
use serde::Deserialize;

/// Refused since the quota of requests is used up for a while. It is one per minute.
pub(crate) const QUOTA: Throttle =
    Throttle::status(403).when(is_throttled).pause(Duration::from_secs(5));

/// The error of an API: <https://cloud.google.com/dns/docs/reference/rest/v1> and its kin.
#[derive(Debug, Deserialize)]
struct Details {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

impl Details {
    fn has(&self, reasons: &[&str]) -> bool {
        self.errors.iter().any(|error| reasons.contains(&&*error.reason))
    }

    /// Whether the quota is one of what may be there, or in one call, not of requests.
    fn is_of_content(&self) -> bool {
        self.has(&["quotaExceeded"]) && self.message.contains("would exceed")
    }
}

fn is_throttled(response: &Response) -> bool {
    const REASONS: &[&str] =
        &["rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded"];
    error_of::<Details>(response).is_some_and(|details| details.has(REASONS))
}

/// A change set that is too large, or a zone that is full, has the status of missing rights.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    let is_full = response.status() == 403
        && error_of::<Details>(response).is_some_and(|details| details.is_of_content());
    is_full.then_some(Verdict::Refused)
}

/// The words of the DNS API for `account`, and what to check.
pub(crate) fn refusal(response: &Response, account: &str) -> Option<String> {
    let details: Details = error_of(response)?;
    let check = match response.status().as_u16() {
        401 => format!("check that {account} still exists and is enabled"),
        403 if details.has(&["forbidden", "insufficientPermissions"]) => {
            format!("give {account} the role DNS Administrator (roles/dns.admin) in the project")
        }
        404 if details.message.contains("parameters.project") => {
            "check the option project".to_owned()
        }
        _ => return Some(details.message),
    };
    Some(advised(&details.message, &check))
}

/// The words of the service that lets an identity act as a service account, and what to check.
pub(crate) fn refused_impersonation(response: &Response) -> Option<String> {
    let check = "check that the identity has the role Service Account Token Creator \
                 (roles/iam.serviceAccountTokenCreator) for that account";
    error_of::<Details>(response).map(|details| advised(&details.message, check))
}

/// The words of a token endpoint (RFC 6749, section 5.2), and what to `check`.
pub(crate) fn refused_login(response: &Response, check: &str) -> Option<String> {
    let words = login_error_of(response)?;
    let is_clock = words.contains("reasonable timeframe");
    let check = if is_clock { "check the clock of this machine" } else { check };
    Some(advised(&words, check))
}
