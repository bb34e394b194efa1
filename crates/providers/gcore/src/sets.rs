//! `RRset`s of the API as sets of the kit, and back: what else a set has at the service is kept.

use std::net::IpAddr;

use octodns_core::record::text::Presentation;
use octodns_core::{RecordType, ZoneName};
use octodns_kit::{Fields, Json, SetFields, json};
use serde_json::Map;

/// A mapping of the API.
pub(crate) type Object = Map<String, Json>;

/// The values of a set at the service.
pub(crate) const RECORDS: &str = "resource_records";

/// The values of a set, as the kit has them.
const VALUES: &str = "values";

/// The filters of a set, whatever key it has them under.
pub(crate) const FILTERS: &str = "chosen by";

/// What of a set a record cannot express.
pub(crate) const UNEXPRESSED: &str = "unexpressed";

/// The keys of filters: in the older form of the API, which octoDNS uses, and in the newer.
pub(crate) const FILTER_KEYS: [&str; 2] = ["filters", "pickers"];

/// The parts of a value, by their place in the list.
pub(crate) const FIELDS: SetFields = SetFields::objects(
    VALUES,
    Fields {
        of: &[
            (RecordType::CAA, &[("flags", "0"), ("tag", "1"), ("value", "2")]),
            (RecordType::MX, &[("preference", "0"), ("exchange", "1")]),
            (
                RecordType::SRV,
                &[("priority", "0"), ("weight", "1"), ("port", "2"), ("target", "3")],
            ),
        ],
        ..Fields::new("0")
    },
);

/// A text of a set; empty if it has none.
pub(crate) fn text<'s>(set: &'s Json, key: &str) -> &'s str {
    set[key].as_str().unwrap_or_default()
}

/// A list; empty if it is none.
pub(crate) fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// Whether the sets of a zone show their filters in the newer form of the API alone; `None` if none has filters. In the
/// older form, pickers alone choose nothing.
pub(crate) fn uses_pickers(sets: &[Json]) -> Option<bool> {
    let [filters, pickers] = FILTER_KEYS.map(|key| sets.iter().any(|set| set[key].is_array()));
    (filters || pickers).then_some(!filters)
}

/// Brings a set into the kit's form, without routing.
pub(crate) fn normalize(set: &mut Json, zone: &ZoneName, (has_alias, filters): (bool, &str)) {
    let (Some(name), Some(of)) = (set["name"].as_str(), set["type"].as_str()) else { return };
    let (name, mut of) = (whole_name(name, zone), of.to_ascii_uppercase());
    if has_alias && of == "CNAME" && name == zone.as_str() {
        "ALIAS".clone_into(&mut of);
    }
    set["name"] = name.into();
    let chosen = set[filters].as_array().filter(|filters| !filters.is_empty()).cloned();
    set[FILTERS] = chosen.into();
    let contents = list(&set[RECORDS]).filter_map(|record| record["content"].as_array());
    let mut values: Vec<_> = contents.flat_map(|content| fields(&of, content)).collect();
    if matches!(&*of, "ALIAS" | "CNAME" | "PTR") {
        let first = values.first().map(|first| canonical(text(first, "0")));
        if values.iter().any(|value| Some(canonical(text(value, "0"))) != first) {
            set[UNEXPRESSED] = "several values".into();
        }
        values.truncate(1);
    }
    set["type"] = of.into();
    set[VALUES] = values.into();
}

/// Gives a set these values, as those of its record.
pub(crate) fn set_values(set: &mut Json, values: &[String]) {
    let most = if set["type"] == "CNAME" { 1 } else { values.len() };
    set[UNEXPRESSED] = Json::Null;
    set[VALUES] = values.iter().take(most).map(|value| json!({"0": value})).collect();
}

/// An absolute name. The service has names with the final dot or without, in any case, and relative to the zone.
fn whole_name(name: &str, zone: &ZoneName) -> String {
    let name = name.trim_end_matches('.').to_lowercase();
    let is_in = |zone: &str| {
        let zone = zone.trim_end_matches('.');
        name.strip_suffix(zone).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if is_in(zone.as_str()) || is_in(&zone.decoded()) {
        format!("{name}.")
    } else if matches!(&*name, "" | "@") {
        zone.as_str().to_owned()
    } else {
        format!("{name}.{}", zone.as_str())
    }
}

/// The values in a list of parts.
fn fields(of: &str, content: &[Json]) -> Vec<Json> {
    let texts: Vec<_> = content.iter().map(part_text).collect();
    let count = match of {
        "CAA" => 3,
        "MX" => 2,
        "SRV" => 4,
        "TXT" => {
            // The strings of one text.
            return vec![json!({"0": texts.iter().map(|text| bare(text)).collect::<String>()})];
        }
        _ => return texts.into_iter().map(|text| json!({"0": text})).collect(),
    };
    let parts: Vec<_> = match &*texts {
        [whole] => whole.splitn(count, ' ').map(str::to_owned).collect(),
        _ => texts,
    };
    let part = |index: usize| parts.get(index).cloned().unwrap_or_default();
    let fields = (0..count).map(|index| (index.to_string(), part(index).into()));
    vec![Json::Object(fields.collect())]
}

fn part_text(part: &Json) -> String {
    part.as_str().map_or_else(|| part.to_string(), str::to_owned)
}

/// A text without the quotes that some have.
fn bare(text: &str) -> String {
    if !text.starts_with('"') {
        return text.to_owned();
    }
    let octets = Presentation::DECIMAL.read_if_quoted(text);
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

/// The parts of a value that the kit has written.
fn content(value: &Json) -> Vec<Json> {
    (0..).map_while(|index: usize| value.get(index.to_string()).cloned()).collect()
}

/// An address or a name in one spelling.
pub(crate) fn canonical(value: &str) -> String {
    match value.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => value.strip_suffix('.').unwrap_or(value).to_lowercase(),
    }
}

/// Whether two lists of parts are the same value.
fn is_same(of: &str, one: &[Json], other: &[Json]) -> bool {
    let spelled = |part: &Json| match of {
        "TXT" => bare(&part_text(part)),
        _ => canonical(&part_text(part)),
    };
    one.iter().map(spelled).eq(other.iter().map(spelled))
}

/// What the values of a set have at the service besides what a record says.
pub(crate) struct Kept<'e> {
    of: &'e str,
    records: Vec<&'e Json>,
    /// The keys of their meta that are not kept.
    dropped: Vec<&'static str>,
}

impl<'e> Kept<'e> {
    /// Of the values of a set as it was read, without these keys.
    pub(crate) fn new(existing: Option<&'e Json>, dropped: Vec<&'static str>) -> Self {
        let existing = existing.unwrap_or(&Json::Null);
        Self { of: text(existing, "type"), records: list(&existing[RECORDS]).collect(), dropped }
    }

    /// A value as it is sent: with `meta`, and what it has besides, of which `besides` takes the place if it is given.
    pub(crate) fn record(
        &mut self,
        content: &[Json],
        meta: Object,
        besides: Option<Object>,
    ) -> Json {
        let is_it = |record: &&'e Json| {
            let held = record["content"].as_array();
            held.is_some_and(|held| is_same(self.of, held, content))
        };
        let old = self.records.iter().position(is_it);
        let old = old.map_or(&Json::Null, |index| self.records.remove(index));
        let held = || old["meta"].as_object().cloned().unwrap_or_default();
        let mut all = besides.unwrap_or_else(held);
        all.retain(|key, value| !self.dropped.iter().any(|of| of == key) && !value.is_null());
        all.extend(meta);
        let mut record = json!({"content": content});
        if !all.is_empty() {
            record["meta"] = all.into();
        }
        if old["enabled"] == false {
            record["enabled"] = false.into();
        }
        record
    }
}

/// The body for a record without routing.
pub(crate) fn plain(set: &Json, kept: &mut Kept<'_>) -> Json {
    let values = list(&set[VALUES]).map(|value| kept.record(&content(value), Object::new(), None));
    json!({"ttl": set["ttl"], RECORDS: values.collect::<Vec<_>>()})
}

/// What a set as a whole has besides: the links to other products, which end if they are not sent again.
pub(crate) fn meta(existing: Option<&Json>, check: Option<Object>, keeps_check: bool) -> Object {
    let mut meta = existing.and_then(|set| set["meta"].as_object().cloned()).unwrap_or_default();
    if !keeps_check {
        meta.remove("failover");
    }
    meta.extend(check.map(|check| ("failover".to_owned(), check.into())));
    meta.retain(|_, value| !value.is_null());
    meta
}

/// Adds the meta of a set to a body, if there is any.
pub(crate) fn put_meta(body: &mut Json, meta: Object) {
    if !meta.is_empty() {
        body["meta"] = meta.into();
    }
}
