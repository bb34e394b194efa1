//! What public and private zones differ in: paths, the names of fields, and what they can hold.

use std::ops::RangeInclusive;

use octodns_kit::dialect::{Dialect, Dot, Names, Targets};
use octodns_kit::{Json, Service};

use crate::zones::Collection;

/// The TTLs of both.
pub(crate) const TTLS: RangeInclusive<i64> = 1..=2_147_483_647;

/// How both spell names and texts.
pub(crate) const DIALECT: Dialect = Dialect {
    names: Names::Relative { apex: "@" },
    targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
    ..Dialect::RAW
};

/// A kind of zones: public or private.
pub trait Kind: Send + Sync + 'static {
    /// The facts, as the kit has them.
    const SERVICE: Service;

    /// Where they are.
    const ZONES: Collection;

    /// Whether they have NS records at the apex, and Traffic Manager.
    const IS_PUBLIC: bool;

    /// The name of a zone, and its name servers.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn read_zone(zone: Json) -> Result<(String, Vec<String>), String>;

    /// The body for a new zone.
    fn new_zone() -> Json;

    /// A set, as the kit has it.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn read_set(set: Json) -> Result<Json, String>;

    /// The body for a set.
    fn write_set(set: &Json) -> Json;
}
