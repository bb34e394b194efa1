//! What refusals mean, and what to check then.

use octodns_http::{Response, Throttle, Verdict};
use octodns_kit::{advised, error_of, login_error_of};
use serde::Deserialize;

/// The error of the resource manager: <https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging>.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    code: String,
    message: String,
}

impl Details {
    fn is(&self, codes: &[&str]) -> bool {
        codes.iter().any(|code| self.code.eq_ignore_ascii_case(code))
    }
}

/// What a 404 about a zone, a record set or a profile has. All others are about what is around them.
const MISSING: &[&str] = &["ResourceNotFound", "ParentResourceNotFound", "NotFound"];

/// Refused, since something else is being done to the zone.
pub(crate) const BUSY: Throttle = Throttle::status(409).when(|response| {
    let code = &["RetryableErrorDueToAnotherOperation", "AnotherOperationInProgress"];
    error_of::<Details>(response).is_some_and(|details| details.is(code))
});

/// A resource group or subscription that does not exist is not a zone that does not exist.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    let is_missing = || error_of::<Details>(response).is_some_and(|details| details.is(MISSING));
    (response.status() == 404 && !is_missing()).then_some(Verdict::Refused)
}

/// The words of the resource manager for somebody, and what to check; `roles` is what `who` needs.
pub(crate) fn refusal(response: &Response, who: &str, roles: &str) -> Option<String> {
    let details: Details = error_of(response)?;
    let check = match response.status().as_u16() {
        401 => {
            "check the clock of this machine, and that the options environment, authority and base_url are of one cloud"
                .to_owned()
        }
        403 if details.is(&["AuthorizationFailed", "LinkedAuthorizationFailed"]) => {
            format!("give {who} {roles} on the resource group; a new role counts after some minutes")
        }
        404 if details.is(&["ResourceGroupNotFound"]) => "check the option resource_group".to_owned(),
        _ if details.is(&["SubscriptionNotFound", "InvalidSubscriptionId"]) => {
            format!("check the option sub_id, and that {who} has a role in that subscription")
        }
        409 if details.is(&["ScopeLocked"]) => {
            "remove the lock of the zone or its resource group".to_owned()
        }
        412 => "somebody else has changed it since it was read: plan again".to_owned(),
        _ => return Some(details.message).filter(|message| !message.is_empty()),
    };
    Some(advised(&details.message, &check))
}

/// What to check, by the code at the start of the words of the login host:
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.
const CODES: &[(&str, &str)] = &[
    ("AADSTS7000215", "check key: it has to be the value of the secret, not its id"),
    ("AADSTS7000222", "the secret has ended: make a new one, and set key to its value"),
    ("AADSTS700016", "check client_id, and that directory_id is the directory of that application"),
    ("AADSTS90002", "check directory_id"),
    ("AADSTS900021", "check directory_id"),
    ("AADSTS900023", "check directory_id"),
    ("AADSTS90013", "check client_id and directory_id"),
    ("AADSTS7000112", "the application is disabled: enable it"),
    ("AADSTS700024", "check the clock of this machine, and that the token in the file is renewed"),
    (
        "AADSTS70021",
        "check the federated credential of the application: issuer, subject and audience",
    ),
    ("AADSTS700213", "check the federated credential of the application: its subject"),
    ("AADSTS700211", "check the federated credential of the application: its issuer"),
    ("AADSTS700212", "check the federated credential of the application: its audience"),
    ("AADSTS50027", "check the token in the file"),
    ("AADSTS500011", "check that environment, authority and base_url are of one cloud"),
    ("AADSTS50034", "check client_id"),
    ("AADSTS53003", "a rule of conditional access forbids it: ask who manages the directory"),
];

/// The words of a token endpoint (RFC 6749, section 5.2), and what to check: that of its code, or else `check`.
pub(crate) fn refused_login(response: &Response, check: &str) -> Option<String> {
    let words = login_error_of(response)?;
    // Behind the sentence are ids of the request, line by line or word by word.
    let sentence = words.lines().next().unwrap_or_default();
    let ids = [" Trace ID:", " Correlation ID:"];
    let end = ids.iter().filter_map(|mark| sentence.find(mark)).min();
    let sentence = sentence.get(..end.unwrap_or(sentence.len())).unwrap_or(sentence).trim();
    let code = sentence.split(':').next().unwrap_or_default();
    let known = CODES.iter().find(|(known, _)| *known == code);
    Some(advised(sentence, known.map_or(check, |(_, check)| check)))
}
