//! Reads record data in presentation format (RFC 1035, section 5.1): as [`present`](super::present()) writes
//! it, and as people write it by hand.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use octodns_core::record::text::{Codes, Presentation, escape, unescape};
use octodns_core::record::{Mnemonics, SvcParam};

use super::bytes::Writer;
use super::name::{MAX_NAME, close_label};
use super::table::{self, Field};
use super::{WireError, hex, loc, svcb, ttl, values};

/// A word of a zone file as written, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Word<'w> {
    /// Its bytes, with their escapes.
    pub text: &'w [u8],
    /// Whether it is in quotes.
    pub quoted: bool,
    /// Whether it follows the previous word without a blank, as in `alpn="h2"`.
    pub attached: bool,
}

impl<'w> Word<'w> {
    /// A word in quotes or not, and attached to the word before it or not.
    pub fn new(text: &'w [u8], quoted: bool, attached: bool) -> Self {
        Self { text, quoted, attached }
    }

    /// A word without quotes.
    pub fn bare(text: &'w [u8]) -> Self {
        Self { text, quoted: false, attached: false }
    }
}

/// Why words are not the record data of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
#[non_exhaustive]
pub struct ScanError {
    /// The index of the word; the number of words if one is missing.
    pub word: usize,
    /// What is wrong with it.
    pub fault: WireError,
}

/// The record data of a type from its words; relative names are completed with `origin`, a name in wire
/// format.
///
/// The generic form `\# 4 c0000201` (RFC 3597, section 5) is accepted for every type. Use
/// [`from_bytes`](super::from_bytes) to check that such bytes are record data of the type.
///
/// # Errors
///
/// Fails if a word is not valid for its field, if there are too few or too many words, and for types with
/// unknown fields.
///
/// ```
/// use octodns_dns::wire::{Word, scan};
///
/// let words = [Word::bare(b"10"), Word::bare(b"mx")];
/// let rdata = scan(15, &words, b"\x07example\0")?;
/// assert_eq!(rdata, b"\x00\x0a\x02mx\x07example\x00");
/// # Ok::<(), octodns_dns::wire::ScanError>(())
/// ```
pub fn scan(number: u16, words: &[Word<'_>], origin: &[u8]) -> Result<Vec<u8>, ScanError> {
    // Most data is not longer than its text.
    let length = words.iter().map(|word| word.text.len() + 1).sum();
    let mut scanner = Scanner { words, next: 0, origin, out: Writer::with_capacity(length) };
    let result = match (words.first(), table::numbered(number)) {
        (Some(Word { text: b"\\#", quoted: false, .. }), _) => scanner.generic(),
        (_, Some(row)) => row.fields.iter().try_for_each(|field| scanner.field(*field)),
        (_, None) => {
            let name = super::type_text(number).into_owned();
            Err(WireError::field("type", name, "is written as \\# and its bytes"))
        }
    };
    let result = result.and_then(|()| match words.get(scanner.next) {
        None => Ok(()),
        Some(word) => {
            scanner.next += 1;
            Err(WireError::field("word", lossy(word.text), "is one too many"))
        }
    });
    match result {
        Ok(()) => Ok(scanner.out.into_bytes()),
        Err(fault) => Err(ScanError { word: scanner.next.saturating_sub(1), fault }),
    }
}

struct Scanner<'w> {
    words: &'w [Word<'w>],
    next: usize,
    origin: &'w [u8],
    out: Writer,
}

impl<'w> Scanner<'w> {
    fn word(&mut self, what: &'static str) -> Result<Word<'w>, WireError> {
        let word = self.words.get(self.next).copied();
        self.next += 1;
        word.ok_or(WireError::Short(what))
    }

    fn text(&mut self, what: &'static str) -> Result<&'w str, WireError> {
        let word = self.word(what)?;
        std::str::from_utf8(word.text)
            .map_err(|_| WireError::field(what, lossy(word.text), "is not ASCII"))
    }

    fn parse<T: FromStr>(&mut self, what: &'static str) -> Result<T, WireError> {
        let text = self.text(what)?;
        text.parse().map_err(|_| WireError::field("field", text, "is not expected here"))
    }

    /// All remaining words.
    fn rest(&mut self) -> &'w [Word<'w>] {
        let rest = self.words.get(self.next..).unwrap_or_default();
        self.next = self.next.max(self.words.len());
        rest
    }

    fn field(&mut self, field: Field) -> Result<(), WireError> {
        match field {
            Field::U8 => self.number("a number").and_then(|n| self.out.u8(n, "number")),
            Field::Named(names) => {
                let number = self.words.get(self.next).and_then(|word| number_of(*word, names));
                match number {
                    Some(number) => {
                        self.next += 1;
                        self.out.u8(number.into(), "number")
                    }
                    None => self.number("a number").and_then(|n| self.out.u8(n, "number")),
                }
            }
            Field::U16 => self.number("a number").and_then(|n| self.out.u16(n, "number")),
            Field::U32 => {
                let word = self.word("a number")?;
                let fault = || WireError::field("number", lossy(word.text), "is not a time");
                self.out.u32(ttl(word.text).ok_or_else(fault)?);
                Ok(())
            }
            Field::Ipv4 => {
                let address: Ipv4Addr = self.parse("an IPv4 address")?;
                self.out.bytes(&address.octets());
                Ok(())
            }
            Field::Ipv6 => {
                let address: Ipv6Addr = self.parse("an IPv6 address")?;
                self.out.bytes(&address.octets());
                Ok(())
            }
            Field::Name => {
                let word = self.word("a name")?;
                self.out.bytes(&name_bytes(word, self.origin)?);
                Ok(())
            }
            Field::Word | Field::Text => {
                let word = self.word("a text")?;
                self.out.string(&unescape(word.text, Codes::Decimal), "text")
            }
            Field::Texts => {
                let first = self.word("a text")?;
                self.out.string(&unescape(first.text, Codes::Decimal), "text")?;
                while let Some(word) = self.words.get(self.next) {
                    self.next += 1;
                    self.out.string(&unescape(word.text, Codes::Decimal), "text")?;
                }
                Ok(())
            }
            Field::RestText => {
                let word = self.word("a text")?;
                self.out.bytes(&unescape(word.text, Codes::Decimal));
                Ok(())
            }
            Field::RestHex => {
                let digits = self.joined("hexadecimal digits")?;
                self.out.bytes(&hex::decode(&digits, "digits")?);
                Ok(())
            }
            Field::RestBase64 => {
                let digits = self.joined("base64")?;
                self.out.bytes(&values::decode_base64(&digits, "base64")?);
                Ok(())
            }
            Field::Loc => {
                let words: Result<Vec<_>, _> = self.rest().iter().map(|word| utf8(*word)).collect();
                loc::scan(&words?, &mut self.out)
            }
            Field::Params => self.params(),
        }
    }

    fn number(&mut self, what: &'static str) -> Result<i64, WireError> {
        let text = self.text(what)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(|| WireError::field("number", text, "is not a whole number"))
    }

    /// The remaining words, at least one, joined into one.
    fn joined(&mut self, what: &'static str) -> Result<String, WireError> {
        match self.rest() {
            [] => self.word(what).map(|_| String::new()),
            words => words.iter().map(|word| utf8(*word)).collect(),
        }
    }

    /// RFC 3597, section 5.
    fn generic(&mut self) -> Result<(), WireError> {
        self.next += 1;
        let length = self.number("the length of the record data")?;
        let words: Result<String, _> = self.rest().iter().map(|word| utf8(*word)).collect();
        let bytes = hex::decode(&words?, "digits")?;
        if usize::try_from(length) != Ok(bytes.len()) {
            let fault = "is not the number of bytes that follow";
            return Err(WireError::field("length", length.to_string(), fault));
        }
        self.out.bytes(&bytes);
        Ok(())
    }

    /// RFC 9460, section 2.1.
    fn params(&mut self) -> Result<(), WireError> {
        let mut params = Vec::new();
        while let Some(word) = self.words.get(self.next) {
            self.next += 1;
            let text = coded(*word);
            let (key, value) = match text.split_once('=') {
                None => (&*text, SvcParam::Flag),
                Some((key, "")) => match self.words.get(self.next) {
                    Some(value) if value.attached && value.quoted => {
                        self.next += 1;
                        (key, SvcParam::read_inside(key, &coded(*value)))
                    }
                    _ => (key, SvcParam::Flag),
                },
                Some((key, value)) => (key, SvcParam::read_inside(key, value)),
            };
            params.push((svcb::key_number(key)?, value));
        }
        svcb::write_params(params.iter().map(|(key, value)| (*key, value)), &mut self.out)
    }
}

/// A name in wire format; a relative name is completed with `origin`, and `@` is `origin`.
///
/// # Errors
///
/// Refuses empty labels, and labels and names that are too long (RFC 1035, section 2.3.4).
pub fn name_bytes(word: Word<'_>, origin: &[u8]) -> Result<Vec<u8>, WireError> {
    if word.text == b"@" && !word.quoted {
        return Ok(origin.to_vec());
    }
    if word.text == b"." {
        return Ok(vec![0]);
    }
    let failed = |fault| WireError::Name { name: lossy(word.text), fault };
    let mut name = Vec::with_capacity(word.text.len() + 1 + origin.len());
    let mut start = 0;
    name.push(0);
    let mut rest = word.text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let (byte, is_dot) = match byte {
            b'\\' => {
                let (escaped, after) = escape(rest, Codes::Decimal)
                    .ok_or_else(|| failed("an escape is incomplete"))?;
                rest = after;
                (escaped, false)
            }
            byte => (byte, byte == b'.'),
        };
        if !is_dot {
            name.push(byte);
            continue;
        }
        close_label(&mut name, start).map_err(failed)?;
        start = name.len();
        name.push(0);
    }
    if name.len() > start + 1 {
        close_label(&mut name, start).map_err(failed)?;
        name.extend_from_slice(origin);
    } else if name.len() == 1 {
        return Err(failed("it is empty"));
    }
    if name.len() > MAX_NAME {
        return Err(failed("it is longer than 255 bytes"));
    }
    Ok(name)
}

/// The number that a word names (RFC 4034, section 5.3).
fn number_of(word: Word<'_>, names: Mnemonics) -> Option<u8> {
    names.number(std::str::from_utf8(word.text).ok()?)
}

fn utf8(word: Word<'_>) -> Result<&str, WireError> {
    std::str::from_utf8(word.text)
        .map_err(|_| WireError::field("word", lossy(word.text), "is not UTF-8"))
}

/// A word as text, with codes for octets that are not UTF-8.
fn coded(word: Word<'_>) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(word.text) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(word.text.len() + 3);
    for chunk in word.text.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        // The code is an escape of its own.
        if text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            text.pop();
        }
        text.push_str(&Presentation::DECIMAL.inside(chunk.invalid()));
    }
    Cow::Owned(text)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::present;

    /// Splits a line at single blanks; in quotes, `_` stands for a blank.
    fn words(line: &str) -> Vec<(String, bool, bool)> {
        let mut words = Vec::new();
        for part in line.split(' ').filter(|part| !part.is_empty()) {
            let mut attached = false;
            for (index, piece) in part.split('"').enumerate() {
                let quoted = index % 2 == 1;
                if quoted || !piece.is_empty() {
                    words.push((piece.replace('_', " "), quoted, attached));
                    attached = true;
                }
            }
        }
        words
    }

    fn scanned(number: u16, line: &str) -> Result<Vec<u8>, ScanError> {
        let owned = words(line);
        let words: Vec<_> = owned
            .iter()
            .map(|(text, quoted, attached)| Word {
                text: text.as_bytes(),
                quoted: *quoted,
                attached: *attached,
            })
            .collect();
        scan(number, &words, b"\x04unit\x05tests\0")
    }

    /// Spellings by hand, by `named-compilezone` and by `present`.
    #[test]
    fn record_data_is_read_in_every_spelling() {
        for (number, line, presented) in [
            (1, "192.0.2.1", "192.0.2.1"),
            (28, "2001:DB8::0:1", "2001:db8::1"),
            (5, "www", "www.unit.tests."),
            (5, "@", "unit.tests."),
            (5, ".", "."),
            (5, "a\\.b\\032c.x.", "a\\.b\\032c.x."),
            (15, "10 mx.x.", "10 mx.x."),
            (
                16,
                "plain \"two_words\" \"\" a\\\\b\\065;",
                "\"plain\" \"two words\" \"\" \"a\\\\bA;\"",
            ),
            (16, "foo=\"bar\"", "\"foo=\" \"bar\""),
            (29, "52 N 4 53 E -2m", "52 0 0.000 N 4 53 0.000 E -2.00m"),
            (
                29,
                "52 22 23.5 n 4 53 32 w 10 20m 30m 40m",
                "52 22 23.500 N 4 53 32.000 W 10.00m 20.00m 30.00m 40.00m",
            ),
            (33, "1 2 3 srv", "1 2 3 srv.unit.tests."),
            (35, "1 2 \"\" S \"!a!b!\" .", "1 2 \"\" \"S\" \"!a!b!\" ."),
            (43, "1 8 2 ABCD ef", "1 8 2 abcdef"),
            (43, "1 RSASHA256 SHA-256 ab", "1 8 2 ab"),
            (43, "1 ecdsap384sha384 sha384 ab", "1 14 4 ab"),
            (61, "AwE AAQ==", "AwEAAQ=="),
            (64, "1 svc alpn=\"h2,h3\" port=53", "1 svc.unit.tests. alpn=\"h2,h3\" port=\"53\""),
            (
                65,
                "1 . key667=\"a_b\" ipv4hint=192.0.2.1,192.0.2.2 mandatory=ipv4hint",
                "1 . mandatory=\"ipv4hint\" ipv4hint=\"192.0.2.1,192.0.2.2\" key667=\"a b\"",
            ),
            (65, "1 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", "1 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\""),
            (65, "1 . dohpath=/q{?dns} no-default-alpn", "1 . no-default-alpn key7=\"/q{?dns}\""),
            (256, "10 1 \"http://a/?b=c\"", "10 1 \"http://a/?b=c\""),
            (257, "0 issue \"ca.example;_x=y\"", "0 issue \"ca.example; x=y\""),
            (257, "128 iodef mailto:a@b", "128 iodef \"mailto:a@b\""),
            (6, "ns root 1 1h 15m 1w 5", "ns.unit.tests. root.unit.tests. 1 3600 900 604800 5"),
            (1, "\\# 4 c0000201", "192.0.2.1"),
            (65_400, "\\# 2 01 FF", "\\# 2 01ff"),
            (65_400, "\\# 0", "\\# 0"),
        ] {
            let rdata = scanned(number, line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(present(number, &rdata).as_deref(), Ok(presented), "{number} {line}");
            let again = scanned(
                number,
                &presented
                    .replace("two words", "two_words")
                    .replace("a b\"", "a_b\"")
                    .replace("; x", ";_x"),
            );
            assert_eq!(again, Ok(rdata), "{presented}");
        }
    }

    #[test]
    fn an_error_names_its_word() {
        let long = format!("{}.x.", "a".repeat(64));
        for (number, line, word) in [
            (1, "192.0.2.256", 0),
            (1, "192.0.2.1 x", 1),
            (1, "", 0),
            (5, "a..b", 0),
            (5, &*long, 0),
            (5, "\"\"", 0),
            (15, "10", 1),
            (15, "70000 mx", 0),
            (15, "+1 mx", 0),
            (16, "", 0),
            (29, "52 N 4 W", 3),
            (29, "52 1 1 1 N 4 W 1m", 7),
            (43, "1 8 2", 3),
            (43, "1 RSA 2 ab", 1),
            (43, "RSASHA256 8 2 ab", 0),
            (44, "RSASHA256 1 ab", 0),
            (43, "1 8 2 abc", 3),
            (61, "***", 0),
            (65, "1 . port=x", 2),
            (65, "1 . bogus=1", 2),
            (65, "1 . port=1 key3=2", 3),
            (65, "1 . alpn", 2),
            (1, "\\# 5 c0000201", 2),
            (1, "\\# x", 1),
            (65_400, "anything", 0),
        ] {
            let error = scanned(number, line).map_err(|error| error.word);
            assert_eq!(error, Err(word), "{number} {line}");
        }
    }

    #[test]
    fn names_end_in_the_origin() {
        for (text, origin, name) in [
            ("www", &b"\x01x\0"[..], Some(&b"\x03www\x01x\0"[..])),
            ("www.", b"\x01x\0", Some(b"\x03www\0")),
            ("@", b"\x01x\0", Some(b"\x01x\0")),
            ("\\@", b"\x01x\0", Some(b"\x01@\x01x\0")),
            (".", b"\x01x\0", Some(b"\0")),
            ("", b"\x01x\0", None),
            (".a", b"\x01x\0", None),
            ("a\\2", b"\x01x\0", None),
        ] {
            let read = name_bytes(Word::bare(text.as_bytes()), origin);
            assert_eq!(read.ok().as_deref(), name, "{text:?}");
        }
    }
}
