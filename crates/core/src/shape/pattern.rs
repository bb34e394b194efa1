//! Regular expressions for what is text with a grammar. They are of the kind that all dialects share.

use std::fmt::Write;

use crate::rdata::Mnemonics;

pub(super) const NO_NAME: &str = "not a fully qualified name";

/// `key` and a number of 16 bits.
pub(super) const KEY_NUMBER: &str =
    r"^key0*(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$";

/// A name of a number, in any case.
pub(super) fn mnemonic(names: Mnemonics) -> String {
    let any_case = |name: &str| {
        let letter = |c: char| match c {
            'A'..='Z' => format!("[{c}{}]", c.to_ascii_lowercase()),
            _ => c.to_string(),
        };
        name.chars().map(letter).collect::<String>()
    };
    let names: Vec<_> = names.names().map(any_case).collect();
    format!(r"^\s*(?:{})\s*$", names.join("|"))
}

/// An IPv4 address.
pub(super) fn ipv4() -> String {
    let number = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";
    format!(r"(?:{number}\.){{3}}{number}")
}

/// An IPv6 address (RFC 4291, section 2.2).
pub(super) fn ipv6() -> String {
    let (group, tail) = ("[0-9A-Fa-f]{1,4}", ipv4());
    let mut pattern = format!("(?:(?:{group}:){{7}}{group}|(?:{group}:){{6}}{tail}");
    // So many groups before two colons, which stand for one group at least.
    for before in 0..=7 {
        let _ = match before {
            0 => write!(pattern, "|::"),
            _ => write!(pattern, "|{group}(?::{group}){{{}}}::", before - 1),
        };
        let _ = match before {
            0..=5 => write!(
                pattern,
                "(?:(?:{group}:){{0,{}}}{group}|(?:{group}:){{0,{}}}{tail})?",
                6 - before,
                5 - before
            ),
            6 => write!(pattern, "(?:{group})?"),
            _ => Ok(()),
        };
    }
    pattern + ")"
}

/// A name of two labels or more, as the checks of names have them; labels beyond ASCII are encoded later,
/// and parts in braces filled in.
pub(super) fn name(may_be_root: bool) -> String {
    let edge = r"(?:[0-9A-Za-z_]|[^\x00-\x7F])";
    let inner = r"(?:[0-9A-Za-z_-]|[^\x00-\x7F])";
    let label = format!("{edge}(?:{inner}{{0,61}}{edge})?");
    let root = if may_be_root { r"\.|" } else { "" };
    format!(r"^(?:{root}.*\{{.*\}}.*|{label}(?:\.{label})+\.?)$")
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use fancy_regex::Regex;

    use super::*;

    #[test]
    fn addresses_are_those_that_are_read() {
        let four = Regex::new(&format!("^{}$", ipv4())).unwrap();
        for text in [
            "192.0.2.1",
            "0.0.0.0",
            "255.255.255.255",
            "256.1.1.1",
            "1.2.3",
            "01.2.3.4",
            "1.2.3.4.",
        ] {
            assert_eq!(four.is_match(text).unwrap(), text.parse::<Ipv4Addr>().is_ok(), "{text}");
        }
        let six = Regex::new(&format!("^{}$", ipv6())).unwrap();
        for text in [
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1::8",
            "1:2:3:4:5:6:192.0.2.1",
            "::ffff:192.0.2.1",
            "1:2:3:4:5::192.0.2.1",
            "1:2:3:4:5:6::8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2::3",
            ":::",
            "12345::",
            "g::",
            "1:2:3:4:5:6:7::8",
            "::1.2.3",
            "1:2:3:4:5:6:7:192.0.2.1",
            "1:",
            ":1",
            "fe80::1%eth0",
        ] {
            assert_eq!(six.is_match(text).unwrap(), text.parse::<Ipv6Addr>().is_ok(), "{text}");
        }
    }

    #[test]
    fn names_have_two_labels() {
        let (plain, or_root) =
            (Regex::new(&name(false)).unwrap(), Regex::new(&name(true)).unwrap());
        for (text, is_name) in [
            ("a.b", true),
            ("_a-b.example.", true),
            ("\u{e9}.example.", true),
            ("{zone_name}", true),
            ("nowhere", false),
            ("nowhere.", false),
            ("-a.b.", false),
            ("a..b", false),
            ("a b.c.", false),
        ] {
            assert_eq!(plain.is_match(text).unwrap(), is_name, "{text}");
            assert_eq!(or_root.is_match(text).unwrap(), is_name, "{text}");
        }
        assert!(!plain.is_match(".").unwrap());
        assert!(or_root.is_match(".").unwrap());
    }

    #[test]
    fn numbers_of_keys_have_16_bits() {
        let key = Regex::new(KEY_NUMBER).unwrap();
        for (text, is_key) in [
            ("key0", true),
            ("key65535", true),
            ("key65536", false),
            ("key", false),
            ("key00007", true),
        ] {
            assert_eq!(key.is_match(text).unwrap(), is_key, "{text}");
        }
    }
}
