//! Plan files: the plans of a run, kept so that exactly they are applied later, perhaps on another machine.

mod config;
mod document;
mod rebase;
mod sync;

use std::path::Path;

use octodns_core::{Diagnostic, Origin, Report};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use config::{ConfigDigests, ZoneDigest};
pub use document::plan_schema;
pub use rebase::{Conflicting, PlanConflict, RebasedPlans};
pub use sync::{PlanFileOptions, PlanFileResult};

use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::manager::Manager;
use crate::plan::Plans;
use crate::stored::StoredPlan;

/// The code of findings about plan files.
const CODE: &str = "plan-file";

/// The plans of a run, as a plan file has them.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// # use std::{path::Path, sync::Arc};
/// # use octodns::{Failure, Manager, PlanFile, PlanOptions};
/// # async fn review(manager: &Arc<Manager>) -> Result<(), Failure> {
/// let plans = manager.plan(&PlanOptions::default()).await?;
/// manager.plan_file(&plans).write(Path::new("plan.json"))?;
///
/// // Later, when somebody has looked at it:
/// let rebased = manager.rebase(&PlanFile::read(Path::new("plan.json"))?).await?;
/// if rebased.conflicts.is_empty() {
///     manager.apply(rebased.plans.approve()?).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanFile {
    /// The version of the program that made the plans.
    pub program: String,
    /// What the run was limited to.
    pub selection: Selection,
    /// What the config says about the zones and targets of the plans, as digests.
    pub config: ConfigDigests,
    /// The plans, in the order in which they are applied.
    pub plans: Vec<StoredPlan>,
}

/// What a run was limited to; empty lists are no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Selection {
    /// The zones.
    pub zones: Vec<String>,
    /// The sources.
    pub sources: Vec<String>,
    /// The targets.
    pub targets: Vec<String>,
}

impl From<&PlanOptions> for Selection {
    fn from(options: &PlanOptions) -> Self {
        let PlanOptions { zones, sources, targets, .. } = options.clone();
        Self { zones, sources, targets }
    }
}

impl From<&Selection> for PlanOptions {
    fn from(selection: &Selection) -> Self {
        let Selection { zones, sources, targets } = selection.clone();
        Self { zones, sources, targets, keeps_sources: false }
    }
}

impl PlanFile {
    /// How many changes there are in all plans.
    pub fn changes(&self) -> usize {
        self.plans.iter().map(|plan| plan.changes.len()).sum()
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        crate::output::write_file(path, self.to_text().as_bytes()).map_err(|error| {
            let message = format!("cannot write the plan file: {error}");
            let found = Diagnostic::error(CODE, message).at(Origin::file(&*path.to_string_lossy()));
            found.help("name a writable file, or free space").into()
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Fails with one finding if it cannot be read, is no plan file, was made by a newer program, was edited, or is
    /// cut short.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let text = octodns_files::read_input(path).map_err(|error| {
            let message = format!("cannot read the plan file: {error}");
            let found = Diagnostic::error(CODE, message).at(Origin::file(&*name));
            Failure::from(found.help("name a file that --plan-out has written"))
        })?;
        let here = |found: Diagnostic| found.at(Origin::file(&*name));
        Self::from_text(&text)
            .map_err(|report| report.into_iter().map(here).collect::<Report>().into())
    }
}

impl Manager {
    /// The plans as a plan file has them.
    pub fn plan_file(&self, plans: &Plans) -> PlanFile {
        PlanFile {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            selection: plans.selection().into(),
            config: self.config_digests(plans),
            plans: plans.iter().map(|(target, plan)| StoredPlan::of(target, plan)).collect(),
        }
    }
}
