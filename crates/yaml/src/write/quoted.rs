//! Quoted scalars, and the block scalar for binary data.

use super::analysis::is_break;
use super::emit::{Emitter, WIDTH};

impl Emitter {
    /// Text in single quotes: line breaks are doubled, and it may be folded at single spaces.
    pub(super) fn single_quoted(&mut self, text: &str, split: bool) {
        self.indicator("'", true);
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let run = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
            let length;
            if first == ' ' {
                length = run(|c| c == ' ');
                let inside = rest.len() < text.len() && length < rest.len();
                if length == 1 && self.column > WIDTH && split && inside {
                    self.indent_line();
                } else {
                    self.write(&rest[..length]);
                }
            } else if is_break(first) {
                length = run(is_break);
                if first == '\n' {
                    self.line_break();
                }
                for c in rest[..length].chars() {
                    self.break_with(c);
                }
                self.indent_line();
            } else if first == '\'' {
                length = 1;
                self.write("''");
            } else {
                length = run(|c| c != ' ' && c != '\'' && !is_break(c));
                self.write(&rest[..length]);
            }
            rest = &rest[length..];
        }
        self.indicator("'", false);
    }

    /// Text in double quotes, which can express everything.
    pub(super) fn double_quoted(&mut self, text: &str, split: bool) {
        self.indicator("\"", true);
        // Characters that are not written yet: a fold may come before the space that follows them.
        let mut start = 0;
        let characters = text.chars().count();
        for (index, (end, c)) in text.char_indices().enumerate() {
            let escaped = self.needs_escape(c);
            if escaped {
                self.write(&text[start..end]);
                self.write(&escape(c));
                start = end + c.len_utf8();
            }
            let inside = 0 < index && index + 1 < characters;
            let waiting = text.get(start..end).unwrap_or("");
            // After an escape the reference counts one column less.
            let column = (self.column + waiting.chars().count()).saturating_sub(escaped.into());
            if inside && (c == ' ' || start >= end) && column > WIDTH && split {
                self.write(waiting);
                self.write("\\");
                start = start.max(end);
                self.indent_line();
                self.whitespace = false;
                self.indention = false;
                if text[start..].starts_with(' ') {
                    self.write("\\");
                }
            }
        }
        self.write(&text[start..]);
        self.indicator("\"", false);
    }

    fn needs_escape(&self, c: char) -> bool {
        match c {
            '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
            ' '..='~' => false,
            '\u{a0}'..='\u{fffd}' => !self.allow_unicode,
            _ => true,
        }
    }

    /// A block scalar of lines that ends in a line break; on the line of a key, quotes instead.
    pub(super) fn literal(&mut self, text: &str, block: bool) {
        if !block {
            self.double_quoted(text, false);
            return;
        }
        let hint = if text.is_empty() {
            ""
        } else if text == "\n" {
            "+"
        } else {
            ""
        };
        self.indicator(&format!("|{hint}"), true);
        self.line_break();
        for line in text.lines() {
            self.indent_line();
            self.write(line);
            self.line_break();
        }
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                code @ 0..=0xff => format!("\\x{code:02X}"),
                code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
