//! How a text may be written: plain, in single quotes, or only in double quotes.

use crate::read::resolves_to_text;

/// The styles that are allowed for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) plain: bool,
    pub(super) single_quoted: bool,
    pub(super) multiline: bool,
}

/// Whether a plain scalar would be read as this text, not as a number or the like.
pub(super) fn is_plain_text(text: &str) -> bool {
    resolves_to_text(text)
}

/// The characters that the reference treats as line breaks within text.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank_or_break(c: char) -> bool {
    matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c)
}

/// Examines every character and its neighbours.
pub(super) fn analyze(text: &str, allow_unicode: bool) -> Analysis {
    if text.is_empty() {
        return Analysis { plain: true, single_quoted: true, multiline: false };
    }
    let mut found = Found {
        indicators: text.starts_with("---") || text.starts_with("..."),
        ..Found::default()
    };
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        found.look(previous, c, characters.peek().copied(), allow_unicode);
        previous = Some(c);
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let edges = edge(text.chars().next()) || edge(previous);
    let quotes = found.space_break || found.special;
    Analysis {
        plain: !(edges || found.break_space || quotes || found.breaks || found.indicators),
        single_quoted: !(found.break_space || quotes),
        multiline: found.breaks,
    }
}

/// The findings so far.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "five findings that do not depend on each other")]
struct Found {
    indicators: bool,
    breaks: bool,
    special: bool,
    /// A space after a break.
    break_space: bool,
    /// A break after a space.
    space_break: bool,
}

impl Found {
    fn look(&mut self, previous: Option<char>, c: char, next: Option<char>, allow_unicode: bool) {
        let followed = next.is_none_or(is_blank_or_break);
        self.indicators |= match previous {
            None => match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`' => true,
                '?' | ':' | '-' => followed,
                _ => false,
            },
            Some(previous) => match c {
                ':' => followed,
                '#' => is_blank_or_break(previous),
                _ => false,
            },
        };
        self.special |= match c {
            '\n' | ' '..='~' => false,
            '\u{feff}' | '\u{10ffff}' => true,
            '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => !allow_unicode,
            _ => true,
        };
        self.breaks |= is_break(c);
        self.break_space |= c == ' ' && previous.is_some_and(is_break);
        self.space_break |= is_break(c) && previous == Some(' ');
    }
}
