//! A whole run: plan every zone, show the plans, and apply them if that is asked for and safe.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use futures::future::{Either, select};
use octodns_core::plan::Allowed;
use octodns_core::value::visible;
use octodns_core::{Diagnostic, Report};

use crate::compat::MANAGER;
use crate::earlier::DesiredZones;
use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::journal::RunFor;
use crate::manager::Manager;
use crate::output::ReaderGone;
use crate::plan::Plans;
use crate::summary::SyncResult;
use crate::verification::VerifyChoice;
use crate::waves::Waves;

/// What a sync is about.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncOptions {
    /// What it is limited to.
    pub plan: PlanOptions,
    /// Whether plans are applied, not only shown.
    pub apply: bool,
    /// Whether plans are applied that are not safe.
    pub force: bool,
    /// What plans may be applied for although it is not safe. Default: nothing.
    pub allow: Allowed,
    /// What is verified of what was applied. Default: what the config says.
    pub verify: VerifyChoice,
    /// The checksum the plans must have; with it they are applied even without `apply`.
    pub checksum: Option<String>,
    /// The plan file to write, after the plans were shown and whether they are safe or not: that is asked again when
    /// the file is applied.
    pub plan_out: Option<PathBuf>,
    /// The waves that plans are applied in. Default: all at once.
    pub waves: Waves,
    /// Whether it is logged where each change comes from.
    pub show_origin: bool,
    /// What the sources said earlier: changes are then either intended or drift, and that is logged.
    pub earlier: Option<Earlier>,
}

/// What the sources said earlier, and what is done about changes that do not follow from it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Earlier {
    /// When that was, for people: a revision, a date.
    pub when: String,
    /// What they said.
    pub zones: Arc<DesiredZones>,
    /// Whether a change that is drift fails the run, so that nothing is applied. Default: false.
    pub fails_on_drift: bool,
}

impl Earlier {
    /// What the sources said at a time.
    pub fn new(when: impl Into<String>, zones: DesiredZones) -> Self {
        Self { when: when.into(), zones: Arc::new(zones), fails_on_drift: false }
    }
}

impl SyncOptions {
    /// A run over everything that applies plans if all of them are safe.
    pub fn applying() -> Self {
        Self { apply: true, ..Self::default() }
    }

    /// A run over everything that applies plans, safe or not.
    pub fn forced() -> Self {
        Self { force: true, ..Self::applying() }
    }
}

impl Manager {
    /// Plans zones, shows the plans, and applies them if that is asked for and safe: [`Manager::plan`],
    /// [`Manager::show`] and [`Manager::apply`] in one.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if any zone cannot be planned, a plan is unsafe and force
    /// was not asked for, the checksum is another, applying failed anywhere, or what was applied is not there
    /// when it is verified. Nothing is applied
    /// unless all zones were planned, and the plans were shown.
    pub async fn sync(self: &Arc<Self>, options: &SyncOptions) -> Result<SyncResult, Failure> {
        self.check_checksum_option(options)?;
        let mut locks = self.no_locks();
        let is_doing = options.apply || options.checksum.is_some();
        let (approved, count, planned, checksum) = loop {
            let plans = self.until_stopped(self.plan_since(options)).await?;
            self.show_to(&plans, if is_doing { ReaderGone::Fails } else { ReaderGone::IsFine })?;
            if let Some(path) = &options.plan_out {
                self.plan_file(&plans).write(path)?;
            }
            tell_origins(&plans, options)?;
            plans.tell_costs();
            let (planned, checksum) = (plans.changes(), plans.checksum().map(str::to_owned));
            let count = plans.iter().len();
            if let Some(checksum) = &checksum {
                tracing::info!(target: "octodns", logger = "Checksum", "checksum={checksum}");
            }
            let allowed = if options.force { &Allowed::everything() } else { &options.allow };
            let approved = plans.approve_with(allowed)?;
            if !is_doing {
                let (applied, verification) = (None, None);
                return Ok(SyncResult { plans: count, planned, checksum, applied, verification });
            }
            compare_checksums(checksum.as_deref(), options.checksum.as_deref())?;
            if !self.lock(&mut locks, approved.zones(), approved.since).await? {
                break (approved, count, planned, checksum);
            }
            tracing::info!(
                target: "octodns", logger = MANAGER,
                "sync: another run applied to a zone of this one in the meantime, so it is planned again",
            );
        };
        let run_for = RunFor::default();
        let (applied, verification) =
            self.apply_verified(&run_for, approved, &options.waves, options.verify).await?;
        let applied = Some(applied);
        Ok(SyncResult { plans: count, planned, checksum, applied, verification })
    }

    /// Plans, and says of each change whether it follows from the sources, if that is asked for.
    async fn plan_since(self: &Arc<Self>, options: &SyncOptions) -> Result<Plans, Failure> {
        let Some(earlier) = &options.earlier else { return self.plan(&options.plan).await };
        let mut what = options.plan.clone();
        what.keeps_sources = true;
        let mut plans = self.plan(&what).await?;
        plans.compare(&earlier.zones);
        Ok(plans)
    }

    /// What a call gives, unless the run is stopped before: so far nothing was sent.
    pub(crate) async fn until_stopped<T>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let stopped = pin!(self.stop.stopped());
        match select(pin!(call), stopped).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => {
                let found = Diagnostic::error("stopped", "the run was stopped; nothing was sent");
                Err(found.help("run it again").into())
            }
        }
    }

    /// Differs from octoDNS: there, a checksum that is given while none is computed is not looked at.
    fn check_checksum_option(&self, options: &SyncOptions) -> Result<(), Failure> {
        if options.checksum.is_none() || self.config.manager.enable_checksum {
            return Ok(());
        }
        let message = "a checksum was given, but the config does not enable checksums";
        let help = "set `enable_checksum: true` in the section \"manager\"";
        Err(Diagnostic::error("checksum", message).help(help).into())
    }
}

impl Plans {
    /// Logs where changes come from, if there are any.
    pub(crate) fn tell_origins(&self) {
        if self.changes() > 0 {
            tracing::info!(
                target: "octodns", logger = MANAGER, lines = true,
                "sync: where the changes come from\n{}", self.origins(),
            );
        }
    }
}

/// Logs where changes come from; fails if some are drift that must not be.
fn tell_origins(plans: &Plans, options: &SyncOptions) -> Result<(), Failure> {
    if options.show_origin || options.earlier.is_some() {
        plans.tell_origins();
    }
    let Some(earlier) = &options.earlier else { return Ok(()) };
    tracing::info!(
        target: "octodns", logger = MANAGER,
        "sync: since {}: {}", visible(&earlier.when), plans.causes(),
    );
    let drift = if earlier.fails_on_drift { plans.drift() } else { Report::new() };
    if drift.has_errors() { Err(drift.into()) } else { Ok(()) }
}

/// Fails unless the plans have the checksum that was given, or none.
fn compare_checksums(computed: Option<&str>, given: Option<&str>) -> Result<(), Failure> {
    match computed {
        Some(computed) if given != Some(computed) => {
            let given = given.unwrap_or("none");
            let message = format!("the checksum of the plan is {computed}, not {given}");
            let help = "review the plan again, then pass its checksum with --checksum";
            Err(Diagnostic::error("checksum", message).help(help).into())
        }
        _ => Ok(()),
    }
}
