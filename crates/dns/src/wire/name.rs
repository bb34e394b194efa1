//! Domain names in presentation format (RFC 1035, section 5.1) and as labels (section 3.1).

use octodns_core::name::push_label;
use octodns_core::record::text::{Codes, escape};

use super::WireError;

/// The maximum length of a label in bytes (RFC 1035, section 2.3.4).
pub(super) const MAX_LABEL: usize = 63;

/// The maximum length of a name in bytes, including the lengths of its labels and the root.
pub(super) const MAX_NAME: usize = 255;

/// The labels of an absolute name in presentation format.
///
/// # Errors
///
/// Refuses relative names, and labels and names that are empty or too long.
pub fn labels(name: &str) -> Result<Vec<Vec<u8>>, WireError> {
    let failed = |fault| WireError::Name { name: name.to_owned(), fault };
    if name == "." {
        return Ok(Vec::new());
    }
    if !name.is_ascii() {
        return Err(failed("it has characters beyond ASCII"));
    }
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut length = 1;
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'.' if label.is_empty() => return Err(failed("a label is empty")),
            b'.' if label.len() > MAX_LABEL => {
                return Err(failed("a label is longer than 63 bytes"));
            }
            b'.' => {
                length += label.len() + 1;
                labels.push(std::mem::take(&mut label));
            }
            b'\\' => {
                let (escaped, after) =
                    escape(rest, Codes::Decimal).ok_or(failed("an escape is incomplete"))?;
                label.push(escaped);
                rest = after;
            }
            _ => label.push(byte),
        }
    }
    if !label.is_empty() || labels.is_empty() {
        return Err(failed("it does not end with a dot"));
    }
    if length > MAX_NAME {
        return Err(failed("it is longer than 255 bytes"));
    }
    Ok(labels)
}

/// An absolute name in presentation format, from its labels.
pub fn present_labels<L: AsRef<[u8]>>(labels: &[L]) -> String {
    if labels.is_empty() {
        return ".".to_owned();
    }
    let mut name = String::new();
    for label in labels {
        present_label(label.as_ref(), &mut name);
    }
    name
}

/// Appends a label in presentation format, and a dot.
pub(super) fn present_label(label: &[u8], name: &mut String) {
    push_label(label, name);
    name.push('.');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_absolute_and_within_their_lengths() {
        let label = "a".repeat(63);
        let longest = [&*label, &*label, &*label, &"a".repeat(61), ""].join(".");
        for (name, fault) in [
            ("a.b.", None),
            (".", None),
            ("a\\.b\\032c.", None),
            (&*longest, None),
            (&*longest.replacen('.', ".b.", 1), Some("it is longer than 255 bytes")),
            (&*format!("a{label}."), Some("a label is longer than 63 bytes")),
            ("a", Some("it does not end with a dot")),
            ("a\\.", Some("it does not end with a dot")),
            ("", Some("it does not end with a dot")),
            ("a..", Some("a label is empty")),
            ("..", Some("a label is empty")),
            ("a\\25", Some("an escape is incomplete")),
            ("\\256.", Some("an escape is incomplete")),
            ("é.", Some("it has characters beyond ASCII")),
        ] {
            let error = labels(name).err();
            let expected = fault.map(|fault| WireError::Name { name: name.to_owned(), fault });
            assert_eq!(error, expected, "{name:?}");
        }
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        for name in [".", "a.b.", "a\\.b\\032c\\255.", "\\@\\$\\(\\)\\;\\\"\\\\.", "*._tcp.X."] {
            assert_eq!(present_labels(&labels(name).unwrap()), name);
        }
    }
}
