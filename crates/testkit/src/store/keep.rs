//! The zones and items of a service, and the operations on them.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::ids::Ids;
use super::items::is_like;
use super::zone::{StoredZone, is_text};
use super::{By, Call, Pick, Refusal, Refusals, Store};
use crate::fake::Response;

impl Store {
    /// A zone, by its id or its name.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn zone(&self, key: &str) -> Result<&StoredZone, Refusal> {
        let zone = self.zones.iter().find(|zone| zone.is(key));
        zone.map(|zone| &**zone).ok_or_else(|| self.no_zone(key))
    }

    fn zone_mut(&mut self, key: &str) -> Result<&mut StoredZone, Refusal> {
        match self.zones.iter().position(|zone| zone.is(key)) {
            Some(index) => Ok(Arc::make_mut(&mut self.zones[index])),
            None => Err(self.no_zone(key)),
        }
    }

    fn no_zone(&self, key: &str) -> Refusal {
        self.refusal(Refusals::MISSING, format!("there is no zone {key}"))
    }

    /// Creates a zone with the default items, and shows it.
    ///
    /// # Errors
    ///
    /// The zone exists, or the request has no name.
    pub fn create_zone(&mut self, body: &Json) -> Result<Json, Refusal> {
        let name = body[self.rules.zone.name].as_str().unwrap_or_default();
        let name = name.strip_suffix('.').unwrap_or(name).to_owned();
        if name.is_empty() {
            return Err(self.invalid("a zone needs a name"));
        }
        if self.zones.iter().any(|zone| zone.name == name) {
            return Err(self.refusal(Refusals::EXISTS, format!("the zone {name} exists")));
        }
        self.add_zone(&name, None);
        for item in self.rules.zone.default_items.clone() {
            if let Some(item) = filled(item, body) {
                self.add(&name, &item)?;
            }
        }
        Ok(self.rules.show_zone(self.zone(&name)?))
    }

    /// Creates a zone with the default items, unless it exists, as the service's people do.
    pub fn provide_zone(&mut self, name: &str) {
        // It fails only if it exists.
        let _ = self.create_zone(&json!({self.rules.zone.name: name}));
    }

    /// Adds an empty zone, unless it exists.
    pub fn add_zone(&mut self, name: &str, id: Option<Json>) {
        let name = name.trim_end_matches('.').to_owned();
        if self.zones.iter().any(|zone| zone.name == name) {
            return;
        }
        let id = id.or_else(|| self.zone_ids.pop_front());
        let id = id.unwrap_or_else(|| match self.rules.zone.id {
            Some(_) => self.new_id(),
            None => json!(name),
        });
        self.zones.push(Arc::new(StoredZone::new(name, id)));
    }

    fn new_id(&mut self) -> Json {
        if let Some(id) = self.fresh_ids.pop_front() {
            return id;
        }
        self.last_id += 1;
        match self.rules.ids {
            Ids::Texts => json!(format!("id-{:08x}", self.last_id)),
            _ => json!(self.last_id),
        }
    }

    /// Changes a setting of a zone.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn set_zone(&mut self, zone: &str, key: &str, value: Json) -> Result<(), Refusal> {
        self.zone_mut(zone)?.settings.insert(key.to_owned(), value);
        Ok(())
    }

    /// A new id, of the same numbers as those of items.
    pub fn fresh_id(&mut self) -> Json {
        self.new_id()
    }

    /// The items of a list beside the zones.
    pub fn beside(&self, list: &str) -> &[Json] {
        self.beside.get(list).map(|items| items.as_slice()).unwrap_or_default()
    }

    /// The items of a list beside the zones, to be changed.
    pub fn beside_mut(&mut self, list: &str) -> &mut Vec<Json> {
        Arc::make_mut(self.beside.entry(list.to_owned()).or_default())
    }

    /// The zones of a list request, as the service shows them.
    pub(super) fn zones_for(&self, call: &Call) -> Vec<Json> {
        let by = self.rules.filters.iter().filter(|(_, by)| *by == By::Zone);
        let names: Vec<_> = by.filter_map(|(param, _)| call.request.param(param)).collect();
        let mut zones: Vec<_> = self.zones.iter().collect();
        zones.retain(|zone| names.iter().all(|name| zone.is(name)));
        zones.sort_by(|one, other| one.name.cmp(&other.name));
        zones.into_iter().map(|zone| self.rules.show_zone(zone)).collect()
    }

    /// The items of a list request.
    pub(super) fn items_for(&self, call: &Call) -> Result<Vec<Json>, Refusal> {
        let zone = self.zone(call.zone())?;
        let fields = &self.rules.fields;
        let is_asked_for = |item: &&Json| {
            self.rules.filters.iter().all(|(param, by)| {
                let Some(asked) = call.request.param(param) else { return true };
                let name = item[fields.name].as_str().unwrap_or_default();
                match by {
                    By::Name => name == asked,
                    By::NamePattern => is_like(name, asked),
                    By::TypePattern => {
                        is_like(item[fields.record_type].as_str().unwrap_or_default(), asked)
                    }
                    By::WholeName => self.rules.spelling.names.whole(name, &zone.name) == asked,
                    By::Type => item[fields.record_type] == asked,
                    By::Zone => true,
                }
            })
        };
        Ok(zone.items().filter(is_asked_for).cloned().collect())
    }

    /// How many items of a type a zone has.
    pub fn count(&self, zone: &str, record_type: &str) -> usize {
        let key = self.rules.fields.record_type;
        let zone = self.zone(zone).ok().into_iter();
        zone.flat_map(StoredZone::items).filter(|item| item[key] == record_type).count()
    }

    /// An item.
    ///
    /// # Errors
    ///
    /// There is no such zone or item.
    pub fn item(&self, zone: &str, pick: Pick<'_>) -> Result<Json, Refusal> {
        let index = self.index(zone, pick)?;
        Ok((*self.zone(zone)?.items[index]).clone())
    }

    fn index(&self, zone: &str, pick: Pick<'_>) -> Result<usize, Refusal> {
        let fields = &self.rules.fields;
        let is_it = |item: &Json| match pick {
            Pick::Id(id) => is_text(&item[fields.id], id),
            Pick::Set(name, of) => item[fields.name] == name && item[fields.record_type] == of,
        };
        let found = self.zone(zone)?.items().position(is_it);
        found.ok_or_else(|| self.refusal(Refusals::MISSING, "there is no such record"))
    }

    /// Creates an item, and shows it.
    ///
    /// # Errors
    ///
    /// It is not valid, or exists already.
    pub fn create(&mut self, zone: &str, body: &Json) -> Result<Json, Refusal> {
        let body = self.received(zone, body.clone())?;
        self.add(zone, &body)
    }

    /// An item that was sent, as the service takes it.
    fn received(&self, zone: &str, mut body: Json) -> Result<Json, Refusal> {
        let zone = &self.zone(zone)?.name;
        (self.rules.receive)(&mut body, zone).map_err(|why| self.invalid(why))?;
        Ok(body)
    }

    fn add(&mut self, zone: &str, body: &Json) -> Result<Json, Refusal> {
        let mut item = self.spelled(zone, body, true)?;
        self.check_beside(zone, &item, None)?;
        let fields = self.rules.fields.clone();
        let is_same =
            |(_, held): (usize, &Json)| held[fields.record_type] == item[fields.record_type];
        if self.rules.is_sets && self.zone(zone)?.beside(fields.name, &item).any(is_same) {
            return Err(self.refusal(Refusals::EXISTS, "there are such records already"));
        }
        if self.rules.ids != Ids::None {
            let id = self.item_ids.pop_front();
            item[fields.id] = id.unwrap_or_else(|| self.new_id());
        }
        self.zone_mut(zone)?.push(fields.name, item.clone().into());
        Ok(item)
    }

    /// Replaces an existing item, and shows it.
    ///
    /// # Errors
    ///
    /// It is not valid, or does not exist.
    pub fn update(&mut self, zone: &str, pick: Pick<'_>, body: &Json) -> Result<Json, Refusal> {
        let index = self.index(zone, pick)?;
        self.check_keys(body)?;
        let body = self.received(zone, self.named(zone, index, body)?)?;
        let item = self.spelled(zone, &body, true)?;
        self.replace(zone, index, item)
    }

    /// Changes the given fields of an item, and shows it.
    ///
    /// # Errors
    ///
    /// It is not valid, or does not exist.
    pub fn patch(&mut self, zone: &str, pick: Pick<'_>, body: &Json) -> Result<Json, Refusal> {
        let index = self.index(zone, pick)?;
        self.check_keys(body)?;
        let mut item = (*self.zone(zone)?.items[index]).clone();
        for (key, value) in body.as_object().into_iter().flatten() {
            item[key] = value.clone();
        }
        // Fields that are not given are in the form of responses, not of requests.
        let has_values = body.get(self.rules.spelling.values.key()).is_some();
        let item = if has_values { self.received(zone, item)? } else { item };
        let item = self.spelled(zone, &item, has_values)?;
        self.replace(zone, index, item)
    }

    /// Creates or replaces an item, and shows it.
    ///
    /// # Errors
    ///
    /// It is not valid.
    pub fn put(&mut self, zone: &str, pick: Pick<'_>, body: &Json) -> Result<Json, Refusal> {
        let mut body = body.clone();
        if let (Pick::Set(name, of), true) = (pick, body.is_object()) {
            let fields = &self.rules.fields;
            for (key, value) in [(fields.name, name), (fields.record_type, of)] {
                if body.get(key).is_none() {
                    body[key] = json!(value);
                }
            }
        }
        self.zone(zone)?;
        match self.index(zone, pick) {
            Ok(_) => self.update(zone, pick, &body),
            Err(_) => self.create(zone, &body),
        }
    }

    /// Deletes an item.
    ///
    /// # Errors
    ///
    /// There is no such item.
    pub fn delete(&mut self, zone: &str, pick: Pick<'_>) -> Result<(), Refusal> {
        let index = self.index(zone, pick)?;
        self.check_change(zone, index)?;
        let key = self.rules.fields.name;
        self.zone_mut(zone)?.remove(key, index);
        Ok(())
    }

    /// Refuses a change of what a request cannot change.
    fn check_keys(&self, body: &Json) -> Result<(), Refusal> {
        let (fields, changeable) = (&self.rules.fields, self.rules.changeable);
        let is_open = |key: &str| changeable.contains(&key) || key == fields.id;
        let mut keys = body.as_object().into_iter().flatten().map(|(key, _)| key);
        match keys.find(|key| !changeable.is_empty() && !is_open(key)) {
            Some(key) => Err(self.invalid(format!("{key} cannot be changed"))),
            None => Ok(()),
        }
    }

    /// Refuses a change of an item that no request can change.
    fn check_change(&self, zone: &str, index: usize) -> Result<(), Refusal> {
        let zone = self.zone(zone)?;
        let is_fixed = |item: &Json| (self.rules.is_fixed)(item, &zone.name);
        if zone.items.get(index).is_some_and(|item| is_fixed(item)) {
            Err(self.invalid("this record cannot be changed"))
        } else {
            Ok(())
        }
    }

    /// Takes out items, whatever they are, and returns them.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn take_out(
        &mut self,
        zone: &str,
        is_one: impl Fn(&Json) -> bool,
    ) -> Result<Vec<Arc<Json>>, Refusal> {
        let key = self.rules.fields.name;
        let zone = self.zone_mut(zone)?;
        let (out, left): (_, Vec<_>) = zone.clear().into_iter().partition(|item| is_one(item));
        for item in left {
            zone.push(key, item);
        }
        Ok(out)
    }

    /// Puts other items in the place of some, all or none, and returns how many there were.
    ///
    /// # Errors
    ///
    /// One of them is not valid, or there is no such zone.
    pub fn exchange(
        &mut self,
        zone: &str,
        is_one: impl Fn(&Json) -> bool,
        others: &[Json],
    ) -> Result<usize, Refusal> {
        self.transaction(|store| {
            let out = store.take_out(zone, is_one)?;
            others.iter().try_for_each(|item| store.create(zone, item).map(drop))?;
            Ok(out.len())
        })
    }

    /// Does the same for each of these, all or none of them, and answers with what is made under this key; "" is the
    /// body itself.
    ///
    /// # Errors
    ///
    /// The first error of `act`; then nothing has changed.
    pub fn each(
        &mut self,
        (status, key): (u16, &str),
        items: &[Json],
        mut act: impl FnMut(&mut Self, &Json) -> Result<Json, Refusal>,
    ) -> Result<Response, Refusal> {
        self.transaction(|store| {
            let made: Result<Vec<_>, _> = items.iter().map(|item| act(store, item)).collect();
            Ok(Response::json(status, super::routes::under(key, made?.into())))
        })
    }

    /// The name of the zone that has an item with this id.
    pub(super) fn zone_of(&self, id: &str) -> Option<String> {
        let key = self.rules.fields.id;
        let has = |zone: &StoredZone| zone.items().any(|item| is_text(&item[key], id));
        self.zones.iter().find(|zone| has(zone)).map(|zone| zone.name.clone())
    }

    /// Replaces all items of a zone, or changes nothing.
    ///
    /// # Errors
    ///
    /// One of them is not valid, or there is no such zone.
    pub fn replace_all(&mut self, zone: &str, items: &[Json]) -> Result<Response, Refusal> {
        self.exchange(zone, |_| true, items).map(|_| Response::empty(204))
    }

    /// Makes several changes, all or none of them.
    ///
    /// # Errors
    ///
    /// The error of `changes`; then nothing has changed.
    pub fn transaction<T>(
        &mut self,
        changes: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = (self.zones.clone(), self.beside.clone());
        let result = changes(self);
        if result.is_err() {
            (self.zones, self.beside) = before;
        }
        result
    }

    /// Adds an item that no client has sent, in the form of responses.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn plant(&mut self, zone: &str, mut item: Json) -> Result<Json, Refusal> {
        if self.rules.ids != Ids::None && item.get(self.rules.fields.id).is_none() {
            let id = self.item_ids.pop_front();
            item[self.rules.fields.id] = id.unwrap_or_else(|| self.new_id());
        }
        for key in self.rules.fields.shown {
            if item.get(key).is_none() {
                item[key] = Json::Null;
            }
        }
        let key = self.rules.fields.name;
        self.zone_mut(zone)?.push(key, item.clone().into());
        Ok(item)
    }

    fn replace(&mut self, zone: &str, index: usize, mut item: Json) -> Result<Json, Refusal> {
        self.check_change(zone, index)?;
        self.check_beside(zone, &item, Some(index))?;
        let fields = self.rules.fields.clone();
        let held = Arc::clone(&self.zone(zone)?.items[index]);
        if held[fields.record_type] != item[fields.record_type] {
            return Err(self.invalid("the type cannot be changed"));
        }
        if self.rules.ids != Ids::None {
            item[fields.id] = held[fields.id].clone();
        }
        let key = fields.name;
        self.zone_mut(zone)?.replace(key, index, item.clone());
        Ok(item)
    }

    /// The body, with the name and type of the item it replaces if it has none.
    fn named(&self, zone: &str, index: usize, body: &Json) -> Result<Json, Refusal> {
        let held = &self.zone(zone)?.items[index];
        let mut body = body.clone();
        if !body.is_object() {
            return Err(self.invalid("the body has to be an object"));
        }
        for key in [self.rules.fields.name, self.rules.fields.record_type] {
            if body.get(key).is_none() {
                body[key] = held[key].clone();
            }
        }
        Ok(body)
    }
}

/// An item with the values that a request has for `"{key}"`; `None` if it has none.
fn filled(mut item: Json, body: &Json) -> Option<Json> {
    for value in item.as_object_mut()?.values_mut() {
        let key = value.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        if let Some(key) = key {
            *value = body.get(key)?.clone();
        }
    }
    Some(item)
}
