//! A service with the state in a recording's responses.

use octodns_testkit::cassette::{Cassette, Exchange, Replayed};
use octodns_testkit::fake::{Api, Request, Response};
use serde_json::{Map, Value as Json, json};

use super::{Cloudflare, Zone};

impl Cloudflare {
    /// The service in the state at the start of a recording.
    pub(crate) fn recorded(cassette: &Cassette) -> Self {
        let mut service = Self { is_open: true, ..Self::default() };
        for exchange in cassette.first_reads() {
            service.take(exchange);
        }
        let made = cassette.exchanges.iter().filter(|exchange| exchange.method == "POST");
        let made = made.filter(|exchange| path(exchange) == ["zones"]);
        service.zone_ids =
            made.filter_map(|exchange| text(&exchange.body["result"], "id")).collect();
        service
    }

    fn take(&mut self, exchange: &Exchange) {
        let result = &exchange.body["result"];
        let listed = result.as_array().cloned().unwrap_or_default();
        match &*path(exchange).iter().map(String::as_str).collect::<Vec<_>>() {
            ["zones"] => listed.iter().for_each(|zone| self.take_zone(zone)),
            ["zones", _] => self.take_zone(result),
            ["zones", id, what] => {
                let Some(zone) = self.zones.iter_mut().find(|zone| zone.id == *id) else { return };
                let rows = listed.iter().filter_map(Json::as_object).cloned();
                match *what {
                    "dns_records" => zone.records.extend(rows),
                    "pagerules" => zone.rules.extend(rows),
                    _ => {}
                }
            }
            [.., "views"] => listed.iter().for_each(|view| self.take_view(view)),
            [.., "views", _] => self.take_view(result),
            _ => {}
        }
    }

    fn take_zone(&mut self, zone: &Json) {
        let (Some(id), Some(name)) = (text(zone, "id"), text(zone, "name")) else { return };
        let plan = text(&zone["plan"], "legacy_id").unwrap_or_default();
        let name = octodns_core::name::idna::encode(&name).unwrap().into_owned();
        let mut taken = Zone::new(id, &name, &plan);
        taken.kind = text(zone, "type").unwrap_or(taken.kind);
        taken.account = text(&zone["account"], "id").unwrap_or_default();
        taken.is_open = true;
        self.zones.push(taken);
    }

    fn take_view(&mut self, view: &Json) {
        let zones = view["zones"].as_array().cloned().unwrap_or_default();
        let zones = zones.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        self.views.extend(text(view, "id").map(|id| (id, zones)));
    }
}

/// The part of a row that is compared: everything except what the service generates.
fn compared(row: &Map<String, Json>) -> Json {
    let of = |key: &str| row.get(key).filter(|value| **value != json!("") && **value != json!([]));
    let mut row: Json = json!({
        "content": of("content").or(of("data")), "comment": of("comment"), "tags": of("tags"),
        "targets": of("targets"), "actions": of("actions"),
    });
    if let Some(tags) = row["tags"].as_array_mut() {
        tags.sort_by_cached_key(ToString::to_string);
    }
    row
}

impl Replayed for Cloudflare {
    fn response(&mut self, request: &Request) -> Response {
        Api::response(self, request)
    }

    fn state(&self) -> Json {
        let rows = |rows: &[Map<String, Json>]| {
            let mut rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    let mut compared = compared(row);
                    for key in ["name", "type", "ttl", "priority", "proxied", "status"] {
                        // The service chooses the priority of a page rule.
                        let is_rule = row.contains_key("targets");
                        let value = row.get(key).filter(|_| key != "priority" || !is_rule);
                        compared[key] = value.cloned().unwrap_or_default();
                    }
                    compared
                })
                .collect();
            rows.sort_by_cached_key(ToString::to_string);
            rows
        };
        let zone = |zone: &Zone| {
            json!({
                "name": zone.name, "plan": zone.plan,
                "records": rows(&zone.records), "rules": rows(&zone.rules),
            })
        };
        self.zones.iter().map(zone).collect()
    }
}

fn text(json: &Json, key: &str) -> Option<String> {
    json.get(key)?.as_str().map(str::to_owned)
}

/// The path after the version.
fn path(exchange: &Exchange) -> Vec<String> {
    let path = exchange.url.split('?').next().unwrap_or_default();
    let below = path.split("/client/v4/").nth(1).unwrap_or_default();
    below.split('/').map(str::to_owned).collect()
}
