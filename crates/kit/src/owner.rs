//! Tells the user's rows and sets from those of the service.

use std::borrow::Borrow;

use octodns_core::{Diagnostic, HiddenSet, ProviderError, RecordName, ZoneRead, ZoneRequest};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Api, Owner};
use crate::fields::Fields;

/// A set that is left alone, and what the user is told of it.
pub(crate) struct Hidden {
    set: HiddenSet,
    finding: Option<Diagnostic>,
}

/// The user's items, and the sets in which the service has others.
pub(crate) fn sort_out<S: Api, I: Borrow<Json>>(
    account: &Account<S>,
    items: impl IntoIterator<Item = I>,
    fields: &Fields,
    request: &ZoneRequest<'_>,
) -> Result<(Vec<I>, Vec<Hidden>), ProviderError> {
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
                    let of = entry.record_type();
                    let (by, finding) = if owner == Owner::Service {
                        ("the service, which manages it itself", None)
                    } else {
                        let about = format!("{} {of}", name.decoded_fqdn(request.name));
                        let message = "it is of a kind that records cannot express";
                        let found = Diagnostic::warning("supports", message).about(about);
                        let found = found.help("it is left alone");
                        ("its kind, which records cannot express", Some(found))
                    };
                    let set = HiddenSet::new(name, of, by);
                    hidden.push(Hidden { set, finding });
                }
            }
        }
    }
    Ok((users, hidden))
}

/// Says in `read` what the service has and the records do not show. A record that shows the user's part of a set
/// can be changed beside the rest.
pub(crate) fn hide(mut hidden: Vec<Hidden>, read: &mut ZoneRead) {
    let is_shown = |Hidden { set, .. }: &Hidden| {
        let mut records = read.records.iter();
        records.any(|record| *record.name() == set.name && record.record_type() == set.record_type)
    };
    hidden.retain(|hidden| !is_shown(hidden));
    for Hidden { set, finding } in hidden {
        read.report.extend(finding);
        read.hidden.push(set);
    }
}
