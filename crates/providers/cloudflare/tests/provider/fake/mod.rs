//! A stateful fake of Cloudflare's DNS API: accounts, zones, records, batches, page rules, plans.
//!
//! Written from the API reference and the documentation of DNS (record types, record attributes, batch record
//! changes, TTL). It converts plain data to plain data; the tests serve it over HTTP.

mod recorded;
mod records;
mod rules;
pub(crate) mod switches;
mod zones;

use std::collections::VecDeque;

use octodns_testkit::fake::{Api, Request, Response};
use octodns_testkit::store::PageFault;
use serde_json::{Map, Value as Json, json};

pub(crate) use zones::Zone;

/// A refusal: status, code and message.
pub(crate) type Refusal = (u16, i64, String);

/// The maximum number of records per page.
const MAX_IN_PAGE: usize = 5_000_000;

/// The service.
#[derive(Clone, Debug)]
pub(crate) struct Cloudflare {
    /// The API token that is accepted.
    pub(crate) token: String,
    /// The email address and global key that are accepted.
    pub(crate) email_and_key: (String, String),
    pub(crate) zones: Vec<Zone>,
    /// The views of the account: the id, and the ids of their zones.
    pub(crate) views: Vec<(String, Vec<String>)>,
    /// Whether names are returned in Unicode, as they once were.
    pub(crate) unicode_names: bool,
    /// What is wrong with the pages of records.
    pub(crate) page_fault: Option<PageFault>,
    /// The maximum number of records per page, whatever is asked for.
    pub(crate) max_in_page: usize,
    /// Whether all credentials are rejected.
    pub(crate) is_locked: bool,
    /// Accepts all requests and ignores the limits of plans: recordings use zones of free plans with all
    /// features.
    pub(crate) is_open: bool,
    /// The ids for the next new zones.
    pub(crate) zone_ids: VecDeque<String>,
    next_id: u64,
}

impl Default for Cloudflare {
    fn default() -> Self {
        Self {
            token: "let-me-in".to_owned(),
            email_and_key: ("me@example.com".to_owned(), "global-key".to_owned()),
            zones: Vec::new(),
            views: Vec::new(),
            unicode_names: false,
            page_fault: None,
            max_in_page: MAX_IN_PAGE,
            is_locked: false,
            is_open: false,
            zone_ids: VecDeque::new(),
            next_id: 1,
        }
    }
}

impl Cloudflare {
    /// A new id in the service's format: 32 hexadecimal digits.
    pub(crate) fn new_id(&mut self) -> String {
        self.next_id += 1;
        format!("{:032x}", self.next_id)
    }

    /// Adds a zone with a plan (`free`, `pro` ...), and returns its id.
    pub(crate) fn add_zone(&mut self, name: &str, plan: &str) -> String {
        let id = self.new_id();
        self.zones.push(Zone::new(id.clone(), name, plan));
        id
    }

    /// Adds a record to a zone, as the dashboard would.
    pub(crate) fn add_record(&mut self, zone_id: &str, record: &Json) -> String {
        let id = self.new_id();
        let zone = self.zone_mut(zone_id).unwrap();
        zone.post(record, id.clone()).unwrap();
        id
    }

    /// The zone with this name.
    pub(crate) fn zone(&self, name: &str) -> &Zone {
        self.zones.iter().find(|zone| zone.name == name).unwrap()
    }

    fn zone_mut(&mut self, id: &str) -> Result<&mut Zone, Refusal> {
        let found = self.zones.iter_mut().find(|zone| zone.id == id);
        found.ok_or_else(|| {
            (
                404,
                7003,
                format!(
                    "Could not route to /zones/{id}, perhaps your object identifier is invalid?"
                ),
            )
        })
    }

    fn try_answer(&mut self, request: &Request) -> Result<Json, Refusal> {
        self.authenticate(request)?;
        let path = request.path();
        let ["client", "v4", path @ ..] = &*path else {
            return Err((404, 7000, "No route for that URI".to_owned()));
        };
        match (request.method.as_str(), path) {
            ("GET", ["zones"]) => self.list_zones(request),
            ("POST", ["zones"]) => self.create_zone(&request.json()),
            ("GET", ["zones", id]) => Ok(success(&self.zone_mut(id)?.to_json())),
            ("PATCH", ["zones", id]) => {
                self.zone_mut(id)?.set_plan(&request.json()).map(|result| success(&result))
            }
            ("GET", ["zones", id, "available_plans"]) => {
                self.zone_mut(id).map(|_| success(&Zone::available_plans()))
            }
            ("GET", ["accounts", _, "dns_settings", "views"]) => {
                let views = self.views.iter().map(view).collect();
                Self::page(views, request, 100)
            }
            ("GET", ["accounts", _, "dns_settings", "views", id]) => {
                let found = self.views.iter().find(|(view, _)| view == id);
                found
                    .map(view)
                    .map(|result| success(&result))
                    .ok_or_else(|| (404, 1001, "view not found".to_owned()))
            }
            (_, ["zones", id, "dns_records", rest @ ..]) => self.records(request, id, rest),
            (_, ["zones", id, "pagerules", rest @ ..]) => self.rules(request, id, rest),
            _ => Err((404, 7000, "No route for that URI".to_owned())),
        }
    }

    fn authenticate(&self, request: &Request) -> Result<(), Refusal> {
        let header = |name: &str| request.header(name);
        let (email, key) = &self.email_and_key;
        let by_key = header("x-auth-email") == Some(email) && header("x-auth-key") == Some(key);
        let by_token = header("authorization") == Some(&*format!("Bearer {}", self.token));
        if !self.is_locked && (self.is_open || by_token || by_key) {
            return Ok(());
        }
        if header("x-auth-key").is_some() {
            return Err((403, 9103, "Unknown X-Auth-Key or X-Auth-Email".to_owned()));
        }
        Err((403, 9109, "Invalid access token".to_owned()))
    }

    /// One page of a list, with totals.
    fn page(all: Vec<Json>, request: &Request, most: usize) -> Result<Json, Refusal> {
        let number = |key: &str, default: usize| match request.param(key) {
            None => Ok(default),
            Some(text) => text
                .parse::<usize>()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| (400, 9207, format!("{key} is not a positive number"))),
        };
        let (page, per_page) = (number("page", 1)?, number("per_page", 100.min(most))?);
        if per_page > most {
            return Err((400, 9207, format!("per_page is more than {most}")));
        }
        let total = all.len();
        let rows: Vec<Json> = all.into_iter().skip((page - 1) * per_page).take(per_page).collect();
        let mut response = success(&json!(rows));
        response["result_info"] = json!({
            "page": page,
            "per_page": per_page,
            "count": rows.len(),
            "total_count": total,
            "total_pages": total.div_ceil(per_page),
        });
        Ok(response)
    }
}

impl Api for Cloudflare {
    fn response(&mut self, request: &Request) -> Response {
        match self.try_answer(request) {
            Ok(response) => Response::json(200, response),
            Err((status, code, message)) => Response::json(
                status,
                json!({
                    "success": false,
                    "errors": [{ "code": code, "message": message }],
                    "messages": [],
                    "result": null,
                }),
            ),
        }
    }
}

fn view((id, zones): &(String, Vec<String>)) -> Json {
    json!({ "id": id, "name": format!("view-{id}"), "zones": zones })
}

fn success(result: &Json) -> Json {
    json!({ "result": result, "success": true, "errors": [], "messages": [] })
}

/// The fields of a body that must be an object.
fn object(body: &Json) -> Result<&Map<String, Json>, Refusal> {
    body.as_object().ok_or_else(|| (400, 9207, "Request body is invalid.".to_owned()))
}
