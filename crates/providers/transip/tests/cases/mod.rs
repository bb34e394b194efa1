//! What only this service has.

mod account;
mod domains;

use octodns_testkit::suite::record;
use serde_json::{Value as Json, json};

fn a(name: &str, address: &str) -> Json {
    record(name, "A", address)
}

fn root_ns(ttl: i64, names: &[&str]) -> Json {
    json!({"name": "", "type": "NS", "ttl": ttl, "values": names})
}
