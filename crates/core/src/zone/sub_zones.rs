//! Sub-zones: names below a zone that are zones of their own.

use std::collections::HashSet;

use smol_str::SmolStr;

use crate::record::RecordType;

/// The names, relative to a zone, that are zones of their own.
///
/// Looking a name up costs as many steps as it has labels, however many sub-zones there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubZones {
    names: HashSet<SmolStr>,
}

impl SubZones {
    /// The sub-zone that a relative name is or lies below, the longest first.
    ///
    /// ```
    /// use octodns_core::zone::SubZones;
    ///
    /// let subs: SubZones = ["sub", "deep.sub"].into_iter().collect();
    /// assert_eq!(subs.covering("www.sub"), Some("sub"));
    /// assert_eq!(subs.covering("deep.sub"), Some("deep.sub"));
    /// assert_eq!(subs.covering("notsub"), None);
    /// ```
    pub fn covering<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.names.is_empty() {
            return None;
        }
        let mut rest = name;
        loop {
            if self.names.contains(rest) {
                return Some(rest);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The sub-zone that a record with this relative name belongs to; `None` for those of the zone
    /// itself, which are also the NS and DS records at the own names of sub-zones (RFC 1034 section
    /// 4.2.1, RFC 4035 section 2.4).
    pub fn owner_of<'n>(&self, name: &'n str, record_type: RecordType) -> Option<&'n str> {
        let delegates = matches!(record_type, RecordType::NS | RecordType::DS);
        self.covering(name).filter(|sub_zone| !(*sub_zone == name && delegates))
    }

    /// The names, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(SmolStr::as_str)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }
}

impl<N: Into<SmolStr>> FromIterator<N> for SubZones {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        Self { names: names.into_iter().map(Into::into).collect() }
    }
}
