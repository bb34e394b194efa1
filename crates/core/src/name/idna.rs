//! Internationalised names, both ways, label by label.

use std::borrow::Cow;

/// Why a label cannot be written in, or read from, IDNA.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("label \"{label}\" is not valid IDNA")]
pub struct IdnaError {
    /// The label, as it was given.
    pub label: String,
}

/// The IDNA form of a name, in lower case.
///
/// Labels of ASCII characters stay as they are, whatever they hold (`*`, `_dmarc`).
///
/// # Errors
///
/// Refuses labels that IDNA 2008 (RFC 5891) refuses.
pub fn encode(name: &str) -> Result<Cow<'_, str>, IdnaError> {
    if name.is_ascii() {
        return Ok(if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        });
    }
    let label = |label: &str| {
        if label.is_ascii() {
            return Ok(label.to_owned());
        }
        ::idna::domain_to_ascii_strict(label).map_err(|_| IdnaError { label: label.to_owned() })
    };
    let labels: Result<Vec<_>, _> = name.to_lowercase().split('.').map(label).collect();
    Ok(Cow::Owned(labels?.join(".")))
}

/// The readable form of a name, in lower case.
///
/// # Errors
///
/// Refuses `xn--` labels that are not IDNA 2008 (RFC 5891).
pub fn decode(name: &str) -> Result<Cow<'_, str>, IdnaError> {
    if !name.contains("xn--") {
        return Ok(Cow::Borrowed(name));
    }
    let label = |label: &str| {
        if !label.starts_with("xn--") {
            return Ok(label.to_owned());
        }
        match ::idna::domain_to_unicode(label) {
            (text, Ok(())) => Ok(text),
            _ => Err(IdnaError { label: label.to_owned() }),
        }
    };
    let labels: Result<Vec<_>, _> = name.to_lowercase().split('.').map(label).collect();
    Ok(Cow::Owned(labels?.join(".")))
}
