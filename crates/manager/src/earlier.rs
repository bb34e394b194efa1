//! What the sources said earlier, and which changes of a plan follow from the difference: the others are there because
//! a target is not as it was left.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::change::ChangeCause;
use octodns_core::provider::Places;
use octodns_core::{Change, Report, Zone, ZoneName};

use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::manager::Manager;
use crate::plan::Plans;
use crate::plan_zones::Planned;

/// What the sources of a manager say that zones are to hold, processors included; made by [`Manager::desired_zones`].
#[derive(Debug, Default)]
pub struct DesiredZones {
    /// `None` for a zone that cannot be had as a whole.
    zones: HashMap<ZoneName, Option<Zone>>,
    as_now: BTreeSet<String>,
}

impl DesiredZones {
    /// The ids of the sources that [`Manager::relocate_sources`] has left as they are: what they say now stands for
    /// what they said.
    pub fn read_as_now(&self) -> impl Iterator<Item = &str> {
        self.as_now.iter().map(String::as_str)
    }

    /// The zones that could not be read.
    pub fn unread(&self) -> impl Iterator<Item = &ZoneName> {
        self.zones.iter().filter(|(_, zone)| zone.is_none()).map(|(name, _)| name)
    }

    /// Why a change is needed, when the sources say of its zone what `now` is.
    fn cause(&self, now: Option<&Zone>, change: &Change) -> ChangeCause {
        let record = change.record();
        let (name, record_type) = (record.name(), record.record_type());
        let Some(now) = now else { return ChangeCause::Unknown };
        match self.zones.get(now.name()) {
            // The zone is new to the config.
            None => ChangeCause::Intended,
            Some(None) => ChangeCause::Unknown,
            Some(Some(earlier)) => {
                let (now, earlier) = (now.get(name, record_type), earlier.get(name, record_type));
                let now = now.map(|record| &**record);
                match ChangeCause::of(now, earlier.map(|record| &**record)) {
                    // A processor makes it for the target, such as one with the time of the run.
                    ChangeCause::Drift if now.is_none() && record.maker().is_some() => {
                        ChangeCause::Intended
                    }
                    cause => cause,
                }
            }
        }
    }
}

impl Manager {
    /// Lets sources that keep zones in a folder read from other places: from copies of an earlier state, say. `moved`
    /// is asked for the place of each folder, and of each file that is included by a path of its own. Such a manager is
    /// for [`Manager::desired_zones`]: what it plans is not meant for its targets.
    pub fn relocate_sources(
        &mut self,
        moved: impl Fn(&Path) -> Option<PathBuf> + Send + Sync + 'static,
    ) {
        let places: Places = Arc::new(moved);
        for (id, configured) in &mut self.providers {
            let files = configured.source.files();
            if let Some(source) = files.and_then(|files| files.reading_from(&places)) {
                configured.source = source;
                self.relocated.insert(id.clone());
            }
        }
    }

    /// Reads what the sources say that all zones are to hold. Targets are not asked. A zone with errors is one of
    /// [`DesiredZones::unread`].
    ///
    /// # Errors
    ///
    /// Fails when it cannot be found out which zones there are.
    pub async fn desired_zones(self: &Arc<Self>) -> Result<DesiredZones, Failure> {
        self.begin_run();
        let selection = self.zones(None).await?;
        let mut report = Report::new();
        let options = PlanOptions { keeps_sources: true, ..PlanOptions::default() };
        let (mut jobs, aliases) = self.jobs(&selection, &options, &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        for job in &mut jobs {
            job.targets.clear();
        }
        let sources = jobs.iter().flat_map(|job| &job.sources).map(|source| source.id());
        let as_now = sources.filter(|id| !self.relocated.contains(*id));
        let as_now = as_now.map(str::to_owned).collect();
        let (planned, _) = self.plan_reverse_last(jobs, aliases, &selection).await;
        let zones = planned.into_iter().map(|Planned { zone, desired, .. }| (zone, desired));
        Ok(DesiredZones { zones: zones.collect(), as_now })
    }
}

/// How many changes there are for each cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CauseCounts {
    /// Those that follow from the sources.
    pub intended: usize,
    /// Those that follow from what somebody did to a target.
    pub drift: usize,
    /// Those of which that is not known.
    pub unknown: usize,
}

impl Plans {
    /// Marks every change with why it is needed, seen from what the sources said earlier:
    /// [`Plan::cause`](octodns_core::Plan::cause). The plans must have kept what the sources say now
    /// ([`PlanOptions::keeps_sources`]); otherwise it is unknown.
    pub fn compare(&mut self, earlier: &DesiredZones) {
        for step in &mut self.steps {
            let now = step.desired.as_ref();
            let causes = step.plan.changes.iter().map(|change| earlier.cause(now, change));
            let causes = causes.collect();
            step.plan.set_causes(causes);
        }
    }

    /// How many changes there are for each cause; none before [`Plans::compare`].
    pub fn causes(&self) -> CauseCounts {
        let mut counts = CauseCounts::default();
        for (_, plan) in self.iter() {
            for index in 0..plan.changes.len() {
                match plan.cause(index) {
                    Some(ChangeCause::Intended) => counts.intended += 1,
                    Some(ChangeCause::Drift) => counts.drift += 1,
                    Some(_) => counts.unknown += 1,
                    None => {}
                }
            }
        }
        counts
    }
}
