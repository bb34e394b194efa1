//! A service to be asked: a small PowerDNS that can only be read, and wants its key.

use octodns_testkit::fake::{Api, Fake, Request, Response};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

/// The key it wants.
pub(crate) const KEY: &str = "hunter2-key";

/// What it says to whoever has another key: nothing that a terminal should obey.
const REFUSAL: &str = "\u{1b}]0;owned\u{7}who are you?\n::error::owned";

/// Zones with their `RRset`s.
pub(crate) struct Zones {
    pub(crate) all: Vec<(&'static str, Json)>,
    /// Whether a zone has one record more each time that it is read.
    pub(crate) grow: bool,
    /// The date of its responses, if it is not the time of this machine.
    pub(crate) date: Option<&'static str>,
}

impl Zones {
    /// Two zones.
    pub(crate) fn two() -> Self {
        let all = vec![
            (
                "example.com.",
                json!([
                    set("example.com.", "NS", 3600, &["ns1.example.net.", "ns2.example.net."]),
                    set("www.example.com.", "A", 300, &["192.0.2.1", "192.0.2.2"]),
                    set("www.example.com.", "TXT", 300, &["\"a b; c\""]),
                    set("example.com.", "MX", 3600, &["10 mail.example.com."]),
                ]),
            ),
            (
                "example.org.",
                json!([
                    set("example.org.", "NS", 3600, &["ns1.example.net.", "ns2.example.net."]),
                    set("example.org.", "A", 60, &["192.0.2.3"]),
                ]),
            ),
        ];
        Self { all, grow: false, date: None }
    }
}

/// An `RRset` as the API has it.
pub(crate) fn set(name: &str, of: &str, ttl: u32, values: &[&str]) -> Json {
    let records: Vec<_> =
        values.iter().map(|value| json!({"content": value, "disabled": false})).collect();
    json!({"name": name, "type": of, "ttl": ttl, "records": records})
}

impl Api for Zones {
    fn response(&mut self, request: &Request) -> Response {
        let response = self.undated(request);
        match self.date {
            Some(date) => response.with_header("date", date),
            None => response,
        }
    }
}

impl Zones {
    fn undated(&mut self, request: &Request) -> Response {
        if request.header("x-api-key") != Some(KEY) {
            return Response::text(401, REFUSAL);
        }
        match (&*request.method, &request.path()[3..]) {
            ("GET", ["localhost"]) => Response::json(200, json!({"version": "4.9.1"})),
            ("GET", ["localhost", "config"]) => Response::json(200, json!([])),
            ("GET", ["localhost", "zones"]) => {
                let zones: Vec<_> =
                    self.all.iter().map(|(name, _)| json!({"name": name})).collect();
                Response::json(200, json!(zones))
            }
            ("GET", ["localhost", "zones", id]) => {
                let Some((name, sets)) = self.all.iter_mut().find(|(name, _)| name == id) else {
                    return Response::text(404, "Not Found");
                };
                let response = Response::json(200, json!({"name": name, "rrsets": sets}));
                if self.grow {
                    let sets = sets.as_array_mut().unwrap();
                    let name = format!("new{}.{name}", sets.len());
                    sets.push(set(&name, "A", 300, &["192.0.2.9"]));
                }
                response
            }
            _ => Response::text(405, "this service is only read"),
        }
    }
}

/// The service, and what serves it.
pub(crate) struct Service {
    pub(crate) fake: Fake<Zones>,
    _runtime: Runtime,
}

impl Service {
    pub(crate) fn new(zones: Zones) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let fake = runtime.block_on(Fake::start(zones));
        Self { fake, _runtime: runtime }
    }

    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> &str {
        self.fake.url().rsplit_once(':').unwrap().1
    }

    /// The variables by which `octodns init` finds it.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 3] {
        [("POWERDNS_HOST", "127.0.0.1"), ("POWERDNS_PORT", self.port()), ("POWERDNS_API_KEY", KEY)]
    }

    /// Whether it was asked, and only read.
    pub(crate) fn is_only_read(&self) -> bool {
        let seen = self.fake.seen();
        !seen.is_empty() && seen.iter().all(|request| request.method == "GET")
    }
}
