//! Records that are made already: validators say of most of them at a glance that they find nothing.

use std::any::Any;

use crate::name::ZoneName;
use crate::rdata::RecordType;

/// A record with nothing but a name, a TTL and values, each in the one spelling that reading its data gives it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TypedRecord<'r> {
    /// Name in the zone, in IDNA form; the apex is empty.
    pub name: &'r str,
    /// The zone.
    pub zone: &'r ZoneName,
    /// The type.
    pub record_type: RecordType,
    /// Time to live, in seconds.
    pub ttl: i64,
    values: &'r dyn Any,
}

impl<'r> TypedRecord<'r> {
    /// A record whose values are a `Vec` of what its type has, or one of it if the type has a single value.
    pub(crate) fn new(
        (name, zone): (&'r str, &'r ZoneName),
        ttl: i64,
        (record_type, values): (RecordType, &'r dyn Any),
    ) -> Self {
        Self { name, zone, record_type, ttl, values }
    }

    /// The values, of which there is at least one; `None` if they are none of these.
    pub fn values<T: 'static>(&self) -> Option<&'r [T]> {
        let many = || self.values.downcast_ref::<Vec<T>>().map(Vec::as_slice);
        many().or_else(|| self.values.downcast_ref().map(std::slice::from_ref))
    }

    /// Whether all values are of this kind and like this.
    pub(crate) fn all<T: 'static>(&self, is_so: impl FnMut(&T) -> bool) -> bool {
        self.values::<T>().is_some_and(|values| values.iter().all(is_so))
    }
}
