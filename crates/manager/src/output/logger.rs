//! The plan as text in the log: what a person reads before saying yes.

use std::fmt::Write as _;
use std::io::{self, Write};

use octodns_core::registry::{BuildError, Sourced};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::{PlanOutput, Planned};
use crate::compat::{change_text, pformat, plan_summary};

const RULE: &str =
    "********************************************************************************\n";

/// Logs plans as one event of the logger `Plan`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PlanLogger {
    /// The level of the event.
    pub level: Level,
}

/// A level of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Details.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What is worth a look.
    Warning,
    /// What failed.
    Error,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    /// The level of the log: debug, info, warning or error. Default: info.
    #[serde(default)]
    #[schemars(schema_with = "levels")]
    level: Option<String>,
}

/// In upper or lower case; editors suggest the names in lower case.
fn levels(_: &mut SchemaGenerator) -> Schema {
    let pattern = "^(?:[Dd][Ee][Bb][Uu][Gg]|[Ii][Nn][Ff][Oo]|[Ww][Aa][Rr][Nn](?:[Ii][Nn][Gg])?|[Ee][Rr][Rr][Oo][Rr])$";
    json_schema!({"anyOf": [
        {"enum": ["debug", "info", "warning", "error"]},
        {"type": ["string", "null"], "pattern": pattern},
    ]})
}

impl PlanLogger {
    pub(super) fn from_options(given: &Sourced<Options>) -> Result<Self, BuildError> {
        let level = given.options.level.as_deref().unwrap_or("info");
        let level = match level.to_lowercase().as_str() {
            "debug" => Level::Debug,
            "info" => Level::Info,
            "warn" | "warning" => Level::Warning,
            "error" => Level::Error,
            _ => {
                let fault = given.error("level", format!("there is no log level \"{level}\""));
                return Err(fault.help("write debug, info, warning or error"));
            }
        };
        Ok(Self { level })
    }
}

impl PlanOutput for PlanLogger {
    fn run(&self, plans: &[Planned<'_>], _out: &mut dyn Write) -> io::Result<()> {
        let text = text(plans);
        match self.level {
            Level::Debug => tracing::debug!(target: "octodns", logger = "Plan", "{text}"),
            Level::Info => tracing::info!(target: "octodns", logger = "Plan", "{text}"),
            Level::Warning => tracing::warn!(target: "octodns", logger = "Plan", "{text}"),
            Level::Error => tracing::error!(target: "octodns", logger = "Plan", "{text}"),
        }
        Ok(())
    }
}

/// The text of plans.
pub fn text(plans: &[Planned<'_>]) -> String {
    let mut text = String::from("\n");
    let mut zone = None;
    for (target, plan) in plans {
        let name = plan.desired.name();
        if zone != Some(name) {
            zone = Some(name);
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{RULE}* {name}\n{RULE}");
        }
        let class = target.provider().class_name();
        let _ = write!(text, "* {} ({class})\n*   ", target.id());
        if !plan.exists {
            let _ = write!(text, "Create Zone<{name}>\n*   ");
        }
        for change in &plan.changes {
            let _ = write!(text, "{}\n*   ", change_text(change, name, "* "));
        }
        if let Some(meta) = plan.meta.as_ref().filter(|meta| meta.is_truthy()) {
            let _ = write!(text, "Meta: \n{}\n", pformat(meta));
        }
        let _ = writeln!(text, "Summary: {}", plan_summary(plan));
    }
    if plans.is_empty() {
        let _ = writeln!(text, "{RULE}No changes were planned");
    }
    text.push_str(RULE);
    text.push('\n');
    text
}
