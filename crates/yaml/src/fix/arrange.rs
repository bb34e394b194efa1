//! Finds the mappings that are out of order, and the right order of their entries.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use octodns_core::value::{Kind, Position, Special, python_str};
use octodns_core::{Origin, Value};

use super::comments;
use super::emit::{Arrangement, Part, emit};
use super::lines::Lines;
use super::{Refusal, flow};
use crate::Order;
use crate::order::shown;
use crate::read::{Content, Item, Name, Pair};

/// The keys of each mapping as they were read, by the position where the mapping starts.
type Keys<'v, 'a> = HashMap<Position, Vec<&'v Value<'a>>>;

/// Walks through a text and finds what to rearrange.
pub(super) struct Arranger<'t, 'v, 'a> {
    text: &'t str,
    lines: Lines<'t>,
    order: Order,
    read: Keys<'v, 'a>,
    arrangements: Vec<Arrangement>,
}

impl<'t, 'v, 'a> Arranger<'t, 'v, 'a> {
    /// Takes a text, and the value that it was read as.
    pub(super) fn new(text: &'t str, order: Order, root: &'v Value<'a>) -> Self {
        let mut read = HashMap::new();
        collect(root, &mut read);
        Self { text, lines: Lines::new(text), order, read, arrangements: Vec::new() }
    }

    /// Visits a node and its children.
    pub(super) fn visit(&mut self, item: &Item<'t>) -> Result<(), Refusal> {
        match &item.content {
            Content::Scalar(_) | Content::Alias => Ok(()),
            Content::List(items) => items.iter().try_for_each(|item| self.visit(item)),
            Content::Map { flow, pairs } => {
                self.mapping(item, *flow, pairs)?;
                pairs.iter().try_for_each(|pair| {
                    self.visit(&pair.key)?;
                    self.visit(&pair.value)
                })
            }
        }
    }

    /// Whether there is nothing to do.
    pub(super) fn is_done(&self) -> bool {
        self.arrangements.is_empty()
    }

    /// The text with everything rearranged; `None` if that is not possible.
    pub(super) fn into_text(self) -> Option<String> {
        emit(self.text, &self.arrangements)
    }

    fn mapping(&mut self, item: &Item<'t>, flow: bool, pairs: &[Pair<'t>]) -> Result<(), Refusal> {
        let empty = Vec::new();
        let read = self.read.get(&item.position).unwrap_or(&empty);
        let entries = Entries { order: self.order, pairs, read };
        if entries.is_in_order() {
            return Ok(());
        }
        let order = entries.sorted()?;
        check_aliases(self.text, pairs, &order)?;
        let arrangement = if flow {
            flow::arrangement(self.text, item, pairs, &order, &place(item.position))?
        } else {
            self.block(pairs, &order)
        };
        self.arrangements.push(arrangement);
        Ok(())
    }

    fn block(&self, pairs: &[Pair<'t>], order: &[usize]) -> Arrangement {
        let lines = &self.lines;
        let first = self.start(&pairs[0]);
        let line_start = lines.start(lines.of(first));
        let indent = first - line_start;
        let compact = !self.text[line_start..first].trim().is_empty();
        let own: Vec<Range<usize>> = pairs
            .iter()
            .map(|pair| {
                let bytes = pair.bytes();
                lines.of(self.start(pair))..lines.of(bytes.end.saturating_sub(1)) + 1
            })
            .collect();
        let blocks = comments::blocks(lines, &own, indent, compact);
        let mut parts = Vec::new();
        for (place, index) in order.iter().enumerate() {
            let mut bytes = lines.bytes(blocks[*index].lines.clone());
            if compact && *index == 0 {
                bytes.start = first;
                if place > 0 {
                    parts.push(Part::Indent(indent));
                }
            } else if compact && place == 0 {
                let text = &self.text[bytes.clone()];
                bytes.start += text.len() - text.trim_start_matches(' ').len();
            }
            parts.push(Part::Copy(bytes));
            if place + 1 < blocks.len() {
                parts.push(Part::Copy(lines.bytes(blocks[place].gap.clone())));
            }
        }
        let start = if compact { first } else { lines.start(blocks[0].lines.start) };
        let end = blocks.last().map_or(start, |block| lines.start(block.lines.end));
        Arrangement { bytes: start..end, parts }
    }

    /// Where an entry starts: at its key, or at the `?` before it.
    fn start(&self, pair: &Pair<'_>) -> usize {
        let key = pair.key.bytes.start;
        let before = self.text[self.lines.start(self.lines.of(key))..key].trim_end();
        match before.strip_suffix('?') {
            Some(_) => self.lines.start(self.lines.of(key)) + before.len() - 1,
            None => key,
        }
    }
}

/// The keys of all mappings, by the position where each mapping starts.
fn collect<'v, 'a>(value: &'v Value<'a>, found: &mut Keys<'v, 'a>) {
    match &value.kind {
        Kind::List(values) => values.iter().for_each(|value| collect(value, found)),
        Kind::Map(map) => {
            found.insert(value.position, map.iter().map(|(key, _)| key).collect());
            map.values().for_each(|value| collect(value, found));
        }
        Kind::Special(special) => match &**special {
            Special::Set(keys) => {
                found.insert(value.position, keys.iter().collect());
            }
            Special::Tuple(values) => values.iter().for_each(|value| collect(value, found)),
            _ => {}
        },
        _ => {}
    }
}

/// The entries of a mapping, and the keys that it has after merges.
struct Entries<'e, 't, 'v, 'a> {
    order: Order,
    pairs: &'e [Pair<'t>],
    read: &'e [&'v Value<'a>],
}

impl Entries<'_, '_, '_, '_> {
    fn is_in_order(&self) -> bool {
        if self.read.is_empty() {
            let keys: Vec<_> = self.pairs.iter().filter_map(|pair| key(pair)).collect();
            return is_rising(self.order, &keys);
        }
        is_rising(self.order, self.read)
    }

    /// The indices of the entries, in the right order.
    fn sorted(&self) -> Result<Vec<usize>, Refusal> {
        let merges: Vec<&Pair<'_>> = self.pairs.iter().filter(|pair| key(pair).is_none()).collect();
        if let [_, second, ..] = merges.as_slice() {
            return Err(Refusal::new(
                "\"<<\" is used twice in a mapping",
                "write one \"<<\" with a list of both, the last one first: of two the first counts",
                place(second.key.position),
            ));
        }
        let brought = self.brought();
        let mut keys: Vec<Option<&Value<'_>>> = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs {
            // A merge is placed by the first of its keys.
            let own = key(pair).or_else(|| brought.first().copied());
            keys.push(own.or_else(|| keys.last().copied().flatten()));
        }
        let mut order: Vec<usize> = (0..self.pairs.len()).collect();
        let mut strangers = None;
        order.sort_by(|&left, &right| match (keys[left], keys[right]) {
            (Some(one), Some(other)) => self.order.compare_keys(one, other).unwrap_or_else(|| {
                strangers = Some((left.min(right), left.max(right)));
                left.cmp(&right)
            }),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
        if let Some((left, right)) = strangers {
            let text = |index: usize| keys[index].map(shown).unwrap_or_default();
            return Err(Refusal::new(
                format!("the keys {} and {} have no order", text(left), text(right)),
                "put both in quotes",
                place(self.pairs[right].key.position),
            ));
        }
        if let Some(merge) = merges.first() {
            self.check_merge(merge, &brought, &order)?;
        }
        Ok(order)
    }

    /// The keys that `<<` adds, in order.
    fn brought(&self) -> Vec<&Value<'_>> {
        let own = self.pairs.iter().filter(|pair| key(pair).is_some());
        let own: HashSet<Position> = own.map(|pair| pair.key.position).collect();
        let others = self.read.iter().copied();
        let mut brought: Vec<_> = others.filter(|key| !own.contains(&key.position)).collect();
        brought
            .sort_by(|one, other| self.order.compare_keys(one, other).unwrap_or(Ordering::Equal));
        brought
    }

    /// Refuses a merge if another key belongs between its keys, where it cannot be.
    fn check_merge(
        &self,
        merge: &Pair<'_>,
        brought: &[&Value<'_>],
        order: &[usize],
    ) -> Result<(), Refusal> {
        let mut seen = HashSet::new();
        let mut keys: Vec<&Value<'_>> = Vec::new();
        for index in order {
            let own = key(&self.pairs[*index]);
            let those = own.as_ref().map_or(brought, std::slice::from_ref);
            keys.extend(those.iter().filter(|key| seen.insert((key.kind_name(), python_str(key)))));
        }
        if is_rising(self.order, &keys) {
            return Ok(());
        }
        Err(Refusal::new(
            "other keys belong between those that \"<<\" brings",
            "write out what is merged here",
            place(merge.key.position),
        ))
    }
}

fn is_rising(order: Order, keys: &[&Value<'_>]) -> bool {
    keys.windows(2).all(|pair| match pair {
        [one, other] => {
            matches!(order.compare_keys(one, other), Some(Ordering::Less | Ordering::Equal))
        }
        _ => true,
    })
}

/// The key of an entry; `None` for `<<`.
fn key<'p, 't>(pair: &'p Pair<'t>) -> Option<&'p Value<'t>> {
    match &pair.key.content {
        Content::Scalar(Name::Key(key)) => Some(key),
        _ => None,
    }
}

/// Checks that every alias comes after its anchor.
fn check_aliases(text: &str, pairs: &[Pair<'_>], order: &[usize]) -> Result<(), Refusal> {
    let mut anchors: HashMap<usize, (usize, Position)> = HashMap::new();
    for (place, index) in order.iter().enumerate() {
        each(&pairs[*index], &mut |item| {
            if let Some(number) = item.anchor {
                anchors.insert(number, (place, item.position));
            }
        });
    }
    let mut refusal = None;
    for (now, index) in order.iter().enumerate() {
        each(&pairs[*index], &mut |item| {
            let Some(number) = item.alias else { return };
            if let Some((anchor, position)) = anchors.get(&number)
                && *anchor > now
            {
                let alias = &text[item.bytes.clone()];
                let mut found = Refusal::new(
                    format!("\"{alias}\" would come before its anchor"),
                    "set the anchor in the entry that comes first, or write out what the alias \
                     stands for",
                    place(item.position),
                );
                found.related.push(("the anchor is set here".to_owned(), place(*position)));
                refusal.get_or_insert(found);
            }
        });
    }
    refusal.map_or(Ok(()), Err)
}

/// Calls `on` with every node of an entry.
fn each<'p, 't>(pair: &'p Pair<'t>, on: &mut impl FnMut(&'p Item<'t>)) {
    let mut open = vec![&pair.value, &pair.key];
    while let Some(item) = open.pop() {
        on(item);
        match &item.content {
            Content::Scalar(_) | Content::Alias => {}
            Content::List(items) => open.extend(items.iter().rev()),
            Content::Map { pairs, .. } => {
                open.extend(pairs.iter().rev().flat_map(|pair| [&pair.value, &pair.key]));
            }
        }
    }
}

/// A position in the current file.
fn place(position: Position) -> Origin {
    Origin::new(&[], position)
}
