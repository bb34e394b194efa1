//! The grammar: splits a text into events, with the `granit-parser` crate.
//!
//! This is the only module that uses the parser. It also refuses what the parser allows and the reference
//! does not: tabs between tokens, `?` in plain scalars of flow collections, a second document.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event as Parsed, Marker, Parser, ScalarStyle, Span, StrInput, StructureStyle};
use octodns_core::value::Position;

use super::failure::{Failure, place};
use super::tag::Tag;
use super::{characters, scalar};
use crate::ErrorKind;
use crate::error::TOO_DEEP;

/// An event of the parser.
#[derive(Debug)]
pub(super) enum Event<'t> {
    /// `missing`: nothing is written, not even the `?` of an empty key.
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
        missing: bool,
    },
    SequenceStart,
    MappingStart,
    End,
    Alias(usize),
}

/// The start of a node, or the end of a collection.
#[derive(Debug)]
pub(super) struct Step<'t> {
    pub(super) event: Event<'t>,
    pub(super) tag: Written,
    /// The number of the anchor, and its name.
    pub(super) anchor: Option<(usize, Cow<'t, str>)>,
    pub(super) position: Position,
    /// The bytes from its tag or anchor to its end; for the start of a collection, to its first token.
    pub(super) bytes: Range<usize>,
}

/// The tag before a node.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// No tag.
    Nothing,
    /// `!`, which gives a scalar the tag that it would have as a plain scalar.
    Bare,
    /// A tag with a name.
    Named(Tag),
}

impl Written {
    /// The tag of a scalar.
    pub(super) fn of_scalar(self, text: &str, plain: bool) -> Tag {
        match self {
            Self::Named(tag) => tag,
            Self::Nothing if !plain => Tag::Str,
            Self::Nothing | Self::Bare => scalar::resolve(text),
        }
    }
}

/// An open collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Flow,
    Sequence,
    /// A block mapping, with the column of its keys, counted from 0.
    Mapping(usize),
}

/// The steps of a text with one document.
pub(super) struct Events<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    peeked: Option<(Parsed<'t>, Span)>,
    file: u16,
    started: bool,
    /// Byte offsets of the tabs that are not in a quoted scalar, block scalar or comment seen so far.
    tabs: Vec<usize>,
    /// Byte offsets of the Unicode separators that are not in a quoted scalar seen so far.
    separators: Vec<usize>,
    open: Vec<Open>,
}

impl<'t> Events<'t> {
    pub(super) fn new(text: &'t str, file: u16, depth: usize) -> Self {
        let tabs: Vec<usize> = memchr::memchr_iter(b'\t', text.as_bytes()).collect();
        let options = granit_parser::options! {
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            // Only needed to know which tabs are in comments.
            emit_comments: !tabs.is_empty(),
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: depth,
            block_nesting_limit: depth,
        };
        let parser = Parser::new_from_str_with_options(text, options);
        let separators = separators_of(text);
        Self {
            text,
            parser,
            peeked: None,
            file,
            started: false,
            tabs,
            separators,
            open: Vec::new(),
        }
    }

    /// The next step, or `None` at the end.
    pub(super) fn step(&mut self) -> Result<Option<Step<'t>>, Failure> {
        loop {
            let Some((event, mut span)) = self.next()? else { return self.finish().map(|()| None) };
            let (event, tag) = match event {
                Parsed::DocumentStart(..) if self.started => {
                    return Err((ErrorKind::SecondDocument, self.position(span.start)));
                }
                Parsed::DocumentStart(..) => {
                    self.started = true;
                    continue;
                }
                Parsed::Scalar(mut text, style, _, tag) => {
                    let plain = style == ScalarStyle::Plain;
                    let missing = plain && text == "~" && self.lacks_key(&span);
                    if plain && matches!(&*text, "" | "~") {
                        self.pass_colon(&mut span);
                        // A missing value is reported as `~`, which matters when files are merged.
                        if !self.text_at(&span).starts_with('~') {
                            text = Cow::default();
                        }
                    }
                    self.check_scalar(&text, plain, &span)?;
                    let text = match style {
                        ScalarStyle::SingleQuoted => self.separate(text, &span, false)?,
                        ScalarStyle::DoubleQuoted => self.separate(text, &span, true)?,
                        _ => text,
                    };
                    (Event::Scalar { text, plain, missing }, tag)
                }
                Parsed::SequenceStart(style, _, tag) => {
                    if style == StructureStyle::Block {
                        self.find_dash(&mut span);
                        self.open.push(Open::Sequence);
                    } else {
                        self.open.push(Open::Flow);
                    }
                    (Event::SequenceStart, tag)
                }
                Parsed::MappingStart(style, _, tag) => {
                    self.open.push(match style {
                        StructureStyle::Block => Open::Mapping(span.start.col()),
                        StructureStyle::Flow => Open::Flow,
                    });
                    (Event::MappingStart, tag)
                }
                Parsed::SequenceEnd | Parsed::MappingEnd => {
                    self.open.pop();
                    (Event::End, None)
                }
                Parsed::Alias(id) => (Event::Alias(id), None),
                Parsed::UnresolvedAlias(name) => {
                    let kind = ErrorKind::UnknownAlias(name.into_owned());
                    return Err((kind, self.position(span.start)));
                }
                _ => continue,
            };
            return self.finish_step(event, tag.as_deref(), &span).map(Some);
        }
    }

    /// Whether the open collection is written in brackets or braces.
    pub(super) fn in_flow(&self) -> bool {
        self.open.last() == Some(&Open::Flow)
    }

    /// Whether there is a colon here with neither a key nor a `?` before it.
    fn lacks_key(&self, span: &Span) -> bool {
        let at = span.start.byte_offset().unwrap_or_default();
        let before = self.text.get(..at).unwrap_or_default().trim_ascii_end();
        self.text_at(span).trim_ascii_start().starts_with(':') && !before.ends_with('?')
    }

    fn text_at(&self, span: &Span) -> &'t str {
        span.start.byte_offset().and_then(|at| self.text.get(at..)).unwrap_or_default()
    }

    /// The parser's position of an empty node is sometimes at the colon before it, sometimes after.
    fn pass_colon(&self, span: &mut Span) {
        let Some(at) = span.start.byte_offset() else { return };
        if self.text.as_bytes().get(at) == Some(&b':') {
            let start = span.start;
            span.start = Marker::new(start.index() + 1, start.line(), start.col() + 1);
        }
    }

    /// For a sequence at the same indentation as its key, the parser's position is after the first dash.
    fn find_dash(&self, span: &mut Span) {
        let (Some(&Open::Mapping(column)), Some(at)) = (self.open.last(), span.start.byte_offset())
        else {
            return;
        };
        let line = self.text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let dash = line + column;
        let is_blank = |byte: &u8| *byte == b' ';
        if dash < at
            && self.text.as_bytes()[line..dash].iter().all(is_blank)
            && self.text.as_bytes()[dash] == b'-'
        {
            let index = span.start.index() - (span.start.col() - column);
            span.start = Marker::new(index, span.start.line(), column);
        }
    }

    /// Adds the properties of the node: its tag and its anchor.
    fn finish_step(
        &mut self,
        event: Event<'t>,
        tag: Option<&granit_parser::Tag>,
        span: &Span,
    ) -> Result<Step<'t>, Failure> {
        let mut start = span.start;
        if let Some(tag_start) = span.tag_start
            && tag_start.index() < start.index()
        {
            start = tag_start;
        }
        let mut anchor = None;
        if !matches!(event, Event::End | Event::Alias(_)) {
            let after = self.next()?;
            if let Some((Parsed::Anchor(id, name), span)) = after {
                if span.start.index() < start.index() {
                    start = span.start;
                }
                if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
                    let message = "an anchor's name has only letters, digits, \"-\" and \"_\"";
                    return Err((ErrorKind::Syntax(message.into()), self.position(span.start)));
                }
                anchor = Some((id, name));
            } else {
                self.peeked = after;
            }
        }
        let tag = tag.map_or(Written::Nothing, |tag| {
            match [tag.handle(), tag.suffix()].concat().as_str() {
                "!" => Written::Bare,
                name => Written::Named(Tag::named(name)),
            }
        });
        let end = span.end.byte_offset().unwrap_or_default();
        let bytes = start.byte_offset().unwrap_or(end)..end;
        Ok(Step { event, tag, anchor, position: self.position(start), bytes })
    }

    fn next(&mut self) -> Result<Option<(Parsed<'t>, Span)>, Failure> {
        if let Some(peeked) = self.peeked.take() {
            return Ok(Some(peeked));
        }
        loop {
            match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok((Parsed::Comment(..), span))) => self.cover(&span),
                Some(Ok(event)) => return Ok(Some(event)),
                Some(Err(error)) => {
                    let position = self.position(*error.marker());
                    if let Some(tab) = self.tab_at_fault(&error) {
                        return Err((ErrorKind::Tab, tab));
                    }
                    let message = match error.kind() {
                        granit_parser::ErrorKind::RecursionLimitExceeded => TOO_DEEP.to_owned(),
                        _ => error.info(),
                    };
                    return Err((ErrorKind::Syntax(message), position));
                }
            }
        }
    }

    /// The tab that an error of the parser is about, if it is about one: it comes on the line of the error, or
    /// on the next one.
    fn tab_at_fault(&self, error: &granit_parser::ScanError) -> Option<Position> {
        if !error.info().to_lowercase().contains("tab") {
            return None;
        }
        let offset = error.marker().byte_offset()?;
        let start = self.text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
        let tab = self.tabs.iter().find(|tab| **tab >= start)?;
        Some(characters::position(self.text, *tab, self.file))
    }

    fn check_scalar(&mut self, text: &str, plain: bool, span: &Span) -> Result<(), Failure> {
        if !plain {
            self.cover(span);
        } else if self.open.last() == Some(&Open::Flow)
            && (text.contains('?') || (text.starts_with(':') && text.len() > 1))
        {
            let message = "text with this \"?\" or \":\" needs quotes inside [...] and {...}";
            return Err((ErrorKind::Syntax(message.into()), self.position(span.start)));
        }
        Ok(())
    }

    /// Removes the tabs of a span in which tabs are text.
    fn cover(&mut self, span: &Span) {
        if self.tabs.is_empty() {
            return;
        }
        let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset()) else {
            return;
        };
        self.tabs.retain(|tab| !(start..end).contains(tab));
    }

    /// The reference treats U+2028 and U+2029 as line breaks. In quotes it keeps them and drops the blanks
    /// around them. Anywhere else they would break a line where nobody expects it, so they are refused.
    fn separate(
        &mut self,
        text: Cow<'t, str>,
        span: &Span,
        double: bool,
    ) -> Result<Cow<'t, str>, Failure> {
        if self.separators.is_empty() {
            return Ok(text);
        }
        let (start, end) = (span.start.byte_offset(), span.end.byte_offset());
        let (Some(start), Some(end)) = (start, end) else { return Ok(text) };
        let before = self.separators.len();
        self.separators.retain(|offset| !(start..end).contains(offset));
        if self.separators.len() == before {
            return Ok(text);
        }
        let blank = |c: char| matches!(c, ' ' | '\t');
        for (offset, found) in self.text[start..end].match_indices(is_separator) {
            let raw =
                (&self.text[start..start + offset], &self.text[start + offset + found.len()..end]);
            let trimmed = (raw.0.trim_end_matches(blank), raw.1.trim_start_matches(blank));
            let breaks = trimmed.0.ends_with(['\n', '\r']) || trimmed.1.starts_with(['\n', '\r']);
            if breaks || (double && raw != trimmed) {
                return Err(self.separator(start + offset));
            }
        }
        if double {
            return Ok(text);
        }
        let mut clean = String::with_capacity(text.len());
        for piece in text.split_inclusive(is_separator) {
            let piece = if clean.is_empty() { piece } else { piece.trim_start_matches(blank) };
            match piece.char_indices().next_back().filter(|(_, c)| is_separator(*c)) {
                Some((end, separator)) => {
                    clean.push_str(piece[..end].trim_end_matches(blank));
                    clean.push(separator);
                }
                None => clean.push_str(piece),
            }
        }
        Ok(clean.into())
    }

    fn separator(&self, offset: usize) -> Failure {
        let found = self.text[offset..].chars().next().unwrap_or('\u{2028}');
        (ErrorKind::Character(found), characters::position(self.text, offset, self.file))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if let Some(&offset) = self.separators.first() {
            return Err(self.separator(offset));
        }
        match self.tabs.first() {
            Some(&tab) => Err((ErrorKind::Tab, characters::position(self.text, tab, self.file))),
            None => Ok(()),
        }
    }

    fn position(&self, marker: Marker) -> Position {
        place(self.file, marker.line(), marker.col() + 1)
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn separators_of(text: &str) -> Vec<usize> {
    // Their first byte is rare enough to search for it alone.
    memchr::memchr_iter(0xe2, text.as_bytes())
        .filter(|offset| text[*offset..].starts_with(is_separator))
        .collect()
}
