//! A small PowerDNS: zones with their `RRset`s. The behaviour suite uses the real server; this one finds the
//! final state of recorded requests, and has faults that the real one cannot produce.

use std::collections::BTreeMap;

use octodns_testkit::cassette::{Cassette, Replayed};
use octodns_testkit::fake::{Api, Request, Response};
use serde_json::{Value as Json, json};

/// Records and TTL by name and type.
type RrSets = BTreeMap<(String, String), Json>;

pub(crate) struct PowerDns {
    zones: BTreeMap<String, (Json, RrSets)>,
    notified: Vec<String>,
    settings: Json,
}

impl Default for PowerDns {
    fn default() -> Self {
        Self { zones: BTreeMap::new(), notified: Vec::new(), settings: json!([]) }
    }
}

impl PowerDns {
    /// A server that can hold dynamic records.
    pub(crate) fn with_scripts() -> Self {
        let settings = [("enable-lua-records", "yes"), ("launch", "gsqlite3,geoip")];
        let settings = settings.map(|(name, value)| json!({"name": name, "value": value}));
        Self { settings: json!(settings), ..Self::default() }
    }

    /// The state that the first responses of a recording show.
    pub(crate) fn of(cassette: &Cassette) -> Self {
        let mut server = Self::default();
        for exchange in cassette.exchanges.iter().filter(|exchange| exchange.method == "GET") {
            if exchange.url.ends_with("/config") {
                server.settings = exchange.body.clone();
            } else if let Some(sets) = exchange.body["rrsets"].as_array() {
                let zone = exchange.body["name"].as_str().unwrap().to_owned();
                let all = sets.iter().map(|set| (key(set), held(set))).collect();
                server.zones.insert(zone, (json!({}), all));
            }
        }
        server
    }

    fn respond(&mut self, request: &Request) -> Response {
        let not_found = || Response::text(404, "Not Found");
        let path = request.path();
        let start = path.iter().position(|part| *part == "servers").map_or(0, |at| at + 2);
        match (&*request.method, path.get(start..).unwrap_or_default()) {
            ("GET", []) => Response::json(200, json!({"version": "4.9.1"})),
            ("GET", ["config"]) => Response::json(200, self.settings.clone()),
            ("GET", ["zones"]) => {
                let zones: Vec<_> = self.zones.keys().map(|name| json!({"name": name})).collect();
                Response::json(200, json!(zones))
            }
            ("POST", ["zones"]) => {
                let body = request.json();
                let zone = body["name"].as_str().unwrap().to_owned();
                if self.zones.contains_key(&zone) {
                    return Response::json(
                        409,
                        json!({"error": format!("Domain '{zone}' already exists")}),
                    );
                }
                let mut sets = RrSets::new();
                change(&mut sets, &body);
                let kind = json!({"kind": body["kind"], "soa_edit_api": body["soa_edit_api"]});
                self.zones.insert(zone, (kind, sets));
                Response::json(201, json!({}))
            }
            ("GET", ["zones", id]) => match self.zones.get(&*id.replace("=2F", "/")) {
                Some((_, sets)) => Response::json(200, json!({"name": id, "rrsets": shown(sets)})),
                None => not_found(),
            },
            ("PATCH", ["zones", id]) => match self.zones.get_mut(&*id.replace("=2F", "/")) {
                Some((_, sets)) => {
                    change(sets, &request.json());
                    Response::empty(204)
                }
                None => not_found(),
            },
            ("PUT", ["zones", id, "notify"]) => {
                self.notified.push((*id).to_owned());
                Response::json(200, json!({"result": "Notification queued"}))
            }
            _ => not_found(),
        }
    }
}

fn key(set: &Json) -> (String, String) {
    (set["name"].as_str().unwrap().to_owned(), set["type"].as_str().unwrap().to_owned())
}

fn held(set: &Json) -> Json {
    json!({"ttl": set["ttl"], "records": set["records"]})
}

fn change(sets: &mut RrSets, body: &Json) {
    for set in body["rrsets"].as_array().unwrap() {
        if set["changetype"] == "DELETE" {
            sets.remove(&key(set));
        } else {
            sets.insert(key(set), held(set));
        }
    }
}

fn shown(sets: &RrSets) -> Vec<Json> {
    let shown = |((name, of), held): (&(String, String), &Json)| json!({"name": name, "type": of, "ttl": held["ttl"], "records": held["records"]});
    sets.iter().map(shown).collect()
}

impl Api for PowerDns {
    fn response(&mut self, request: &Request) -> Response {
        self.respond(request)
    }
}

impl Replayed for PowerDns {
    fn response(&mut self, request: &Request) -> Response {
        // The reference tries to change a zone before it creates it; that error is expected.
        let response = self.respond(request);
        if request.method == "PATCH" && response.status == 404 {
            Response::empty(204)
        } else {
            response
        }
    }

    fn state(&self) -> Json {
        let zones: Vec<_> = self
            .zones
            .iter()
            .map(|(name, (kind, sets))| json!({"name": name, "kind": kind, "rrsets": shown(sets)}))
            .collect();
        json!({"zones": zones, "notified": self.notified})
    }
}
