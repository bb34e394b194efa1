//! Zones and plans of the engine, in the host.

use octodns_core::{Plan, Zone};

use crate::changes::encode_change;
use crate::client::{Host, HostPlan, HostZone};
use crate::error::BridgeError;
use crate::records;
use crate::requests::Rebuild;
use crate::wire::ZoneNumber;

/// A zone in the host.
///
/// # Errors
///
/// If it cannot be sent.
pub(crate) async fn send(host: &Host, zone: &Zone) -> Result<HostZone, BridgeError> {
    let there = host.zone();
    let head = records::head(zone.name(), zone.settings());
    let mut all = zone.records().map(|record| records::encode(record));
    host.send_zone(&there, &head, &mut all).await?;
    Ok(there)
}

/// A plan in the host that is made of data. `existing` is the zone there that was read, if there is one: then records
/// of the plan that are as they were read are the very same.
///
/// # Errors
///
/// If it cannot be sent, or a class does not take a record.
pub(crate) async fn rebuild(
    host: &Host,
    plan: &Plan,
    existing: Option<ZoneNumber>,
) -> Result<HostPlan, BridgeError> {
    let there = host.plan_number();
    let (held, wanted);
    let (existing, desired) = if let Some(existing) = existing {
        (existing, None)
    } else {
        held = send(host, &plan.existing).await?;
        wanted = send(host, &plan.desired).await?;
        (held.number(), Some(wanted.number()))
    };
    host.rebuild(Rebuild {
        plan: there.number(),
        existing,
        desired,
        changes: plan.changes.iter().map(encode_change).collect(),
        exists: plan.exists,
        update_threshold: Some(plan.thresholds.update),
        delete_threshold: Some(plan.thresholds.delete),
        meta: plan.meta.clone(),
    })
    .await?;
    Ok(there)
}
