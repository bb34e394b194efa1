//! The call for the NS records of the apex, at services with rows that have one.

use async_trait::async_trait;
use octodns_core::engine::about_change;
use octodns_core::{Change, ProviderError, Record, RecordData, ServiceErrorKind};

use crate::api::Zone;
use crate::fields::ReadRow;
use crate::lookup::{Call, Observed};
use crate::row_api::RowApi;
use crate::row_calls::Calls;

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
