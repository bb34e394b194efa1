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
    let mut bytes = Vec::with_capacity(name.len() + 1);
    push_name(name, &mut bytes)?;
    let mut labels = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((&length, after)) = rest.split_first()
        && let Some((label, after)) = after.split_at_checked(length.into())
        && !label.is_empty()
    {
        labels.push(label.to_vec());
        rest = after;
    }
    Ok(labels)
}

/// Appends an absolute name in presentation format as it is on the wire, without compression.
///
/// # Errors
///
/// Refuses relative names, and labels and names that are empty or too long. What was appended by then stays.
pub(crate) fn push_name(name: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let failed = |fault| WireError::Name { name: name.to_owned(), fault };
    let begin = out.len();
    if name == "." {
        out.push(0);
        return Ok(());
    }
    if !name.is_ascii() {
        return Err(failed("it has characters beyond ASCII"));
    }
    // Where the length of the label belongs that is being written.
    let mut place = begin;
    out.push(0);
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'.' => {
                close_label(out, place).map_err(failed)?;
                place = out.len();
                out.push(0);
            }
            b'\\' => {
                let (escaped, after) =
                    escape(rest, Codes::Decimal).ok_or(failed("an escape is incomplete"))?;
                out.push(escaped);
                rest = after;
            }
            _ => out.push(byte),
        }
    }
    if place == begin || out.len() > place + 1 {
        return Err(failed("it does not end with a dot"));
    }
    if out.len() - begin > MAX_NAME {
        return Err(failed("it is longer than 255 bytes"));
    }
    Ok(())
}

/// Appends a name of a message without compression (RFC 1035, section 4.1.4), and returns where it ends there.
///
/// `None` if there is no valid name: a pointer leads back, to a part that ends before the one that it is in. What was
/// appended by then stays.
pub fn expand_name(message: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let begin = out.len();
    let (mut at, mut start, mut limit) = (at, at, message.len());
    let mut after = None;
    loop {
        if at >= limit {
            return None;
        }
        let length = *message.get(at)?;
        match length {
            0 => {
                out.push(0);
                return (out.len() - begin <= MAX_NAME).then_some(after.unwrap_or(at + 1));
            }
            1..64 => {
                let end = at + 1 + usize::from(length);
                out.extend_from_slice(message.get(at..end)?);
                at = end;
            }
            0xc0.. => {
                let low = *message.get(at + 1)?;
                let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                after.get_or_insert(at + 2);
                if target >= start {
                    return None;
                }
                (at, limit, start) = (target, start, target);
            }
            _ => return None,
        }
    }
}

/// Writes the length of the label from `start` to the end.
pub(super) fn close_label(name: &mut [u8], start: usize) -> Result<(), &'static str> {
    let length = name.len() - start - 1;
    if length > MAX_LABEL {
        return Err("a label is longer than 63 bytes");
    }
    match (u8::try_from(length), name.get_mut(start)) {
        (Ok(length), Some(place)) if length > 0 => *place = length,
        _ => return Err("a label is empty"),
    }
    Ok(())
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
fn present_label(label: &[u8], name: &mut String) {
    push_label(label, name);
    name.push('.');
}

/// The same for a name that is not text yet.
pub(super) fn present_octets(label: &[u8], name: &mut Vec<u8>) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if label.iter().all(is_plain) {
        name.extend_from_slice(label);
    } else {
        let mut escaped = String::new();
        push_label(label, &mut escaped);
        name.extend_from_slice(escaped.as_bytes());
    }
    name.push(b'.');
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
    fn pointers_of_a_message_lead_back() {
        let message = b"\x01a\x01b\0\x01c\xc0\x02\xc0\x05\xc0\x0b\x01d\xc0\x0d\x40\x01";
        for (at, name, end) in [
            (0, Some(&b"\x01a\x01b\0"[..]), 5),
            (2, Some(b"\x01b\0"), 5),
            (5, Some(b"\x01c\x01b\0"), 9),
            (9, Some(b"\x01c\x01b\0"), 11),
            // To itself, and to the label before it.
            (11, None, 0),
            (13, None, 0),
            // No label, and beyond the end.
            (17, None, 0),
            (18, None, 0),
            (19, None, 0),
        ] {
            let mut out = Vec::new();
            let found = expand_name(message, at, &mut out);
            assert_eq!(
                found.map(|end| (out.as_slice(), end)),
                name.map(|name| (name, end)),
                "{at}"
            );
        }
        let long = [[63; 64]; 4].concat();
        assert_eq!(expand_name(&[&long, &[0][..]].concat(), 0, &mut Vec::new()), None);
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        for name in [".", "a.b.", "a\\.b\\032c\\255.", "\\@\\$\\(\\)\\;\\\"\\\\.", "*._tcp.X."] {
            assert_eq!(present_labels(&labels(name).unwrap()), name);
        }
    }
}
