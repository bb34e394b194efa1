//! What a plan remembers of reading.

use crate::rrset::RrSet;

/// What reading a zone leaves for applying to it.
pub(crate) struct ZoneState {
    pub(crate) zone_id: String,
    pub(crate) sets: Vec<RrSet>,
}
