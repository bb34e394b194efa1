//! What the engine asks of the host, and what it answers.

use std::collections::BTreeMap;

use octodns_core::value::Map;
use octodns_core::{OwnedValue, Secret};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::raised::Raised;
use crate::wire::{
    PlanNumber, RecordKey, WireChange, WireRecord, ZoneDelta, ZoneHead, ZoneNumber, value,
};

/// What a class is in a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In `providers`: a source, or a provider.
    Provider,
    /// In `processors`.
    Processor,
    /// In `validators`.
    Validator,
    /// In `secret_handlers`.
    SecretHandler,
    /// In `manager.plan_outputs`.
    PlanOutput,
}

/// Makes an object of a class: `class(name, **kwargs)`.
#[derive(Clone, Debug, Serialize)]
pub struct Make {
    /// What the class is for.
    pub kind: Kind,
    /// What it goes by in requests: the name in the config, unless it is made once more.
    pub name: String,
    /// Its id, which is the first argument of the constructor; `None` is the name.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The dotted path of the class, without `python:`.
    pub class: String,
    /// The options, secrets filled in. `types` of a validator says which record types it is for.
    #[serde(serialize_with = "value::map")]
    pub kwargs: Map<'static>,
    /// The values among the options that must never be shown.
    #[serde(skip)]
    pub secrets: Vec<Secret>,
}

/// An object that was made.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Made {
    /// The class's own name, such as `NetboxSource`.
    pub class: String,
    /// The module it is defined in.
    pub module: String,
    /// The version of its package, or `n/a`.
    pub version: String,
    /// Its `str`.
    pub shown: String,
    /// Record types that its module brought.
    pub types: Vec<ForeignType>,
    /// What is known of a source or provider.
    pub provider: Option<MadeProvider>,
    /// The hooks of a processor that are not those of `BaseProcessor`.
    pub hooks: Vec<Hook>,
    /// What is known of a validator.
    pub validator: Option<MadeValidator>,
}

/// A record type that Python knows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ForeignType {
    /// Its name, such as `KATAPULT`.
    pub name: String,
    /// The class of its records, such as `KatapultRecord`.
    pub class: String,
    /// Whether a record has exactly one value.
    #[serde(rename = "single")]
    pub is_single: bool,
}

/// What is known of a source or provider without asking its service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MadeProvider {
    /// Its `id`, which is the name in the config unless the class sets another.
    pub id: Option<String>,
    /// Whether it is a `BaseProvider`: it can be written to.
    #[serde(rename = "target")]
    pub is_target: bool,
    /// Whether it is a `YamlProvider`: validated, and dumped to.
    #[serde(rename = "local")]
    pub is_local: bool,
    /// Whether it has `list_zones`.
    #[serde(rename = "lists")]
    pub can_list: bool,
    /// Its `directory`, if it can be copied to another (`copy`).
    pub directory: Option<String>,
    /// `apply_disabled`.
    pub apply_disabled: Option<bool>,
    /// `update_pcent_threshold`.
    #[serde(rename = "update_pcent_threshold")]
    pub update_threshold: Option<f64>,
    /// `delete_pcent_threshold`.
    #[serde(rename = "delete_pcent_threshold")]
    pub delete_threshold: Option<f64>,
    /// `strict_supports`.
    pub strict_supports: Option<bool>,
    /// `root_ns_warnings`.
    pub root_ns_warnings: Option<bool>,
}

/// What a validator is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Whole records.
    Record,
    /// The values of records.
    Value,
    /// Zones.
    Zone,
}

/// What is known of a validator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct MadeValidator {
    /// What it is for.
    pub scope: Scope,
    /// Its id, which is the name in the config unless the class sets another.
    pub id: String,
    /// The sets it belongs to; `None` is enabled always.
    pub sets: Option<Vec<String>>,
}

/// A native source or target, for Python to look at.
#[derive(Clone, Debug, Serialize)]
pub struct Stub {
    /// Its name in the config.
    pub name: String,
    /// The name of its class in Python, such as `CloudflareProvider`.
    pub class: String,
    /// What it can hold.
    #[serde(flatten)]
    pub supports: Supports,
    /// Options of a `BaseProvider`, such as `strict_supports`.
    #[serde(serialize_with = "value::map")]
    pub options: Map<'static>,
}

/// What a provider can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supports {
    /// Record types.
    pub types: Vec<String>,
    /// `SUPPORTS_GEO` and the like.
    pub flags: BTreeMap<String, bool>,
}

/// Reads a zone.
#[derive(Clone, Debug, Serialize)]
pub struct Populate {
    /// The source or provider.
    pub provider: String,
    /// The zone to read into: a new one with this head, or `None` for one that was sent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<ZoneHead>,
    /// Where to read into.
    pub into: ZoneNumber,
    /// Whether it is read as a target: leniently, and to be planned for.
    #[serde(rename = "target")]
    pub is_target: bool,
    /// Whether faults of records are tolerated.
    #[serde(rename = "lenient")]
    pub is_lenient: bool,
}

/// What came of reading a zone; its records were given to the sink.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Populated {
    /// What `populate` returned: whether the zone exists, or nothing.
    pub exists: Option<bool>,
    /// Records that a source gives though they are not valid: with their names and what is wrong with them.
    #[serde(default)]
    pub found: Vec<Raised>,
}

/// Plans for a target: `provider.plan(desired)`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanRequest {
    /// The target.
    pub provider: String,
    /// The desired records.
    pub desired: ZoneNumber,
    /// What was read of the target, if it was.
    pub read: Option<ZoneNumber>,
    /// What `populate` said when it was read.
    pub exists: Option<bool>,
    /// The number of the plan that is made.
    pub plan: PlanNumber,
    /// Whether faults of records are tolerated.
    #[serde(rename = "lenient")]
    pub is_lenient: bool,
}

/// Both zones of a plan, in the host, as the provider left them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Meanwhile {
    /// The desired zone.
    pub desired: ZoneNumber,
    /// The existing zone.
    pub existing: ZoneNumber,
    /// What the provider changed: of the desired zone that was sent, and of the existing zone that was read.
    pub changed: BothZones,
    /// Whether the provider read the existing zone once more: then all of it is in `changed`.
    pub is_read_again: bool,
}

/// Differences of the two zones of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BothZones {
    /// Of the desired zone.
    pub desired: ZoneDelta,
    /// Of what the target has.
    pub existing: ZoneDelta,
}

/// A plan that was made.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Planned {
    /// Whether the zone exists at the target.
    pub exists: bool,
    /// How many records the target has.
    pub existing: u64,
    /// The changes, in the order of the plan in the host: [`Apply::keep`] counts in it.
    #[serde(skip)]
    pub changes: Vec<WireChange>,
    /// `plan.meta`.
    #[serde(skip)]
    pub meta: Option<OwnedValue>,
    /// `plan.meta`, as octoDNS prints it.
    pub meta_text: Option<String>,
    /// `update_pcent_threshold` of the plan.
    #[serde(rename = "update")]
    pub update_threshold: Option<f64>,
    /// `delete_pcent_threshold` of the plan.
    #[serde(rename = "delete")]
    pub delete_threshold: Option<f64>,
}

/// Which method of a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// `process_source_zone`.
    SourceZone,
    /// `process_target_zone`.
    TargetZone,
    /// `process_source_and_target_zones`.
    SourceAndTargetZones,
    /// `process_plan`.
    Plan,
}

/// Runs a hook of a processor on zones that the host keeps.
#[derive(Clone, Debug, Serialize)]
pub struct Process {
    /// The processor.
    pub processor: String,
    /// Which hook; not [`Hook::Plan`], which is [`ProcessPlan`].
    pub hook: Hook,
    /// The desired zone, if the hook takes it.
    pub desired: Option<ZoneNumber>,
    /// The existing zone, if the hook takes it.
    pub existing: Option<ZoneNumber>,
    /// The names of the sources.
    pub sources: Vec<String>,
    /// The name of the target.
    pub target: Option<String>,
    /// Whether faults of records are tolerated.
    #[serde(rename = "lenient")]
    pub is_lenient: bool,
}

/// Runs `process_plan` of a processor.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessPlan {
    /// The processor.
    pub processor: String,
    /// The plan, and where the one is kept that comes out. There need not be one: then there was nothing to do.
    pub plan: PlanNumber,
    /// Which of its changes are left, by their place in it; `None` is all.
    pub keep: Option<Vec<usize>>,
    /// Changes that are not of the host's plan.
    pub more: Vec<WireChange>,
    /// The names of the sources.
    pub sources: Vec<String>,
    /// The name of the target.
    pub target: Option<String>,
    /// Whether faults of records are tolerated.
    #[serde(rename = "lenient")]
    pub is_lenient: bool,
}

/// Makes a plan in the host out of data.
#[derive(Clone, Debug, Serialize)]
pub struct Rebuild {
    /// The number it gets.
    pub plan: PlanNumber,
    /// The zone as it is at the target.
    pub existing: ZoneNumber,
    /// The zone as it is to be; `None` is the existing one with the changes made.
    pub desired: Option<ZoneNumber>,
    /// The changes, in order.
    pub changes: Vec<WireChange>,
    /// Whether the zone exists at the target.
    pub exists: bool,
    /// The part of records that may be updated.
    #[serde(rename = "update")]
    pub update_threshold: Option<f64>,
    /// The part of records that may be deleted.
    #[serde(rename = "delete")]
    pub delete_threshold: Option<f64>,
    /// `plan.meta`.
    #[serde(serialize_with = "value::optional")]
    pub meta: Option<OwnedValue>,
}

/// Applies a plan: `provider.apply(plan)`.
#[derive(Clone, Debug, Serialize)]
pub struct Apply {
    /// The target.
    pub provider: String,
    /// The plan.
    pub plan: PlanNumber,
    /// Which of its changes are left, by their place in it; `None` is all.
    pub keep: Option<Vec<usize>>,
    /// Changes that are not of the host's plan.
    pub more: Vec<WireChange>,
}

/// A record of a foreign type, in octoDNS's own form.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The data, normalised.
    pub data: OwnedValue,
    /// The `str` of each value.
    pub texts: Vec<String>,
    /// What is wrong with it.
    pub reasons: Vec<String>,
}

/// What a validator looks at.
#[derive(Clone, Debug)]
pub enum Validated {
    /// Records, as they are written.
    Records {
        /// The name of their zone.
        zone: String,
        /// The records.
        records: Vec<WireRecord>,
    },
    /// A zone that the host keeps.
    Zone(ZoneNumber),
}

/// What a validator says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reasons {
    /// The records it is about; none if it is about the zone itself.
    pub records: Vec<RecordKey>,
    /// What is wrong, one text each.
    pub reasons: Vec<String>,
}

/// Makes a provider like another, for another folder: `provider.copy(...)`.
#[derive(Clone, Debug, Serialize)]
pub struct CopyOf {
    /// The provider.
    pub provider: String,
    /// The name of the copy.
    pub name: String,
    /// The folder of the copy.
    pub directory: String,
}

impl Serialize for Validated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Records { zone, records } => {
                map.serialize_entry("name", zone)?;
                map.serialize_entry("records", records)?;
            }
            Self::Zone(number) => map.serialize_entry("zone", number)?,
        }
        map.end()
    }
}
