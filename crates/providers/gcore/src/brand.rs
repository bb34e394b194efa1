//! What differs between the services with this API.

use std::ops::RangeInclusive;

use octodns_core::record::text::UnsupportedText;
use octodns_core::{Capabilities, DynamicSupport, Places, RecordType, Values};
use octodns_kit::Service;
use octodns_kit::dialect::{Dialect, Dot, Names, Targets};

/// A service with this API: G-Core, or one that has taken it over.
pub trait Brand: Send + Sync + 'static {
    /// Its facts, as the kit has them.
    const SERVICE: Service;

    /// Its other facts.
    const FACTS: Facts;
}

/// The facts of a service with this API that no other service has.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent fact")]
pub struct Facts {
    /// The base URL of logins.
    pub auth_endpoint: &'static str,
    /// The section of a record's options that is about this service.
    pub section: &'static str,
    /// The key of the options of health checks in that section.
    pub checks: &'static str,
    /// The filter that leaves out values whose check fails.
    pub health_filter: &'static str,
    /// Whether records without rules by place can have weights and backups. Otherwise weights are none of their business.
    pub has_backups: bool,
    /// Whether checks by HTTPS say if the certificate is verified.
    pub verifies: bool,
    /// Whether checks by ICMP have a port all the same.
    pub icmp_has_port: bool,
    /// Whether what a value has besides is part of what a record is read as.
    pub shows_meta: bool,
    /// The limit of a filter that names none.
    pub no_limit: Option<i64>,
}

impl Facts {
    /// The types that can be dynamic.
    pub(crate) const DYNAMIC: &'static [RecordType] =
        &[RecordType::A, RecordType::AAAA, RecordType::CNAME];

    /// How the service spells names and texts. Names in responses come with and without their final dot.
    pub const DIALECT: Dialect = Dialect {
        names: Names::Absolute(Dot::Either),
        targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
        ..Dialect::RAW
    };

    /// What values may be at all of them. Texts in quotes are read without them.
    pub const VALUES: Values = Values {
        ttl: 0..=2_147_483_647,
        lacks: &[
            (
                RecordType::TXT,
                &[UnsupportedText::NonUtf8, UnsupportedText::Empty, UnsupportedText::Start("\"")],
            ),
            (RecordType::CAA, &[UnsupportedText::NonUtf8]),
        ],
        ..Values::ANY
    };

    /// The capabilities of a service with records of these types, and these weights of the values of pools. Which US and
    /// Canadian regions there are is not documented.
    pub const fn capabilities(
        types: &'static [RecordType],
        weights: RangeInclusive<i64>,
    ) -> Capabilities {
        let places = Places { provinces: &[], ..Places::ANY };
        let dynamic =
            DynamicSupport { types: Self::DYNAMIC, places, weights, ..DynamicSupport::ANY };
        Capabilities::of(types).root_ns().dynamic_support(dynamic).values(Self::VALUES)
    }
}
