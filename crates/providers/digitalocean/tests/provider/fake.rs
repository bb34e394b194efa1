//! DigitalOcean's DNS as a fake: domains with rows, pages, and a token.

use std::collections::BTreeMap;

use octodns_testkit::cassette::{Cassette, Replayed};
use octodns_testkit::fake::{Answer, Api, Request};
use serde_json::{Value as Json, json};

pub(crate) const TOKEN: &str = "dop_v1_hunter2";

/// Fields of a row, in the service's order.
const FIELDS: [&str; 9] =
    ["type", "name", "data", "priority", "port", "ttl", "weight", "flags", "tag"];

#[derive(Default)]
pub(crate) struct Service {
    /// Rows by domain.
    domains: BTreeMap<String, Vec<Json>>,
    last_id: u64,
    /// Recorded requests come without their headers.
    is_open: bool,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The service as a recording's first answers show it.
    pub(crate) fn of(cassette: &Cassette) -> Self {
        let mut service = Self { is_open: true, last_id: 90_000_000, ..Self::default() };
        for exchange in cassette.first_reads() {
            let url = exchange.url.split('?').next().unwrap_or_default();
            let Some(domain) = url.strip_suffix("/records").and_then(|url| url.rsplit('/').next())
            else {
                continue;
            };
            if let Some(rows) = exchange.body["domain_records"].as_array() {
                service.domains.entry(domain.to_owned()).or_default().extend(rows.iter().cloned());
            }
        }
        service
    }

    /// Every row without its id, in order.
    pub(crate) fn rows(&self, domain: &str) -> Vec<Json> {
        let mut rows: Vec<_> = self.domains.get(domain).into_iter().flatten().cloned().collect();
        for row in &mut rows {
            row["id"] = Json::Null;
        }
        rows.sort_by_key(ToString::to_string);
        rows
    }

    fn create_domain(&mut self, body: &Json) -> Answer {
        let Some(name) = body["name"].as_str().map(str::to_owned) else {
            return refused("Name is required");
        };
        if self.domains.contains_key(&name) {
            return refused("Name already exists");
        }
        self.domains.insert(name.clone(), Vec::new());
        for server in ["ns1", "ns2", "ns3"] {
            let data = format!("{server}.digitalocean.com.");
            self.create(&name, &json!({"type": "NS", "name": "@", "data": data, "ttl": 1800}));
        }
        if let Some(address) = body["ip_address"].as_str() {
            self.create(&name, &json!({"type": "A", "name": "@", "data": address, "ttl": 1800}));
        }
        Answer::json(201, json!({"domain": {"name": name, "ttl": 1800, "zone_file": null}}))
    }

    fn create(&mut self, domain: &str, body: &Json) -> Answer {
        let row = match stored(domain, body) {
            Ok(row) => row,
            Err(answer) => return answer,
        };
        let Some(rows) = self.domains.get_mut(domain) else { return not_found() };
        let conflicts = |other: &&Json| {
            other["name"] == row["name"] && (other["type"] == "CNAME") != (row["type"] == "CNAME")
        };
        if rows.iter().any(|other| conflicts(&other)) {
            return refused("CNAME records cannot share a name with other records");
        }
        self.last_id += 1;
        let mut row = row;
        row["id"] = json!(self.last_id);
        rows.push(row.clone());
        Answer::json(201, json!({"domain_record": row}))
    }

    fn change(&mut self, domain: &str, id: &str, body: Option<&Json>) -> Answer {
        let Some(rows) = self.domains.get_mut(domain) else { return not_found() };
        let Some(index) =
            rows.iter().position(|row| id.parse::<u64>().is_ok_and(|id| row["id"] == id))
        else {
            return not_found();
        };
        let Some(body) = body else {
            rows.remove(index);
            return Answer::empty(204);
        };
        match stored(domain, body) {
            Err(answer) => answer,
            Ok(row) if row["type"] != rows[index]["type"] => refused("type cannot be changed"),
            Ok(mut row) => {
                row["id"] = rows[index]["id"].clone();
                rows[index] = row.clone();
                Answer::json(200, json!({"domain_record": row}))
            }
        }
    }

    fn list(&self, domain: &str, request: &Request) -> Answer {
        let Some(rows) = self.domains.get(domain) else { return not_found() };
        let whole = |row: &Json| match row["name"].as_str().unwrap_or_default() {
            "@" => domain.to_owned(),
            name => format!("{name}.{domain}"),
        };
        let is_asked_for = |row: &&Json| {
            request.param("name").is_none_or(|name| whole(row) == name)
                && request.param("type").is_none_or(|of| row["type"] == of)
        };
        let rows: Vec<_> = rows.iter().filter(is_asked_for).cloned().collect();
        page("domain_records", &rows, request)
    }
}

impl Api for Service {
    fn answer(&mut self, request: &Request) -> Answer {
        if !self.is_open && request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            let body = json!({"id": "Unauthorized", "message": "Unable to authenticate you"});
            return Answer::json(401, body);
        }
        match (&*request.method, &*request.path()) {
            ("GET", ["v2", "domains"]) => {
                let domains: Vec<_> =
                    self.domains.keys().map(|name| json!({"name": name, "ttl": 1800})).collect();
                page("domains", &domains, request)
            }
            ("POST", ["v2", "domains"]) => self.create_domain(&request.json()),
            ("GET", ["v2", "domains", name]) if self.domains.contains_key(*name) => {
                Answer::json(200, json!({"domain": {"name": name, "ttl": 1800, "zone_file": ""}}))
            }
            ("GET", ["v2", "domains", name, "records"]) => self.list(name, request),
            ("POST", ["v2", "domains", name, "records"]) => self.create(name, &request.json()),
            ("PUT", ["v2", "domains", name, "records", id]) => {
                self.change(name, id, Some(&request.json()))
            }
            ("DELETE", ["v2", "domains", name, "records", id]) => self.change(name, id, None),
            _ => not_found(),
        }
    }
}

impl Replayed for Service {
    fn answer(&mut self, request: &Request) -> Answer {
        Api::answer(self, request)
    }

    fn state(&self) -> Json {
        self.domains
            .keys()
            .map(|name| (name.clone(), json!(self.rows(name))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

/// A row as the service keeps it: names in values without their final dot, the domain's own as `@`.
fn stored(domain: &str, body: &Json) -> Result<Json, Answer> {
    let mut row = json!({"id": null});
    for field in FIELDS {
        row[field] = body.get(field).cloned().unwrap_or(Json::Null);
    }
    let (of, data) = (body["type"].as_str().unwrap_or_default(), body["data"].as_str());
    let Some(data) = data.filter(|data| !data.is_empty()) else {
        return Err(refused("Data can't be blank"));
    };
    if matches!(of, "CNAME" | "MX" | "NS" | "SRV") {
        if !data.ends_with('.') && data != "@" {
            return Err(refused("Data needs to end with a dot (.)"));
        }
        let target = data.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(data);
        row["data"] = json!(if target == domain { "@" } else { target });
    }
    if body["ttl"].as_i64().is_none_or(|ttl| ttl < 30) {
        return Err(refused("TTL must be at least 30"));
    }
    Ok(row)
}

/// A page of a list; the last has no link to a next one.
fn page(key: &str, all: &[Json], request: &Request) -> Answer {
    let (number, size) = (request.number("page", 1), request.number("per_page", 20));
    let size = size.clamp(1, 200);
    let start = number.saturating_sub(1) * size;
    let items: Vec<_> = all.iter().skip(start).take(size).cloned().collect();
    let mut links = json!({});
    if start + size < all.len() {
        let next = format!("https://api.digitalocean.com/v2/x?page={}", number + 1);
        links = json!({"pages": {"next": next, "last": next}});
    }
    Answer::json(200, json!({key: items, "links": links, "meta": {"total": all.len()}}))
}

fn refused(why: &str) -> Answer {
    Answer::json(422, json!({"id": "unprocessable_entity", "message": why}))
}

fn not_found() -> Answer {
    let why = "The resource you were accessing could not be found.";
    Answer::json(404, json!({"id": "not_found", "message": why}))
}
