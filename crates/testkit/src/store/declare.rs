//! The facts of a service, one method each.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::auth::Login;
use super::ids::Ids;
use super::jobs::{Job, Jobs};
use super::routes::Route;
use super::rules::{Fields, Rules, Statuses};
use super::spelling::Targets;
use super::{Action, By, Call, Dot, Names, Paging, Refusal, Refusals, Store, Text, Values};
use crate::fake::{Request, Response};

impl Store {
    /// A service of rows: one value each, under an id.
    pub fn rows() -> Self {
        Self::new(false, Ids::Numbers, Values::Field("value"))
    }

    /// A service of whole `RRset`s: all values of a name and type.
    pub fn sets() -> Self {
        Self::new(true, Ids::None, Values::List("values"))
    }

    fn new(is_sets: bool, ids: Ids, values: Values) -> Self {
        let rules = Rules::new(is_sets, ids, values);
        Self {
            rules,
            zones: Vec::new(),
            beside: BTreeMap::new(),
            auth: super::Auth::default(),
            jobs: Jobs::default(),
            last_id: 0,
            item_ids: super::VecDeque::new(),
            zone_ids: super::VecDeque::new(),
            fresh_ids: super::VecDeque::new(),
            page_fault: None,
            page_limit: None,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self
    }

    /// Accepts requests with this header.
    #[must_use]
    pub fn auth_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.auth.by_header(name, value);
        self
    }

    /// Accepts requests that this function accepts: signatures, basic authentication ...
    #[must_use]
    pub fn auth(mut self, is_right: fn(&Request) -> bool) -> Self {
        self.auth.by_request(is_right);
        self
    }

    /// Accepts requests with a token that was fetched before.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.auth.by_login(login);
        self
    }

    /// The response to a login has the token in this header as well.
    #[must_use]
    pub fn token_header(mut self, name: &'static str) -> Self {
        self.auth.tokens_in(name);
        self
    }

    /// What a request does. Parts of the path in braces are parameters: `{zone}`, `{id}`, `{name}`, `{type}`,
    /// `{job}`, and those of custom functions.
    #[must_use]
    pub fn route(self, method: &'static str, pattern: &'static str, action: Action) -> Self {
        self.with(|rules| {
            rules.routes.push(Route { method, pattern, action, is_deferred: false, header: None });
        })
    }

    /// Like [`Self::route`], for requests with this header. It has to come before a route that takes them
    /// without.
    #[must_use]
    pub fn route_with_header(
        self,
        method: &'static str,
        pattern: &'static str,
        header: (&'static str, &'static str),
        action: Action,
    ) -> Self {
        let header = Some(header);
        self.with(|rules| {
            rules.routes.push(Route { method, pattern, action, is_deferred: false, header });
        })
    }

    /// Like [`Self::route`], for an asynchronous request: the answer is a job, which does the work.
    #[must_use]
    pub fn deferred(self, method: &'static str, pattern: &'static str, action: Action) -> Self {
        self.with(|rules| {
            rules.routes.push(Route { method, pattern, action, is_deferred: true, header: None });
        })
    }

    /// A request that no action covers.
    #[must_use]
    pub fn custom(
        self,
        method: &'static str,
        pattern: &'static str,
        function: fn(&mut Self, &Call) -> Result<Response, Refusal>,
    ) -> Self {
        self.route(method, pattern, Action::Custom(function))
    }

    /// How jobs are shown, and after how many more requests, polls or others, one is done; 0 is at once.
    #[must_use]
    pub fn jobs(mut self, requests: u32, show: fn(&Job) -> Json) -> Self {
        (self.jobs.requests, self.jobs.show) = (requests, show);
        self
    }

    /// The response to an asynchronous request has the id of its job in this header as well.
    #[must_use]
    pub fn job_header(mut self, name: &'static str) -> Self {
        self.jobs.header = Some(name);
        self
    }

    /// The keys of a list of zones and of one zone in a body; "" if the value is the body itself.
    #[must_use]
    pub fn zones_under(self, list: &'static str, one: &'static str) -> Self {
        self.with(|rules| (rules.keys.zones, rules.keys.zone) = (list, one))
    }

    /// The keys of a list of items and of one item in a body; "" if the value is the body itself.
    #[must_use]
    pub fn items_under(self, list: &'static str, one: &'static str) -> Self {
        self.with(|rules| (rules.keys.items, rules.keys.item) = (list, one))
    }

    /// The key of an item in a request.
    #[must_use]
    pub fn sent_under(self, key: &'static str) -> Self {
        self.with(|rules| rules.keys.sent = key)
    }

    /// The status codes of create, update and delete: by default 201, 200, 204. A response with 204 has no body.
    #[must_use]
    pub fn statuses(self, create: u16, update: u16, delete: u16) -> Self {
        self.with(|rules| {
            rules.statuses = Statuses { create_zone: create, create, update, delete };
        })
    }

    /// The body of a refusal, from its status and message.
    #[must_use]
    pub fn refusing_with(self, body: fn(u16, &str) -> Json) -> Self {
        self.with(|rules| rules.refusals.body = body)
    }

    /// How it refuses.
    #[must_use]
    pub fn refusals(self, refusals: Refusals) -> Self {
        self.with(|rules| rules.refusals = refusals)
    }

    /// How lists are paged.
    #[must_use]
    pub fn paging(self, paging: Paging) -> Self {
        self.with(|rules| rules.paging = paging)
    }

    /// How the list of zones is paged, if that differs.
    #[must_use]
    pub fn zones_paging(self, paging: Paging) -> Self {
        self.with(|rules| rules.zones_paging = Some(paging))
    }

    /// Other fields of every list.
    #[must_use]
    pub fn list_extra(self, extra: Json) -> Self {
        self.with(|rules| rules.list_extra = extra)
    }

    /// How lists show an item, if not as it is kept.
    #[must_use]
    pub fn shown(self, shown: fn(Json) -> Json) -> Self {
        self.with(|rules| rules.shown = shown)
    }

    /// Other fields of the response to a request that creates, changes or deletes something.
    #[must_use]
    pub fn write_extra(self, extra: Json) -> Self {
        self.with(|rules| rules.write_extra = extra)
    }

    /// The body of the response to a request that creates or changes an item. Default: the item.
    #[must_use]
    pub fn confirming(self, body: Json) -> Self {
        self.with(|rules| rules.confirmation = Some(body))
    }

    /// What it does with an item that it is sent, of the zone of this name, before all else: it refuses the item, with
    /// a message, or spells it otherwise. Of an item that is changed it gets the whole one.
    #[must_use]
    pub fn receiving(self, receive: fn(&mut Json, &str) -> Result<(), String>) -> Self {
        self.with(|rules| rules.receive = receive)
    }

    /// Items of the zone of this name that no request can change or delete.
    #[must_use]
    pub fn fixed(self, is_fixed: fn(&Json, &str) -> bool) -> Self {
        self.with(|rules| rules.is_fixed = is_fixed)
    }

    /// The keys of an item, besides its id, that a request to change it may have; others are refused.
    #[must_use]
    pub fn changeable(self, keys: &'static [&'static str]) -> Self {
        self.with(|rules| rules.changeable = keys)
    }

    /// The name and type of an item are in the path alone; a body with one of them is refused.
    #[must_use]
    pub fn names_in_path(self) -> Self {
        self.with(|rules| rules.has_names_in_path = true)
    }

    /// A zone that is not in the path is in the query or in the body under this key, or else that of the item in the
    /// path.
    #[must_use]
    pub fn zone_under(self, key: &'static str) -> Self {
        self.with(|rules| rules.zone_key = Some(key))
    }

    /// A query parameter that filters a list.
    #[must_use]
    pub fn filter(self, param: &'static str, by: By) -> Self {
        self.with(|rules| rules.filters.push((param, by)))
    }

    /// Items have no ids, as in services that replace whole zones.
    #[must_use]
    pub fn no_ids(self) -> Self {
        self.with(|rules| rules.ids = Ids::None)
    }

    /// Items have numeric ids: rows always do.
    #[must_use]
    pub fn number_ids(self) -> Self {
        self.with(|rules| rules.ids = Ids::Numbers)
    }

    /// Ids are strings, not numbers.
    #[must_use]
    pub fn text_ids(self) -> Self {
        self.with(|rules| rules.ids = Ids::Texts)
    }

    /// The keys of an item's id, name, type and TTL: by default `id`, `name`, `type`, `ttl`.
    #[must_use]
    pub fn item_keys(self, [id, name, record_type, ttl]: [&'static str; 4]) -> Self {
        self.with(|rules| {
            rules.fields = Fields { id, name, record_type, ttl, ..rules.fields.clone() };
        })
    }

    /// The keys that every item has, with null for a missing value; others are not kept.
    #[must_use]
    pub fn fields(self, shown: &'static [&'static str]) -> Self {
        self.with(|rules| rules.fields.shown = shown)
    }

    /// The keys that an item may have, and that are shown if it has them; others are not kept.
    #[must_use]
    pub fn optional_fields(self, kept: &'static [&'static str]) -> Self {
        self.with(|rules| rules.fields.kept = kept)
    }

    /// Keys besides those of every item that count when the state is compared with that of a recording.
    #[must_use]
    pub fn comparing(self, keys: &'static [&'static str]) -> Self {
        self.with(|rules| rules.fields.compared = keys)
    }

    /// Types, and the keys that an item of each must have, separated by blanks.
    #[must_use]
    pub fn needs(self, needs: &'static [(&'static str, &'static str)]) -> Self {
        self.with(|rules| rules.needs = needs)
    }

    /// The types it supports; others are refused.
    #[must_use]
    pub fn types(self, types: &'static [&'static str]) -> Self {
        self.with(|rules| rules.types = Some(types))
    }

    /// How names of items are spelled.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        self.with(|rules| rules.spelling.names = names)
    }

    /// Where an item has its values.
    #[must_use]
    pub fn values(self, values: Values) -> Self {
        self.with(|rules| rules.spelling.values = values)
    }

    /// The types whose values end with a name, and how names in values are spelled in requests and responses.
    #[must_use]
    pub fn targets(self, types: &'static [&'static str], write: Dot, read: Dot) -> Self {
        self.with(|rules| rules.spelling.targets = Targets { types, write, read, own: None })
    }

    /// The spelling of the zone's own name as a value.
    #[must_use]
    pub fn own_name(self, own: &'static str) -> Self {
        self.with(|rules| rules.spelling.targets.own = Some(own))
    }

    /// How text is spelled.
    #[must_use]
    pub fn text(self, text: Text) -> Self {
        self.with(|rules| rules.spelling.text = text)
    }

    /// The TTLs it accepts, in seconds; others are refused.
    #[must_use]
    pub fn ttl(self, ttl: RangeInclusive<i64>) -> Self {
        self.with(|rules| rules.ttl.range = ttl)
    }

    /// TTLs out of range are silently clamped.
    #[must_use]
    pub fn clamping_ttl(self) -> Self {
        self.with(|rules| rules.ttl.clamps = true)
    }

    /// A TTL of 0 is accepted as well, and means the default of the zone.
    #[must_use]
    pub fn zero_ttl(self) -> Self {
        self.with(|rules| rules.ttl.takes_zero = true)
    }

    /// The TTL of an item that is sent without one.
    #[must_use]
    pub fn default_ttl(self, ttl: i64) -> Self {
        self.with(|rules| rules.ttl.default = Some(ttl))
    }

    /// Duplicate rows are refused.
    #[must_use]
    pub fn refusing_duplicates(self) -> Self {
        self.with(|rules| rules.refuses_duplicates = true)
    }

    /// The key of a zone's name, and whether it ends with a dot.
    #[must_use]
    pub fn zone_name(self, name: &'static str, has_dot: bool) -> Self {
        self.with(|rules| {
            rules.zone.name = name;
            rules.zone.has_dot = has_dot;
        })
    }

    /// Zones have ids besides their names, under this key.
    #[must_use]
    pub fn zone_id(self, key: &'static str) -> Self {
        self.with(|rules| rules.zone.id = Some(key))
    }

    /// Other fields of a zone, besides its name and id.
    #[must_use]
    pub fn zone_extra(self, extra: Json) -> Self {
        self.with(|rules| rules.zone.extra = extra)
    }

    /// The items of a new zone, in the form of a request. A value such as `"{key}"` is taken from the request
    /// for the zone; if that does not have the key, the item is left out.
    #[must_use]
    pub fn default_items(self, items: Json) -> Self {
        let Json::Array(items) = items else { return self };
        self.with(|rules| rules.zone.default_items = items)
    }
}
