//! A whole run: plan every zone, show the plans, and apply them if that is asked for and safe.

use std::path::PathBuf;
use std::sync::Arc;

use octodns_core::Diagnostic;
use octodns_core::plan::Allowed;

use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::manager::Manager;
use crate::output::ReaderGone;
use crate::summary::SyncResult;
use crate::verification::VerifyChoice;

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
        let plans = self.plan(&options.plan).await?;
        let is_doing = options.apply || options.checksum.is_some();
        self.show_to(&plans, if is_doing { ReaderGone::Fails } else { ReaderGone::IsFine })?;
        if let Some(path) = &options.plan_out {
            self.plan_file(&plans).write(path)?;
        }
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
        if let Some(computed) = &checksum
            && Some(computed) != options.checksum.as_ref()
        {
            let given = options.checksum.as_deref().unwrap_or("none");
            let message = format!("the checksum of the plan is {computed}, not {given}");
            let help = "review the plan again, then pass its checksum with --checksum";
            return Err(Diagnostic::error("checksum", message).help(help).into());
        }
        let (applied, verification) = self.apply_verified(approved, options.verify).await?;
        let applied = Some(applied);
        Ok(SyncResult { plans: count, planned, checksum, applied, verification })
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
