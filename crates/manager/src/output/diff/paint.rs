//! Lines with colours, or without.

use std::borrow::Cow;

use octodns_core::value::visible;

/// What a stretch of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing in particular.
    Plain,
    /// What everything below is about.
    Heading,
    /// What is of less interest.
    Faint,
    /// What is new.
    Added,
    /// What goes.
    Removed,
    /// What is another.
    Changed,
    /// What goes, where more than a value does.
    Deleted,
    /// What deserves a look.
    Notice,
    /// What is new inside a text.
    AddedWord,
    /// What goes inside a text.
    RemovedWord,
}

impl Style {
    /// Its code (ECMA-48, "select graphic rendition"). Inside a text, lines tell sides apart where colours do not.
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Heading => "1",
            Self::Faint => "2",
            Self::Added => "32",
            Self::Removed => "31",
            Self::Changed => "33",
            Self::Deleted => "1;31",
            Self::Notice => "1;35",
            Self::AddedWord => "4;32",
            Self::RemovedWord => "9;31",
        }
    }
}

/// A stretch of a line. Its text is as it comes, and escaped when it is written.
pub(super) struct Span {
    style: Style,
    text: String,
}

/// A line that is put together.
#[derive(Default)]
pub(super) struct Line(Vec<Span>);

impl Line {
    /// Adds a text, whatever stands in it.
    #[must_use]
    pub(super) fn with(mut self, style: Style, text: &str) -> Self {
        let text = match visible(text) {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        };
        self.0.push(Span { style, text });
        self
    }

    /// Adds another line at its end.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds blanks, until it has so many characters.
    #[must_use]
    pub(super) fn padded(self, width: usize) -> Self {
        let blanks = width.saturating_sub(self.width());
        self.with(Style::Plain, &" ".repeat(blanks))
    }

    /// How many characters it has.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|span| span.text.chars().count()).sum()
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.width() == 0
    }
}

/// A text that grows by lines.
pub(super) struct Paper {
    is_coloured: bool,
    text: String,
}

impl Paper {
    /// Nothing yet.
    pub(super) fn new(is_coloured: bool) -> Self {
        Self { is_coloured, text: String::new() }
    }

    /// Writes a line, without the blanks at its end.
    pub(super) fn line(&mut self, line: &Line) {
        let blank = |span: &Span| span.text.trim_end().is_empty();
        let spans = line.0.len() - line.0.iter().rev().take_while(|span| blank(span)).count();
        for (index, Span { style, text }) in line.0[..spans].iter().enumerate() {
            let text = if index + 1 == spans { text.trim_end() } else { text };
            match style.code() {
                code if self.is_coloured && !code.is_empty() && !text.is_empty() => {
                    for part in ["\x1b[", code, "m", text, "\x1b[0m"] {
                        self.text.push_str(part);
                    }
                }
                _ => self.text.push_str(text),
            }
        }
        self.text.push('\n');
    }

    /// Writes an empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// All that was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_no_code() {
        for is_coloured in [false, true] {
            let mut paper = Paper::new(is_coloured);
            paper.line(&Line::default().with(Style::Added, "a\x1b[2Jb\n\u{202e}").padded(40));
            let shown = paper.into_text();
            let own = shown.replace("\x1b[32m", "").replace("\x1b[0m", "");
            assert_eq!(own, "a\\x1b[2Jb\\n\\u202e\n");
            assert_eq!(own != shown, is_coloured);
        }
    }
}
