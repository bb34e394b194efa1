//! Records: what a name holds.

mod custom;
mod data;
pub mod dynamic;
mod field_list;
mod fields;
mod general;
pub mod geo;
mod hints;
mod keys;
mod load;
mod missing;
pub mod options;
mod registry;
mod routing;
mod table;
mod typed;
mod types;
mod validators;

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Origin;
use crate::rdata::Places;
pub use crate::rdata::{Rdata, RdataError, RecordType, ValueError, text};
use crate::value::{Json, Map, OwnedValue};
use crate::{RecordName, ZoneName};

pub use custom::{CustomData, CustomType, Normalizer};
pub use data::RecordData;
pub use dynamic::Dynamic;
pub use general::GENERAL_CHECKS;
pub use geo::Geo;
pub use load::LoadContext;
pub(crate) use missing::MISSING_VALUES;
pub use options::Options;
pub use registry::{DuplicateType, RecordTypes, TypeEntry};
pub(crate) use routing::{is_dynamic, is_geo};
pub use table::{TYPES, TypeRow};
pub use types::{
    Angle, Caa, DIGEST_TYPES, Ds, HostName, KEY_ALGORITHMS, Loc, Mnemonics, Mx, Naptr, Openpgpkey,
    Srv, Sshfp, SvcParam, Svcb, Tlsa, Txt, Uri, Urlfwd,
};

/// One `RRset` as octoDNS means it: everything a name holds of one type.
///
/// The zone is not part of it; what needs whole names takes it as an argument.
///
/// ```
/// use octodns_core::record::{Record, RecordData};
/// use octodns_core::{RecordName, ZoneName};
///
/// let zone = ZoneName::new("example.com.")?;
/// let data = RecordData::A(vec!["192.0.2.1".parse()?]);
/// let www = Record::new(RecordName::new("www")?, 300, data);
/// assert_eq!(www.fqdn(&zone), "www.example.com.");
/// assert_eq!(www.rdata_strings(), ["192.0.2.1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Record {
    name: RecordName,
    ttl: i64,
    data: RecordData,
    options: Options,
    rare: Option<Box<Rare>>,
    source: Option<Arc<str>>,
    origin: Origin,
    /// Where the values stand, in their order, if that is known. A pointer, since records of targets have
    /// none.
    places: Option<Box<Places>>,
}

/// Few records have any, so it takes no room in those that have none.
#[derive(Clone, Debug, Default)]
struct Rare {
    dynamic: Option<Dynamic>,
    geo: Option<Geo>,
    maker: Option<Arc<str>>,
}

/// Which routing counts when two records are compared: what the target can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compare {
    /// The old `geo` section.
    pub geo: bool,
    /// The `dynamic` section.
    pub dynamic: bool,
}

impl Compare {
    /// All routing.
    pub const EVERYTHING: Self = Self { geo: true, dynamic: true };

    /// No routing: values and TTL alone.
    pub const NOTHING: Self = Self { geo: false, dynamic: false };
}

impl Record {
    /// A record with nothing but its values.
    pub fn new(name: RecordName, ttl: i64, data: RecordData) -> Self {
        Self {
            name,
            ttl,
            data,
            options: Options::NONE,
            rare: None,
            source: None,
            origin: Origin::default(),
            places: None,
        }
    }

    /// The same record, from a source with this id.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Arc<str>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same record, found at `origin`.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same record with another `octodns` section.
    #[must_use]
    pub fn with_options(mut self, options: Map<'static>) -> Self {
        self.options = Options::new(options);
        self
    }

    /// The same record with other pools and rules, or (with `None`) without.
    #[must_use]
    pub fn with_dynamic(self, dynamic: impl Into<Option<Dynamic>>) -> Self {
        self.with_rare(|rare| rare.dynamic = dynamic.into())
    }

    /// The same record with other values by place, or (with `None`) without.
    #[must_use]
    pub fn with_geo(self, geo: impl Into<Option<Geo>>) -> Self {
        self.with_rare(|rare| rare.geo = geo.into().filter(|geo| !geo.is_empty()))
    }

    /// The same record, made by the processor with this id: no source has it.
    #[must_use]
    pub fn with_maker(self, processor: impl Into<Arc<str>>) -> Self {
        self.with_rare(|rare| rare.maker = Some(processor.into()))
    }

    /// The same record at another name.
    #[must_use]
    pub fn with_name(mut self, name: RecordName) -> Self {
        self.name = name;
        self
    }

    /// The same record with another TTL.
    #[must_use]
    pub fn with_ttl(mut self, ttl: i64) -> Self {
        self.ttl = ttl;
        self
    }

    /// The same record with other values, of whatever type.
    #[must_use]
    pub fn with_data(mut self, data: RecordData) -> Self {
        self.data = data;
        self.places = None;
        self
    }

    fn with_rare(mut self, change: impl FnOnce(&mut Rare)) -> Self {
        let mut rare = self.rare.take().map_or_else(Rare::default, |rare| *rare);
        change(&mut rare);
        let has_any = rare.dynamic.is_some() || rare.geo.is_some() || rare.maker.is_some();
        self.rare = has_any.then(|| Box::new(rare));
        self
    }

    /// The name within the zone.
    pub fn name(&self) -> &RecordName {
        &self.name
    }

    /// Time to live, in seconds; negative ones occur in lenient records.
    pub fn ttl(&self) -> i64 {
        self.ttl
    }

    /// The values.
    pub fn data(&self) -> &RecordData {
        &self.data
    }

    /// The type.
    pub fn record_type(&self) -> RecordType {
        self.data.record_type()
    }

    /// Pools and rules.
    pub fn dynamic(&self) -> Option<&Dynamic> {
        self.rare.as_ref()?.dynamic.as_ref()
    }

    /// Values by place, the old form of routing.
    pub fn geo(&self) -> Option<&Geo> {
        self.rare.as_ref()?.geo.as_ref()
    }

    /// The `octodns` section.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The id of the source the record came from.
    pub fn source(&self) -> Option<&Arc<str>> {
        self.source.as_ref()
    }

    /// The id of the processor that made the record, if it is from no source.
    pub fn maker(&self) -> Option<&Arc<str>> {
        self.rare.as_ref()?.maker.as_ref()
    }

    /// Where the record was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Where the value with this index was written; where that is not known, where the record was.
    pub fn value_origin(&self, index: usize) -> Origin {
        let place = self.places.as_ref().and_then(|places| places.get(index));
        match place.filter(|place| place.is_known()) {
            Some(place) => {
                Origin { line: place.line, column: place.column.into(), ..self.origin.clone() }
            }
            None => self.origin.clone(),
        }
    }

    /// The whole name, in IDNA form.
    pub fn fqdn(&self, zone: &ZoneName) -> String {
        self.name.fqdn(zone)
    }

    /// The whole name, in readable form.
    pub fn decoded_fqdn(&self, zone: &ZoneName) -> String {
        self.name.decoded_fqdn(zone)
    }

    /// The data this record is read from: `ttl`, `octodns`, `value` or `values`, `geo`, `dynamic`, in
    /// this order.
    pub fn to_value(&self) -> OwnedValue {
        let mut map = Map::new();
        map.insert("ttl", self.ttl);
        if let Some(options) = self.options.to_value() {
            map.insert("octodns", options);
        }
        self.data.parts().1.write_to(&mut map);
        if let Some(geo) = self.geo() {
            map.insert("geo", geo.to_value());
        }
        if let Some(dynamic) = self.dynamic() {
            map.insert("dynamic", dynamic.to_value());
        }
        map.into()
    }

    /// Presentation format of every value, in order.
    pub fn rdata_strings(&self) -> Vec<String> {
        self.data.parts().1.rdata_strings()
    }

    /// What a plan shows of every value, in order.
    pub fn plan_strings(&self) -> Vec<String> {
        self.data.parts().1.texts()
    }

    /// The record in one line, as in `www.example.com. 300 A 192.0.2.1`.
    pub fn display<'r>(&'r self, zone: &'r ZoneName) -> impl fmt::Display + 'r {
        Shown { record: self, zone }
    }

    /// Whether going from this record to `other`, of the same name and type, is an update. The
    /// `octodns` section never makes one.
    pub fn differs(&self, other: &Self, compare: Compare) -> bool {
        self.ttl != other.ttl
            || self.data != other.data
            || (compare.geo && self.geo() != other.geo())
            || (compare.dynamic && self.dynamic() != other.dynamic())
    }

    /// Whether the record has no values, or one that says nothing: no source can mean it, and no target can hold it.
    pub fn lacks_values(&self) -> bool {
        self.data.parts().1.lacks_values()
    }

    /// A record for each of the values, without routing: for services that keep one value at a time.
    pub fn split_values(&self) -> Vec<Self> {
        self.data.split_values().into_iter().map(|data| self.plain_with(data)).collect()
    }

    /// The same record with other data and no routing. The values are not copied, which may be many.
    pub(crate) fn plain_with(&self, data: RecordData) -> Self {
        let Self { name, ttl, options, source, origin, .. } = self;
        let maker = self.maker().cloned();
        let rare = maker.map(|maker| Rare { maker: Some(maker), ..Rare::default() });
        Self {
            name: name.clone(),
            ttl: *ttl,
            data,
            options: options.clone(),
            rare: rare.map(Box::new),
            source: source.clone(),
            origin: origin.clone(),
            places: None,
        }
    }

    /// Whether the type has one value, not a list.
    pub fn is_single(&self) -> bool {
        match &self.data {
            RecordData::Alias(_) | RecordData::Cname(_) | RecordData::Dname(_) => true,
            RecordData::Custom(data) => data.custom_type().is_single(),
            _ => false,
        }
    }
}

/// A record in one line of text, for people.
struct Shown<'r> {
    record: &'r Record,
    zone: &'r ZoneName,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record;
        let (name, values) = (record.decoded_fqdn(self.zone), record.rdata_strings().join(", "));
        write!(f, "{name} {} {} {values}", record.ttl, record.record_type())?;
        if record.dynamic().is_some() || record.geo().is_some() {
            f.write_str(" and others, by routing")?;
        }
        let options = record.options.to_value().map(|options| Json::default().text(&options));
        options.map_or(Ok(()), |options| write!(f, " {options}"))
    }
}
