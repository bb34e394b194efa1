//! The error messages of services.

use serde_json::Value;

use crate::Response;

/// The JSON keys of error messages, the more specific first.
const KEYS: &[&str] = &[
    "message",
    "error_description",
    "detail",
    "details",
    "error",
    "errors",
    "description",
    "title",
    "reason",
];

/// The error message of a response, from the usual places: JSON fields, or else the first line of text, or
/// else the meaning of the status. May be long and have several lines.
pub(crate) fn usual(response: &Response) -> String {
    let body = String::from_utf8_lossy(response.body());
    let found = match serde_json::from_str::<Value>(&body) {
        Ok(json) => of_json(&json),
        Err(_) if is_text(response) => {
            body.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
        }
        Err(_) => None,
    };
    let words = found.filter(|words| !words.is_empty());
    words.unwrap_or_else(|| {
        let reason = response.status.canonical_reason().unwrap_or("no reason given");
        match response.html_page() {
            Some(page) => format!("{reason} (the answer is {page})"),
            None => reason.to_owned(),
        }
    })
}

/// The text of HTML pages contains nothing useful for a user.
fn is_text(response: &Response) -> bool {
    let body = response.body().trim_ascii_start();
    !body.starts_with(b"<")
}

/// The message in JSON; if there are several errors, all of them in order.
fn of_json(json: &Value) -> Option<String> {
    match json {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let words: Vec<_> = items.iter().filter_map(of_json).collect();
            (!words.is_empty()).then(|| words.join("; "))
        }
        Value::Object(map) => {
            let mut words = KEYS
                .iter()
                .filter_map(|key| of_json(map.get(*key)?))
                .filter(|words| !words.is_empty());
            // {"message": "Validation failed", "errors": {"content": ["is invalid"]}}, or problem details (RFC 9457,
            // section 3) with a list of errors.
            let both = || -> Option<String> {
                let [message, detail, errors] =
                    ["message", "detail", "errors"].map(|key| map.get(key).and_then(of_json));
                let (message, errors) = (message.or(detail)?, errors?);
                let says_more = !message.is_empty() && !errors.is_empty() && message != errors;
                says_more.then(|| format!("{message}: {errors}"))
            };
            both().or_else(|| words.next()).or_else(|| {
                // Errors by field: {"name": ["is taken"]}.
                let fields: Vec<_> = map
                    .iter()
                    .filter(|(_, value)| value.is_array() || value.is_object())
                    .filter_map(|(field, value)| Some(format!("{field}: {}", of_json(value)?)))
                    .collect();
                (!fields.is_empty()).then(|| fields.join("; "))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::one_line;

    #[test]
    fn error_messages_are_found_where_services_put_them() {
        let long = "x".repeat(500);
        let cut = format!("{} ...", "x".repeat(400));
        for (body, words) in [
            (
                r#"{"id": "not_found", "message": "The resource could not be found."}"#,
                "The resource could not be found.",
            ),
            (
                r#"{"success": false, "errors": [{"code": 1004, "message": "DNS Validation Error"}, {"message": "b"}]}"#,
                "DNS Validation Error; b",
            ),
            (r#"{"error": "Domain 'a.' is unknown"}"#, "Domain 'a.' is unknown"),
            (r#"{"error": {"code": 403, "message": "denied"}}"#, "denied"),
            (r#"{"errors": {"name": ["is taken", "is odd"]}}"#, "name: is taken; is odd"),
            (r#"{"message": ""}"#, "Unprocessable Entity"),
            (
                r#"{"message": "Validation failed", "errors": {"content": ["is invalid"]}}"#,
                "Validation failed: content: is invalid",
            ),
            (r#"{"message": "The contact is in use", "errors": {}}"#, "The contact is in use"),
            (
                r#"{"message": "Failed", "errors": {"creates": [{"index": 0, "message": "Failed", "errors": {"ttl": ["is odd"]}}]}}"#,
                "Failed: creates: Failed: ttl: is odd",
            ),
            (
                r#"{"title": "Bad Request", "detail": "Invalid rdata", "errors": [{"title": "Bad", "detail": "not an IPv4 address"}]}"#,
                "Invalid rdata: not an IPv4 address",
            ),
            ("\n  Bad\r\nrequest: \u{1b}[31mred", "Bad"),
            (
                "<html><body>nginx</body></html>",
                "Unprocessable Entity (the answer is an HTML page)",
            ),
            (
                "\n<!DOCTYPE html>\n<head><title>Log in\n</title></head>",
                "Unprocessable Entity (the answer is an HTML page, \"Log in\")",
            ),
            ("<?xml version=\"1.0\"?><error/>", "Unprocessable Entity"),
            ("", "Unprocessable Entity"),
            (r#""a\nb""#, "a b"),
            (&*format!("\"{long}\""), &*cut),
        ] {
            assert_eq!(one_line(&usual(&Response::of(422, &[], body))), words, "{body}");
        }
    }
}
