//! Groups resource records in any order into RRsets (RFC 2181, section 5).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use octodns_core::value::Position;

/// All records of a name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawSet {
    /// The name in wire format, in lowercase.
    pub(crate) owner: Arc<[u8]>,
    /// The number of the type.
    pub(crate) of: u16,
    /// The lowest TTL of the records, if they differ (RFC 2181, section 5.2).
    pub(crate) ttl: u32,
    /// Where the first of them is in a file, if it was read from one.
    pub(crate) position: Position,
    /// The data of each record, without compression.
    pub(crate) rdatas: Vec<Vec<u8>>,
}

impl RawSet {
    /// Adds a record.
    pub(crate) fn add(&mut self, ttl: u32, rdata: Vec<u8>) {
        self.ttl = self.ttl.min(ttl);
        self.rdatas.push(rdata);
    }
}

/// The RRsets of a zone, in the order of their first records.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    begun: Vec<RawSet>,
    /// For each set, its links to the other sets of its name.
    links: Vec<Link>,
    /// The first set of each name.
    names: HashMap<Arc<[u8]>, usize>,
}

/// The sets of a name, which are few.
#[derive(Clone, Copy, Debug)]
struct Link {
    first: usize,
    next: Option<usize>,
}

impl Sets {
    /// The set with this name (in wire format, in lowercase) and type; a new one begins at `position`.
    ///
    /// Records of the same name are usually adjacent: then the name is compared instead of looked up.
    pub(crate) fn set(
        &mut self,
        owner: impl AsRef<[u8]> + Into<Arc<[u8]>>,
        of: u16,
        position: Position,
    ) -> &mut RawSet {
        let next = self.begun.len();
        let (owner, first) = match (self.begun.last(), self.links.last()) {
            (Some(last), Some(link)) if *last.owner == *owner.as_ref() => {
                (Arc::clone(&last.owner), link.first)
            }
            _ => match self.names.entry(owner.into()) {
                Entry::Occupied(known) => (Arc::clone(known.key()), *known.get()),
                Entry::Vacant(new) => (Arc::clone(new.key()), *new.insert(next)),
            },
        };
        let mut found = (first < next).then_some(first);
        let mut previous = None;
        while let Some(index) = found
            && self.begun[index].of != of
        {
            previous = found;
            found = self.links[index].next;
        }
        let index = found.unwrap_or_else(|| {
            if let Some(previous) = previous {
                self.links[previous].next = Some(next);
            }
            self.links.push(Link { first, next: None });
            self.begun.push(RawSet { owner, of, ttl: u32::MAX, position, rdatas: Vec::new() });
            next
        });
        &mut self.begun[index]
    }

    /// Room for this many names.
    pub(crate) fn with_capacity(names: usize) -> Self {
        Self { names: HashMap::with_capacity(names), ..Self::default() }
    }

    /// Whether a name (in wire format, in lowercase) has a set of a type.
    pub(crate) fn has(&self, owner: &[u8], of: u16) -> bool {
        self.names.get(owner).is_some_and(|first| self.of_name(*first).any(|set| set.of == of))
    }

    /// Whether a name has a set of a type beside one of another, of those that this is true of.
    pub(crate) fn has_beside(&self, of: u16, is_other: impl Fn(u16) -> bool) -> bool {
        self.begun.iter().zip(&self.links).any(|(set, link)| {
            set.of == of
                && self.of_name(link.first).any(|other| other.of != of && is_other(other.of))
        })
    }

    /// The sets of a name, from its first one.
    fn of_name(&self, first: usize) -> impl Iterator<Item = &RawSet> {
        let mut next = Some(first);
        std::iter::from_fn(move || {
            let index = next?;
            next = self.links[index].next;
            Some(&self.begun[index])
        })
    }

    /// The sets.
    pub(crate) fn into_vec(self) -> Vec<RawSet> {
        self.begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_grouped_into_sets_in_any_order() {
        let mut sets = Sets::default();
        for (owner, of, ttl, byte) in [
            ("a", 1, 60, 0),
            ("a", 1, 30, 1),
            ("a", 16, 60, 2),
            ("b", 1, 60, 3),
            ("a", 28, 60, 4),
            ("a", 1, 90, 5),
            ("b", 16, 60, 6),
            ("a", 16, 60, 7),
            ("b", 1, 60, 8),
        ] {
            sets.set(owner.as_bytes(), of, Position::NONE).add(ttl, vec![byte]);
        }
        let found: Vec<_> = sets
            .into_vec()
            .into_iter()
            .map(|set| (set.owner[0], set.of, set.ttl, set.rdatas.concat()))
            .collect();
        let expected = [
            (b'a', 1, 30, vec![0, 1, 5]),
            (b'a', 16, 60, vec![2, 7]),
            (b'b', 1, 60, vec![3, 8]),
            (b'a', 28, 60, vec![4]),
            (b'b', 16, 60, vec![6]),
        ];
        assert_eq!(found, expected);
    }
}
