//! The requests of a service, and what each does.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::items::Pick;
use super::paging::Page;
use super::{Refusal, Refusals, Store};
use crate::fake::{Request, Response};

/// What a request does.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Action {
    /// Lists the zones.
    ListZones,
    /// Lists the names of the zones.
    ListNames,
    /// Creates a zone.
    CreateZone,
    /// Shows a zone: `{zone}`.
    ReadZone,
    /// Lists the items of a zone.
    List,
    /// Lists the ids of the items of a zone.
    ListIds,
    /// Shows an item: `{id}`, or `{name}` and `{type}`.
    Read,
    /// Creates an item.
    Create,
    /// Replaces an existing item.
    Update,
    /// Changes the given fields of an item.
    Patch,
    /// Creates or replaces an item.
    Put,
    /// Deletes an item.
    Delete,
    /// Shows a job: `{job}`.
    Job,
    /// Lists the items of a list beside the zones; only those of a type, if the path has one: `{type}`.
    ListBeside(&'static str),
    /// Anything else.
    Custom(fn(&mut Store, &Call) -> Result<Response, Refusal>),
}

/// The keys of values in bodies; "" if the value is the body itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    /// A list of zones.
    pub(super) zones: &'static str,
    /// One zone.
    pub(super) zone: &'static str,
    /// A list of items.
    pub(super) items: &'static str,
    /// One item.
    pub(super) item: &'static str,
    /// One item in a request.
    pub(super) sent: &'static str,
}

impl Keys {
    /// Every value is the body itself.
    pub(super) const NONE: Self = Self { zones: "", zone: "", items: "", item: "", sent: "" };
}

/// A method and path, and what a request to it does.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) pattern: &'static str,
    pub(super) action: Action,
    pub(super) is_deferred: bool,
    /// A header that a request must have.
    pub(super) header: Option<(&'static str, &'static str)>,
}

impl Route {
    /// Whether a request has what this route asks for besides its path.
    pub(super) fn fits(&self, request: &Request) -> bool {
        let has = |(name, value)| request.header(name) == Some(value);
        self.method == request.method && self.header.is_none_or(has)
    }

    /// The path parameters, if the path matches this route.
    pub(super) fn params(&self, segments: &[String]) -> Option<BTreeMap<&'static str, String>> {
        let mut pattern = self.pattern.trim_start_matches('/').split('/');
        let mut params = BTreeMap::new();
        for segment in segments {
            let part = pattern.next()?;
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => drop(params.insert(name, segment.clone())),
                None if part == segment => {}
                None => return None,
            }
        }
        pattern.next().is_none().then_some(params)
    }
}

/// A request, parsed by its route.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request.
    pub request: Request,
    /// Its body; null if it is not JSON.
    pub body: Json,
    params: BTreeMap<&'static str, String>,
}

impl Call {
    pub(super) fn new(request: &Request, params: BTreeMap<&'static str, String>) -> Self {
        Self { request: request.clone(), body: request.json(), params }
    }

    /// Says in which zone it is.
    pub(super) fn set_zone(&mut self, zone: String) {
        self.params.insert("zone", zone);
    }

    /// A path parameter, by its name in the route; "" if the route has no such parameter.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The zone in the path.
    pub fn zone(&self) -> &str {
        self.param("zone")
    }

    /// A list in the body; "" is the body itself.
    pub fn list(&self, key: &str) -> Vec<Json> {
        let list = if key.is_empty() { &self.body } else { &self.body[key] };
        list.as_array().cloned().unwrap_or_default()
    }

    /// All values of a query parameter.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let query = self.request.query.iter();
        query.filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The item in the path: by id, or else by name and type.
    pub fn pick(&self) -> Pick<'_> {
        match self.params.get("id") {
            Some(id) => Pick::Id(id),
            None => Pick::Set(self.param("name"), self.param("type")),
        }
    }
}

impl Store {
    /// Carries out an action.
    pub(super) fn act(&mut self, action: Action, call: &Call) -> Result<Response, Refusal> {
        let Keys { zones, zone, items, item, sent } = self.rules.keys;
        let body = if sent.is_empty() { &call.body } else { &call.body[sent] };
        let statuses = self.rules.statuses;
        match action {
            Action::Custom(function) => function(self, call),
            Action::Job => {
                let job = self.job(call.param("job"))?;
                Ok(Response::json(200, self.show_job(&job)))
            }
            Action::ListBeside(list) => {
                let of = call.param("type");
                let is_asked_for =
                    |item: &&Json| of.is_empty() || item[self.rules.fields.record_type] == of;
                let shown: Vec<_> =
                    self.beside(list).iter().filter(is_asked_for).cloned().collect();
                Ok(Response::json(200, shown))
            }
            Action::ListZones => {
                let shown = self.zones_for(call);
                Ok(self.page(zones, &shown, &call.request, true))
            }
            Action::ListNames => {
                let names: Vec<_> =
                    self.zones().iter().map(|zone| self.rules.zone_name(zone).into()).collect();
                Ok(self.page(zones, &names, &call.request, true))
            }
            Action::CreateZone => {
                let made = self.create_zone(body)?;
                Ok(self.written(statuses.create_zone, under(zone, made)))
            }
            Action::ReadZone => {
                let shown = self.zone(call.zone())?;
                Ok(Response::json(200, under(zone, self.rules.show_zone(shown))))
            }
            Action::List => {
                let found = self.items_for(call)?.into_iter().map(self.rules.shown);
                Ok(self.page(items, &found.collect::<Vec<_>>(), &call.request, false))
            }
            Action::ListIds => {
                let found = self.items_for(call)?;
                let ids =
                    found.iter().map(|item| item[self.rules.fields.id].clone()).collect::<Vec<_>>();
                Ok(self.page(items, &ids, &call.request, false))
            }
            Action::Read => {
                let shown = self.item(call.zone(), call.pick())?;
                Ok(Response::json(200, under(item, shown)))
            }
            Action::Create => {
                let made = self.create(call.zone(), &self.of_path(call, body)?)?;
                Ok(self.confirmed(statuses.create, under(item, made)))
            }
            Action::Update => {
                let made = self.update(call.zone(), call.pick(), &self.of_path(call, body)?)?;
                Ok(self.confirmed(statuses.update, under(item, made)))
            }
            Action::Patch => {
                let made = self.patch(call.zone(), call.pick(), &self.of_path(call, body)?)?;
                Ok(self.confirmed(statuses.update, under(item, made)))
            }
            Action::Put => {
                let made = self.put(call.zone(), call.pick(), &self.of_path(call, body)?)?;
                Ok(self.confirmed(statuses.update, under(item, made)))
            }
            Action::Delete => {
                self.delete(call.zone(), call.pick())?;
                Ok(self.written(statuses.delete, json!({})))
            }
        }
    }

    /// The body of a request about an item, with the name and type of its path.
    fn of_path(&self, call: &Call, body: &Json) -> Result<Json, Refusal> {
        let (mut body, fields) = (body.clone(), &self.rules.fields);
        if !body.is_object() {
            return Ok(body);
        }
        for (key, param) in [(fields.name, "name"), (fields.record_type, "type")] {
            let of_path = call.params.get(param).map(|value| Json::from(&**value));
            match (body.get(key), of_path) {
                (Some(_), Some(_)) if self.rules.has_names_in_path => {
                    return Err(self.invalid(format!("{key} is in the path")));
                }
                (Some(given), Some(of_path)) if *given != of_path => {
                    return Err(self.invalid(format!("{key} is another one than in the path")));
                }
                (None, Some(of_path)) => body[key] = of_path,
                _ => {}
            }
        }
        Ok(body)
    }

    /// The response to a request that has made an item what it is now.
    fn confirmed(&self, status: u16, item: Json) -> Response {
        self.written(status, self.rules.confirmation.clone().unwrap_or(item))
    }

    /// The response to a write.
    fn written(&self, status: u16, mut body: Json) -> Response {
        if status == 204 {
            return Response::empty(status);
        }
        if let (Json::Object(body), Json::Object(extra)) = (&mut body, &self.rules.write_extra) {
            body.extend(extra.clone());
        }
        Response::json(status, body)
    }

    /// A refusal for a reason.
    pub(super) fn refusal(
        &self,
        reason: super::refusal::Reason,
        message: impl Into<String>,
    ) -> Refusal {
        Refusal::new(reason(&self.rules.refusals), message)
    }

    /// A refusal of an invalid request, with this message.
    pub fn invalid(&self, message: impl Into<String>) -> Refusal {
        self.refusal(Refusals::INVALID, message)
    }

    fn page(&self, key: &str, all: &[Json], request: &Request, is_zones: bool) -> Response {
        let of_zones = self.rules.zones_paging.as_ref().filter(|_| is_zones);
        let paging = of_zones.unwrap_or(&self.rules.paging);
        let fault = self.page_fault.filter(|_| !is_zones);
        let limit = self.page_limit.filter(|_| !is_zones);
        let Page { items, marks, headers } = paging.page(all, request, limit, fault);
        let mut body = under(key, items.into());
        if let Json::Object(map) = &mut body {
            map.extend(self.rules.list_extra.as_object().cloned().unwrap_or_default());
            for (path, value) in marks {
                super::paging::place(&mut body, path, value);
            }
        }
        headers.into_iter().fold(Response::json(200, body), |response, (name, value)| {
            response.with_header(&name, &value)
        })
    }
}

/// A value under its key; the value itself if the key is "".
pub(super) fn under(key: &str, value: Json) -> Json {
    if key.is_empty() { value } else { json!({key: value}) }
}
