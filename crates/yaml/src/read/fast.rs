//! The fast reader: reads the plain block style of zone files in one pass.
//!
//! It supports block mappings and sequences, plain and quoted scalars and comments. At anything else (a tag,
//! an anchor, a flow collection, a tab, an error ...) it gives up, and the full reader reads the text again
//! from the start. What it does read is identical, to the column; the tests of this crate compare the two.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use octodns_core::value::{Kind, Position};
use octodns_core::{Report, Value};

use super::failure::place;
use super::mapping::{self, Rules, Sequence};
use super::tag::Tag;
use super::{characters, scalar, spelling};

/// Deeper nesting is left to the full reader, which has the limit.
const DEEPEST: usize = 48;

/// Longer keys are left to the full reader, since a key is limited to 1024 characters.
const LONGEST_KEY: usize = 1000;

/// The indentation at the end of the text: less than any other.
const END: isize = -1;

/// Reads a text, or gives up.
pub(super) fn read<'t>(
    text: &'t str,
    file: u16,
    rules: Rules,
    files: &[Arc<str>],
    report: &mut Report,
) -> Option<Value<'t>> {
    Reader::new(text, file, rules, files, report)?.document()
}

/// Reads a text that is one mapping, and passes on each entry as soon as it is read; if it gives up, the
/// entries so far are void.
pub(super) fn read_entries<'t>(
    text: &'t str,
    file: u16,
    rules: Rules,
    files: &[Arc<str>],
    report: &mut Report,
    each: &mut dyn FnMut(&Value<'t>, Value<'t>),
) -> Option<()> {
    Reader::new(text, file, rules, files, report)?.entries_of_document(each)
}

impl<'t, 's> Reader<'t, 's> {
    fn new(
        text: &'t str,
        file: u16,
        rules: Rules,
        files: &'s [Arc<str>],
        report: &'s mut Report,
    ) -> Option<Self> {
        let bytes = text.as_bytes();
        let wide = characters::next_wide(bytes, 0);
        let is_ascii = wide == bytes.len();
        if !characters::is_simple(bytes) || (!is_ascii && characters::has_separator(bytes)) {
            return None;
        }
        Some(Self {
            text,
            bytes,
            at: 0,
            line: 1,
            line_start: 0,
            indent: END,
            depth: 0,
            counted: Cell::default(),
            wide,
            file,
            rules,
            files,
            report,
            entries: Vec::new(),
            elements: Vec::new(),
        })
    }
}

struct Reader<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: u32,
    line_start: usize,
    /// The indentation of the line, if `at` is where its content starts.
    indent: isize,
    depth: usize,
    /// The last requested position, and the number of characters before it in its line.
    counted: Cell<(usize, usize)>,
    /// The first byte from the start of the line on that is not ASCII. Before it, columns are bytes.
    wide: usize,
    file: u16,
    rules: Rules,
    files: &'s [Arc<str>],
    report: &'s mut Report,
    /// The entries of all open mappings; each mapping takes its own off the end.
    entries: Vec<(Value<'t>, Value<'t>)>,
    /// The elements of all open sequences.
    elements: Vec<Value<'t>>,
}

/// A scalar, and whether it is plain.
struct Scalar<'t> {
    text: Cow<'t, str>,
    bare: bool,
    position: Position,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Option<Value<'t>> {
        self.start()?;
        let value = self.block(self.indent)?;
        (self.indent == END).then_some(value)
    }

    fn entries_of_document(&mut self, each: &mut dyn FnMut(&Value<'t>, Value<'t>)) -> Option<()> {
        self.start()?;
        if self.is_dash() {
            return None;
        }
        self.depth += 1;
        let (column, order) = (self.indent, self.rules.order.unwrap_or_default());
        let mut before: Option<Value<'t>> = None;
        loop {
            let key = self.key()?;
            let rises = match &before {
                Some(before) => order.compare_keys(before, &key) == Some(Ordering::Less),
                None => order.compare_keys(&key, &key) == Some(Ordering::Equal),
            };
            // Duplicates and disorder can only be reported with all keys known.
            if !rises {
                return None;
            }
            let value = self.entry_value(column)?;
            each(&key, value);
            before = Some(key);
            if self.indent != column {
                break;
            }
            if self.is_dash() {
                return None;
            }
        }
        (self.indent == END).then_some(())
    }

    /// Moves to the start of the content.
    fn start(&mut self) -> Option<()> {
        self.find_content()?;
        if self.indent == 0 && self.bytes[self.at..].starts_with(b"---\n") {
            self.at += "---".len();
            self.next_line();
            self.find_content()?;
        }
        if self.indent == END {
            return None;
        }
        self.refuse_marker()
    }

    /// A collection that starts on the current line.
    fn block(&mut self, column: isize) -> Option<Value<'t>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = if self.is_dash() { self.sequence(column) } else { self.mapping(column) };
        self.depth -= 1;
        value
    }

    fn sequence(&mut self, column: isize) -> Option<Value<'t>> {
        let position = self.position(self.at);
        let base = self.elements.len();
        loop {
            self.at += 1;
            let value = self.element(column)?;
            self.elements.push(value);
            if self.indent != column || !self.is_dash() {
                break;
            }
        }
        if self.indent > column {
            return None;
        }
        let elements = self.elements.drain(base..).collect();
        Some(Value::new(Kind::List(elements), position))
    }

    /// The node after a dash.
    fn element(&mut self, column: isize) -> Option<Value<'t>> {
        let dash_end = self.at;
        self.skip_spaces();
        if self.at_line_end() {
            return self.on_next_lines(column, dash_end, false);
        }
        let inner = isize::try_from(self.at - self.line_start).ok()?;
        if self.is_dash() || self.is_key() {
            self.indent = inner;
            return self.block(inner);
        }
        self.scalar_value(column)
    }

    fn mapping(&mut self, column: isize) -> Option<Value<'t>> {
        let position = self.position(self.at);
        let base = self.entries.len();
        let order = self.rules.order.unwrap_or_default();
        let mut sequence = Sequence::Rising;
        loop {
            let key = self.key()?;
            if let Some((before, _)) = self.entries[base..].last() {
                sequence = sequence.next(order.compare_keys(before, &key));
            }
            // The entry is pushed before its value is known, so that the entries of inner mappings are pushed
            // and popped above it.
            self.entries.push((key, Value::NULL));
            let place = self.entries.len() - 1;
            let value = self.entry_value(column)?;
            self.entries[place].1 = value;
            if self.indent != column {
                break;
            }
            if self.is_dash() {
                return None;
            }
        }
        if self.indent > column {
            return None;
        }
        let entries = self.entries.drain(base..).collect();
        let map = mapping::finish(entries, Some(sequence), self.rules, self.files, self.report);
        Some(Value::new(Kind::Map(map), position))
    }

    /// The value after the colon of a key.
    fn entry_value(&mut self, column: isize) -> Option<Value<'t>> {
        let colon = self.at;
        self.skip_spaces();
        if self.at_line_end() {
            return self.on_next_lines(column, colon, true);
        }
        self.scalar_value(column)
    }

    /// A value that starts on a line after its key or dash, which ends at `end`, or no value.
    fn on_next_lines(&mut self, column: isize, end: usize, of_key: bool) -> Option<Value<'t>> {
        let nothing = Value { position: self.position(end), ..Value::NULL };
        self.end_line()?;
        if self.indent > column || (of_key && self.indent == column && self.is_dash()) {
            return self.block(self.indent);
        }
        // In the full reader, the position of a missing value is after the blanks.
        (of_key || self.bytes.get(end).is_none_or(|byte| *byte == b'\n')).then_some(nothing)
    }

    /// A scalar up to the end of its line, or of its continuation lines.
    fn scalar_value(&mut self, column: isize) -> Option<Value<'t>> {
        let mut scalar = self.scalar()?;
        if scalar.bare {
            self.end_line()?;
            while self.indent > column && self.goes_on() {
                self.continue_bare(&mut scalar)?;
            }
            if self.indent > column {
                return None;
            }
        } else {
            self.end_line()?;
        }
        self.value(scalar, |value, text| !spelling::is_odd(&value.kind, text))
    }

    /// Whether the current line follows directly on the one in which the plain scalar ends.
    fn goes_on(&self) -> bool {
        let before = self.bytes[..self.line_start].strip_suffix(b"\n").unwrap_or_default();
        let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
        let line = &before[line..];
        // A blank line or a comment in between would make a difference.
        !line.trim_ascii().is_empty()
            && !line.trim_ascii().starts_with(b"#")
            && !line.windows(2).any(|pair| pair == b" #")
    }

    fn continue_bare(&mut self, scalar: &mut Scalar<'t>) -> Option<()> {
        let start = self.at;
        let end = self.bare_end(start)?;
        self.at = end;
        let text = scalar.text.to_mut();
        text.push(' ');
        text.push_str(&self.text[start..end]);
        self.end_line()
    }

    /// The value of a scalar; the full reader reports those that are misspelled.
    fn value(
        &self,
        scalar: Scalar<'t>,
        is_fine: fn(&Value<'_>, &str) -> bool,
    ) -> Option<Value<'t>> {
        let Scalar { text, bare, position } = scalar;
        let tag = if bare { scalar::resolve(&text) } else { Tag::Str };
        if tag == Tag::Str {
            return Some(Value::new(Kind::Str(text), position));
        }
        if !self.rules.checks_spelling {
            return Some(Value::new(scalar::construct(&tag, text).ok()?, position));
        }
        let value = Value::new(scalar::construct(&tag, text.clone()).ok()?, position);
        is_fine(&value, &text).then_some(value)
    }

    /// The current key, up to and including its colon.
    fn key(&mut self) -> Option<Value<'t>> {
        let start = self.at;
        let scalar = match self.bytes.get(start)? {
            b'\'' | b'"' => self.scalar()?,
            byte if self.may_start_bare(*byte) => {
                let end = self.bare_key_end(start)?;
                self.at = end;
                let text = Cow::Borrowed(&self.text[start..end]);
                Scalar { text, bare: true, position: self.position(start) }
            }
            _ => return None,
        };
        if self.at - start > LONGEST_KEY || !self.is_colon(self.at) {
            return None;
        }
        self.at += 1;
        self.value(scalar, spelling::is_kept)
    }

    fn is_colon(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b':')
            && matches!(self.bytes.get(at + 1), Some(b' ' | b'\n') | None)
    }

    fn is_dash(&self) -> bool {
        self.bytes.get(self.at) == Some(&b'-')
            && matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n') | None)
    }

    /// Whether the line continues with a key and its colon; anything that is neither that nor a scalar is
    /// detected later.
    fn is_key(&self) -> bool {
        match self.bytes.get(self.at) {
            Some(quote @ (b'\'' | b'"')) => {
                let rest = &self.bytes[self.at + 1..];
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let mut from = 0;
                while let Some(found) = memchr::memchr(*quote, &rest[from..line]) {
                    let end = from + found;
                    let doubled = *quote == b'\'' && rest.get(end + 1) == Some(quote);
                    let escaped = *quote == b'"' && is_escaped(&rest[..end]);
                    if !doubled && !escaped {
                        return self.is_colon(self.at + 1 + end + 1);
                    }
                    from = end + if doubled { 2 } else { 1 };
                }
                false
            }
            Some(_) => self.bare_key_end(self.at).is_some(),
            None => false,
        }
    }

    /// The position of the colon after a plain key, if the line has one.
    fn bare_key_end(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            at = characters::next_end(self.bytes, at);
            match self.bytes.get(at)? {
                b'\n' => return None,
                b':' if self.is_colon(at) => break,
                b'#' if at > start && self.bytes[at - 1] == b' ' => return None,
                _ => at += 1,
            }
        }
        // Blanks before the colon are left to the full reader.
        (at > start && self.bytes[at - 1] != b' ').then_some(at)
    }

    fn may_start_bare(&self, byte: u8) -> bool {
        match byte {
            b'-' => !matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n') | None),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' | b'?' | b':' => false,
            _ => true,
        }
    }

    fn scalar(&mut self) -> Option<Scalar<'t>> {
        let start = self.at;
        let position = self.position(start);
        match self.bytes.get(start)? {
            b'\'' => Some(Scalar { text: self.single_quoted()?, bare: false, position }),
            b'"' => Some(Scalar { text: self.double_quoted()?, bare: false, position }),
            byte if self.may_start_bare(*byte) => {
                let end = self.bare_end(start)?;
                self.at = end;
                Some(Scalar { text: Cow::Borrowed(&self.text[start..end]), bare: true, position })
            }
            _ => None,
        }
    }

    /// The end of a plain scalar that starts at `start`: the end of the line, or the start of a comment.
    fn bare_end(&self, start: usize) -> Option<usize> {
        let mut at = characters::next_end(self.bytes, start);
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\n' => break,
                // A key inside a value is an error, which the full reader reports.
                b':' if self.is_colon(at) => return None,
                b'#' if at == start || self.bytes[at - 1] == b' ' => break,
                _ => at = characters::next_end(self.bytes, at + 1),
            }
        }
        while at > start && self.bytes[at - 1] == b' ' {
            at -= 1;
        }
        (at > start).then_some(at)
    }

    fn single_quoted(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at + 1;
        let mut text: Option<String> = None;
        let mut from = start;
        loop {
            let at = from + memchr::memchr2(b'\'', b'\n', &self.bytes[from..])?;
            if self.bytes[at] == b'\n' {
                return None;
            }
            if self.bytes.get(at + 1) == Some(&b'\'') {
                text.get_or_insert_default().push_str(&self.text[from..=at]);
                from = at + 2;
                continue;
            }
            self.at = at + 1;
            let rest = &self.text[from..at];
            return Some(match text {
                None => Cow::Borrowed(rest),
                Some(text) => Cow::Owned(text + rest),
            });
        }
    }

    fn double_quoted(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at + 1;
        let mut text: Option<String> = None;
        let mut from = start;
        loop {
            let at = from + memchr::memchr3(b'"', b'\n', b'\\', &self.bytes[from..])?;
            match self.bytes[at] {
                b'"' => {
                    self.at = at + 1;
                    let rest = &self.text[from..at];
                    return Some(match text {
                        None => Cow::Borrowed(rest),
                        Some(text) => Cow::Owned(text + rest),
                    });
                }
                b'\\' if matches!(self.bytes.get(at + 1), Some(b'"' | b'\\')) => {
                    let text = text.get_or_insert_default();
                    text.push_str(&self.text[from..at]);
                    text.push_str(&self.text[at + 1..at + 2]);
                    from = at + 2;
                }
                _ => return None,
            }
        }
    }

    fn skip_spaces(&mut self) {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    /// Whether the rest of the line is blank or a comment.
    fn at_line_end(&self) -> bool {
        match self.bytes.get(self.at) {
            None | Some(b'\n') => true,
            Some(b'#') => self.at > 0 && self.bytes[self.at - 1] == b' ',
            Some(_) => false,
        }
    }

    /// Moves to the next content, across blanks and a comment on this line.
    fn end_line(&mut self) -> Option<()> {
        self.skip_spaces();
        if !self.at_line_end() {
            return None;
        }
        self.next_line();
        self.find_content()?;
        self.refuse_marker()
    }

    /// Moves to the start of the next line.
    fn next_line(&mut self) {
        let rest = &self.bytes[self.at..];
        // Mostly, the line ends here.
        let length =
            if rest.first() == Some(&b'\n') { Some(0) } else { memchr::memchr(b'\n', rest) };
        match length {
            Some(length) => {
                self.at += length + 1;
                self.line = self.line.saturating_add(1);
            }
            None => self.at = self.bytes.len(),
        }
        self.line_start = self.at;
        if self.wide < self.at {
            self.wide = characters::next_wide(self.bytes, self.at);
        }
    }

    /// Moves from the start of a line to the next content, and measures its indentation.
    fn find_content(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            match self.bytes.get(self.at) {
                None => {
                    self.indent = END;
                    return Some(());
                }
                Some(b'\n' | b'#') => self.next_line(),
                Some(_) => {
                    self.indent = isize::try_from(self.at - self.line_start).ok()?;
                    return Some(());
                }
            }
        }
    }

    /// Leaves document end markers, further documents and directives to the full reader.
    fn refuse_marker(&self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let marker = self.indent == 0
            && (rest.starts_with(b"---") || rest.starts_with(b"...") || rest.starts_with(b"%"));
        (!marker).then_some(())
    }

    fn position(&self, at: usize) -> Position {
        let is_ascii = at <= self.wide;
        let column = if is_ascii { at - self.line_start } else { self.characters_before(at) };
        Position { line: self.line, ..place(self.file, 0, column + 1) }
    }

    /// The number of characters before a position in its line; continues from the last position if that is in
    /// the same line.
    fn characters_before(&self, at: usize) -> usize {
        let (mut from, mut count) = self.counted.get();
        if !(self.line_start..=at).contains(&from) {
            (from, count) = (self.line_start, 0);
        }
        count += self.text[from..at].chars().count();
        self.counted.set((at, count));
        count
    }
}

/// Whether the character after `before` is escaped by a backslash.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}
