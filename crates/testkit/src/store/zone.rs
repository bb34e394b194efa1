//! A zone of a service, and its items.

use std::collections::HashMap;

use serde_json::Value as Json;

/// A zone and its items.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredZone {
    /// Its name, without the final dot.
    pub name: String,
    /// Its id, or its name if it has no separate id.
    pub id: Json,
    /// Its items, as the service shows them.
    pub items: Vec<Json>,
    /// Its settings, which are shown as well.
    pub settings: serde_json::Map<String, Json>,
    /// How many items have a name: most are added to a name that has none, which large zones are not searched for.
    names: HashMap<String, usize>,
}

impl StoredZone {
    pub(super) fn new(name: String, id: Json) -> Self {
        let (items, settings, names) = (Vec::new(), serde_json::Map::new(), HashMap::new());
        Self { name, id, items, settings, names }
    }

    /// Whether this is its id or its name.
    pub(super) fn is(&self, key: &str) -> bool {
        is_text(&self.id, key) || self.name == key.strip_suffix('.').unwrap_or(key)
    }

    /// The items whose field `key` is the name of `item`, with their places.
    pub(super) fn beside<'z>(
        &'z self,
        key: &'z str,
        item: &'z Json,
    ) -> impl Iterator<Item = (usize, &'z Json)> {
        let is_there = self.names.contains_key(name_of(item, key));
        let items = if is_there { &*self.items } else { &[] };
        items.iter().enumerate().filter(move |(_, other)| other[key] == item[key])
    }

    pub(super) fn push(&mut self, key: &str, item: Json) {
        *self.names.entry(name_of(&item, key).to_owned()).or_default() += 1;
        self.items.push(item);
    }

    pub(super) fn remove(&mut self, key: &str, index: usize) -> Json {
        let item = self.items.remove(index);
        self.forget(name_of(&item, key));
        item
    }

    pub(super) fn replace(&mut self, key: &str, index: usize, item: Json) {
        *self.names.entry(name_of(&item, key).to_owned()).or_default() += 1;
        let earlier = std::mem::replace(&mut self.items[index], item);
        self.forget(name_of(&earlier, key));
    }

    pub(super) fn clear(&mut self) -> Vec<Json> {
        self.names.clear();
        std::mem::take(&mut self.items)
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
    match id.as_str() {
        Some(id) => id == text,
        None => *id.to_string() == *text,
    }
}
