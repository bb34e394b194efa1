//! Dynamic records: one record each, whose filters choose among its answers, and monitors beside it.

mod beside;
mod layout;
mod monitor;
mod things;

use std::collections::{BTreeSet, HashMap};

use octodns_core::apply_log::Stopped;
use octodns_core::engine::unsupported;
use octodns_core::provider::PlanDraft;
use octodns_core::record::Dynamic;
use octodns_core::{
    ApplyLog, Change, ProviderError, Record, RecordType, Report, Zone as Records, ZoneName,
    async_trait,
};
use octodns_http::Client;
use octodns_kit::sets::{DynamicChange, DynamicSets, Progress, SetsAsRead};
use octodns_kit::things::Kind;
use octodns_kit::{Call, Json, Observed, Zone, settle};

use crate::calls::{delete, record, send};
use crate::items::{entries, text};
use crate::records::{RECORD, VALUES, head, plain};
use crate::routing::Routed;
pub(crate) use beside::Beside;
use beside::obeying;
use layout::{Layout, enabled, said};
use monitor::{Asked, Owner, canonical, is_for, is_same};
use things::{Monitor, has_list};

/// Whether a record is of a type that can be dynamic.
pub(crate) fn can_be(record: &Json) -> bool {
    let types = [RecordType::A, RecordType::AAAA, RecordType::CNAME];
    types.iter().any(|known| record["type"] == known.as_str())
}

#[async_trait]
impl DynamicSets for Beside {
    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        Routed::of(&set[RECORD]).map(|routed| routed.dynamic)
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let mut progress = Progress::default();
        let made = self.make(zone, change, log, &mut progress).await;
        made.map_err(|error| {
            self.forget();
            progress.stopped(error)
        })
    }

    /// Records whose filters or monitors are not as they ask for.
    async fn extra_changes(
        &self,
        draft: &PlanDraft<'_>,
        sets: SetsAsRead<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let mut is_any = false;
        draft.drifted(|_| {
            is_any = true;
            false
        });
        if !is_any {
            return Ok(Vec::new());
        }
        let mut monitors: HashMap<Owner, Vec<Json>> = HashMap::new();
        for monitor in self.monitors.all().await? {
            if let Some(owner) = Owner::of(&monitor.body) {
                monitors.entry(owner).or_default().push(monitor.body);
            }
        }
        let zone = draft.desired.name();
        Ok(draft.drifted(|record| {
            let own = monitors.get(&Owner::new(record, zone)).map(Vec::as_slice);
            let set = sets.of(record);
            set.is_some_and(|set| {
                self.has_drifted(record, zone, &set[RECORD], own.unwrap_or_default())
            })
        }))
    }
}

impl Beside {
    /// Refuses health checks that cannot be.
    pub(crate) fn adapt(&self, desired: &mut Records, report: &mut Report) {
        let dynamic: Vec<_> =
            desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
        for record in dynamic {
            let needs_regions = self.defaults.regions.is_empty() && !obeying(&record).is_empty();
            let why = match Asked::of(&record) {
                Err(why) => format!("octodns.ns1.healthcheck: {why}"),
                Ok(_) if needs_regions => {
                    "its values obey their health checks, and the option monitor_regions is not set"
                        .to_owned()
                }
                Ok(_) => continue,
            };
            report.push(unsupported(desired, &record, why, "its plain values are used"));
            desired.set(Record::clone(&record).with_dynamic(None));
        }
    }

    fn has_drifted(&self, record: &Record, zone: &ZoneName, held: &Json, own: &[Json]) -> bool {
        // Those that are not valid have no routing by now.
        let (Some(dynamic), Ok(asked)) = (record.dynamic(), Asked::of(record)) else {
            return false;
        };
        let needed = self.needed(record, zone, &asked);
        let is_right = |wanted: &Json| {
            let mut of_value = own.iter().filter(|monitor| is_for(monitor, wanted));
            of_value.any(|monitor| is_same(monitor, wanted) && has_list(monitor))
        };
        let is_needed =
            |monitor: &Json| needed.iter().any(|(_, wanted)| Monitor::fits(monitor, wanted));
        enabled(&held["filters"]) != Layout::of(dynamic).filters
            || !needed.iter().all(|(_, wanted)| is_right(wanted))
            || !own.iter().all(is_needed)
    }

    /// What a record needs is made before it, and deleted after it, so that no answer follows a feed that is missing.
    /// A record that needs none any more changes last: it is what the next run finds if this one is interrupted.
    async fn make(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let owner = Owner::new(change.change.record(), zone.name);
        let written = change.change.desired().zip(change.set);
        let dynamic = written.and_then(|(new, set)| Some((new, new.dynamic()?, set)));
        let (body, kept) = match (dynamic, written) {
            (Some((new, dynamic, set)), _) => {
                let (feeds, kept) = self.ensure(new, zone.name, log, progress).await?;
                let layout = Layout::of(dynamic);
                let mut body = head(zone, set, change.existing);
                body["answers"] = layout.answers(new, dynamic, &feeds);
                body["regions"] = layout.regions();
                body["filters"] = layout.filters;
                (Some(body), Some(kept))
            }
            (None, Some((_, set))) => (Some(plain(zone, set, change.existing)), None),
            (None, None) => (None, None),
        };
        progress.expect(1);
        if kept.is_none() {
            self.clean_up(&owner, &BTreeSet::new(), log, progress).await?;
        }
        let call = RecordCall { client: &self.client, zone, body, existing: change.existing };
        settle(self.client.backoff(), &call).await?;
        progress.confirmed();
        match kept {
            Some(kept) => self.clean_up(&owner, &kept, log, progress).await,
            None => Ok(()),
        }
    }
}

/// A change of a record on its way to the service.
struct RecordCall<'c> {
    client: &'c Client,
    zone: Zone<'c>,
    /// What is sent; `None` for a deletion.
    body: Option<Json>,
    existing: Option<&'c Json>,
}

#[async_trait]
impl Call for RecordCall<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        Ok(match (&self.body, self.existing) {
            (Some(body), existing) => send(self.client, body, existing.is_some()).await,
            (None, Some(existing)) => delete(self.client, self.zone, existing).await,
            (None, None) => Ok(()),
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let sought = self.body.as_ref().or(self.existing).unwrap_or(&Json::Null);
        let (name, of) = (text(sought, "domain"), text(sought, "type"));
        let found = record(self.client, self.zone.id, name, of).await?;
        if found.as_ref().map(said) == self.body.as_ref().map(said) {
            return Ok(Observed::Desired);
        }
        let is_as_before = match (&found, self.existing) {
            (None, None) => true,
            (Some(found), Some(existing)) if existing[RECORD].is_object() => {
                said(found) == said(&existing[RECORD])
            }
            (Some(found), Some(existing)) => {
                let found = crate::records::set(found);
                found["ttl"] == existing["ttl"] && values(&found) == values(existing)
            }
            _ => false,
        };
        Ok(if is_as_before { Observed::Existing } else { Observed::Other })
    }
}

/// The values of a set, in one spelling and order.
fn values(set: &Json) -> Vec<String> {
    let values = entries(&set[VALUES]).iter().map(|value| canonical(text(value, "value")));
    let mut values: Vec<_> = values.collect();
    values.sort();
    values
}
