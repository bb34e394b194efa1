//! Services as data: a [`Store`] keeps zones and their items, and a declaration says how the service spells,
//! pages, limits and refuses.
//!
//! Most services differ in facts, not in behaviour. So a fake of one is its table of requests and its facts,
//! in the order of its documentation, and a function for what no fact covers:
//!
//! ```
//! use octodns_testkit::store::{Action, Dot, Names, Paging, Store, Values};
//! use serde_json::json;
//!
//! fn service() -> Store {
//!     Store::rows()
//!         .auth_header("authorization", "Bearer hunter2")
//!         .route("GET", "/v1/zones", Action::ListZones)
//!         .route("POST", "/v1/zones", Action::CreateZone)
//!         .route("GET", "/v1/zones/{zone}/records", Action::List)
//!         .route("POST", "/v1/zones/{zone}/records", Action::Create)
//!         .route("PUT", "/v1/zones/{zone}/records/{id}", Action::Update)
//!         .route("DELETE", "/v1/zones/{zone}/records/{id}", Action::Delete)
//!         .zones_under("zones", "")
//!         .items_under("records", "")
//!         .paging(Paging::numbered("page", "per_page", 50, 100).total("total"))
//!         .names(Names::Relative { apex: "@" })
//!         .values(Values::Field("value"))
//!         .targets(&["CNAME", "MX", "NS"], Dot::Required, Dot::Required)
//!         .needs(&[("MX", "priority")])
//!         .ttl(60..=86_400)
//!         .default_items(json!([{"name": "@", "type": "NS", "value": "ns1.alder.example.", "ttl": 3600}]))
//!         .refusing_with(|_, why| json!({"message": why}))
//! }
//! ```
//!
//! What a table cannot express is a function: [`Store::custom`]. It can use the operations behind the actions
//! ([`Store::create`], [`Store::put`], [`Store::delete`] ...), atomically with [`Store::transaction`]: that
//! is how services with change sets and bulk calls are declared. What an account has beside its zones (pools,
//! health checks, filters) and what custom functions remember (drafts, settings) is in lists of any items:
//! [`Store::beside`].

mod auth;
mod check;
mod declare;
mod ids;
mod items;
mod jobs;
mod keep;
mod paging;
mod recorded;
mod refusal;
mod routes;
mod rules;
mod spelling;
#[cfg(test)]
mod tests;
mod zone;

pub use auth::Login;
pub use items::{By, Pick, Values};
pub use jobs::{Job, JobState};
pub use paging::{PageFault, Paging};
pub use refusal::{Refusal, Refusals};
pub use routes::{Action, Call};
pub use spelling::{Dot, Names, Text};
pub use zone::{Items, StoredZone};

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::fake::{Api, Request, Response};
use auth::Auth;
use jobs::Jobs;
use routes::Route;
use rules::Rules;

/// A declared service, and its state. A clone is an independent service with the same state.
#[derive(Clone)]
pub struct Store {
    rules: Rules,
    /// Shared with the states that a transaction or a comparison begins with, until they change.
    zones: Vec<Arc<StoredZone>>,
    /// Lists beside the zones, by name.
    beside: BTreeMap<String, Arc<Vec<Json>>>,
    auth: Auth,
    jobs: Jobs,
    last_id: u64,
    /// Ids to use first, if a recording has them.
    item_ids: VecDeque<Json>,
    zone_ids: VecDeque<Json>,
    /// Those of what is no item.
    fresh_ids: VecDeque<Json>,
    /// What is wrong with the pages of lists.
    page_fault: Option<PageFault>,
    /// The maximum number of items per page, whatever the client asks for.
    page_limit: Option<usize>,
}

impl Store {
    /// Every zone.
    pub fn zones(&self) -> &[Arc<StoredZone>] {
        &self.zones
    }

    /// Gives the pages of lists of items a fault.
    pub fn break_pages(&mut self, fault: Option<PageFault>) {
        self.page_fault = fault;
    }

    /// Limits the items per page, whatever the client asks for.
    pub fn limit_pages(&mut self, most: Option<usize>) {
        self.page_limit = most;
    }

    /// The lowest TTL it keeps unchanged, in seconds.
    pub fn min_ttl(&self) -> u32 {
        u32::try_from(*self.rules.ttl.range.start()).unwrap_or(1)
    }

    /// The query parameter for the page size.
    pub fn page_size(&self) -> Option<&'static str> {
        self.rules.paging.size()
    }

    /// Whether lists contain the total number of items, so that a lost page can be noticed.
    pub fn counts_items(&self) -> bool {
        self.rules.paging.counts()
    }

    /// Whether lists are paged, and each page says whether another follows.
    pub fn links_pages(&self) -> bool {
        self.rules.paging.links()
    }

    /// Rejects all credentials, or accepts the right ones again.
    pub fn lock(&mut self, is_locked: bool) {
        self.auth.lock(is_locked);
    }

    /// Makes fetched tokens expire after this many requests; `false` if the service has no such tokens.
    pub fn end_tokens_after(&mut self, requests: Option<usize>) -> bool {
        self.auth.end_tokens_after(requests)
    }

    /// Whether a request, by its method and path, fetches a token.
    pub fn is_login(&self, method: &str, path: &str) -> bool {
        self.auth.is_login(method, path)
    }

    /// The path of the request that fetches a token, if there is one.
    pub fn login_path(&self) -> Option<&'static str> {
        self.auth.login_path()
    }

    /// The response to a client that sends too many requests.
    pub fn throttled(&self) -> Response {
        self.rules.refusals.throttled_answer()
    }

    /// Adds an item of a type that no client knows, in the form of responses.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    pub fn plant_unknown(&mut self, zone: &str) -> Result<Json, Refusal> {
        let name = self.zone(zone)?.name.clone();
        let (fields, spelling) = (&self.rules.fields, &self.rules.spelling);
        let mut item =
            json!({fields.record_type: "TYPE65280", fields.ttl: *self.rules.ttl.range.start()});
        item[fields.name] = spelling.names.of_whole(&format!("strange.{name}"), &name).into();
        item[spelling.values.key()] = spelling.values.shaped("strange");
        self.plant(zone, item)
    }

    /// A refusal in the form of the service.
    pub fn refused(&self, refusal: &Refusal) -> Response {
        self.rules.refusals.response(refusal)
    }

    /// The response to a client whose credentials are wrong.
    pub fn unauthorized(&self) -> Response {
        self.refused(&self.refusal(Refusals::UNAUTHORIZED, "these credentials are wrong"))
    }

    fn try_answer(&mut self, request: &Request) -> Result<Response, Refusal> {
        if let Some(response) = self.auth.login(request) {
            return response.map_err(|why| self.refusal(Refusals::UNAUTHORIZED, why));
        }
        if !self.auth.lets_in(request) {
            return Err(self.refusal(Refusals::UNAUTHORIZED, "unable to authenticate you"));
        }
        self.pass_time();
        let (route, call) = self.call(request)?;
        if route.is_deferred {
            Ok(self.defer(route.action, call))
        } else {
            self.act(route.action, &call)
        }
    }

    fn call(&self, request: &Request) -> Result<(Route, Call), Refusal> {
        let Some((route, params)) = self.rules.route_of(request) else {
            return Err(self.refusal(Refusals::MISSING, "there is no such resource"));
        };
        let mut call = Call::new(request, params);
        if let (Some(key), "") = (self.rules.zone_key, call.zone()) {
            let given = request.param(key).or_else(|| call.body[key].as_str());
            let zone = given.map(str::to_owned).or_else(|| self.zone_of(call.param("id")));
            call.set_zone(zone.unwrap_or_default());
        }
        Ok((route, call))
    }

    /// Carries out a request that is a part of another, such as a batch.
    ///
    /// # Errors
    ///
    /// The service refuses it.
    pub fn act_on(&mut self, request: &Request) -> Result<Response, Refusal> {
        let (route, call) = self.call(request)?;
        self.act(route.action, &call)
    }
}

impl Api for Store {
    fn response(&mut self, request: &Request) -> Response {
        self.try_answer(request).unwrap_or_else(|refusal| self.refused(&refusal))
    }
}
