//! How a service changes the NS records of the apex.

use octodns_core::{Diagnostic, Record, RecordType, Report, Zone as Records};

/// How a service changes the NS records of the apex, if its capabilities have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootNs {
    /// As all other rows.
    Rows,
    /// By a call of their own, which only is sent if they change: [`RowApi::set_root_ns`](crate::rows::RowApi::set_root_ns) or
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
