//! What applying needs of a zone beside its records.

use crate::client::RrSet;
use crate::disabled::Disabled;
use crate::scripts::Scripts;

/// Kept with a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) disabled: Disabled,
    pub(crate) scripts: Scripts,
}

impl Kept {
    pub(crate) fn of(sets: &[RrSet]) -> Self {
        Self { disabled: Disabled::of(sets), scripts: Scripts::of(sets) }
    }
}
