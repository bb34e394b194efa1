//! Services that keep one row per value, each with an id.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::engine::apply_each;
use octodns_core::engine::per_record::{self, ExistingRows};
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::SubZones;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, Registry, Report, State, Zone as Records, ZoneRead,
    ZoneRequest,
};
use octodns_http::Host;
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::Zone;
use crate::batch::Batches;
use crate::estimate;
use crate::fields::{self, Fields};
use crate::kinds;
use crate::listing::{Reading, consistent, repeated};
use crate::lookup::Still;
use crate::owner;
use crate::parts::{incomplete, malformed};
use crate::provided;
use crate::row_api::BatchKinds;
pub use crate::row_api::RowApi;
use crate::row_calls::Calls;
use crate::service::Service;
use crate::set_root_ns;
use crate::shape::Shape;

/// Registers a service with rows as a provider.
pub fn register<S: RowApi>(registry: &mut Registry) {
    provided::register::<Rows<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: RowApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Rows<S>>(registry, host);
}

/// The shape of services that implement [`RowApi`].
pub struct Rows<S>(PhantomData<S>);

/// All rows of a zone. Each has an id of its own, so that none equals another.
async fn listed_rows(
    fields: &Fields,
    read: &Reading<'_, Option<Vec<Json>>>,
) -> Result<Option<Vec<Json>>, ProviderError> {
    let id = |row: &Json| fields::id(&row[fields.id]);
    let twice = |rows: &Option<Vec<Json>>| {
        let row = repeated(rows.iter().flatten().filter(|row| id(row).is_some()))?;
        Some(format!("row {}", id(row)?))
    };
    consistent("rows", read, &twice).await
}

/// The records that rows are together, and the rows of each; rows of unknown types are left out.
fn gather<S: RowApi>(
    account: &Account<S>,
    rows: &[Json],
    request: &ZoneRequest<'_>,
) -> Result<(ZoneRead, ExistingRows<String>), ProviderError> {
    let Service { dialect, capabilities, .. } = &account.service;
    let (rows, hidden) = owner::sort_out(account, rows, &S::FIELDS, request)?;
    let mut gathered = per_record::RowReader::new(request, &account.id, capabilities);
    for row in rows {
        let read = S::FIELDS.read(row, dialect, request.name, request.types)?;
        let Some(read) = read else { continue };
        let id = read.id.ok_or_else(|| malformed(incomplete("a row", row)))?;
        let (name, of) = (&*read.name, read.record_type.as_str());
        match read.value {
            Ok(value) => gathered.add(id, name, of, read.ttl, value),
            Err(spelled) => gathered.add_unreadable(id, name, of, read.ttl, &spelled),
        }
    }
    let (mut read, held) = gathered.finish();
    owner::hide(hidden, &mut read);
    Ok((read, held))
}

/// The default rows of a new zone, such as name servers: creating them again would duplicate them.
async fn rows_of_new<S: RowApi>(
    account: &Account<S>,
    zone: Zone<'_>,
) -> Result<ExistingRows<String>, ProviderError> {
    let types = Arc::new(RecordTypes::default());
    let validators = Arc::new(RecordValidators::legacy(&types));
    let sub_zones = SubZones::default();
    let mut request = ZoneRequest::new(zone.name, &sub_zones, &validators, &types);
    request.target = true;
    request.lenient = true;
    let rows = listed_rows(&S::FIELDS, &|| account.api.rows(zone, None)).await?.unwrap_or_default();
    Ok(gather(account, &rows, &request)?.1)
}

#[async_trait]
impl<S: RowApi> Shape for Rows<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let list = || account.api.rows(zone, None);
        let Some(rows) = listed_rows(&S::FIELDS, &list).await? else { return Ok(None) };
        let (mut read, held) = gather(account, &rows, request)?;
        read.state = State::new(held);
        Ok(Some(read))
    }

    fn adapt(desired: &mut Records, existing: &mut Records, report: &mut Report) {
        S::ROOT_NS.adapt(desired, existing, report);
    }

    fn calls(account: &Account<S>, plan: &Plan) -> usize {
        let rows = estimate::rows(plan);
        match account.api.batch_limits() {
            Some(limits) if rows >= S::BATCH_FROM && account.batches.get() != Some(false) => {
                estimate::batched(rows, limits)
            }
            _ => rows,
        }
    }

    fn turns_at_once(account: &Account<S>, plan: &Plan) -> bool {
        let is_batch = account.api.batch_limits().is_some()
            && estimate::rows(plan) >= S::BATCH_FROM
            && account.batches.get() != Some(false);
        // What is not published is not served.
        S::PUBLISHES || (is_batch && S::BATCH_KINDS == BatchKinds::Together)
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let learned = plan.state::<ExistingRows<String>>()?;
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        let new;
        let held = if let Some(held) = learned {
            held
        } else {
            new = rows_of_new(account, zone).await?;
            &new
        };
        let known = held.iter().map(|row| row.id.clone()).collect();
        let (types, still) = (RecordTypes::default(), Still::default());
        let calls = Calls { account, zone, known, types, still };
        account.serve(plan, zone, log, make(&calls, plan, held, log)).await
    }
}

/// Makes the changes of a plan: in batches where that is possible, or one row after the other.
async fn make<S: RowApi>(
    calls: &Calls<'_, S>,
    plan: &Plan,
    held: &ExistingRows<String>,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let batches = Batches { calls, plan, held };
    let is_made = match S::BATCH_KINDS {
        BatchKinds::Together => batches.apply(log).await?,
        BatchKinds::Apart => kinds::apply(&batches, log).await?,
    };
    if is_made {
        let of_root = plan.changes.iter().position(set_root_ns::is_call::<S>);
        let Some((index, change)) = of_root.and_then(|at| Some((at, plan.changes.get(at)?))) else {
            return Ok(());
        };
        let attempt = log.begin(&[index]).await?;
        return attempt.conclude(set_root_ns::apply(calls, change).await);
    }
    apply_each(plan, log, calls.account.names_at_once(), async |change: &Change| {
        if set_root_ns::is_call::<S>(change) {
            return Ok::<_, Stopped>(set_root_ns::apply(calls, change).await?);
        }
        per_record::apply_change(calls, plan, change, held).await
    })
    .await
}
