//! The errors as those of the core.

use std::borrow::Cow;

use octodns_core::diagnostic::Origin;
use octodns_core::registry::BuildError;
use octodns_core::value::{Position, visible};
use octodns_core::{Diagnostic, ProviderError, Report, ServiceErrorKind};

use super::{BridgeError, Doing};
use crate::raised::{Kind, Raised};

/// The code of findings about exceptions that mean nothing more.
const PYTHON: &str = "python-class";

/// The code of findings about what a target cannot hold.
const SUPPORTS: &str = "supports";

/// The code of findings about records that are not valid.
const RECORD: &str = "record";

/// Exceptions, by their names without module, that say that a service cannot be reached.
const UNREACHABLE: &[&str] = &[
    "ConnectionError",
    "Timeout",
    "TimeoutError",
    "ConnectTimeout",
    "ReadTimeout",
    "HTTPClientError",
    "ServiceRequestError",
    "ServiceResponseError",
    "URLError",
];

/// Where something was raised, as the cause of an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Place(String);

impl From<BridgeError> for ProviderError {
    fn from(error: BridgeError) -> Self {
        error.into_provider_error()
    }
}

impl BridgeError {
    /// The error as that of a source, provider or processor.
    ///
    /// After an error while applying, nothing is known of the changes that have no outcome.
    pub fn into_provider_error(self) -> ProviderError {
        let is_applying = self.doing().is_some_and(Doing::is_applying);
        match self {
            Self::Engine(error) => error,
            Self::Raised { doing, raised } => of_exception(&doing, &raised),
            error if is_applying && error.may_have_applied() => {
                service(ServiceErrorKind::Indeterminate, error.words(), None)
            }
            Self::Malformed { .. } => service(ServiceErrorKind::Malformed, self.words(), None),
            error => ProviderError::Data(error.into_report()),
        }
    }

    /// The error as that of an object that cannot be made, whose class is named at `position`.
    pub fn into_build_error(self, position: Position) -> BuildError {
        let help = self.help();
        BuildError::new(self.words(), position).help(help)
    }

    /// The error as findings.
    pub fn into_report(self) -> Report {
        if let Self::Raised { doing, raised } = &self
            && let Some(found) = findings(doing, raised)
        {
            return found;
        }
        let zone = self.doing().and_then(|doing| doing.zone.clone()).unwrap_or_default();
        let finding = Diagnostic::error(PYTHON, self.words()).about(zone).help(self.help());
        std::iter::once(finding).collect()
    }

    /// Whether the plan may have come to the class.
    fn may_have_applied(&self) -> bool {
        !matches!(self, Self::HadEnded { .. } | Self::TooLarge { .. })
    }
}

fn of_exception(doing: &Doing, raised: &Raised) -> ProviderError {
    if let Some(found) = findings(doing, raised) {
        return ProviderError::Data(found);
    }
    let words = super::advice::raised(doing, raised);
    let at = raised.at(&doing.class);
    if let Some(kind) = kind(doing, raised) {
        return service(kind, words, at);
    }
    if doing.is_applying() {
        return service(ServiceErrorKind::Indeterminate, words, at);
    }
    let finding = Diagnostic::error(PYTHON, words).about(doing.zone.as_deref().unwrap_or_default());
    let finding = match at {
        _ if raised.is_of_host() => finding.help(super::advice::MEND),
        Some(at) => finding.help(format!("{at}; --debug shows the whole trace")),
        None => finding.help(super::advice::SEE_LOG),
    };
    ProviderError::Data(std::iter::once(finding).collect())
}

fn service(kind: ServiceErrorKind, message: String, at: Option<String>) -> ProviderError {
    let source = at.map(|at| Place(at).into());
    ProviderError::Service { kind, message, source }
}

/// What an exception says of the service, if it does.
fn kind(doing: &Doing, raised: &Raised) -> Option<ServiceErrorKind> {
    let interrupted = || {
        if doing.is_applying() {
            ServiceErrorKind::Indeterminate
        } else {
            ServiceErrorKind::Unreachable
        }
    };
    match raised.status {
        Some(401 | 403) => Some(ServiceErrorKind::Unauthorized),
        Some(404) => Some(ServiceErrorKind::NotFound),
        Some(429) => Some(ServiceErrorKind::Throttled),
        Some(400..=499) => Some(ServiceErrorKind::Refused),
        Some(500..=599) => Some(interrupted()),
        _ if raised.is_a(UNREACHABLE) => Some(interrupted()),
        _ => None,
    }
}

/// What octoDNS's own exceptions say of records.
fn findings(doing: &Doing, raised: &Raised) -> Option<Report> {
    if raised.is_a(&["ValidationError"]) && !raised.reasons.is_empty() && raised.fqdn.is_some() {
        return Some(invalid(raised, Diagnostic::error).collect());
    }
    if raised.is_a(&["SupportsException"]) {
        let words = raised.words();
        // octoDNS puts the id of the target in front.
        let words = words.strip_prefix(&format!("{}: ", doing.name)).unwrap_or(&words);
        let help =
            "with `strict_supports: false` it is left out, or changed as the class can hold it";
        let finding = Diagnostic::error(SUPPORTS, words).about(&doing.name).help(help);
        return Some(std::iter::once(finding).collect());
    }
    let of_zone = ["DuplicateRecordException", "SubzoneRecordException", "InvalidNodeException"];
    if raised.is_a(&of_zone) && raised.fqdn.is_some() {
        let finding = Diagnostic::error(RECORD, raised.words());
        let finding = finding.help("remove or move one of them, where it comes from");
        return Some(std::iter::once(about_record(finding, raised)).collect());
    }
    None
}

/// What is wrong with records that octoDNS takes all the same.
pub(crate) fn warnings(found: &[Raised]) -> Report {
    found.iter().flat_map(|raised| invalid(raised, Diagnostic::warning)).collect()
}

/// What is wrong with a record, for each reason.
fn invalid(
    raised: &Raised,
    finding: fn(Cow<'static, str>, String) -> Diagnostic,
) -> impl Iterator<Item = Diagnostic> {
    raised.reasons.iter().map(move |reason| {
        let (words, code) = reason_and_code(reason);
        about_record(finding(code, words.to_owned()).help("correct it where it comes from"), raised)
    })
}

/// A reason, and the id of the validator that octoDNS writes behind it.
fn reason_and_code(reason: &str) -> (&str, Cow<'static, str>) {
    let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match reason.rsplit_once(", via: ") {
        Some((words, id)) if is_id(id) => (words, id.to_owned().into()),
        _ => (reason, RECORD.into()),
    }
}

fn about_record(finding: Diagnostic, raised: &Raised) -> Diagnostic {
    let record_type = raised.record_type.as_deref().map(|name| format!(" {name}"));
    let fqdn = raised.fqdn.as_deref().unwrap_or_default();
    let finding = finding.about(format!("{fqdn}{}", record_type.unwrap_or_default()));
    match raised.context.as_deref() {
        Some(context) => finding.at(origin(context)),
        None => finding,
    }
}

/// The place that octoDNS writes as `file, line 3, column 5`.
fn origin(context: &str) -> Origin {
    let place = || {
        let (rest, column) = context.rsplit_once(", column ")?;
        let (file, line) = rest.rsplit_once(", line ")?;
        Some(Origin::at(visible(file).into_owned(), line.parse().ok()?, column.parse().ok()?))
    };
    place().unwrap_or_else(|| Origin::file(visible(context).into_owned()))
}

impl Raised {
    /// Whether it says that the call was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.kind == Some(Kind::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Task;

    fn raised(class: &str, status: Option<u16>) -> Raised {
        Raised { class: class.to_owned(), message: "no".to_owned(), status, ..Raised::default() }
    }

    #[test]
    fn a_status_says_what_kind_of_no_it_is() {
        use ServiceErrorKind::{
            Indeterminate, NotFound, Refused, Throttled, Unauthorized, Unreachable,
        };
        let [reading, applying] = [Task::Read, Task::Apply].map(|task| Doing::new(task, "x"));
        for (class, status, read, applied) in [
            ("a.HTTPError", Some(401), Some(Unauthorized), Some(Unauthorized)),
            ("a.HTTPError", Some(404), Some(NotFound), Some(NotFound)),
            ("a.HTTPError", Some(422), Some(Refused), Some(Refused)),
            ("a.HTTPError", Some(429), Some(Throttled), Some(Throttled)),
            ("a.HTTPError", Some(503), Some(Unreachable), Some(Indeterminate)),
            ("requests.exceptions.Timeout", None, Some(Unreachable), Some(Indeterminate)),
            ("KeyError", None, None, Some(Indeterminate)),
            ("KeyError", Some(200), None, Some(Indeterminate)),
        ] {
            let raised = raised(class, status);
            assert_eq!(of_exception(&reading, &raised).kind(), read, "{class} {status:?}");
            assert_eq!(of_exception(&applying, &raised).kind(), applied, "{class} {status:?}");
        }
    }

    #[test]
    fn places_are_read_from_what_octodns_writes() {
        assert_eq!(origin("/a, b.yaml, line 3, column 5"), Origin::at("/a, b.yaml", 3, 5));
        assert_eq!(origin("somewhere"), Origin::file("somewhere"));
        assert_eq!(origin("a.yaml, line x, column 5"), Origin::file("a.yaml, line x, column 5"));
    }
}
