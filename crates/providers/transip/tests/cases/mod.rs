//! What only this service has.

mod account;
mod domains;

use serde_json::{Value as Json, json};

fn a(name: &str, address: &str) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": address})
}

fn root_ns(ttl: i64, names: &[&str]) -> Json {
    json!({"name": "", "type": "NS", "ttl": ttl, "values": names})
}
