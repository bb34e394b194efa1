//! A service in the state that a recording starts with, and which parts of its state are compared.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Action, Store};
use crate::cassette::{Cassette, Exchange, Replayed};
use crate::fake::{Api, Request, Response};

impl Store {
    /// The same service with the state that the first responses of a recording show. It accepts all requests,
    /// since recorded requests come without their headers, and gives new items the recorded ids.
    #[must_use]
    pub fn recorded(&self, cassette: &Cassette) -> Self {
        let mut store = self.clone();
        store.auth.is_open = true;
        store.last_id = 1 << 40;
        for exchange in cassette.first_reads() {
            store.take(exchange);
        }
        for exchange in cassette.work().skip(cassette.first_reads().count()) {
            store.expect_ids(exchange);
        }
        store
    }

    fn take(&mut self, exchange: &Exchange) {
        let Some((action, zone)) = self.about(exchange) else { return };
        match action {
            Action::ListZones => {
                let listed = list(&exchange.body, self.rules.keys.zones);
                for zone in &listed {
                    self.take_zone(zone);
                }
            }
            Action::ReadZone => self.take_zone(part(&exchange.body, self.rules.keys.zone)),
            Action::ListIds => self.take_named(&zone),
            Action::ListBeside(beside) => {
                let id = self.rules.fields.id;
                for item in list(&exchange.body, "") {
                    if !self.beside(beside).iter().any(|held| held[id] == item[id]) {
                        self.beside_mut(beside).push(item);
                    }
                }
            }
            Action::Read => {
                let item = part(&exchange.body, self.rules.keys.item).clone();
                // The zone exists by now.
                let _ = self.plant(&zone, item);
            }
            Action::List => {
                self.take_named(&zone);
                for item in list(&exchange.body, self.rules.keys.items) {
                    // The reference may have read it twice.
                    if !self.zone(&zone).is_ok_and(|zone| zone.items().any(|held| *held == item)) {
                        // The zone exists by now.
                        let _ = self.plant(&zone, item);
                    }
                }
            }
            _ => {}
        }
    }

    /// A zone that a path names, by its id if it was shown before.
    fn take_named(&mut self, zone: &str) {
        if self.zone(zone).is_err() {
            self.add_zone(zone, None);
        }
    }

    fn take_zone(&mut self, shown: &Json) {
        if let Some(name) = shown[self.rules.zone.name].as_str() {
            let id = self.rules.zone.id.map(|key| shown[key].clone());
            self.add_zone(name, id);
        }
    }

    /// Remembers the ids that a later response shows for the first time.
    fn expect_ids(&mut self, exchange: &Exchange) {
        let Some((action, zone)) = self.about(exchange) else { return };
        let (keys, id) = (self.rules.keys, self.rules.fields.id);
        match action {
            Action::CreateZone | Action::ReadZone | Action::ListZones => {
                let listed = list(&exchange.body, keys.zones);
                let shown = listed.iter().chain([part(&exchange.body, keys.zone)]);
                let key = self.rules.zone.id;
                let ids = shown.filter_map(|zone| zone.get(key?)).cloned().collect::<Vec<_>>();
                for id in ids {
                    if !self.zones.iter().any(|zone| zone.id == id) && !self.zone_ids.contains(&id)
                    {
                        self.zone_ids.push_back(id);
                    }
                }
            }
            Action::List | Action::Create | Action::Update | Action::Put | Action::Patch => {
                let listed = list(&exchange.body, keys.items);
                let shown = listed.iter().chain([part(&exchange.body, keys.item)]);
                let ids: Vec<_> = shown.filter_map(|item| item.get(id)).cloned().collect();
                for found in ids.into_iter().filter(|id| !id.is_null()) {
                    let mut items = self.zones.iter().flat_map(|zone| zone.items());
                    if !items.any(|item| item[id] == found) && !self.item_ids.contains(&found) {
                        self.item_ids.push_back(found);
                    }
                }
            }
            // What a function creates has the ids of its answer; a list has what was there before.
            Action::Custom(_) if exchange.method != "GET" || !exchange.body.is_array() => {
                let listed = list(&exchange.body, "");
                let shown = listed.iter().chain([&exchange.body]);
                let ids: Vec<_> = shown.filter_map(|item| item.get(id)).cloned().collect();
                for found in ids {
                    let items = self.zones.iter().flat_map(|zone| zone.items());
                    let mut held = items.filter_map(|item| item.get(id));
                    let is_known = held.any(|held| *held == found);
                    let ids =
                        if zone.is_empty() { &mut self.fresh_ids } else { &mut self.item_ids };
                    if !is_known && !ids.contains(&found) {
                        ids.push_back(found);
                    }
                }
            }
            _ => {}
        }
    }

    /// What a successful recorded request did, and in which zone.
    fn about(&self, exchange: &Exchange) -> Option<(Action, String)> {
        let request = crate::cassette::request_of(&exchange.method, &exchange.url, &Json::Null);
        let (route, params) = self.rules.route_of(&request)?;
        let zone = params.get("zone").cloned().unwrap_or_default();
        (exchange.status < 400).then_some((route.action, zone))
    }

    /// The part of an item that is compared: not its id, nor what the service adds itself.
    fn compared(&self, item: &Json) -> Json {
        let fields = &self.rules.fields;
        let of_item =
            [fields.name, fields.record_type, fields.ttl, self.rules.spelling.values.key()];
        let keeps = |key: &str| {
            let all = [fields.shown, fields.kept, fields.compared, &of_item];
            all.iter().any(|keys| keys.contains(&key))
        };
        let map = item.as_object().into_iter().flatten();
        let kept = map.filter(|(key, value)| keeps(key) && !value.is_null() && *key != fields.id);
        let mut kept: Map<String, Json> =
            kept.map(|(key, value)| (key.clone(), crate::json::numbers(value))).collect();
        if let Some(Json::Array(values)) = kept.get_mut(self.rules.spelling.values.key()) {
            values.sort_by_cached_key(ToString::to_string);
        }
        kept.into()
    }
}

impl Replayed for Store {
    fn response(&mut self, request: &Request) -> Response {
        Api::response(self, request)
    }

    fn state(&self) -> Json {
        let mut store = self.clone();
        store.end_jobs();
        let zone = |zone: &Arc<super::StoredZone>| {
            let mut items: Vec<_> = zone.items.iter().map(|item| store.compared(item)).collect();
            items.sort_by_cached_key(ToString::to_string);
            (zone.name.clone(), items.into())
        };
        let zones = store.zones.iter().map(zone);
        let id = self.rules.fields.id;
        let beside =
            store.beside.iter().filter(|(_, items)| !items.is_empty()).map(|(list, items)| {
                let mut items: Vec<_> = items.iter().map(|item| without(item, id)).collect();
                items.sort_by_cached_key(ToString::to_string);
                (format!("beside the zones: {list}"), items.into())
            });
        zones.chain(beside).collect::<Map<_, _>>().into()
    }
}

/// An item without its id.
fn without(item: &Json, id: &str) -> Json {
    let mut item = crate::json::numbers(item);
    if let Json::Object(map) = &mut item {
        map.remove(id);
    }
    item
}

/// The value of a key; "" is the whole body.
fn part<'b>(body: &'b Json, key: &str) -> &'b Json {
    if key.is_empty() { body } else { &body[key] }
}

fn list(body: &Json, key: &str) -> Vec<Json> {
    part(body, key).as_array().cloned().unwrap_or_default()
}
