//! Holds the changes of an earlier run against what targets hold now.

use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::engine::{Earlier, MetaStanding, Rebased};
use octodns_core::value::visible;
use octodns_core::{Change, Diagnostic, Plan, RecordName, RecordType, Report, Target, Zone};

use super::wanted::Wanted;
use crate::compat::{MANAGER, log_warnings};
use crate::config::ZoneConfig;
use crate::failure::Failure;
use crate::journal::Header;
use crate::manager::Manager;
use crate::plan::Step;
use crate::plan_file::{Conflicting, PlanConflict};
use crate::progress::{Phase, Working};
use crate::zones::{Selected, Selection};

/// The name and type of a changed `RRset`.
pub(super) type Key = (RecordName, RecordType);

/// What is known of one plan of the earlier run, after looking.
pub(super) struct Seen {
    /// Its place in the journal.
    pub(super) plan: usize,
    /// The place of each change that was looked for, with what it is about.
    pub(super) changes: Vec<(usize, Key)>,
    /// The places of changes that the target holds already.
    pub(super) already: Vec<usize>,
    /// Whether settings of the zone were looked for, and are not in conflict.
    pub(super) settings: bool,
    /// The place of its plan among those that are applied, if there is something left.
    pub(super) step: Option<usize>,
}

/// What was found.
pub(super) struct Looked {
    /// What is still to be done.
    pub(super) steps: Vec<Step<Plan>>,
    /// What is known of each plan of the earlier run.
    pub(super) seen: Vec<Seen>,
    /// A finding for each change that is in conflict.
    pub(super) conflicts: Report,
}

/// A plan of the earlier run, and what is configured for it now.
struct Place<'w> {
    wanted: Wanted<'w>,
    target: Target,
    zone: Zone,
    config: Arc<ZoneConfig>,
    /// The dynamic entry of the config that stands for the zone.
    entry: Option<String>,
}

impl Manager {
    /// Reads the targets, as many at the same time as the config allows.
    ///
    /// # Errors
    ///
    /// With everything that was found, if a target cannot be read, or is not configured any more.
    pub(super) async fn look(
        self: &Arc<Self>,
        header: &Header,
        wanted: Vec<Wanted<'_>>,
    ) -> Result<Looked, Failure> {
        self.begin_run();
        let selection = match self.zones(None).await {
            Ok(selection) => selection,
            Err(failure) => {
                tracing::warn!(
                    target: "octodns", logger = MANAGER,
                    "sync: what is configured for dynamic zones is not known: {failure}",
                );
                self.zones_without_listing([])?
            }
        };
        let mut report = Report::new();
        let places: Vec<_> = wanted
            .into_iter()
            .filter_map(|wanted| {
                self.place(header, wanted, &selection).map_err(|found| report.push(*found)).ok()
            })
            .collect();
        if report.has_errors() {
            return Err(report.into());
        }
        let _phase = self.phase(Phase::Planning, places.len());
        let looks = places.iter().map(async |place| self.rebase_place(place).await);
        let rebased: Vec<_> = stream::iter(looks).buffered(self.max_workers).collect().await;

        let mut looked = Looked { steps: Vec::new(), seen: Vec::new(), conflicts: Report::new() };
        for (place, rebased) in places.into_iter().zip(rebased) {
            match rebased {
                Ok(rebased) => looked.add(place, rebased),
                Err(found) => report.merge(found),
            }
        }
        if report.has_errors() { Err(report.into()) } else { Ok(looked) }
    }

    fn place<'w>(
        &self,
        header: &Header,
        wanted: Wanted<'w>,
        selection: &Selection,
    ) -> Result<Place<'w>, Box<Diagnostic>> {
        let stored = wanted.stored;
        let name = wanted.name.clone();
        let subject = format!("{name} ({})", visible(&stored.target));
        let fault = |message: String| {
            let found = Diagnostic::error("journal", message).about(subject.clone());
            Err(Box::new(found.help("name the config file that the run was made with")))
        };
        let configured = self.providers.get(&stored.target);
        let Some(target) = configured.and_then(|configured| configured.target.clone()) else {
            return fault("the target of the run is not configured any more".to_owned());
        };
        let class = target.provider().class_name();
        if class != stored.class {
            let was = visible(&stored.class);
            return fault(format!("the target of the run was a {was}, and is a {class} now"));
        }
        let account = header.accounts.get(&stored.target);
        if account.is_some_and(|account| *account != self.account_digest(&stored.target)) {
            let message =
                "the target of the run was of another account, service or folder than it is now";
            return fault(message.to_owned());
        }
        let mut ignored = Report::new();
        let selected = selection.get(name.as_str(), self, &mut ignored);
        let targets = |selected: &Selected| selected.config.targets.clone().unwrap_or_default();
        if !selected.as_ref().is_some_and(|zone| targets(zone).contains(&stored.target)) {
            tracing::warn!(
                target: "octodns", logger = MANAGER,
                "sync: the config does not have {subject} any more: sources and processors have no say",
            );
        }
        let (zone, config, entry) = match selected {
            Some(selected) => (selected.empty(), selected.config, selected.entry),
            None => (Zone::new(name), Arc::default(), None),
        };
        Ok(Place { wanted, target, zone, config, entry })
    }

    async fn rebase_place(&self, place: &Place<'_>) -> Result<Rebased, Report> {
        let _working = Working::on(place.zone.name(), &*self.progress);
        let changes: Vec<_> =
            place.wanted.changes.iter().map(|(_, change)| change.clone()).collect();
        let mut earlier = Earlier::new(&place.zone, &changes);
        earlier.existed = place.wanted.existed;
        earlier.meta = place.wanted.meta;
        earlier.begun = &place.wanted.begun;
        let context = self.context(&place.config, place.config.lenient);
        place.target.rebase(&earlier, &context).await
    }
}

impl Looked {
    fn add(&mut self, place: Place<'_>, rebased: Rebased) {
        let Place { wanted, target, zone, config, entry } = place;
        log_warnings(&rebased.report);
        let mut conflict = |about: Conflicting| {
            let (zone, target) = (zone.name().clone(), target.id().to_owned());
            self.conflicts.push(PlanConflict { zone, target, about }.to_diagnostic());
        };
        for (index, live) in rebased.conflicts() {
            if let Some((_, change)) = wanted.changes.get(index) {
                let (change, live) = (change.clone(), live.cloned());
                conflict(Conflicting::Change { change, live });
            }
        }
        if let (Some(planned), MetaStanding::Conflict(live)) = (wanted.meta, &rebased.meta) {
            let (planned, live) = (planned.clone(), live.clone());
            conflict(Conflicting::Settings { planned, live });
        }
        let key = |change: &Change| -> Key {
            (change.record().name().clone(), change.record().record_type())
        };
        let standings = wanted.changes.iter().zip(&rebased.standings);
        let already = standings.filter(|(_, standing)| standing.is_already());
        self.seen.push(Seen {
            plan: wanted.plan,
            already: already.map(|((place, _), _)| *place).collect(),
            settings: wanted.meta.is_some() && !matches!(rebased.meta, MetaStanding::Conflict(_)),
            changes: wanted.changes.iter().map(|(place, change)| (*place, key(change))).collect(),
            step: rebased.plan.as_ref().map(|_| self.steps.len()),
        });
        let always_dry_run = config.always_dry_run;
        let (again, desired) = (None, None);
        let step = |plan| Step { target, plan, always_dry_run, entry, again, desired };
        self.steps.extend(rebased.plan.map(step));
    }
}
