//! Profiles that an interrupted change has left: nothing leads to them, and no record needs them.

use std::collections::BTreeSet;

use octodns_core::{OwnedValue, ProviderError, ZoneName, value};
use octodns_http::Error;
use octodns_kit::{Json, Remembered};

use crate::account::Account;
use crate::dynamic::{led_to, name, place};
use crate::kind::Kind;
use crate::public::Public;

/// The profiles to delete, as plans show them.
const UNUSED: &str = "unused_profiles";

/// The orphans of zones, which are found when a zone is planned.
#[derive(Debug, Default)]
pub(crate) struct Orphans(Remembered<Vec<String>>);

impl Orphans {
    /// Those that a plan of a zone deletes, as it shows them.
    pub(crate) fn settings(&self, zone: &ZoneName) -> Option<OwnedValue> {
        let names = self.0.get(zone.as_str()).filter(|names| !names.is_empty())?;
        let names: Vec<OwnedValue> = names.into_iter().map(Into::into).collect();
        Some(value::Map::from_unique([(UNUSED, names.into())]).into())
    }

    /// The names in what a plan shows, in their order.
    pub(crate) fn named(settings: &OwnedValue) -> Vec<&str> {
        let list = settings.get(UNUSED).and_then(OwnedValue::as_list).unwrap_or_default();
        list.iter().filter_map(OwnedValue::as_str).collect()
    }

    /// There are none, as far as is known.
    pub(crate) fn forget(&self, zone: &ZoneName) {
        self.0.set(zone.as_str(), None);
    }

    /// Finds those of a zone among `all` profiles, parents before their children. Those of the roots in `used` are not:
    /// their records have them, get them or delete them.
    pub(crate) async fn find(
        &self,
        account: &Account,
        zone: &ZoneName,
        (all, used): (&[Json], &BTreeSet<String>),
    ) -> Result<(), ProviderError> {
        let is_free = |root: &str| !used.contains(&root.to_ascii_lowercase());
        let mut left: Vec<_> = all
            .iter()
            .filter_map(|profile| {
                let (root, level) = place(name(profile), zone)?;
                is_free(root).then_some((level, name(profile)))
            })
            .collect();
        // What others lead to, theirs or ours, is not free.
        let is_left = |profile: &&Json| left.iter().any(|(_, left)| *left == name(profile));
        let held = led_to(all.iter().filter(|profile| !left.is_empty() && !is_left(profile)), all);
        left.retain(|(_, left)| !held.contains(left));
        if !left.is_empty() {
            // "a--b--unit--tests" may also be of a zone b.unit.tests. A zone above this one has no names in it.
            let mut others = zones(account).await?;
            others.retain(|other| other.relative(zone.as_str()).is_none());
            let is_of_other =
                |profile: &str| others.iter().any(|other| place(profile, other).is_some());
            left.retain(|(_, profile)| !is_of_other(profile));
        }
        left.sort_unstable();
        let names = left.into_iter().map(|(_, name)| name.to_owned()).collect();
        self.0.set(zone.as_str(), Some(names));
        Ok(())
    }
}

/// The zones of the group, which the profiles of the group are for.
async fn zones(account: &Account) -> Result<Vec<ZoneName>, Error> {
    let read = |zone| {
        let (name, _) = Public::read_zone(zone)?;
        ZoneName::new(&format!("{}.", name.trim_end_matches('.')))
            .map_err(|error| error.to_string())
    };
    account.list((&[Public::ZONES.path], Public::ZONES.version), None, read).await
}
