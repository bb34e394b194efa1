//! Builds values from nodes: applies tags and merges, and includes files.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use octodns_core::value::{Kind, Map, Position, Special};
use octodns_core::{Report, Value};

use super::compose::{Content, Node, NodeId};
use super::session::Session;
use super::tag::Tag;
use super::{Entries, fast, mapping, scalar, text_of};
use crate::{ErrorKind, YamlError};

impl Session<'_> {
    /// The value of a whole text.
    pub(super) fn read<'t>(&mut self, text: &'t str, file: u16) -> Result<Value<'t>, YamlError> {
        let text = self.check(text, file)?;
        self.read_checked(text, file, true)
    }

    /// The value of a whole text; its entries are passed to `entries` if it is a mapping.
    pub(super) fn read_entries<'t>(
        &mut self,
        text: &'t str,
        entries: &mut dyn Entries<'t>,
    ) -> Result<Value<'t>, YamlError> {
        let text = self.check(text, 0)?;
        if !self.options.thorough {
            let (rules, files) = (self.rules(), &self.files);
            let mut each = |key: &Value<'t>, value| entries.entry(files, key, value);
            if fast::read_entries(text, 0, rules, files, &mut self.report, &mut each).is_some() {
                return Ok(Value::NULL);
            }
            entries.forget();
            self.report = Report::new();
        }
        let value = self.read_checked(text, 0, true)?;
        let Kind::Map(map) = value.kind else { return Ok(value) };
        for (key, value) in map {
            entries.entry(&self.files, &key, value);
        }
        Ok(Value::NULL)
    }

    /// `first`: the text is read for the first time.
    fn read_checked<'t>(
        &mut self,
        text: &'t str,
        file: u16,
        first: bool,
    ) -> Result<Value<'t>, YamlError> {
        if !self.options.thorough {
            let findings = self.report.len();
            let rules = self.rules();
            if let Some(value) = fast::read(text, file, rules, &self.files, &mut self.report) {
                if !first {
                    self.spend(nodes_of(&value), value.position)?;
                    self.spend_text(text.len(), value.position)?;
                }
                return Ok(value);
            }
            // The full reader reports the same findings again.
            let found = std::mem::take(&mut self.report);
            self.report.extend(found.into_iter().take(findings));
        }
        let nodes = self.compose(text, file)?;
        if first {
            self.allow(nodes.len(), text.len());
        }
        let start = Position { file, line: 1, column: 1 };
        if nodes.is_empty() {
            return Ok(Value { position: start, ..Value::NULL });
        }
        Constructor { session: self, nodes, file, beside_merges: HashMap::new() }.value(0)
    }

    /// The value of a file that another one includes.
    pub(super) fn include<'a>(
        &mut self,
        from: u16,
        path: &str,
        position: Position,
    ) -> Result<Value<'a>, YamlError> {
        let (file, bytes) = self.open(from, path, position)?;
        let first = self.is_new(&bytes);
        let text = text_of(&bytes, &self.files[usize::from(file)])?;
        let text = self.check(text, file)?;
        let value = self.read_checked(text, file, first)?.into_owned();
        self.open.pop();
        Ok(value)
    }
}

/// Builds values from the nodes of one file.
pub(super) struct Constructor<'s, 'o, 'a> {
    pub(super) session: &'s mut Session<'o>,
    pub(super) nodes: Vec<Node<'a>>,
    /// The file that is being read; merged nodes may be in another.
    pub(super) file: u16,
    /// The keys of mappings with a `<<`, apart from the `<<` itself.
    pub(super) beside_merges: HashMap<NodeId, HashSet<NodeId>>,
}

type Pair = (NodeId, NodeId);

impl<'a> Constructor<'_, '_, 'a> {
    /// The value of a node.
    pub(super) fn value(&mut self, id: NodeId) -> Result<Value<'a>, YamlError> {
        let position = self.nodes[id].position;
        if self.nodes[id].busy {
            return Err(self.session.error(ErrorKind::Recursive, position));
        }
        self.session.enter(position)?;
        self.nodes[id].busy = true;
        let value = self.construct(id, position)?;
        self.nodes[id].busy = false;
        self.session.leave();
        Ok(value)
    }

    fn construct(&mut self, id: NodeId, position: Position) -> Result<Value<'a>, YamlError> {
        let tag = self.nodes[id].tag.clone();
        let kind = match tag {
            Tag::Map => self.mapping(id, position)?,
            Tag::Seq => Kind::List(self.sequence(id, position)?),
            Tag::Set => self.set(id, position)?,
            Tag::Omap | Tag::Pairs => Kind::List(self.pairs(id, position)?),
            Tag::Include => {
                let path = self.scalar_text(id)?;
                return self.session.include(self.file, &path, position);
            }
            Tag::Merge => return Err(self.session.error(ErrorKind::Meaningless("<<"), position)),
            Tag::Value => return Err(self.session.error(ErrorKind::Meaningless("="), position)),
            Tag::Unknown(name) => {
                return Err(self.session.error(ErrorKind::UnknownTag(name.into()), position));
            }
            tag => {
                let text = self.scalar_text(id)?;
                self.session.spend_text(text.len(), position)?;
                scalar::construct(&tag, text).map_err(|kind| self.session.error(kind, position))?
            }
        };
        Ok(Value::new(kind, position))
    }

    fn shape(&self, wanted: &'static str, id: NodeId) -> YamlError {
        let node = &self.nodes[id];
        self.session.error(ErrorKind::Shape { wanted, found: node.content.name() }, node.position)
    }

    /// The text of a scalar, or of the `=` entry of a mapping that stands for one.
    fn scalar_text(&mut self, id: NodeId) -> Result<Cow<'a, str>, YamlError> {
        let default = match &self.nodes[id].content {
            Content::Scalar(text) => return Ok(text.clone()),
            Content::Sequence(_) => None,
            Content::Mapping(pairs) => {
                pairs.iter().find(|(key, _)| self.nodes[*key].tag == Tag::Value)
            }
        };
        let Some(&(_, value)) = default else { return Err(self.shape("text", id)) };
        self.session.enter(self.nodes[id].position)?;
        let text = self.scalar_text(value)?;
        self.session.leave();
        Ok(text)
    }

    fn sequence(&mut self, id: NodeId, position: Position) -> Result<Vec<Value<'a>>, YamlError> {
        let Content::Sequence(ids) = &self.nodes[id].content else {
            return Err(self.shape("a list", id));
        };
        let ids = ids.clone();
        self.session.spend(ids.len(), position)?;
        ids.into_iter().map(|id| self.element(id)).collect()
    }

    /// The value of an entry or an element, with a warning about a number that is not what it looks like.
    fn element(&mut self, id: NodeId) -> Result<Value<'a>, YamlError> {
        let value = self.value(id)?;
        if matches!(value.kind, Kind::Int(_))
            && let Content::Scalar(text) = &self.nodes[id].content
        {
            self.session.check_number(&value, text);
        }
        Ok(value)
    }

    fn mapping(&mut self, id: NodeId, position: Position) -> Result<Kind<'a>, YamlError> {
        Ok(Kind::Map(self.entries(id, position)?))
    }

    fn set(&mut self, id: NodeId, position: Position) -> Result<Kind<'a>, YamlError> {
        let map = self.entries(id, position)?;
        let keys = map.into_iter().map(|(key, _)| key).collect();
        Ok(Kind::Special(Box::new(Special::Set(keys))))
    }

    fn entries(&mut self, id: NodeId, position: Position) -> Result<Map<'a>, YamlError> {
        if !matches!(self.nodes[id].content, Content::Mapping(_)) {
            return Err(self.shape("a mapping", id));
        }
        self.flatten(id)?;
        let pairs = self.children(id);
        self.session.spend(pairs.len() * 2, position)?;
        let mut entries = Vec::with_capacity(pairs.len());
        let mut own = Vec::new();
        for (key_id, value_id) in pairs {
            let key = self.value(key_id)?;
            mapping::check_key(&key)
                .map_err(|kind| self.session.error(kind, self.nodes[key_id].position))?;
            if self.beside_merges.get(&id).is_some_and(|keys| keys.contains(&key_id)) {
                own.push((key.clone(), Value::NULL));
            }
            if let Content::Scalar(text) = &self.nodes[key_id].content {
                self.session.check_key(&key, text);
            }
            entries.push((key, self.element(value_id)?));
        }
        Ok(if self.beside_merges.contains_key(&id) {
            // Its own keys may override the merged ones.
            self.session.finish_merged(entries, own)
        } else {
            self.session.finish_mapping(entries)
        })
    }

    fn children(&self, id: NodeId) -> Vec<Pair> {
        match &self.nodes[id].content {
            Content::Mapping(pairs) => pairs.clone(),
            _ => Vec::new(),
        }
    }

    /// `!!omap` and `!!pairs`: a list of mappings of one entry each.
    fn pairs(&mut self, id: NodeId, position: Position) -> Result<Vec<Value<'a>>, YamlError> {
        let Content::Sequence(ids) = &self.nodes[id].content else {
            return Err(self.shape("a list", id));
        };
        let ids = ids.clone();
        self.session.spend(ids.len(), position)?;
        let mut values = Vec::with_capacity(ids.len());
        for id in ids {
            let &[(key, value)] = self.children(id).as_slice() else {
                return Err(self.shape("a mapping of one entry", id));
            };
            let pair = vec![self.value(key)?, self.value(value)?];
            let kind = Kind::Special(Box::new(Special::Tuple(pair)));
            values.push(Value::new(kind, self.nodes[id].position));
        }
        Ok(values)
    }

    /// Replaces `<<` in a mapping with the entries that it merges.
    fn flatten(&mut self, id: NodeId) -> Result<(), YamlError> {
        let pairs = self.children(id);
        let is_special = |(key, _): &Pair| matches!(self.nodes[*key].tag, Tag::Merge | Tag::Value);
        if !pairs.iter().any(is_special) {
            return Ok(());
        }
        let of_its_own = |(key, _): &&Pair| !matches!(self.nodes[*key].tag, Tag::Merge);
        let own = pairs.iter().filter(of_its_own).map(|(key, _)| *key).collect();
        self.beside_merges.insert(id, own);
        let mut merged = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            match self.nodes[key].tag {
                Tag::Merge => {
                    for list in self.merge(value)? {
                        self.session.spend(list.len(), self.nodes[id].position)?;
                        merged.extend(list);
                    }
                }
                Tag::Value => {
                    self.nodes[key].tag = Tag::Str;
                    merged.push((key, value));
                }
                _ => merged.push((key, value)),
            }
        }
        self.nodes[id].content = Content::Mapping(merged);
        Ok(())
    }

    /// The entries that a `<<` adds: one list per mapping, the one with the highest precedence last.
    fn merge(&mut self, id: NodeId) -> Result<Vec<Vec<Pair>>, YamlError> {
        let position = self.nodes[id].position;
        self.session.enter(position)?;
        let lists = match (&self.nodes[id].content, &self.nodes[id].tag) {
            (Content::Mapping(_), Tag::Map) => {
                self.flatten(id)?;
                vec![self.children(id)]
            }
            (Content::Sequence(ids), Tag::Seq) => {
                let mut lists = Vec::new();
                for id in ids.clone() {
                    lists.extend(self.merge(id)?);
                    self.session.spend(1, position)?;
                }
                lists.reverse();
                lists
            }
            (_, Tag::Include) => {
                let path = self.scalar_text(id)?;
                vec![self.merge_file(&path, position)?]
            }
            _ => return Err(self.shape("a mapping or a list of mappings to merge", id)),
        };
        self.session.leave();
        Ok(lists)
    }

    fn merge_file(&mut self, path: &str, position: Position) -> Result<Vec<Pair>, YamlError> {
        let offset = self.nodes.len();
        let included = self.session.compose_include(self.file, path, position)?;
        for Node { content, tag, position, .. } in included {
            self.nodes.push(Node { content: content.moved(offset), tag, position, busy: false });
        }
        match self.nodes.get(offset).map(|root| &root.content) {
            Some(Content::Mapping(pairs)) => Ok(pairs.clone()),
            Some(Content::Sequence(ids)) if ids.is_empty() => Ok(Vec::new()),
            Some(Content::Scalar(text)) if text.is_empty() => Ok(Vec::new()),
            Some(_) => Err(self.shape("a mapping to merge", offset)),
            None => Err(self.session.error(ErrorKind::EmptyInclude(path.to_owned()), position)),
        }
    }
}

/// How many nodes a value has.
fn nodes_of(value: &Value<'_>) -> usize {
    match &value.kind {
        Kind::List(values) => 1 + values.iter().map(nodes_of).sum::<usize>(),
        Kind::Map(map) => {
            1 + map.iter().map(|(key, value)| nodes_of(key) + nodes_of(value)).sum::<usize>()
        }
        _ => 1,
    }
}
