//! The facts of a service, as they are declared.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Value as Json, json};

use super::ids::Ids;
use super::routes::{Keys, Route};
use super::spelling::Spelling;
use super::{By, Paging, Refusals, StoredZone, Values};
use crate::fake::Request;

/// The facts of a service.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) routes: Vec<Route>,
    pub(super) keys: Keys,
    pub(super) statuses: Statuses,
    pub(super) refusals: Refusals,
    pub(super) paging: Paging,
    pub(super) zones_paging: Option<Paging>,
    pub(super) list_extra: Json,
    /// An item as lists show it.
    pub(super) shown: fn(Json) -> Json,
    pub(super) write_extra: Json,
    /// The body of the response to a request that creates or changes an item, if not the item.
    pub(super) confirmation: Option<Json>,
    pub(super) receive: Receive,
    pub(super) is_fixed: fn(&Json, &str) -> bool,
    /// The only keys of an item that can be changed; all, if there are none.
    pub(super) changeable: &'static [&'static str],
    pub(super) has_names_in_path: bool,
    /// The key of a zone that the path does not have.
    pub(super) zone_key: Option<&'static str>,
    pub(super) filters: Vec<(&'static str, By)>,
    pub(super) is_sets: bool,
    pub(super) ids: Ids,
    pub(super) fields: Fields,
    pub(super) types: Option<&'static [&'static str]>,
    pub(super) needs: &'static [(&'static str, &'static str)],
    pub(super) spelling: Spelling,
    pub(super) ttl: TtlRules,
    pub(super) refuses_duplicates: bool,
    pub(super) zone: ZoneRules,
}

/// Refuses an item that a zone is sent, with a message, or spells it otherwise.
pub(super) type Receive = fn(&mut Json, &str) -> Result<(), String>;

/// The TTLs of items.
#[derive(Clone)]
pub(super) struct TtlRules {
    pub(super) range: RangeInclusive<i64>,
    /// Whether others become the nearest one.
    pub(super) clamps: bool,
    /// Whether 0 is accepted as well.
    pub(super) takes_zero: bool,
    /// The TTL of an item without one.
    pub(super) default: Option<i64>,
}

/// The status codes of success.
#[derive(Clone, Copy)]
pub(super) struct Statuses {
    pub(super) create_zone: u16,
    pub(super) create: u16,
    pub(super) update: u16,
    pub(super) delete: u16,
}

/// The keys of an item.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) record_type: &'static str,
    pub(super) ttl: &'static str,
    /// The keys that are always shown, with null for a missing value.
    pub(super) shown: &'static [&'static str],
    /// The only keys that are kept, and shown if they are there.
    pub(super) kept: &'static [&'static str],
    /// Other keys that are compared with those of recordings.
    pub(super) compared: &'static [&'static str],
}

/// Facts about zones.
#[derive(Clone)]
pub(super) struct ZoneRules {
    /// The key of a zone's name.
    pub(super) name: &'static str,
    /// The key of its id, if it has one besides its name.
    pub(super) id: Option<&'static str>,
    /// Whether its name ends with a dot.
    pub(super) has_dot: bool,
    /// Other fields that are shown.
    pub(super) extra: Json,
    /// The items of a new zone.
    pub(super) default_items: Vec<Json>,
}

impl Rules {
    /// Those of a service of which only this is known.
    pub(super) fn new(is_sets: bool, ids: Ids, values: Values) -> Self {
        let zone = ZoneRules {
            name: "name",
            id: None,
            has_dot: false,
            extra: json!({}),
            default_items: Vec::new(),
        };
        let fields = Fields {
            id: "id",
            name: "name",
            record_type: "type",
            ttl: "ttl",
            shown: &[],
            kept: &[],
            compared: &[],
        };
        Self {
            routes: Vec::new(),
            keys: Keys::NONE,
            statuses: Statuses { create_zone: 201, create: 201, update: 200, delete: 204 },
            refusals: Refusals::USUAL,
            paging: Paging::whole(),
            zones_paging: None,
            list_extra: json!({}),
            shown: |item| item,
            write_extra: json!({}),
            confirmation: None,
            receive: |_, _| Ok(()),
            is_fixed: |_, _| false,
            changeable: &[],
            has_names_in_path: false,
            zone_key: None,
            filters: Vec::new(),
            is_sets,
            ids,
            fields,
            types: None,
            needs: &[],
            spelling: Spelling { values, ..Spelling::default() },
            ttl: TtlRules {
                range: 1..=i64::from(i32::MAX),
                clamps: false,
                takes_zero: false,
                default: None,
            },
            refuses_duplicates: false,
            zone,
        }
    }

    pub(super) fn route_of(
        &self,
        request: &Request,
    ) -> Option<(Route, BTreeMap<&'static str, String>)> {
        let mut routes = self.routes.iter().filter(|route| route.fits(request));
        routes.find_map(|route| Some((*route, route.params(&request.segments)?)))
    }

    /// A zone as the service shows it.
    pub(super) fn show_zone(&self, zone: &StoredZone) -> Json {
        let mut shown = self.zone.extra.clone();
        shown[self.zone.name] = self.zone_name(zone).into();
        if let Some(key) = self.zone.id {
            shown[key] = zone.id.clone();
        }
        for (key, value) in &zone.settings {
            shown[key] = value.clone();
        }
        shown
    }

    pub(super) fn zone_name(&self, zone: &StoredZone) -> String {
        let dot = if self.zone.has_dot { "." } else { "" };
        format!("{}{dot}", zone.name)
    }
}
