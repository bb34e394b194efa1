//! Applying plans by classes in Python, and finding out what was done when that fails.

use std::sync::Arc;

use octodns_core::record::{Compare, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::{ApplyLog, Change, Outcome, Plan, ProviderError, Record, Zone, ZoneRequest};

use crate::changes::Left;
use crate::client::{Host, HostPlan};
use crate::error::BridgeError;
use crate::provider::PythonProvider;
use crate::rebuild::rebuild;
use crate::requests::Apply;
use crate::source::{WasRead, read_target};
use crate::target::WasPlanned;

/// What a step is called that changes settings of a zone alone.
const SETTINGS: &str = "change the settings of the zone";

/// A plan that the host has, and by whom it is applied.
struct Ready<'r> {
    plan: Held<'r>,
    by: Arc<str>,
    left: Left,
}

/// A plan of the host.
enum Held<'h> {
    Planned(&'h HostPlan),
    Rebuilt(HostPlan),
}

impl Held<'_> {
    fn number(&self) -> u64 {
        match self {
            Self::Planned(plan) => plan.number(),
            Self::Rebuilt(plan) => plan.number(),
        }
    }
}

impl PythonProvider {
    /// Has the class apply a plan.
    pub(crate) async fn apply_in_host(
        &self,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let host = self.session().host.turn().await;
        let ready = self.ready(&host, plan).await?;
        let all: Vec<usize> = (0..plan.changes.len()).collect();
        let attempt =
            if all.is_empty() { log.step(SETTINGS).await? } else { log.begin(&all).await? };
        let Left { keep, more } = ready.left;
        let (provider, number) = (ready.by.to_string(), ready.plan.number());
        let done = host.apply(Apply { provider, plan: number, keep, more }).await;
        let Err(error) = done else {
            attempt.applied();
            return Ok(());
        };
        let error = error.into_provider_error();
        let outcomes = match self.look_again(&host, plan).await {
            Ok(live) => plan.changes.iter().map(|change| outcome(change, &live, &error)).collect(),
            Err(unread) => {
                let (id, unread) = (self.instance.id(), unread.with_causes());
                tracing::warn!(
                    target: "octodns", logger = "Manager",
                    "apply: {id} cannot be read after it failed, so what it did is not known: {unread}",
                );
                vec![Outcome::Unknown; plan.changes.len()]
            }
        };
        attempt.each(|index| outcomes.get(index).cloned().unwrap_or(Outcome::Unknown));
        Err(error)
    }

    /// The plan in the host: the one that the class made, or one that is made of data.
    async fn ready<'p>(&self, host: &Host, plan: &'p Plan) -> Result<Ready<'p>, BridgeError> {
        if let Ok(Some(WasPlanned { plan: held, in_host, by })) = plan.state::<WasPlanned>() {
            let (by, left) = (Arc::clone(by), in_host.left(plan));
            return Ok(Ready { plan: Held::Planned(held), by, left });
        }
        let by = self.instance.name(host).await?;
        let was_read = plan.state::<WasRead>().ok().flatten();
        let held = rebuild(host, plan, was_read.map(|read| read.zone.number())).await?;
        Ok(Ready { plan: Held::Rebuilt(held), by, left: Left::default() })
    }

    /// What the target holds now, read by an object that knows nothing of what was applied: many remember for ever what
    /// they read before.
    async fn look_again(&self, host: &Host, plan: &Plan) -> Result<Zone, ProviderError> {
        let other = self.instance.another(host).await?;
        let mut types = RecordTypes::default();
        for of in self.session().types() {
            // One that is built in is known better.
            let _ = types.register(of);
        }
        let (types, validators) = (Arc::new(types), Arc::new(RecordValidators::default()));
        let (name, settings) = (plan.desired.name(), plan.desired.settings());
        let mut request = ZoneRequest::new(name, &settings.sub_zones, &validators, &types);
        request.settings = Some(settings);
        let (read, _) = read_target(host, &other, &request).await?;
        let mut zone = Zone::with_settings(name.clone(), Arc::clone(settings));
        for record in read {
            zone.set(record);
        }
        Ok(zone)
    }
}

/// What came of a change, by what the target holds after an apply that failed.
fn outcome(change: &Change, live: &Zone, error: &ProviderError) -> Outcome {
    let record = change.record();
    let live = live.get(record.name(), record.record_type());
    let is = |side: Option<&Arc<Record>>| match (live, side) {
        (None, None) => true,
        (Some(live), Some(side)) => !live.differs(side, Compare::EVERYTHING),
        _ => false,
    };
    match (is(change.existing()), is(change.desired())) {
        (false, true) => Outcome::Applied,
        (true, false) => Outcome::Failed(error.with_causes()),
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::{RecordData, RecordName, ZoneName};

    use super::*;

    fn record(last: u8) -> Arc<Record> {
        let data = RecordData::A(vec![[192, 0, 2, last].into()]);
        Record::new(RecordName::new("www").unwrap(), 60, data).into()
    }

    #[test]
    fn what_came_of_a_change_is_told_by_what_is_there() {
        let error = ProviderError::failed("half way");
        let failed = || Outcome::Failed("half way".to_owned());
        let create = || Change::Create(record(1));
        let update = || Change::Update { existing: record(1), new: record(2) };
        let delete = || Change::Delete(record(1));
        for (change, live, expected) in [
            (create(), Some(1), Outcome::Applied),
            (create(), None, failed()),
            (create(), Some(2), Outcome::Unknown),
            (update(), Some(1), failed()),
            (update(), Some(2), Outcome::Applied),
            (update(), Some(3), Outcome::Unknown),
            (update(), None, Outcome::Unknown),
            (delete(), Some(1), failed()),
            (delete(), None, Outcome::Applied),
            (delete(), Some(2), Outcome::Unknown),
        ] {
            let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
            if let Some(last) = live {
                zone.set(record(last));
            }
            assert_eq!(outcome(&change, &zone, &error), expected, "{change:?} {live:?}");
        }
    }
}
