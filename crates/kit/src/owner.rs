//! Tells the user's rows and sets from those of the service.

use std::borrow::Borrow;

use octodns_core::{HiddenSet, ProviderError, RecordName, ZoneRead, ZoneRequest};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Api, Owner};
use crate::fields::Fields;

/// The user's items, and the sets in which the service has others.
pub(crate) fn sort_out<S: Api, I: Borrow<Json>>(
    account: &Account<S>,
    items: impl IntoIterator<Item = I>,
    fields: &Fields,
    request: &ZoneRequest<'_>,
) -> Result<(Vec<I>, Vec<HiddenSet>), ProviderError> {
    let (dialect, types) = (&account.service.dialect, request.types);
    let (mut users, mut hidden) = (Vec::new(), Vec::new());
    for item in items {
        match S::owner(item.borrow()) {
            Owner::User => users.push(item),
            Owner::Parent => {}
            owner @ (Owner::Service | Owner::Inexpressible) => {
                let head = fields.read_head(item.borrow(), dialect, request.name, types)?;
                if let Some((name, entry)) = head
                    && let Ok(name) = RecordName::new(&name)
                {
                    let by = match owner {
                        Owner::Service => "the service, which manages it itself",
                        _ => "its kind, which records cannot express",
                    };
                    hidden.push(HiddenSet::new(name, entry.record_type(), by));
                }
            }
        }
    }
    Ok((users, hidden))
}

/// Says in `read` what the service has and the records do not show. A record that shows the user's part of a set
/// can be changed beside the rest.
pub(crate) fn hide(mut hidden: Vec<HiddenSet>, read: &mut ZoneRead) {
    let is_shown = |set: &HiddenSet| {
        let mut records = read.records.iter();
        records.any(|record| *record.name() == set.name && record.record_type() == set.record_type)
    };
    hidden.retain(|set| !is_shown(set));
    read.hidden.extend(hidden);
}
