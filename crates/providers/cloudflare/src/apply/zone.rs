//! Creates the zone if necessary, and sets its plan.

use std::sync::{Mutex, PoisonError};

use octodns_core::{ApplyLog, Plan, ProviderError, Value, async_trait};
use octodns_kit::{Call, Observed, settle};

use crate::account::Account;
use crate::client::{Api, ZoneRow};
use crate::zones::{Scope, ZoneEntry};

/// The zone of a plan, created if it does not exist.
pub(super) async fn ensure(
    account: &Account,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<ZoneEntry, ProviderError> {
    let name = plan.desired.name();
    if let Some(zone) = account.zone(name).await? {
        return Ok(zone);
    }
    if let Scope::Internal { .. } = &account.scope {
        let message = format!("there is no internal zone {name}; create it at Cloudflare first");
        return Err(ProviderError::failed(message));
    }
    let (api, domain) = (&account.api, name.without_dot());
    let new = NewZone { api, domain, made: Mutex::default() };
    log.in_step(&format!("create zone {name}"), settle(api.backoff(), &new)).await?;
    let made = new.made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let row = made.ok_or_else(|| ProviderError::failed(format!("{name} was not created")))?;
    let zone = ZoneEntry::from(&row);
    account.zones.remember(name, zone.clone());
    Ok(zone)
}

/// A zone to create.
struct NewZone<'z> {
    api: &'z Api,
    domain: &'z str,
    /// The zone, once it is known to exist.
    made: Mutex<Option<ZoneRow>>,
}

impl NewZone<'_> {
    fn keep(&self, made: Option<ZoneRow>) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
    }
}

#[async_trait]
impl Call for NewZone<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        self.keep(Some(self.api.create_zone(self.domain).await?));
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let found = self.api.zones(Some(self.domain)).await?.into_iter().next();
        let seen = if found.is_some() { Observed::Desired } else { Observed::Existing };
        self.keep(found);
        Ok(seen)
    }
}

/// Sets the zone's plan to the one in the meta of the plan.
pub(super) async fn set_plan(
    account: &Account,
    plan: &Plan,
    zone: &mut ZoneEntry,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let meta = plan.meta.as_ref().and_then(|meta| meta.get("cloudflare_plan"));
    let Some(wanted) = meta.and_then(|plan| plan.get("desired")).and_then(Value::as_str) else {
        return Ok(());
    };
    let (api, name) = (&account.api, plan.desired.name());
    let Some(plans) = api.plans(&zone.id).await? else {
        let message =
            format!("the plans of {name} cannot be listed; is this an Enterprise account?");
        return Err(ProviderError::failed(message));
    };
    let of_wanted = plans.iter().find(|plan| plan.legacy_id.as_deref() == Some(wanted));
    let Some(id) = of_wanted.and_then(|plan| plan.id.as_deref()) else {
        let known: Vec<&str> = plans.iter().filter_map(|plan| plan.legacy_id.as_deref()).collect();
        let message = format!(
            "the plan \"{wanted}\" is not available for {name}; available plans: {}",
            known.join(", ")
        );
        return Err(ProviderError::failed(message));
    };
    let step = format!("set the plan of {name} to {wanted}");
    let row = log.in_step(&step, api.set_plan(&zone.id, id)).await?;
    zone.plan = row.plan().map(str::to_owned);
    account.zones.remember(name, zone.clone());
    Ok(())
}
