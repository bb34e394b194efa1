//! Plans as JSON, for programs.

use std::io::{self, Write};

use octodns_core::value::{Json, Map, Value, visible_json};
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
}

impl Default for PlanJson {
    fn default() -> Self {
        Self { indent: None, sort_keys: true, output_filename: None }
    }
}

impl PlanOutput for PlanJson {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut targets = Map::new();
        for (target, plan) in plans {
            if !targets.contains_key(target.id()) {
                targets.insert(target.id().to_owned(), Map::new());
            }
            if let Some(zones) = targets.get_mut(target.id()).and_then(Value::as_map_mut) {
                zones.insert(plan.desired.name().as_str().to_owned(), plan.to_value());
            }
        }
        let mut json = Json::default();
        json.indent = self.indent;
        json.sort_keys = self.sort_keys;
        writeln!(out, "{}", visible_json(json.text(&targets.into())))
    }

    fn file(&self) -> Option<&str> {
        self.output_filename.as_deref()
    }
}
