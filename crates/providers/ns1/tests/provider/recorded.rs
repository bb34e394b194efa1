//! The service in the state that a recording starts with.

use octodns_testkit::cassette::Cassette;
use octodns_testkit::store::{Pick, Store};

use crate::ENDPOINT;
use crate::service::{FEEDS, LISTS, MONITORS, SOURCES, bare, entries};

/// The service in the state that a recording starts with. Some lists are read after the first write.
pub(crate) fn recorded(cassette: &Cassette) -> Store {
    let mut store = bare().recorded(cassette);
    let mut made = Vec::new();
    for exchange in &cassette.exchanges {
        if exchange.method != "GET" {
            made.push(exchange.body["id"].clone());
            continue;
        }
        let path = exchange.url.trim_start_matches(ENDPOINT);
        let parts: Vec<_> = path.split('/').skip(1).collect();
        let list = match &*parts {
            ["zones", zone, name, of] if exchange.status == 200 => {
                // It is in the list of its zone as well.
                let pick = Pick::Set(name, of);
                let _ = store.delete(zone, pick);
                let mut record = exchange.body.clone();
                for answer in record["answers"].as_array_mut().into_iter().flatten() {
                    answer["short"] = answer["answer"][0].clone();
                }
                let _ = store.plant(zone, record);
                continue;
            }
            ["data", "sources"] => SOURCES,
            ["data", "feeds", _] => FEEDS,
            ["lists"] => LISTS,
            ["monitoring", "jobs"] => MONITORS,
            _ => continue,
        };
        for item in entries(&exchange.body) {
            let is_known = store.beside(list).iter().any(|held| held["id"] == item["id"]);
            if !is_known && !made.contains(&item["id"]) {
                store.beside_mut(list).push(item.clone());
            }
        }
    }
    store
}
