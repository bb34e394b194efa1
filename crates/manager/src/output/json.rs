//! Plans as JSON, for programs.

use std::collections::HashMap;
use std::io::{self, Write};

use octodns_core::change::ChangeOrigin;
use octodns_core::value::{Json, Kind, Map, Value, visible_json};
use octodns_core::{OwnedValue, Plan};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{PlanOutput, Planned};

/// Writes plans as one JSON object: target, then zone, then changes and meta.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PlanJson {
    /// Spaces per level of indentation; none keeps it on one line. Default: none.
    pub indent: Option<usize>,
    /// Whether keys are sorted. Default: true.
    pub sort_keys: bool,
    /// The file to write to. Default: the standard output.
    pub output_filename: Option<String>,
    /// Whether changes have `origin`: where they come from, and `cause`: why they are needed. Default: false.
    pub show_origin: bool,
}

impl Default for PlanJson {
    fn default() -> Self {
        Self { indent: None, sort_keys: true, output_filename: None, show_origin: false }
    }
}

impl PlanJson {
    fn value(&self, plan: &Plan) -> OwnedValue {
        let mut value = plan.to_value();
        if !self.show_origin {
            return value;
        }
        let changes = value.as_map_mut().and_then(|map| map.get_mut("changes"));
        let Some(Kind::List(changes)) = changes.map(|changes| &mut changes.kind) else {
            return value;
        };
        for (index, (shown, change)) in changes.iter_mut().zip(&plan.changes).enumerate() {
            let Some(shown) = shown.as_map_mut() else { continue };
            if let Some(origin) = change.origin() {
                shown.insert("origin", place(&origin));
            }
            if let Some(cause) = plan.cause(index) {
                shown.insert("cause", cause.as_str());
            }
        }
        value
    }
}

/// What is known of where a change comes from.
fn place(origin: &ChangeOrigin<'_>) -> OwnedValue {
    let ChangeOrigin { source, processor, place, .. } = origin;
    let file = place.file.as_deref();
    let texts = [("source", *source), ("processor", *processor), ("file", file)];
    let mut map = Map::new();
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        map.insert(key, text.to_owned());
    }
    for (key, number) in [("line", place.line), ("column", place.column)] {
        if number > 0 {
            map.insert(key, i64::from(number));
        }
    }
    map.into()
}

impl PlanOutput for PlanJson {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        // A map looks through all its keys for one, which would be slow for those of many zones.
        let (mut targets, mut zones) = (Vec::new(), HashMap::new());
        for (target, plan) in plans {
            let id = target.id();
            if !targets.contains(&id) {
                targets.push(id);
            }
            let of_target: &mut (Vec<_>, HashMap<_, _>) = zones.entry(id).or_default();
            let (entries, places) = of_target;
            let (name, value) = (plan.desired.name().as_str(), self.value(plan));
            let place = *places.entry(name).or_insert(entries.len());
            let entry = (Value::from(name.to_owned()), value);
            match entries.get_mut(place) {
                Some(earlier) => *earlier = entry,
                None => entries.push(entry),
            }
        }
        let zones_of = |id: &str| {
            let (entries, _) = zones.remove(id).unwrap_or_default();
            (id.to_owned(), Value::from(Map::from_entries(entries)))
        };
        let targets = Map::from_unique(targets.into_iter().map(zones_of));
        let mut json = Json::default();
        json.indent = self.indent;
        json.sort_keys = self.sort_keys;
        writeln!(out, "{}", visible_json(json.text(&targets.into())))
    }

    fn file(&self) -> Option<&str> {
        self.output_filename.as_deref()
    }
}
