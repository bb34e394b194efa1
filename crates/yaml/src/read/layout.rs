//! The layout of a text: the bytes of each node, for moving nodes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use octodns_core::Value;
use octodns_core::value::{Kind, Position};

use super::events::{Event, Events, Step};
use super::failure::Failure;
use super::scalar;
use super::tag::Tag;

/// A node, and the bytes from its tag or anchor to its end.
#[derive(Debug)]
pub(crate) struct Item<'t> {
    pub(crate) bytes: Range<usize>,
    pub(crate) position: Position,
    /// The number of its anchor.
    pub(crate) anchor: Option<usize>,
    /// The number of the anchor that it refers to, if it is an alias.
    pub(crate) alias: Option<usize>,
    pub(crate) content: Content<'t>,
}

#[derive(Debug)]
pub(crate) enum Content<'t> {
    Scalar(Name<'t>),
    Alias,
    List(Vec<Item<'t>>),
    Map { flow: bool, pairs: Vec<Pair<'t>> },
}

/// The value of a scalar as a key.
#[derive(Clone, Debug)]
pub(crate) enum Name<'t> {
    Key(Value<'t>),
    Merge,
}

/// An entry of a mapping.
#[derive(Debug)]
pub(crate) struct Pair<'t> {
    pub(crate) key: Item<'t>,
    pub(crate) value: Item<'t>,
}

impl Pair<'_> {
    /// The bytes from the start of its key to the end of its value.
    pub(crate) fn bytes(&self) -> Range<usize> {
        self.key.bytes.start..self.key.bytes.end.max(self.value.bytes.end)
    }
}

/// The layout of a text that was read without errors; `None` for an empty text.
pub(crate) fn layout(text: &str, depth: usize) -> Result<Option<Item<'_>>, Failure> {
    let mut builder = Builder { text, ..Builder::default() };
    let mut events = Events::new(text, 0, depth);
    while let Some(step) = events.step()? {
        builder.add(step, events.in_flow());
    }
    Ok(builder.root)
}

/// An open collection.
struct Open<'t> {
    item: Item<'t>,
    flow: bool,
    /// The key whose value is next.
    key: Option<Item<'t>>,
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    open: Vec<Open<'t>>,
    root: Option<Item<'t>>,
    /// The values of scalars with anchors, for aliases as keys.
    names: HashMap<usize, Name<'t>>,
}

impl<'t> Builder<'t> {
    fn add(&mut self, step: Step<'t>, flow: bool) {
        let Step { event, tag, anchor, position, bytes } = step;
        let mut bytes = bytes;
        let alias = if let Event::Alias(number) = event { Some(number) } else { None };
        let content = match event {
            Event::Scalar { text, plain, .. } => {
                bytes.end = self.end_of_scalar(&text, plain, bytes.end).max(bytes.start);
                Content::Scalar(name(&tag.of_scalar(&text, plain), text, position))
            }
            Event::Alias(_) => Content::Alias,
            Event::SequenceStart => Content::List(Vec::new()),
            Event::MappingStart => Content::Map { flow, pairs: Vec::new() },
            Event::End => return self.close(bytes.end),
        };
        let anchor = anchor.map(|(number, _)| number);
        if let (Some(number), Content::Scalar(name)) = (anchor, &content) {
            self.names.insert(number, name.clone());
        }
        let item = Item { bytes, position, anchor, alias, content };
        match item.content {
            Content::Scalar(_) | Content::Alias => self.attach(item),
            Content::List(_) | Content::Map { .. } => {
                self.open.push(Open { item, flow, key: None });
            }
        }
    }

    /// The end of a scalar. The parser includes what follows a block scalar: the indentation of the next
    /// line, and blank lines, which belong to the scalar only if it keeps them (`|+`).
    fn end_of_scalar(&self, text: &str, plain: bool, end: usize) -> usize {
        let before = self.text.get(..end).unwrap_or_default();
        if plain {
            return end;
        }
        let keeps = text.ends_with("\n\n") || (!text.is_empty() && text.trim().is_empty());
        let kept = before.trim_end_matches(' ');
        if keeps && kept.ends_with(['\n', '\r']) { kept.len() } else { before.trim_end().len() }
    }

    fn close(&mut self, end: usize) {
        let Some(Open { mut item, flow, .. }) = self.open.pop() else { return };
        let last = match &item.content {
            Content::List(items) => items.last().map(|item| item.bytes.end),
            Content::Map { pairs, .. } => pairs.last().map(|pair| pair.bytes().end),
            Content::Scalar(_) | Content::Alias => None,
        };
        // The parser ends a block collection only at the start of the next token.
        item.bytes.end = if flow { end } else { last.unwrap_or(item.bytes.end) };
        self.attach(item);
    }

    /// Adds a node to the open collection.
    fn attach(&mut self, item: Item<'t>) {
        let Some(Open { item: parent, key, .. }) = self.open.last_mut() else {
            self.root = Some(item);
            return;
        };
        match &mut parent.content {
            Content::List(items) => items.push(item),
            Content::Map { pairs, .. } => {
                if let Some(key) = key.take() {
                    pairs.push(Pair { key, value: item });
                } else {
                    let name = item.alias.and_then(|number| self.names.get(&number).cloned());
                    let content = name.map_or(item.content, Content::Scalar);
                    *key = Some(Item { content, ..item });
                }
            }
            Content::Scalar(_) | Content::Alias => {}
        }
    }
}

fn name<'t>(tag: &Tag, text: Cow<'t, str>, position: Position) -> Name<'t> {
    let kind = match tag {
        Tag::Merge => return Name::Merge,
        // As a key, `=` is text.
        Tag::Value => Kind::Str(text),
        tag => scalar::construct(tag, text).unwrap_or_default(),
    };
    Name::Key(Value::new(kind, position))
}
