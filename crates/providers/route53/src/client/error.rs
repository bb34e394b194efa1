//! Why a call to AWS failed.

use std::error::Error as _;

use aws_sdk_route53::config::http::HttpResponse;
use aws_sdk_route53::error::{ProvideErrorMetadata, SdkError};
use octodns_core::provider::ServiceErrorKind;
use octodns_core::{ProviderError, Redactor};

use super::attempts::NeverSent;

/// Why a call failed.
///
/// No variant contains a header or a request body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ApiError {
    /// The keys are wrong, unknown or expired.
    #[error("{call}: the credentials are refused: {message} ({code})")]
    Credentials { call: &'static str, code: String, message: String },
    /// No keys were found; nothing was sent.
    #[error("{call}: there are no credentials: {reason}")]
    NoCredentials { call: &'static str, reason: String },
    /// The keys are valid but lack permissions.
    #[error("{call}: permission denied: {message}")]
    Denied { call: &'static str, message: String },
    /// Not found.
    #[error("{call}: {message} ({code})")]
    NotFound { call: &'static str, code: String, message: String },
    /// A change batch was refused as a whole.
    #[error("{call}: refused: {}", messages.join("; "))]
    Rejected { call: &'static str, messages: Vec<String> },
    /// Too many requests, or the service is unavailable, even after retries.
    #[error("{call}: the service is still busy after retries: {message} ({code})")]
    Busy { call: &'static str, code: String, message: String, is_throttled: bool },
    /// The service refused the call for another reason.
    #[error("{call}: {status} {code}: {message}")]
    Refused { call: &'static str, status: u16, code: String, message: String },
    /// No response, or the call could not be sent.
    #[error("{call}: no answer: {reason}")]
    Unreachable { call: &'static str, reason: String },
    /// The host does not exist, refuses connections, or has no valid certificate; nothing was sent.
    #[error("{call}: cannot connect: {reason}")]
    NoConnection { call: &'static str, reason: String },
    /// The response is not as documented.
    #[error("{call}: unexpected answer: {reason}")]
    Malformed { call: &'static str, reason: String },
}

impl ApiError {
    /// From an error response.
    pub(crate) fn answered(call: &'static str, status: u16, code: &str, message: &str) -> Self {
        let (code, message) = (code.to_owned(), message.to_owned());
        match (&*code, status) {
            (
                "InvalidClientTokenId"
                | "SignatureDoesNotMatch"
                | "UnrecognizedClientException"
                | "MissingAuthenticationToken"
                | "MissingAuthenticationTokenException"
                | "IncompleteSignature"
                | "InvalidAccessKeyId"
                | "AuthFailure"
                | "ExpiredToken"
                | "ExpiredTokenException"
                | "RequestExpired",
                _,
            ) => Self::Credentials { call, code, message },
            (
                "AccessDenied"
                | "AccessDeniedException"
                | "UnauthorizedOperation"
                | "NotAuthorizedException",
                _,
            )
            | (_, 401 | 403) => Self::Denied { call, message },
            ("NoSuchHostedZone" | "NoSuchHealthCheck" | "NoSuchCidrCollectionException", _)
            | (_, 404) => Self::NotFound { call, code, message },
            (
                "Throttling"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "PriorRequestNotComplete",
                _,
            )
            | (_, 429) => Self::Busy { call, code, message, is_throttled: true },
            (_, 500..) => Self::Busy { call, code, message, is_throttled: false },
            _ => Self::Refused { call, status, code, message },
        }
    }

    /// From an error of the SDK.
    pub(super) fn of<E>(call: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                if (200..300).contains(&status) {
                    return Self::Malformed { call, reason: causes(error) };
                }
                let body = answer.raw().body().bytes().unwrap_or_default();
                let meta = answer.err().meta();
                let code = meta.code().unwrap_or_default();
                let is_batch = code == "InvalidChangeBatch" || (code.is_empty() && status == 400);
                if is_batch && let Some(messages) = batch_messages(body, meta.message()) {
                    return Self::Rejected { call, messages };
                }
                let message = meta.message().unwrap_or("the answer gives no reason");
                Self::answered(call, status, code, message)
            }
            SdkError::ResponseError(_) => Self::Malformed { call, reason: causes(error) },
            _ => Self::not_answered(call, error, causes(error)),
        }
    }

    /// From an error before there was a response.
    pub(crate) fn not_answered(
        call: &'static str,
        error: &(dyn std::error::Error + 'static),
        reason: String,
    ) -> Self {
        match NeverSent::of(error) {
            Some(NeverSent::NoCredentials) => Self::NoCredentials { call, reason },
            Some(NeverSent::NoConnection) => Self::NoConnection { call, reason },
            None => Self::Unreachable { call, reason },
        }
    }

    /// The same with secrets redacted, which the service may have repeated.
    pub(crate) fn without(mut self, redactor: &Redactor) -> Self {
        let texts: Vec<&mut String> = match &mut self {
            Self::Credentials { code, message, .. }
            | Self::NotFound { code, message, .. }
            | Self::Busy { code, message, .. }
            | Self::Refused { code, message, .. } => vec![code, message],
            Self::Denied { message: text, .. }
            | Self::NoCredentials { reason: text, .. }
            | Self::NoConnection { reason: text, .. }
            | Self::Unreachable { reason: text, .. }
            | Self::Malformed { reason: text, .. } => vec![text],
            Self::Rejected { messages, .. } => messages.iter_mut().collect(),
        };
        for text in texts {
            *text = redactor.redact(text);
        }
        self
    }

    /// Whether the call may have been carried out anyway.
    pub(crate) fn is_uncertain(&self) -> bool {
        matches!(
            self,
            Self::Rejected { .. }
                | Self::Busy { .. }
                | Self::Unreachable { .. }
                | Self::Malformed { .. }
        )
    }

    /// The kind of the error. For a write, it may be unknown whether it was carried out.
    pub(crate) fn kind(&self) -> ServiceErrorKind {
        let (call, fault) = match self {
            Self::Credentials { .. } | Self::NoCredentials { .. } | Self::Denied { .. } => {
                return ServiceErrorKind::Unauthorized;
            }
            Self::NotFound { .. } => return ServiceErrorKind::NotFound,
            Self::NoConnection { .. } => return ServiceErrorKind::NoConnection,
            Self::Rejected { .. } | Self::Refused { .. } => return ServiceErrorKind::Refused,
            Self::Busy { is_throttled: true, .. } => return ServiceErrorKind::Throttled,
            Self::Busy { call, .. } | Self::Unreachable { call, .. } => {
                (call, ServiceErrorKind::Unreachable)
            }
            Self::Malformed { call, .. } => (call, ServiceErrorKind::Malformed),
        };
        let reads = ["List", "Get", "Describe"];
        if reads.iter().any(|read| call.starts_with(read)) {
            fault
        } else {
            ServiceErrorKind::Indeterminate
        }
    }
}

impl From<ApiError> for ProviderError {
    fn from(error: ApiError) -> Self {
        Self::service(error.kind(), error.to_string())
    }
}

/// All errors of a change batch, from either form of the response.
///
/// The newer form has one message with a list in brackets, the older one a list of elements.
fn batch_messages(body: &[u8], message: Option<&str>) -> Option<Vec<String>> {
    let listed =
        crate::xml::Element::parse(body).ok().filter(|root| root.name == "InvalidChangeBatch");
    let mut messages: Vec<_> = listed
        .iter()
        .filter_map(|root| root.child("Messages"))
        .flat_map(|list| list.children("Message"))
        .map(|element| element.text.clone())
        .collect();
    if let Some(message) = message.filter(|_| messages.is_empty()) {
        let inner = message.strip_prefix('[').and_then(|message| message.strip_suffix(']'));
        messages.push(inner.unwrap_or(message).to_owned());
    }
    (!messages.is_empty()).then_some(messages)
}

/// The chain of causes in one line; the error itself only shows its kind.
fn causes<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        cause = inner.source();
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}
