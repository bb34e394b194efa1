//! What the service says when it refuses: an object with a code and words, or a list of them.

use std::slice;

use octodns_http::{Method, Response, Verdict};
use octodns_kit::Json;

/// "Data not found": an account without zones has this instead of an empty list.
const NOT_FOUND: u64 = 70_002;

fn errors(body: &Json) -> &[Json] {
    body.as_array().map_or(slice::from_ref(body), Vec::as_slice)
}

/// The words in a body, each with its code.
pub(crate) fn words(body: &Json) -> Option<String> {
    let words = errors(body).iter().filter_map(|error| {
        let words = error["errorMessage"].as_str()?;
        let code = error["errorCode"].as_u64();
        Some(code.map_or_else(|| words.to_owned(), |code| format!("{words} (error {code})")))
    });
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Responses whose status is an error and that say something else: that the list of zones is empty, and that there is
/// no call for many changes.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    let call = response.call();
    let body = || response.json::<Json>().unwrap_or_default();
    let is_empty_list = || errors(&body()).iter().any(|error| error["errorCode"] == NOT_FOUND);
    let is_no_error = match response.status().as_u16() {
        404 if call.method == Method::GET => call.path.ends_with("/zones") && is_empty_list(),
        404 | 405 | 501 => call.path.ends_with("/v1/batch") && words(&body()).is_none(),
        _ => false,
    };
    is_no_error.then_some(Verdict::Success)
}
