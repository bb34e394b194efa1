//! A service of rows: one value each, under an id.

use std::collections::BTreeMap;

use octodns_testkit::fake::{Answer, Api, Request};
use serde_json::{Value as Json, json};

/// The types it takes.
const TYPES: [&str; 4] = ["A", "CNAME", "MX", "TXT"];

const PER_PAGE: usize = 50;

#[derive(Default)]
pub(crate) struct Service {
    zones: BTreeMap<String, BTreeMap<u64, Json>>,
    last_id: u64,
}

impl Api for Service {
    fn answer(&mut self, request: &Request) -> Answer {
        let body = request.json();
        match (&*request.method, &*request.path()) {
            ("GET", ["zones"]) => Answer::json(200, json!(self.zones.keys().collect::<Vec<_>>())),
            ("PUT", ["zones", zone]) => {
                self.zones.entry((*zone).to_owned()).or_default();
                Answer::empty(204)
            }
            (method, ["zones", zone, "rows", rest @ ..]) => match self.zones.get_mut(*zone) {
                None => not_found(),
                Some(rows) if method == "GET" => page(rows, request),
                Some(_) if method != "DELETE" && !TYPES.contains(&&*text(&body, "type")) => {
                    let why = format!("the type {} is not known", text(&body, "type"));
                    Answer::json(422, json!({"message": why}))
                }
                Some(rows) => match (method, rest) {
                    ("POST", []) => {
                        self.last_id += 1;
                        rows.insert(self.last_id, body);
                        Answer::empty(204)
                    }
                    ("PUT", [id]) => match rows.get_mut(&id.parse().unwrap_or_default()) {
                        Some(row) => {
                            *row = body;
                            Answer::empty(204)
                        }
                        None => not_found(),
                    },
                    ("DELETE", [id]) => match rows.remove(&id.parse().unwrap_or_default()) {
                        Some(_) => Answer::empty(204),
                        None => not_found(),
                    },
                    _ => not_found(),
                },
            },
            _ => not_found(),
        }
    }
}

fn text(row: &Json, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}

fn page(rows: &BTreeMap<u64, Json>, request: &Request) -> Answer {
    let start = request.number("start", 0);
    let items = rows.iter().skip(start).take(PER_PAGE).map(|(id, row)| json!([id, row]));
    let next = (start + PER_PAGE < rows.len()).then_some(start + PER_PAGE);
    Answer::json(200, json!({"items": items.collect::<Vec<_>>(), "next": next}))
}

fn not_found() -> Answer {
    Answer::json(404, json!({"message": "there is no such thing"}))
}
