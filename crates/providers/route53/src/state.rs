//! The state that a plan keeps from reading.

use crate::rrset::RrSet;

/// The state from reading a zone, for applying to it.
pub(crate) struct ZoneState {
    pub(crate) zone_id: String,
    pub(crate) sets: Vec<RrSet>,
}
