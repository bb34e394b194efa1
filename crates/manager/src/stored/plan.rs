//! Plans as data.

use octodns_core::record::RecordTypes;
use octodns_core::zone::{Fingerprint, FingerprintError};
use octodns_core::{Change, Diagnostic, OwnedValue, Plan, Report, Target, ZoneName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{StoredChange, StoredValue, only};

/// What was to be done to one zone of one target. What the provider remembers from reading is not kept: the target is
/// read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredPlan {
    /// The zone, in IDNA form.
    pub zone: String,
    /// The id of the target.
    pub target: String,
    /// The class of the target, as plans show it.
    pub class: String,
    /// Whether the target knew the zone.
    pub exists: bool,
    /// What may be changed without force.
    pub thresholds: StoredThresholds,
    /// Settings of the zone that are to be changed besides its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<StoredValue>,
    /// A short hash for each record of the target, to count what else has changed since. Large zones have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The changes, in their order.
    pub changes: Vec<StoredChange>,
}

/// The most records of a zone for which hashes are kept: they are to be a small part of a file that people read.
const MOST_SEEN: usize = 2000;

/// The shares of existing records that may be changed without force, 0.0 to 1.0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredThresholds {
    /// Share that may be updated.
    pub update: f64,
    /// Share that may be deleted.
    pub delete: f64,
}

impl StoredPlan {
    /// A plan for a target as data.
    pub fn of(target: &Target, plan: &Plan) -> Self {
        let is_small = plan.held().len() <= MOST_SEEN;
        let (update, delete) = (plan.thresholds.update, plan.thresholds.delete);
        Self {
            zone: plan.desired.name().as_str().to_owned(),
            target: target.id().to_owned(),
            class: target.provider().class_name().to_owned(),
            exists: plan.exists,
            thresholds: StoredThresholds { update, delete },
            meta: plan.meta.clone().filter(|meta| !meta.is_null()).map(StoredValue::from),
            seen: is_small.then(|| Fingerprint::of(plan.held()).to_string()),
            changes: plan.changes.iter().map(StoredChange::of).collect(),
        }
    }

    /// The name of the zone.
    ///
    /// # Errors
    ///
    /// Says that it is none.
    pub fn zone_name(&self) -> Result<ZoneName, Report> {
        let name = ZoneName::new(&self.zone).ok().filter(|name| name.as_str() == self.zone);
        name.ok_or_else(|| {
            let message = "the name of the zone is not in IDNA form";
            let found = Diagnostic::error("plan-file", message).about(&*self.zone);
            only(found.help("make the plan again"))
        })
    }

    /// The settings of the zone that are to be changed.
    pub fn meta(&self) -> Option<&OwnedValue> {
        self.meta.as_ref().map(|meta| &meta.0)
    }

    /// What the target held, if that was kept.
    ///
    /// # Errors
    ///
    /// Says that it cannot be read.
    pub fn seen(&self) -> Result<Option<Fingerprint>, Report> {
        let read = self.seen.as_deref().map(str::parse).transpose();
        read.map_err(|error: FingerprintError| {
            let found = Diagnostic::error("plan-file", error.to_string()).about(&*self.zone);
            only(found.help("make the plan again"))
        })
    }

    /// The changes, in their order.
    ///
    /// # Errors
    ///
    /// With a finding for each that cannot be read.
    pub fn changes(&self, types: &RecordTypes) -> Result<Vec<Change>, Report> {
        let zone = self.zone_name()?;
        let mut report = Report::new();
        let mut changes = Vec::with_capacity(self.changes.len());
        for stored in &self.changes {
            match stored.to_change(&zone, types) {
                Ok(change) => changes.push(change),
                Err(found) => report.merge(found),
            }
        }
        if report.has_errors() { Err(report) } else { Ok(changes) }
    }
}
