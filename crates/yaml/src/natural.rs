//! Natural order of keys: runs of digits compare as numbers, the rest by code point.
//!
//! The rules are those of natsort 8.4 for text: canonical decomposition first, then alternating text and
//! integers. Comparing builds no keys, and ASCII (nearly every key) is compared in place.

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Compares two keys in natural order: `a9` comes before `a10`, and `a1` equals `a01`.
///
/// ```
/// use std::cmp::Ordering;
/// use octodns_yaml::natural_cmp;
///
/// assert_eq!(natural_cmp("www9", "www10"), Ordering::Less);
/// assert_eq!(natural_cmp("www01", "www1"), Ordering::Equal);
/// assert_eq!(natural_cmp("Www", "_dmarc"), Ordering::Less);
/// ```
pub fn natural_cmp(left: &str, right: &str) -> Ordering {
    // Nearly always, the first letters that differ decide.
    if let Some((one, other)) = left.bytes().zip(right.bytes()).find(|(one, other)| one != other)
        && is_letter(one)
        && is_letter(other)
    {
        return one.cmp(&other);
    }
    if left.is_ascii() && right.is_ascii() {
        ascii_cmp(left.as_bytes(), right.as_bytes())
    } else {
        unicode_cmp(left, right)
    }
}

/// Whether a byte is a character of text by itself, whatever stands before and behind it.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_digit()
}

fn ascii_cmp(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
        let start = digits_start(&left[..same]);
        let (left_digits, right_digits) = (digits(&left[start..]), digits(&right[start..]));
        if left_digits.is_empty() || right_digits.is_empty() {
            // A run of text ends at a digit, and a prefix comes before the longer text.
            return text_byte(left.get(same))
                .cmp(&text_byte(right.get(same)))
                .then_with(|| left.len().min(same + 1).cmp(&right.len().min(same + 1)));
        }
        match number_cmp(left_digits, right_digits) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
        left = &left[start + left_digits.len()..];
        right = &right[start + right_digits.len()..];
        if left.is_empty() || right.is_empty() {
            return left.len().min(1).cmp(&right.len().min(1));
        }
    }
}

/// A byte of text, or `None` if the run of text ends.
fn text_byte(byte: Option<&u8>) -> Option<u8> {
    byte.copied().filter(|byte| !byte.is_ascii_digit())
}

/// Where the run of digits at the end of `text` starts.
fn digits_start(text: &[u8]) -> usize {
    text.len() - text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
}

fn digits(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|byte| byte.is_ascii_digit()).count()]
}

fn number_cmp(left: &[u8], right: &[u8]) -> Ordering {
    let trim = |digits: &[u8]| digits.iter().take_while(|digit| **digit == b'0').count();
    let (left, right) = (&left[trim(left)..], &right[trim(right)..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// One element of a key: text, or the decimal digits of a number without leading zeros.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text(String),
    Number(usize, Vec<u8>),
}

fn unicode_cmp(left: &str, right: &str) -> Ordering {
    parts(left).cmp(&parts(right))
}

/// The key as alternating text and numbers, starting with text.
fn parts(key: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut open_number = false;
    for c in key.nfd() {
        match (digit_of(c), parts.last_mut()) {
            (Some((digit, true)), Some(Part::Number(_, digits))) if open_number => {
                digits.push(digit);
            }
            (Some((digit, decimal)), last) => {
                if !matches!(last, Some(Part::Text(_))) {
                    parts.push(Part::Text(String::new()));
                }
                parts.push(Part::Number(0, vec![digit]));
                open_number = decimal;
            }
            (None, Some(Part::Text(text))) => text.push(c),
            (None, _) => parts.push(Part::Text(c.to_string())),
        }
    }
    for part in &mut parts {
        if let Part::Number(length, digits) = part {
            digits.drain(..digits.iter().take_while(|digit| **digit == 0).count());
            *length = digits.len();
        }
    }
    parts
}

/// The digit of a character, and whether it belongs to a positional system. Others, such as `²`, are numbers
/// by themselves.
fn digit_of(c: char) -> Option<(u8, bool)> {
    if c.is_ascii() {
        return c.to_digit(10).map(|digit| (digit.to_le_bytes()[0], true));
    }
    if c.general_category() == GeneralCategory::DecimalNumber {
        return Some((decimal_digit(c), true));
    }
    let code = u32::from(c);
    OTHER_DIGITS
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&code))
        .map(|(first, _, digit)| (digit + (code - first).to_le_bytes()[0], false))
}

/// Decimal digits come in runs of ten (or several times ten), so the position in the run is the value.
fn decimal_digit(c: char) -> u8 {
    let is_decimal = |code: u32| {
        char::from_u32(code).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber)
    };
    let code = u32::from(c);
    let before = (1..=code).take_while(|back| is_decimal(code - back)).count();
    (before % 10).to_le_bytes()[0]
}

/// Digits outside positional systems: first and last code point of a run, and the value of the first.
const OTHER_DIGITS: [(u32, u32, u8); 21] = [
    (0xb2, 0xb3, 2),
    (0xb9, 0xb9, 1),
    (0x1369, 0x1371, 1),
    (0x19da, 0x19da, 1),
    (0x2070, 0x2070, 0),
    (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0),
    (0x2460, 0x2468, 1),
    (0x2474, 0x247c, 1),
    (0x2488, 0x2490, 1),
    (0x24ea, 0x24ea, 0),
    (0x24f5, 0x24fd, 1),
    (0x24ff, 0x24ff, 0),
    (0x2776, 0x277e, 1),
    (0x2780, 0x2788, 1),
    (0x278a, 0x2792, 1),
    (0x10a40, 0x10a43, 1),
    (0x10e60, 0x10e68, 1),
    (0x11052, 0x1105a, 1),
    (0x1f100, 0x1f100, 0),
    (0x1f101, 0x1f10a, 0),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_ordered_as_natsort_does() {
        for (left, right, expected) in [
            ("", "a", Ordering::Less),
            ("", "1", Ordering::Less),
            ("1a", "a", Ordering::Less),
            ("a-b", "a1", Ordering::Greater),
            ("a", "a1", Ordering::Less),
            ("a1b10", "a1b2", Ordering::Greater),
            ("a001", "a1", Ordering::Equal),
            ("a01b", "a1a", Ordering::Greater),
            ("x10", "x9", Ordering::Greater),
            ("1.10", "1.5", Ordering::Greater),
            ("a١", "a2", Ordering::Less),
            ("²", "2", Ordering::Equal),
            ("z", "é", Ordering::Greater),
            ("½", "1", Ordering::Greater),
        ] {
            assert_eq!(natural_cmp(left, right), expected, "{left} {right}");
            assert_eq!(natural_cmp(right, left), expected.reverse(), "{right} {left}");
        }
    }

    proptest! {
        /// Keys that letters decide are no special case either.
        #[test]
        fn letters_are_no_special_case(
            left in "[ab1é²٣\u{301}-]{0,6}", right in "[ab1é²٣\u{301}-]{0,6}",
        ) {
            prop_assert_eq!(natural_cmp(&left, &right), unicode_cmp(&left, &right));
        }

        /// The fast path for ASCII and the general one agree.
        #[test]
        fn ascii_is_no_special_case(left in "[ab0-2.]{0,8}", right in "[ab0-2.]{0,8}") {
            prop_assert_eq!(natural_cmp(&left, &right), unicode_cmp(&left, &right));
        }
    }
}
