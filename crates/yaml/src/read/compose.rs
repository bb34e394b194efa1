//! Builds nodes from events: the document as a graph, with tags resolved and aliases pointing to their
//! anchors.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use octodns_core::value::Position;

use super::events::{Event, Events, Step, Written};
use super::failure::Failure;
use super::tag::Tag;
use crate::ErrorKind;

/// Index of a node in its graph.
pub(super) type NodeId = usize;

/// A node, which may be reached more than once, even from itself.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) content: Content<'t>,
    pub(super) tag: Tag,
    pub(super) position: Position,
    /// Being constructed right now; reaching it again is a recursion.
    pub(super) busy: bool,
}

#[derive(Debug)]
pub(super) enum Content<'t> {
    Scalar(Cow<'t, str>),
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
}

impl Content<'_> {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }

    /// The same content with node ids shifted by `offset`, borrowing nothing.
    pub(super) fn moved<'a>(self, offset: usize) -> Content<'a> {
        match self {
            Self::Scalar(text) => Content::Scalar(Cow::Owned(text.into_owned())),
            Self::Sequence(ids) => {
                Content::Sequence(ids.into_iter().map(|id| id + offset).collect())
            }
            Self::Mapping(pairs) => Content::Mapping(
                pairs.into_iter().map(|(key, value)| (key + offset, value + offset)).collect(),
            ),
        }
    }
}

/// The graph of a text. The root is the first node; an empty text has no node.
pub(super) fn compose(text: &str, file: u16, depth: usize) -> Result<Vec<Node<'_>>, Failure> {
    let mut events = Events::new(text, file, depth);
    let mut composer = Composer::default();
    while let Some(step) = events.step()? {
        composer.add(step)?;
    }
    Ok(composer.nodes)
}

#[derive(Default)]
struct Composer<'t> {
    nodes: Vec<Node<'t>>,
    anchors: HashMap<usize, NodeId>,
    names: HashSet<Cow<'t, str>>,
    open: Vec<(NodeId, Option<NodeId>)>,
}

impl<'t> Composer<'t> {
    fn add(&mut self, step: Step<'t>) -> Result<(), Failure> {
        let Step { event, tag, anchor, position, .. } = step;
        let (content, opens) = match event {
            Event::End => {
                self.open.pop();
                return Ok(());
            }
            Event::Alias(number) => {
                if let Some(&id) = self.anchors.get(&number) {
                    self.attach(id);
                }
                return Ok(());
            }
            Event::Scalar { text, plain, missing } => {
                if missing && self.wants_key() {
                    let kind = ErrorKind::Syntax("there is no key before \":\"".into());
                    return Err((kind, position));
                }
                let tag = tag.of_scalar(&text, plain);
                return self.push(Content::Scalar(text), tag, anchor, position).map(|_| ());
            }
            Event::SequenceStart => (Content::Sequence(Vec::new()), Tag::Seq),
            Event::MappingStart => (Content::Mapping(Vec::new()), Tag::Map),
        };
        let tag = if let Written::Named(tag) = tag { tag } else { opens };
        let id = self.push(content, tag, anchor, position)?;
        self.open.push((id, None));
        Ok(())
    }

    fn push(
        &mut self,
        content: Content<'t>,
        tag: Tag,
        anchor: Option<(usize, Cow<'t, str>)>,
        position: Position,
    ) -> Result<NodeId, Failure> {
        let id = self.nodes.len();
        if let Some((number, name)) = anchor {
            if self.names.contains(&name) {
                return Err((ErrorKind::DuplicateAnchor(name.into_owned()), position));
            }
            self.names.insert(name);
            self.anchors.insert(number, id);
        }
        self.nodes.push(Node { content, tag, position, busy: false });
        self.attach(id);
        Ok(id)
    }

    fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|(parent, key)| {
            key.is_none() && matches!(self.nodes[*parent].content, Content::Mapping(_))
        })
    }

    /// Adds a node to the open collection.
    fn attach(&mut self, id: NodeId) {
        let Some((parent, key)) = self.open.last_mut() else { return };
        match &mut self.nodes[*parent].content {
            Content::Sequence(ids) => ids.push(id),
            Content::Mapping(pairs) => match key.take() {
                Some(key) => pairs.push((key, id)),
                None => *key = Some(id),
            },
            Content::Scalar(_) => {}
        }
    }
}
