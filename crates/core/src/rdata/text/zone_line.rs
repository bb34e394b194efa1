//! The character strings of a line of a zone file (RFC 1035, section 5.1), as dnspython reads them.

use crate::escape::{Codes, escape};
use crate::record::RdataError;

/// What a text holds when it is read as a line of a zone file.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    strings: Vec<CharacterString>,
    has_comment: bool,
    /// How many of the strings stand on the first line.
    first_line: Option<usize>,
}

#[derive(Debug)]
struct CharacterString {
    /// As written, with its escapes.
    written: String,
    quoted: bool,
}

impl Scanned {
    /// Whether nothing is quoted, though there are several strings or a comment.
    pub(crate) fn is_bare(&self) -> bool {
        let several = self.strings.len() > 1 || self.has_comment;
        several && self.strings.iter().all(|string| !string.quoted)
    }
}

/// Splits a text into its character strings.
pub(crate) fn scan(rdata: &str) -> Result<Scanned, RdataError> {
    let line_ends = rdata.replace("\r\n", "\n");
    let chars: Vec<char> = line_ends.chars().collect();
    let mut scanned = Scanned::default();
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(&c) = chars.get(index) {
        index += 1;
        match c {
            ' ' | '\t' => {}
            '\n' | '\r' if depth > 0 => {}
            '\n' | '\r' => {
                scanned.first_line.get_or_insert(scanned.strings.len());
            }
            '(' => depth += 1,
            ')' => {
                depth = depth.checked_sub(1).ok_or(RdataError::Text("unbalanced parentheses"))?;
            }
            ';' => {
                scanned.has_comment = true;
                while chars.get(index).is_some_and(|c| !matches!(c, '\n' | '\r')) {
                    index += 1;
                }
            }
            _ => {
                let quoted = c == '"';
                let start = if quoted { index } else { index - 1 };
                let end = end_of_string(&chars, start, quoted)?;
                let written = chars[start..end].iter().collect();
                scanned.strings.push(CharacterString { written, quoted });
                index = end + usize::from(quoted);
            }
        }
    }
    if depth > 0 {
        return Err(RdataError::Text("unbalanced parentheses"));
    }
    Ok(scanned)
}

/// Where a character string ends: its closing quote, or the character after it.
fn end_of_string(chars: &[char], start: usize, quoted: bool) -> Result<usize, RdataError> {
    let mut index = start;
    loop {
        match chars.get(index) {
            None if quoted => return Err(RdataError::Text("a quote is not closed")),
            None | Some('"') => return Ok(index),
            Some(' ' | '\t' | '\n' | '\r' | ';' | '(' | ')') if !quoted => return Ok(index),
            Some('\n') => return Err(RdataError::Text("a line ends within quotes")),
            Some('\\') => match chars.get(index + 1) {
                None => return Err(RdataError::Text("a backslash ends the text")),
                Some('\n' | '\r') if !quoted => {
                    return Err(RdataError::Text("a backslash ends the line"));
                }
                Some(_) => index += 2,
            },
            Some(_) => index += 1,
        }
    }
}

/// The bytes of all character strings of the first line, one after the other.
pub(crate) fn parse(rdata: &str) -> Result<Vec<u8>, RdataError> {
    let mut scanned = scan(rdata)?;
    scanned.strings.truncate(scanned.first_line.unwrap_or(usize::MAX));
    if scanned.strings.is_empty() {
        return Err(RdataError::Text("it is empty"));
    }
    let mut all = Vec::new();
    for string in &scanned.strings {
        let bytes = unescape(&string.written)?;
        if bytes.len() > 255 {
            return Err(RdataError::Text("a character string has more than 255 bytes"));
        }
        all.extend(bytes);
    }
    Ok(all)
}

/// Unlike services, which may keep anything, a zone file has no backslash before digits that are no code.
fn unescape(written: &str) -> Result<Vec<u8>, RdataError> {
    const CODE: RdataError = RdataError::Text("an escape is not \\000 to \\255");
    let mut octets = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        let (octet, after) = match octet {
            b'\\' => escape(after, Codes::Decimal).ok_or(CODE)?,
            _ => (octet, after),
        };
        octets.push(octet);
        rest = after;
    }
    Ok(octets)
}
