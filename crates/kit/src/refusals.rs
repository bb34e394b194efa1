//! What services say when they refuse, for [`Builder::error_message`](octodns_http::Builder::error_message).

use octodns_http::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The words of a service, and what to check then.
///
/// ```
/// let told = octodns_kit::advised("Forbidden.", "check the role");
/// assert_eq!(told, "Forbidden; check the role");
/// ```
pub fn advised(words: &str, check: &str) -> String {
    format!("{}; {check}", words.trim_end_matches('.'))
}

/// The `error` of an answer, which is how many services tell of one; `None` if there is none like that.
pub fn error_of<T: DeserializeOwned>(response: &Response) -> Option<T> {
    #[derive(Deserialize)]
    struct Refusal<T> {
        error: T,
    }

    response.json().ok().map(|Refusal { error }| error)
}

/// What a token endpoint says (RFC 6749, section 5.2): the description of its error, or else the code.
pub fn login_error_of(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        error_description: Option<String>,
    }

    let Refusal { error, error_description } = response.json().ok()?;
    Some(error_description.unwrap_or(error))
}
