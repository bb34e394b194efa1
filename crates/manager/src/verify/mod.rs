//! Making sure of what was applied: reading it back from the targets, and asking the name servers for it.
//!
//! That a service said yes is no proof. A target that is read back is planned once more, by the engine's own rules of
//! what is equal; what is left of the plan was not done. Name servers are asked for every changed record, and judged
//! by what the zone held before and after.

mod dns;
mod read_back;
mod servers;

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, Either, select};
use octodns_core::{ApprovedPlan, Change, Plan, Report, Target, ZoneName};
use octodns_dns::ClientOptions;
use tokio::time::{Instant, sleep_until};

use crate::dns_client::dns_client;
use crate::failure::Failure;
use crate::journal::RunFor;
use crate::manager::Manager;
use crate::plan::{ApprovedPlans, Step};
use crate::plan_zones::Again;
use crate::progress::Phase;
use crate::stop::Stop;
use crate::summary::{Applied, ApplySummary};
use crate::verification::{Verification, VerifiedZone, VerifyChoice, VerifyOptions};
use crate::waves::{AppliedWave, Waves, unchecked};

/// What plans are to bring about, kept for verifying it when they have been applied.
pub struct Unverified {
    items: Vec<Arc<Item>>,
}

/// A plan that is applied.
struct Item {
    target: Target,
    plan: Plan,
    /// How its zone is planned once more, if it was planned from sources.
    again: Option<Arc<Again>>,
}

impl Item {
    fn zone(&self) -> &ZoneName {
        self.plan.desired.name()
    }
}

impl ApprovedPlans {
    /// What it takes to verify these plans when they have been applied.
    pub fn unverified(&self) -> Unverified {
        Unverified { items: self.steps.iter().map(Item::of).map(Arc::new).collect() }
    }
}

impl Item {
    fn of(step: &Step<ApprovedPlan>) -> Self {
        let (target, again) = (step.target.clone(), step.again.clone());
        Self { target, plan: Plan::clone(&step.plan), again }
    }
}

impl Manager {
    /// Verifies plans that were applied: those of `applied` that ended well.
    ///
    /// Never fails: that something cannot be verified is part of what it returns. When the run is stopped, what is
    /// waited for is not waited for any more.
    pub async fn verify(
        &self,
        unverified: &Unverified,
        applied: &ApplySummary,
        how: &VerifyOptions,
    ) -> Verification {
        let whole = applied.whole();
        let is_whole = |item: &&Arc<Item>| whole.contains(&(item.zone(), item.target.id()));
        let items: Vec<_> = unverified.items.iter().filter(is_whole).map(Arc::clone).collect();
        if items.is_empty() || self.stop.is_stopped() {
            return Verification { zones: Vec::new(), is_cut_short: !items.is_empty() };
        }
        let _phase = self.phase(Phase::Verifying, 0);
        let reading = async {
            if how.read_back { self.read_back(&items, how.hold).await } else { (Vec::new(), false) }
        };
        let asking = async {
            match &how.dns {
                Some(dns) => dns::ask(&items, dns, how.hold, &self.stop).await,
                None => (Vec::new(), false),
            }
        };
        let both = futures::future::join(reading, asking);
        let ((read, reading_stopped), (asked, asking_stopped)) = both.await;
        let is_cut_short = reading_stopped || asking_stopped;
        let (mut read, mut asked) = (read.into_iter(), asked.into_iter());
        let zones = items.iter().map(|item| VerifiedZone {
            zone: item.zone().clone(),
            target: item.target.id().to_owned(),
            changes: item.plan.changes.len(),
            read_back: read.next(),
            dns: asked.next(),
        });
        Verification { zones: zones.collect(), is_cut_short }
    }

    /// What is verified, of what the config says and a run asks for.
    pub(crate) fn verify_options(&self, choice: VerifyChoice) -> VerifyOptions {
        let section = &self.config.manager.verify;
        let mut options = section.options();
        options.read_back = choice.read_back.unwrap_or(options.read_back);
        options.dns = match choice.dns {
            Some(true) => Some(section.how.clone()),
            Some(false) => None,
            None => options.dns,
        };
        options
    }

    /// Applies plans wave by wave, and verifies what was applied if that is asked for: that of each wave before the
    /// next. Their zones are locked.
    ///
    /// # Errors
    ///
    /// As [`Manager::apply_in_waves`]; if something is not as it was applied; and, before anything is applied, if name
    /// servers are to be asked and this build has no client for that.
    pub(crate) async fn apply_verified(
        &self,
        run_for: &RunFor,
        plans: ApprovedPlans,
        waves: &Waves,
        choice: VerifyChoice,
    ) -> Result<(ApplySummary, Option<Verification>), Failure> {
        let how = self.verify_options(choice);
        if !how.read_back && how.dns.is_none() {
            let summary = self.apply_for(run_for, plans, waves, &unchecked).await?;
            return Ok((summary, None));
        }
        if how.dns.is_some() {
            // Before anything is sent.
            dns_client(ClientOptions::default())?;
        }
        let unverified = plans.unverified();
        let verified = Mutex::new(Verification::default());
        let keep = |found: Verification| {
            let mut verified = verified.lock().unwrap_or_else(PoisonError::into_inner);
            verified.add(found);
        };
        let (unverified, how, keep) = (&unverified, &how, &keep);
        let after_wave = |wave: AppliedWave<'_>| -> BoxFuture<'_, Report> {
            let entries = wave.plans.iter().map(|(_, _, applied)| (*applied).clone()).collect();
            let summary = ApplySummary::new(entries);
            Box::pin(async move {
                let found = self.verify(unverified, &summary, how).await;
                let report = found.report();
                keep(found);
                report
            })
        };
        let applied = self.apply_for(run_for, plans, waves, &after_wave).await;
        let mut verification =
            std::mem::take(&mut *verified.lock().unwrap_or_else(PoisonError::into_inner));
        match applied {
            Ok(summary) => Ok((summary, Some(verification))),
            Err(mut failure) => {
                // Of a wave that failed nothing was verified yet.
                if let Some(summary) = &failure.applied {
                    let rest = not_in(&verification, summary);
                    let found = self.verify(unverified, &rest, how).await;
                    failure.report.merge(found.report());
                    verification.add(found);
                }
                failure.verification = Some(verification);
                Err(failure)
            }
        }
    }
}

/// What of a summary was not verified yet.
fn not_in(verified: &Verification, summary: &ApplySummary) -> ApplySummary {
    let is_new = |entry: &&Applied| {
        !verified.zones.iter().any(|of| of.zone == entry.zone && of.target == entry.target)
    };
    ApplySummary::new(summary.entries.iter().filter(is_new).cloned().collect())
}

/// A change in short: `update www.example.com. A`.
fn short(change: &Change, zone: &ZoneName) -> String {
    let record = change.record();
    let (verb, name) = (change.verb().to_lowercase(), record.decoded_fqdn(zone));
    format!("{verb} {name} {}", record.record_type())
}

/// The pauses between looks at something that is not yet as it should be: longer and longer ones.
struct Pauses<'s> {
    end: Instant,
    next: Duration,
    stop: &'s Stop,
}

impl<'s> Pauses<'s> {
    const FIRST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(5);

    fn until(end: Instant, stop: &'s Stop) -> Self {
        Self { end, next: Self::FIRST, stop }
    }

    /// Waits for the time of the next look; false if the time is over, or the run is stopped. The last look is at its
    /// end.
    async fn wait(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.end {
            return false;
        }
        let until = self.end.min(now + self.next);
        self.next = (self.next * 2).min(Self::LONGEST);
        unless_stopped(self.stop, sleep_until(until)).await.is_some()
    }
}

/// What a future gives, unless the run is stopped before.
async fn unless_stopped<T>(stop: &Stop, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(stop.stopped())).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
