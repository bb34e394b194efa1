//! Escapes in text: those of tinydns (`\072`), and those of Python's string literals.
//!
//! The format only has octal escapes, but the reference decodes the text of `'` lines with Python's
//! `unicode-escape`, which has more.

use crate::octets::push;

/// The octets of a text with escapes: `\072` is an octet, other escapes are characters in UTF-8.
///
/// A backslash that does not begin an escape is kept, with the character after it.
///
/// # Errors
///
/// Says which escape is incomplete or is not a character.
pub(crate) fn expand(text: &str) -> Result<Vec<u8>, String> {
    let mut expanded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\\' {
            rest = escape(rest, &mut expanded)?;
        } else {
            push(c, &mut expanded);
        }
    }
    Ok(expanded)
}

/// Reads an escape after its backslash; returns the rest of the text.
fn escape<'t>(text: &'t str, expanded: &mut Vec<u8>) -> Result<&'t str, String> {
    let Some(c) = text.chars().next() else {
        return Err("the text ends in a backslash; write \\134 for one".to_owned());
    };
    let rest = &text[c.len_utf8()..];
    let character = match c {
        '0'..='7' => {
            let digits =
                text.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            return number(text, digits, 8, expanded);
        }
        'x' => return number(rest, 2, 16, expanded),
        'u' => return number(rest, 4, 16, expanded),
        'U' => return number(rest, 8, 16, expanded),
        'N' => return Err("characters cannot be given by name; write \\u and four digits".into()),
        '\\' | '\'' | '"' => c,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        other => {
            expanded.push(b'\\');
            other
        }
    };
    push(character, expanded);
    Ok(rest)
}

/// A character with a code of this many digits.
fn number<'t>(
    text: &'t str,
    length: usize,
    radix: u32,
    expanded: &mut Vec<u8>,
) -> Result<&'t str, String> {
    let digits = text.get(..length).filter(|digits| digits.chars().all(|c| c.is_digit(radix)));
    let Some(digits) = digits else {
        return Err(format!("an escape does not have {length} digits"));
    };
    let code = u32::from_str_radix(digits, radix).ok();
    match (code.and_then(|code| u8::try_from(code).ok()), code.and_then(char::from_u32)) {
        // An octal escape, which is an octet.
        (Some(octet), _) if radix == 8 => expanded.push(octet),
        (_, Some(character)) => push(character, expanded),
        _ => return Err(format!("the escape with the digits {digits} is no character")),
    }
    Ok(&text[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_python() {
        for (text, expected) in [
            (r"some text\072 with octal", "some text: with octal"),
            (r"\1\12\1234", "\u{1}\nS4"),
            (r"\777\x41\u00e9\U0001F600", "\u{1ff}A\u{e9}\u{1F600}"),
            (r#"\\\'\"\a\b\f\n\r\t\v"#, "\\'\"\x07\x08\x0c\n\r\t\x0b"),
            (r"\d\;\8", r"\d\;\8"),
            ("plain é", "plain é"),
            ("snow \u{2603}", "snow \u{2603}"),
            ("", ""),
        ] {
            assert_eq!(expand(text).as_deref(), Ok(expected.as_bytes()), "{text}");
        }
    }

    #[test]
    fn octal_escapes_are_octets() {
        assert_eq!(expand(r"\303\251\377").as_deref(), Ok(&b"\xc3\xa9\xff"[..]));
        assert_eq!(expand(r"\xff").as_deref(), Ok("\u{ff}".as_bytes()));
    }

    #[test]
    fn invalid_escapes_are_refused() {
        for (text, expected) in [
            ("x\\", "ends in a backslash"),
            (r"\x4", "2 digits"),
            (r"\x4é", "2 digits"),
            (r"\u12g4", "4 digits"),
            (r"\ud800", "no character"),
            (r"\Uffffffff", "no character"),
            (r"\N{DIGIT ONE}", "by name"),
        ] {
            let error = expand(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
