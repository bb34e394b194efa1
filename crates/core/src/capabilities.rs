//! What a source or target can hold.

mod dynamic;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use crate::error::{ProviderError, ServiceErrorKind};
use crate::name::ZoneName;
use crate::rdata::text::{Presentation, UnsupportedText};
use crate::record::{Compare, Record, RecordType};

pub use dynamic::{DynamicSupport, Fallbacks, HealthChecks, Places};

/// What the values of records may be at a service, beside their types. What it refuses is reported when planning.
///
/// Providers state it as a constant that ends in `..Values::ANY`, since fields are added:
///
/// ```
/// use octodns_core::{MaxTxt, Values};
///
/// const VALUES: Values =
///     Values { ttl: 60..=86_400, max_txt: Some(MaxTxt::Octets(512)), null_mx: false, ..Values::ANY };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent ability")]
pub struct Values {
    /// The TTLs it takes, in seconds. Others are clamped where the target is not strict.
    pub ttl: RangeInclusive<i64>,
    /// Whether a TTL of 0 is taken as well, whatever `ttl` says: it stands for the default of the zone.
    pub zero_ttl: bool,
    /// The longest value of TXT.
    pub max_txt: Option<MaxTxt>,
    /// The most values of a record.
    pub max_values: Option<usize>,
    /// "This name takes no mail": an MX with the exchange `.` (RFC 7505).
    pub null_mx: bool,
    /// "There is no such service": an SRV with the target `.` (RFC 2782).
    pub null_srv: bool,
    /// Names with a wildcard, `*.example.com`.
    pub wildcards: bool,
    /// ALIAS below the apex.
    pub alias_below_apex: bool,
    /// Names in values without a dot at their end, which octoDNS keeps as they are.
    pub relative_names: bool,
    /// What texts may not have, by type: TXT, SPF, CAA, NAPTR.
    pub lacks: &'static [(RecordType, &'static [UnsupportedText])],
}

impl Values {
    /// Everything that DNS allows.
    pub const ANY: Self = Self {
        ttl: 0..=i64::MAX,
        zero_ttl: false,
        max_txt: None,
        max_values: None,
        null_mx: true,
        null_srv: true,
        wildcards: true,
        alias_below_apex: true,
        relative_names: true,
        lacks: &[],
    };

    /// The TTL that comes closest to this one.
    pub(crate) fn nearest_ttl(&self, ttl: i64) -> i64 {
        if ttl == 0 && self.zero_ttl { 0 } else { ttl.clamp(*self.ttl.start(), *self.ttl.end()) }
    }
}

/// The longest value of TXT that a service takes, and how it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaxTxt {
    /// So many octets.
    Octets(usize),
    /// So many characters in presentation format: quotes, escapes and the blanks between strings count.
    Written(usize),
}

impl MaxTxt {
    /// Why a text is too long, if it is.
    ///
    /// ```
    /// use octodns_core::MaxTxt;
    ///
    /// assert_eq!(MaxTxt::Octets(3).refusal(b"abc"), None);
    /// assert!(MaxTxt::Written(4).refusal(b"abc").is_some());
    /// ```
    pub fn refusal(self, octets: &[u8]) -> Option<String> {
        let (length, unit, most) = match self {
            Self::Octets(most) => (octets.len(), "octets", most),
            Self::Written(most) => {
                let written = Presentation::DECIMAL.strings(octets).len();
                (written, "characters with its quotes and escapes", most)
            }
        };
        (length > most).then(|| {
            format!("a text of {length} {unit} is longer than the {most} that the service accepts")
        })
    }
}

/// The record types that something can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeSupport {
    /// Every type, those that providers register as well.
    All,
    /// These types.
    Only(&'static [RecordType]),
}

impl TypeSupport {
    /// These types, known only when the program runs. Each set of them is kept once, for the life of the process.
    ///
    /// ```
    /// use octodns_core::{RecordType, TypeSupport};
    ///
    /// let types = TypeSupport::only(["TXT", "A"].map(RecordType::named));
    /// assert_eq!(types, TypeSupport::Only(&[RecordType::A, RecordType::TXT]));
    /// ```
    pub fn only(types: impl IntoIterator<Item = RecordType>) -> Self {
        static SETS: Mutex<BTreeSet<&'static [RecordType]>> = Mutex::new(BTreeSet::new());
        let types: BTreeSet<_> = types.into_iter().collect();
        let types: Box<[RecordType]> = types.into_iter().collect();
        let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sets.get(&*types) {
            return Self::Only(known);
        }
        let kept: &'static [RecordType] = Box::leak(types);
        sets.insert(kept);
        Self::Only(kept)
    }
}

/// What a source or target can hold, as data: the engine adapts zones to it.
///
/// ```
/// use octodns_core::{Capabilities, RecordType};
///
/// const SIMPLE: Capabilities = Capabilities::of(&[RecordType::A, RecordType::AAAA]).root_ns();
/// assert!(SIMPLE.root_ns && !SIMPLE.dynamic);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent ability")]
#[non_exhaustive]
pub struct Capabilities {
    /// The record types.
    pub types: TypeSupport,
    /// The deprecated `geo` section of a record.
    pub geo: bool,
    /// Dynamic records: pools and rules.
    pub dynamic: bool,
    /// A `status` of a pool's value other than `obey`.
    pub pool_value_status: bool,
    /// Rules that match subnets.
    pub dynamic_subnets: bool,
    /// What dynamic records may be beyond that.
    pub dynamic_support: DynamicSupport,
    /// PTR records with more than one value.
    pub multivalue_ptr: bool,
    /// The NS records at the apex.
    pub root_ns: bool,
    /// Zones that are there already, and no others: it cannot create them.
    pub fixed_zones: bool,
    /// The option that it needs to create zones, if they are fixed because it is not set.
    pub zones_need: Option<&'static str>,
    /// What values may be.
    pub values: Values,
}

impl Capabilities {
    /// No type and nothing beyond plain records: what to start from.
    pub const NOTHING: Self = Self {
        types: TypeSupport::Only(&[]),
        geo: false,
        dynamic: false,
        pool_value_status: false,
        dynamic_subnets: false,
        dynamic_support: DynamicSupport::ANY,
        multivalue_ptr: false,
        root_ns: false,
        fixed_zones: false,
        zones_need: None,
        values: Values::ANY,
    };

    /// Everything.
    pub const EVERYTHING: Self = Self {
        types: TypeSupport::All,
        geo: true,
        dynamic: true,
        pool_value_status: true,
        dynamic_subnets: true,
        dynamic_support: DynamicSupport::ANY,
        multivalue_ptr: true,
        root_ns: true,
        fixed_zones: false,
        zones_need: None,
        values: Values::ANY,
    };

    /// Records of these types, one value or several, and nothing beyond.
    pub const fn of(types: &'static [RecordType]) -> Self {
        let mut capabilities = Self::NOTHING;
        capabilities.types = TypeSupport::Only(types);
        capabilities
    }

    /// With the NS records at the apex.
    #[must_use]
    pub const fn root_ns(mut self) -> Self {
        self.root_ns = true;
        self
    }

    /// Without creating zones.
    #[must_use]
    pub const fn fixed_zones(mut self) -> Self {
        self.fixed_zones = true;
        self
    }

    /// The same, since this option is not set; without it, it cannot create zones.
    #[must_use]
    pub const fn fixed_zones_without(mut self, option: &'static str) -> Self {
        self.zones_need = Some(option);
        self.fixed_zones()
    }

    /// The error for a zone that is not there, if zones are fixed.
    pub fn cannot_create(&self, zone: &ZoneName) -> ProviderError {
        match self.zones_need {
            None => ProviderError::cannot_create(zone),
            Some(option) => {
                let message = format!(
                    "{zone} does not exist, and creating it needs the option {option}: set it, or create the \
                     zone at the service first"
                );
                ProviderError::service(ServiceErrorKind::Refused, message)
            }
        }
    }

    /// With PTR records of several values.
    #[must_use]
    pub const fn multivalue_ptr(mut self) -> Self {
        self.multivalue_ptr = true;
        self
    }

    /// With dynamic records.
    #[must_use]
    pub const fn dynamic(mut self) -> Self {
        self.dynamic = true;
        self
    }

    /// With the deprecated `geo` section.
    #[must_use]
    pub const fn geo(mut self) -> Self {
        self.geo = true;
        self
    }

    /// With a `status` of the values of pools other than `obey`.
    #[must_use]
    pub const fn pool_value_status(mut self) -> Self {
        self.pool_value_status = true;
        self
    }

    /// With rules that match subnets.
    #[must_use]
    pub const fn dynamic_subnets(mut self) -> Self {
        self.dynamic_subnets = true;
        self
    }

    /// With dynamic records, of this kind only.
    #[must_use]
    pub const fn dynamic_support(mut self, support: DynamicSupport) -> Self {
        self.dynamic = true;
        self.dynamic_support = support;
        self
    }

    /// With values of this kind only.
    #[must_use]
    pub const fn values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    /// Whether a record of this type can be held.
    pub fn supports_type(&self, record_type: RecordType) -> bool {
        match &self.types {
            TypeSupport::All => true,
            TypeSupport::Only(types) => types.contains(&record_type),
        }
    }

    /// Whether the type of `record` can be held.
    pub fn supports(&self, record: &Record) -> bool {
        self.supports_type(record.record_type())
    }
}

impl From<&Capabilities> for Compare {
    /// The routing that can be held.
    fn from(capabilities: &Capabilities) -> Self {
        Self { geo: capabilities.geo, dynamic: capabilities.dynamic }
    }
}
