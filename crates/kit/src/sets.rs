//! Services that replace an RRset as a whole, with one call per set.

use async_trait::async_trait;
use octodns_core::engine::{apply_each, unexpressed};
use octodns_core::provider::PlanDraft;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, RecordName, Registry, Report, State, ZoneRead,
    ZoneRequest,
};
use octodns_http::Host;
use serde_json::Value as Json;
use std::marker::PhantomData;

use crate::account::Account;
use crate::api::Zone;
pub use crate::dynamic_sets::{DynamicChange, DynamicSets, Progress, SetsAsRead};
use crate::estimate;
use crate::fields::value_of;
use crate::lookup::Still;
use crate::owner;
use crate::provided;
pub use crate::set::SetChange;
use crate::set::{HeldSets, listed_sets};
pub use crate::set_api::SetApi;
use crate::set_batch::Batches;
use crate::set_calls::make_whole;
use crate::shape::Shape;

/// Registers a service with `RRset`s as a provider.
pub fn register<S: SetApi>(registry: &mut Registry) {
    provided::register::<Sets<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: SetApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Sets<S>>(registry, host);
}

/// The shape of services that implement [`SetApi`].
pub struct Sets<S>(PhantomData<S>);

/// What of the sets records cannot express.
fn lacking<S: SetApi>(
    account: &Account<S>,
    sets: &[Json],
    request: &ZoneRequest<'_>,
) -> Result<Report, ProviderError> {
    let mut report = Report::new();
    for set in sets {
        let Some(what) = S::unexpressed(set) else { continue };
        let head =
            S::FIELDS.of.read_head(set, &account.service.dialect, request.name, request.types)?;
        if let Some((name, entry)) = head
            && let Ok(name) = RecordName::new(&name)
        {
            report.push(unexpressed(request.name, &name, entry.record_type(), what));
        }
    }
    Ok(report)
}

#[async_trait]
impl<S: SetApi> Shape for Sets<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let list = || account.api.sets(zone, None);
        let Some(mut sets) = listed_sets(&S::FIELDS, &list).await? else { return Ok(None) };
        if let Some(dynamic) = account.api.dynamic() {
            dynamic.complete(&mut sets, zone).await?;
        }
        let service = &account.service;
        let (sets, hidden) = owner::sort_out(account, sets, &S::FIELDS.of, request)?;
        let lacking = lacking(account, &sets, request)?;
        let (aside, sets): (Vec<_>, Vec<_>) =
            sets.into_iter().partition(|set| S::unreadable(set).is_some());
        let (mut read, mut held) = S::FIELDS.read(
            sets,
            &service.dialect,
            &service.capabilities,
            (request, &account.id),
            |set| {
                let Some(dynamic) = account.api.dynamic() else { return Vec::new() };
                if let Some(read) = dynamic.read(set, request.name) {
                    let options = dynamic.read_options(set, request.name);
                    let options = options.map(|options| ("octodns", value_of(&options)));
                    return [Some(("dynamic", read.to_value())), options]
                        .into_iter()
                        .flatten()
                        .collect();
                }
                let geo = dynamic.read_geo(set, request.name);
                geo.map(|geo| ("geo", geo.to_value())).into_iter().collect()
            },
        )?;
        for set in aside {
            let why = S::unreadable(&set).unwrap_or_default();
            let of = S::FIELDS.read_head(&set, &service.dialect, &service.capabilities, request)?;
            held.set_aside(set, why, of, (request, &mut read));
        }
        read.report.merge(lacking);
        owner::hide(hidden, &mut read);
        read.state = State::new(held);
        Ok(Some(read))
    }

    async fn extra_changes(
        account: &Account<S>,
        draft: &PlanDraft<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        match (account.api.dynamic(), draft.state.get::<HeldSets>()) {
            (Some(dynamic), Some(held)) => dynamic.extra_changes(draft, SetsAsRead(held)).await,
            _ => Ok(Vec::new()),
        }
    }

    fn calls(_account: &Account<S>, plan: &Plan) -> usize {
        let count = plan.changes.len();
        let limits = S::BATCH.filter(|_| count >= S::BATCH_FROM);
        limits.map_or(count, |limits| estimate::batched(count, limits))
    }

    fn turns_at_once(_account: &Account<S>, plan: &Plan) -> bool {
        // What is not published is not served.
        S::PUBLISHES || (S::BATCH.is_some() && plan.changes.len() >= S::BATCH_FROM)
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldSets::default();
        let held = plan.state()?.unwrap_or(&none);
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        let still = Still::default();
        let batches = Batches { account, zone, plan, held, still: &still };
        let making = async {
            if batches.apply(log).await? {
                return Ok(());
            }
            let change_one =
                async |change| make_whole(account, zone, change, held, (&still, log)).await;
            apply_each(plan, log, account.names_at_once(), change_one).await
        };
        account.serve(plan, zone, log, making).await
    }
}
