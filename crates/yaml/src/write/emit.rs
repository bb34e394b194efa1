//! Lines, columns and indentation of the output, and plain scalars.

/// The column after which long text is folded.
pub(super) const WIDTH: usize = 80;

/// The output so far, and the state at its end.
#[expect(clippy::struct_excessive_bools, reason = "the states of the end of a text, all combine")]
pub(super) struct Emitter {
    pub(super) text: String,
    /// In characters.
    pub(super) column: usize,
    pub(super) indent: Option<usize>,
    pub(super) allow_unicode: bool,
    /// The line has nothing but indentation and indicators so far.
    pub(super) indention: bool,
    /// The document's end is ambiguous: a reader could take more text as part of it.
    pub(super) open_ended: bool,
    /// The last thing written was white space.
    pub(super) whitespace: bool,
}

impl Emitter {
    pub(super) fn new(allow_unicode: bool) -> Self {
        Self {
            text: String::new(),
            column: 0,
            indent: None,
            allow_unicode,
            indention: false,
            open_ended: false,
            whitespace: false,
        }
    }

    /// Indents one level deeper, and returns the previous level.
    pub(super) fn increase_indent(&mut self, indentless: bool) -> Option<usize> {
        let outer = self.indent;
        self.indent = match outer {
            None => Some(0),
            Some(indent) if indentless => Some(indent),
            Some(indent) => Some(indent + 2),
        };
        outer
    }

    /// Indents for the continuation lines of a scalar, and returns the previous level.
    pub(super) fn increase_scalar_indent(&mut self) -> Option<usize> {
        let outer = self.indent;
        self.indent = Some(outer.map_or(2, |indent| indent + 2));
        outer
    }

    pub(super) fn indicator(&mut self, indicator: &str, needs_space: bool) {
        self.indicator_at(indicator, needs_space, false);
    }

    /// An indicator; `indention`: whether the line still counts as having only indentation and indicators.
    pub(super) fn indicator_at(&mut self, indicator: &str, needs_space: bool, indention: bool) {
        if needs_space && !self.whitespace {
            self.write(" ");
        }
        self.write(indicator);
        self.whitespace = false;
        self.indention &= indention;
        self.open_ended = false;
    }

    /// Starts a line at the indentation, unless this is a new line already.
    pub(super) fn indent_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        if self.column < indent {
            self.whitespace = true;
            self.text.extend(std::iter::repeat_n(' ', indent - self.column));
            self.column = indent;
        }
    }

    pub(super) fn line_break(&mut self) {
        self.break_with('\n');
    }

    pub(super) fn break_with(&mut self, character: char) {
        self.whitespace = true;
        self.indention = true;
        self.column = 0;
        self.text.push(character);
    }

    pub(super) fn write(&mut self, text: &str) {
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
        self.text.push_str(text);
    }

    /// A plain scalar; it has no line breaks, and may be folded at single spaces inside it.
    pub(super) fn plain(&mut self, text: &str, split: bool, root: bool) {
        self.open_ended |= root;
        if text.is_empty() {
            return;
        }
        if !self.whitespace {
            self.write(" ");
        }
        self.whitespace = false;
        self.indention = false;
        if self.column + text.len() <= WIDTH || !split {
            self.write(text);
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(' ').unwrap_or(rest.len());
            self.write(&rest[..word]);
            rest = &rest[word..];
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            if spaces == 1 && self.column > WIDTH {
                self.indent_line();
                self.whitespace = false;
                self.indention = false;
            } else {
                self.write(&rest[..spaces]);
            }
            rest = &rest[spaces..];
        }
    }
}
