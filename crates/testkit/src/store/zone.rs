//! A zone of a service, and its items.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Number, Value as Json};

/// A zone and its items.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredZone {
    /// Its name, without the final dot.
    pub name: String,
    /// Its id, or its name if it has no separate id.
    pub id: Json,
    /// Its items, as the service shows them. They are shared with what a transaction goes back to.
    pub(super) items: Vec<Arc<Json>>,
    /// Its settings, which are shown as well.
    pub settings: serde_json::Map<String, Json>,
    /// How many items have a name: most are added to a name that has none, which large zones are not searched for.
    names: HashMap<Arc<str>, usize>,
}

/// The items of a zone, one after the other.
pub type Items<'z> = std::iter::Map<std::slice::Iter<'z, Arc<Json>>, fn(&'z Arc<Json>) -> &'z Json>;

impl StoredZone {
    pub(super) fn new(name: String, id: Json) -> Self {
        let (items, settings, names) = (Vec::new(), serde_json::Map::new(), HashMap::new());
        Self { name, id, items, settings, names }
    }

    /// Whether this is its id or its name.
    pub(super) fn is(&self, key: &str) -> bool {
        is_text(&self.id, key) || self.name == key.strip_suffix('.').unwrap_or(key)
    }

    /// Its items, as the service shows them.
    pub fn items(&self) -> Items<'_> {
        self.items.iter().map(|item| &**item)
    }

    /// The items whose field `key` is the name of `item`, with their places.
    pub(super) fn beside<'z>(
        &'z self,
        key: &'z str,
        item: &'z Json,
    ) -> impl Iterator<Item = (usize, &'z Json)> {
        let is_there = self.names.contains_key(name_of(item, key));
        let items = if is_there { &*self.items } else { &[] };
        let items = items.iter().map(|item| &**item).enumerate();
        items.filter(move |(_, other)| other[key] == item[key])
    }

    pub(super) fn push(&mut self, key: &str, item: Arc<Json>) {
        self.remember(name_of(&item, key));
        self.items.push(item);
    }

    pub(super) fn remove(&mut self, key: &str, index: usize) {
        let item = self.items.remove(index);
        self.forget(name_of(&item, key));
    }

    pub(super) fn replace(&mut self, key: &str, index: usize, item: Json) {
        self.remember(name_of(&item, key));
        let earlier = std::mem::replace(&mut self.items[index], item.into());
        self.forget(name_of(&earlier, key));
    }

    pub(super) fn clear(&mut self) -> Vec<Arc<Json>> {
        self.names.clear();
        std::mem::take(&mut self.items)
    }

    fn remember(&mut self, name: &str) {
        match self.names.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.names.insert(name.into(), 1)),
        }
    }

    fn forget(&mut self, name: &str) {
        if let Some(count) = self.names.get_mut(name) {
            *count -= 1;
            if *count == 0 {
                self.names.remove(name);
            }
        }
    }
}

fn name_of<'i>(item: &'i Json, key: &str) -> &'i str {
    item[key].as_str().unwrap_or_default()
}

/// Whether an id is this one of a path.
pub(super) fn is_text(id: &Json, text: &str) -> bool {
    match id {
        Json::String(id) => id == text,
        Json::Number(id) => text.parse().is_ok_and(|asked: Number| asked == *id),
        _ => *id.to_string() == *text,
    }
}
