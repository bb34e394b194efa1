//! Scalars that are not what they look like, by the rules of YAML 1.1: `no` is false, `010` is 8.

use octodns_core::value::{Kind, Special, python_str};
use octodns_core::{Diagnostic, Severity, Value};

/// Whether a key is read as the text that is written.
pub(super) fn is_kept(key: &Value<'_>, written: &str) -> bool {
    matches!(key.kind, Kind::Str(_)) || python_str(key) == written
}

/// Whether most people would read a number as another one, or not as a number: octal, hexadecimal, binary,
/// sexagesimal.
pub(crate) fn is_odd(number: &Kind<'_>, written: &str) -> bool {
    let is_whole = match number {
        Kind::Int(_) => true,
        Kind::Special(special) => matches!(**special, Special::BigInt(_)),
        _ => false,
    };
    let digits = written.trim_start_matches(['+', '-']);
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    is_whole && (!is_decimal || (digits.len() > 1 && digits.starts_with('0')))
}

/// The finding about a key.
pub(super) fn of_key(key: &Value<'_>, written: &str, severity: Severity) -> Diagnostic {
    let meaning = match &key.kind {
        Kind::Null => "no value".to_owned(),
        Kind::Bool(value) => format!("the truth value {value}"),
        _ => format!("the {} {}", noun(key), python_str(key)),
    };
    let message = format!("the key {written} is {meaning}, so it becomes \"{}\"", python_str(key));
    let found = Diagnostic::new(severity, "yaml-spelling", message);
    found.help(format!("put it in quotes: '{written}'"))
}

/// The finding about a number.
pub(super) fn of_number(number: &Value<'_>, written: &str) -> Diagnostic {
    let meant = python_str(number);
    let message = format!("{written} is the number {meant}");
    Diagnostic::warning("yaml-spelling", message)
        .help(format!("write {meant}; or put it in quotes, if it is text: '{written}'"))
}

fn noun(key: &Value<'_>) -> &'static str {
    match &key.kind {
        Kind::Special(special) if matches!(**special, Special::Date(_)) => "date",
        Kind::Special(special) if matches!(**special, Special::DateTime(_)) => "point in time",
        _ => "number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LoadOptions, load};

    fn findings(text: &str, severity: Severity) -> Vec<String> {
        let both = [true, false].map(|thorough| {
            let options = LoadOptions { thorough, ..LoadOptions::new("z.yaml") };
            let report = load(text, &options.strict_keys(severity)).unwrap().report;
            report.iter().map(ToString::to_string).collect::<Vec<_>>()
        });
        assert_eq!(both[0], both[1], "the two readers agree");
        let [found, _] = both;
        found
    }

    #[test]
    fn keys_that_change_when_read_are_reported() {
        for (key, becomes) in [
            ("no", "the truth value false, so it becomes \"False\""),
            ("010", "the number 8, so it becomes \"8\""),
            ("1.10", "the number 1.1, so it becomes \"1.1\""),
            ("0x1F", "the number 31"),
            ("12:30", "the number 750"),
            ("~", "no value, so it becomes \"None\""),
            ("1_0", "the number 10"),
        ] {
            let found = findings(&format!("{key}:\n  a: 1\n"), Severity::Error);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&format!("z.yaml:1:1: the key {key} is {becomes}")));
            assert!(found[0].ends_with(&format!("put it in quotes: '{key}'")));
        }
        for key in ["'no'", "1", "10", "1.1", "www", "2024-01-02", "\"010\""] {
            assert!(findings(&format!("{key}: a\n"), Severity::Error).is_empty(), "{key}");
        }
    }

    #[test]
    fn numbers_in_odd_spellings_are_reported() {
        for (number, meant) in
            [("0600", "384"), ("1:30", "90"), ("0x10", "16"), ("10:10:10", "36610")]
        {
            for text in [format!("a:\n  ttl: {number}\n"), format!("a:\n- {number}\n")] {
                let found = findings(&text, Severity::Error);
                assert_eq!(found.len(), 1, "{text}: {found:?}");
                assert!(found[0].contains(&format!(": {number} is the number {meant}")));
            }
        }
        for number in ["600", "-5", "+5", "0", "1_000", "'0600'", "1.5", "a"] {
            assert!(findings(&format!("a: {number}\n"), Severity::Error).is_empty(), "{number}");
        }
    }
}
