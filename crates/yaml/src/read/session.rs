//! State shared by all files of a document: the table of files, the findings, and the limits.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::value::{Map, Position};
use octodns_core::{Origin, Report, Value};

use super::compose::{self, Node};
use super::mapping::{self, Rules};
use super::{LoadOptions, spelling, text_of};
use crate::{ErrorKind, YamlError};

/// The state of reading one document.
pub(super) struct Session<'o> {
    pub(super) options: &'o LoadOptions<'o>,
    pub(super) files: Vec<Arc<str>>,
    pub(super) report: Report,
    /// The files that are open, each included by the previous one.
    pub(super) open: Vec<Arc<str>>,
    depth: usize,
    /// How many more nodes may be built.
    nodes: usize,
    /// How many more bytes of text.
    text: usize,
    /// Hashes of the included texts.
    seen: HashSet<u64>,
    /// Held as soon as aliases, merges and includes have added a lot.
    turn: Option<MutexGuard<'o, ()>>,
    /// How many more bytes may be read.
    bytes: usize,
}

impl<'o> Session<'o> {
    pub(super) fn new(options: &'o LoadOptions<'o>) -> Self {
        Self {
            options,
            files: vec![Arc::clone(&options.file)],
            report: Report::new(),
            open: vec![Arc::clone(&options.file)],
            depth: 0,
            nodes: options.limits.alias_nodes,
            text: options.limits.alias_bytes,
            seen: HashSet::new(),
            turn: None,
            bytes: options.limits.bytes,
        }
    }

    pub(super) fn rules(&self) -> Rules {
        let LoadOptions { order, duplicates, spelling, .. } = *self.options;
        Rules { order, duplicates, checks_spelling: spelling.is_some() }
    }

    /// An error at a position.
    pub(super) fn error(&self, kind: ErrorKind, position: Position) -> YamlError {
        kind.at(Origin::new(&self.files, position))
    }

    fn limit(&self, what: &'static str, limit: usize, position: Position) -> YamlError {
        self.error(ErrorKind::Limit { what, limit }, position)
    }

    /// Enters a nesting level.
    pub(super) fn enter(&mut self, position: Position) -> Result<(), YamlError> {
        self.depth += 1;
        let limit = self.options.limits.depth;
        if self.depth > limit {
            return Err(self.limit("is nested too deeply", limit, position));
        }
        Ok(())
    }

    /// Leaves a nesting level.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts added nodes towards the limit.
    pub(super) fn spend(&mut self, count: usize, position: Position) -> Result<(), YamlError> {
        let Some(rest) = self.nodes.checked_sub(count) else {
            let limit = self.options.limits.alias_nodes;
            return Err(self.limit("repeats too much through aliases", limit, position));
        };
        self.nodes = rest;
        self.wait_for_turn();
        Ok(())
    }

    /// Counts bytes of text towards the limit.
    pub(super) fn spend_text(&mut self, bytes: usize, position: Position) -> Result<(), YamlError> {
        let Some(rest) = self.text.checked_sub(bytes) else {
            let limit = self.options.limits.alias_bytes;
            return Err(self.limit("repeats too much text through aliases", limit, position));
        };
        self.text = rest;
        self.wait_for_turn();
        Ok(())
    }

    /// Allows for what a text has: each node is built at least once, and its text is in the file.
    pub(super) fn allow(&mut self, nodes: usize, bytes: usize) {
        self.nodes = self.nodes.saturating_add(nodes);
        self.text = self.text.saturating_add(bytes);
    }

    /// Whether a text was not included before, whatever the name of its file.
    pub(super) fn is_new(&mut self, text: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    /// Waits for other documents that add a lot.
    fn wait_for_turn(&mut self) {
        let limits = self.options.limits;
        let is_light = self.nodes >= limits.alias_nodes - limits.alias_nodes / 16
            && self.text >= limits.alias_bytes - limits.alias_bytes / 16;
        if is_light || self.turn.is_some() {
            return;
        }
        // Nothing is kept in it that a panic could leave half done.
        let lock = |turn: &'o Mutex<()>| turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.turn = self.options.one_at_a_time.map(lock);
    }

    /// Reports a key that is read as another text than the one written.
    pub(super) fn check_key(&mut self, key: &Value<'_>, written: &str) {
        let Some(severity) = self.options.spelling else { return };
        if spelling::is_kept(key, written) {
            return;
        }
        let origin = Origin::new(&self.files, key.position);
        self.report.push(spelling::of_key(key, written, severity).at(origin));
    }

    /// Reports a number in a surprising spelling.
    pub(super) fn check_number(&mut self, number: &Value<'_>, written: &str) {
        if self.options.spelling.is_some() && spelling::is_odd(&number.kind, written) {
            let origin = Origin::new(&self.files, number.position);
            self.report.push(spelling::of_number(number, written).at(origin));
        }
    }

    pub(super) fn finish_mapping<'a>(&mut self, entries: Vec<(Value<'a>, Value<'a>)>) -> Map<'a> {
        mapping::finish(entries, None, self.rules(), &self.files, &mut self.report)
    }

    /// The same for a mapping with a merge; `own` are the keys next to the `<<`.
    pub(super) fn finish_merged<'a>(
        &mut self,
        entries: Vec<(Value<'a>, Value<'a>)>,
        own: Vec<(Value<'a>, Value<'a>)>,
    ) -> Map<'a> {
        let rules = self.rules();
        if rules.duplicates.is_some() {
            mapping::without_duplicates(own, rules, &self.files, &mut self.report);
        }
        let rules = Rules { duplicates: None, ..rules };
        mapping::finish(entries, None, rules, &self.files, &mut self.report)
    }

    /// The text without its byte order mark, if its size and characters are allowed.
    pub(super) fn check<'t>(&mut self, text: &'t str, file: u16) -> Result<&'t str, YamlError> {
        let limit = self.options.limits.bytes;
        let position = Position { file, line: 1, column: 1 };
        let Some(rest) = self.bytes.checked_sub(text.len()) else {
            return Err(self.limit("is too large", limit, position));
        };
        self.bytes = rest;
        super::characters::check(text, file).map_err(|(kind, place)| self.error(kind, place))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    pub(super) fn compose<'t>(&self, text: &'t str, file: u16) -> Result<Vec<Node<'t>>, YamlError> {
        compose::compose(text, file, self.options.limits.depth)
            .map_err(|(kind, place)| self.error(kind, place))
    }

    /// The nodes of a file that is merged into another.
    pub(super) fn compose_include<'a>(
        &mut self,
        from: u16,
        path: &str,
        position: Position,
    ) -> Result<Vec<Node<'a>>, YamlError> {
        let (file, bytes) = self.open(from, path, position)?;
        let first = self.is_new(&bytes);
        let text = text_of(&bytes, &self.files[usize::from(file)])?;
        let text = self.check(text, file)?;
        let nodes = self.compose(text, file)?.into_iter().map(|node| Node {
            content: node.content.moved(0),
            tag: node.tag,
            position: node.position,
            busy: false,
        });
        let nodes: Vec<Node<'a>> = nodes.collect();
        if first {
            self.allow(nodes.len(), text.len());
        }
        self.open.pop();
        Ok(nodes)
    }

    /// Checks whether a file may be included, and reads it.
    pub(super) fn open(
        &mut self,
        from: u16,
        path: &str,
        position: Position,
    ) -> Result<(u16, Vec<u8>), YamlError> {
        let failed = |path: &str, source| ErrorKind::Include { path: path.to_owned(), source };
        let from = Arc::clone(&self.files[usize::from(from)]);
        let name = self.options.include.resolve(&from, path);
        let name = name.map_err(|source| self.error(failed(path, source), position))?;
        if self.open.iter().any(|open| **open == *name) {
            return Err(self.error(ErrorKind::IncludeCycle(name), position));
        }
        let limit = self.options.limits.include_depth;
        if self.open.len() > limit {
            return Err(self.limit("includes files too deeply", limit, position));
        }
        // Small files count too, or else many of them would take long without reaching a limit.
        self.spend(100, position)?;
        let bytes = self.options.include.read(&name);
        let bytes = bytes.map_err(|source| self.error(failed(&name, source), position))?;
        let name: Arc<str> = name.into();
        let known = self.files.iter().position(|file| *file == name);
        let index = known.unwrap_or(self.files.len());
        let Ok(file) = u16::try_from(index) else {
            return Err(self.limit("includes too many files", u16::MAX.into(), position));
        };
        if known.is_none() {
            self.files.push(Arc::clone(&name));
        }
        self.open.push(name);
        Ok((file, bytes))
    }
}
