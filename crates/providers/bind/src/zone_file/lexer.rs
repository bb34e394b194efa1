//! Splits a zone file into lines (RFC 1035, section 5.1): removes comments, joins lines within parentheses,
//! and records the position of each word.

use octodns_core::value::Position;

/// A word of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The start and end of its text in the file, without quotes.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoted: bool,
    /// Whether it follows the previous word without a blank.
    pub(super) attached: bool,
    /// Its line, counted from 1, and where the line starts.
    line: u32,
    line_start: usize,
}

/// A syntax error in a zone file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) position: Position,
}

/// Reads a file line by line; a line continues while parentheses are open.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    file: u16,
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'t> Lexer<'t> {
    /// A reader of the file with this index in positions.
    pub(super) fn new(text: &'t [u8], file: u16) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self { text, file, at: 0, line: 1, line_start: 0 }
    }

    /// The text of a word.
    pub(super) fn text(&self, token: &Token) -> &'t [u8] {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// The position of a word; the column is in characters.
    pub(super) fn position(&self, token: &Token) -> Position {
        self.place(token.line, token.line_start, token.start - usize::from(token.quoted))
    }

    fn place(&self, line: u32, line_start: usize, at: usize) -> Position {
        let before = self.text.get(line_start..at).unwrap_or_default();
        let column = before.iter().filter(|byte| !is_continuation(**byte)).count() + 1;
        Position { file: self.file, line, column: column.try_into().unwrap_or(u16::MAX) }
    }

    fn fault(&self, at: usize, message: &str, help: &str) -> SyntaxError {
        let position = self.place(self.line, self.line_start, at);
        SyntaxError { message: message.to_owned(), help: help.to_owned(), position }
    }

    /// Reads the next line that is not empty into `tokens`; returns whether it starts with a blank, which
    /// means the owner of the previous line. `None` at the end.
    pub(super) fn line(&mut self, tokens: &mut Vec<Token>) -> Result<Option<bool>, SyntaxError> {
        loop {
            tokens.clear();
            if self.at >= self.text.len() {
                return Ok(None);
            }
            let starts_blank = matches!(self.text.get(self.at), Some(b' ' | b'\t'));
            self.one(tokens)?;
            if !tokens.is_empty() {
                return Ok(Some(starts_blank));
            }
        }
    }

    /// Reads one line to its end, or to the end of the line that closes its parentheses.
    fn one(&mut self, tokens: &mut Vec<Token>) -> Result<(), SyntaxError> {
        let mut open: Option<(u32, usize, usize)> = None;
        let mut depth = 0_u32;
        let mut apart = true;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.end_line();
                    if depth == 0 {
                        return Ok(());
                    }
                }
                b';' => self.skip_comment(),
                b'(' => {
                    open.get_or_insert((self.line, self.line_start, self.at));
                    depth += 1;
                    self.at += 1;
                }
                b')' => {
                    depth = depth.checked_sub(1).ok_or_else(|| {
                        let message = "a closing parenthesis has no opening one";
                        self.fault(self.at, message, "remove it, or put text with it in quotes")
                    })?;
                    self.at += 1;
                }
                b'"' => {
                    tokens.push(self.quoted(!apart)?);
                    apart = false;
                    continue;
                }
                _ => {
                    tokens.push(self.bare(!apart)?);
                    apart = false;
                    continue;
                }
            }
            apart = true;
        }
        match open.filter(|_| depth > 0) {
            Some((line, line_start, at)) => Err(SyntaxError {
                message: "a parenthesis is never closed: the file may be truncated".to_owned(),
                help: "close it after the last field; write \\( for one in text".to_owned(),
                position: self.place(line, line_start, at),
            }),
            None => Ok(()),
        }
    }

    fn end_line(&mut self) {
        self.at += 1;
        self.line = self.line.saturating_add(1);
        self.line_start = self.at;
    }

    fn skip_comment(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at += length;
    }

    fn token(&self, start: usize, quoted: bool, attached: bool) -> Token {
        let (line, line_start) = (self.line, self.line_start);
        Token { start, end: self.at, quoted, attached, line, line_start }
    }

    fn bare(&mut self, attached: bool) -> Result<Token, SyntaxError> {
        let start = self.at;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            // Nearly all bytes stand for themselves, so that a look at a table is quicker than eight comparisons.
            self.at += rest.iter().take_while(|byte| !SPECIAL[usize::from(**byte)]).count();
            match self.text.get(self.at) {
                Some(b'\\') => match self.text.get(self.at + 1) {
                    None | Some(b'\n' | b'\r') => {
                        let message = "a backslash ends the line";
                        return Err(self.fault(self.at, message, "write \\\\ for a backslash"));
                    }
                    Some(_) => self.at += 2,
                },
                _ => break,
            }
        }
        Ok(self.token(start, false, attached))
    }

    fn quoted(&mut self, attached: bool) -> Result<Token, SyntaxError> {
        let quote = self.at;
        self.at += 1;
        let start = self.at;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    let token = self.token(start, true, attached);
                    self.at += 1;
                    return Ok(token);
                }
                b'\n' => break,
                b'\\' if self.text.get(self.at + 1).is_some_and(|byte| *byte != b'\n') => {
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        let help = "close it, or write the line end within it as \\010";
        Err(self.fault(quote, "a quote is not closed in its line", help))
    }
}

/// The bytes that end a word without quotes, and the backslash, which takes the byte behind it along.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let bytes = b" \t\r\n;()\"\\";
    let mut index = 0;
    while index < bytes.len() {
        special[bytes[index] as usize] = true;
        index += 1;
    }
    special
};

/// Whether a byte is a UTF-8 continuation byte.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a text: with `_` for a blank at the start, words in quotes with their quotes, and `+`
    /// before attached words.
    fn lines(text: &str) -> Result<Vec<String>, (String, u32, u16)> {
        let mut lexer = Lexer::new(text.as_bytes(), 0);
        let (mut tokens, mut lines) = (Vec::new(), Vec::new());
        let told = |fault: SyntaxError| (fault.message, fault.position.line, fault.position.column);
        while let Some(blank) = lexer.line(&mut tokens).map_err(told)? {
            let mut line = if blank { vec!["_".to_owned()] } else { Vec::new() };
            line.extend(tokens.iter().map(|token| {
                let text = String::from_utf8_lossy(lexer.text(token)).into_owned();
                let text = if token.quoted { format!("\"{text}\"") } else { text };
                if token.attached { format!("+{text}") } else { text }
            }));
            lines.push(line.join(" "));
        }
        Ok(lines)
    }

    #[test]
    fn lines_are_words_without_comments_and_parentheses() {
        for (text, expected) in [
            ("", vec![]),
            ("; only\n\n  ; comments", vec![]),
            ("a b\tc ; d\n e\r\n", vec!["a b c", "_ e"]),
            ("a ( b ; x\n c\n) d\ne", vec!["a b c d", "e"]),
            ("(\n a )(b)\n", vec!["a b"]),
            ("t \"a b\" \"c;(\\\"\" \"\"", vec!["t \"a b\" \"c;(\\\"\" \"\""]),
            ("k=\"v\" w\"x\"y", vec!["k= +\"v\" w +\"x\" +y"]),
            ("a\\;b\\ c \\\"", vec!["a\\;b\\ c \\\""]),
            ("\u{feff}a", vec!["a"]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(lines(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn unterminated_parts_are_reported_at_their_start() {
        for (text, message, line, column) in [
            ("a\nb é (c\nd\n", "never closed", 2, 5),
            ("a )\n", "no opening one", 1, 3),
            ("a\n  \"b\nc\"", "a quote", 2, 3),
            ("\"b", "a quote", 1, 1),
            ("\"b\\", "a quote", 1, 1),
            ("ab\\\nc", "a backslash", 1, 3),
            ("ab\\", "a backslash", 1, 3),
        ] {
            let (found, at_line, at_column) = lines(text).unwrap_err();
            assert!(found.contains(message), "{text:?}: {found}");
            assert_eq!((at_line, at_column), (line, column), "{text:?}");
        }
    }
}
