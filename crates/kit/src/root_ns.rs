//! The NS records of the apex, at services that have a call of their own for them.

use async_trait::async_trait;
use octodns_core::engine::about_change;
use octodns_core::{
    Change, Diagnostic, ProviderError, Record, RecordData, RecordType, Report, ServiceErrorKind,
    Zone as Records,
};

use crate::api::Zone;
use crate::fields::ReadRow;
use crate::lookup::{Call, Observed};
use crate::row_api::RowApi;
use crate::row_calls::Calls;

/// How a service changes the NS records of the apex, if its capabilities have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootNs {
    /// As all other rows.
    Rows,
    /// By a call of their own, which only is sent if they change: [`RowApi::set_root_ns`] or
    /// [`WholeApi::replace_root_ns`](crate::whole::WholeApi::replace_root_ns).
    Call {
        /// The TTL in seconds that the service gives them.
        ttl: i64,
    },
}

impl RootNs {
    /// Whether records of this name and type have a call of their own.
    pub(crate) fn is_call(self, is_apex: bool, record_type: RecordType) -> bool {
        self != Self::Rows && is_apex && record_type == RecordType::NS
    }

    /// Gives desired NS records of the apex the TTL that they have at the service.
    ///
    /// Nothing is lost by that, so it is a warning even where the target is strict, as in octoDNS.
    pub(crate) fn adapt(self, desired: &mut Records, existing: &Records, report: &mut Report) {
        let Self::Call { ttl } = self else { return };
        let Some(record) = desired.root_ns().cloned() else { return };
        let ttl = existing.root_ns().map_or(ttl, |existing| existing.ttl());
        if record.ttl() == ttl {
            return;
        }
        let message = format!("the service gives root NS records the TTL {ttl}");
        let found = Diagnostic::warning("supports", message)
            .about(format!("{} NS", desired.name()))
            .at(record.origin().clone())
            .help(format!("{ttl} is used, not {}", record.ttl()));
        report.push(found);
        desired.set(Record::clone(&record).with_ttl(ttl));
    }
}

/// Whether a change is made by [`RowApi::set_root_ns`].
pub(crate) fn is_call<S: RowApi>(change: &Change) -> bool {
    let record = change.record();
    S::ROOT_NS.is_call(record.name().is_apex(), record.record_type())
}

/// Makes a change of the NS records of the apex.
pub(crate) async fn apply<S: RowApi>(
    calls: &Calls<'_, S>,
    change: &Change,
) -> Result<(), ProviderError> {
    let zone = calls.zone;
    let Some(desired) = change.desired() else {
        let message = format!("{}: a zone has to keep its root NS records", zone.name);
        return Err(ProviderError::service(ServiceErrorKind::Refused, message));
    };
    let names: Vec<String> = match desired.data() {
        RecordData::Ns(names) => names.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let result = calls.account.settle(&SetRootNs { calls, zone, change, names }).await;
    result.map_err(|error| about_change(error, change, zone.name))
}

struct SetRootNs<'c, S> {
    calls: &'c Calls<'c, S>,
    zone: Zone<'c>,
    change: &'c Change,
    names: Vec<String>,
}

#[async_trait]
impl<S: RowApi> Call for SetRootNs<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let _sending = self.calls.still.sending().await;
        Ok(self.calls.api().set_root_ns(self.zone, &self.names).await?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let rows = self.calls.rows_now(self.change.record()).await?;
        let is = |record: Option<&Record>| {
            self.calls.is_held(record, &rows.iter().collect::<Vec<&ReadRow>>())
        };
        Ok(if is(self.change.desired().map(|record| &**record)) {
            Observed::Desired
        } else if is(self.change.existing().map(|record| &**record)) {
            Observed::Existing
        } else {
            Observed::Other
        })
    }
}
