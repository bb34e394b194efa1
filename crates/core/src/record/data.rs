//! The values of a record, typed.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::RecordType;
use super::custom::CustomData;
use super::rdata::AnyValues;
use super::types::{Caa, Mx, Target, Txt};

/// The values of one record, in the order octoDNS gives them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecordData {
    /// IPv4 addresses (RFC 1035).
    A(Vec<Ipv4Addr>),
    /// IPv6 addresses (RFC 3596).
    Aaaa(Vec<Ipv6Addr>),
    /// The name whose addresses the provider copies to the apex.
    Alias(Target),
    /// Who may issue certificates (RFC 8659).
    Caa(Vec<Caa>),
    /// The canonical name (RFC 1035).
    Cname(Target),
    /// Where the subtree went (RFC 6672).
    Dname(Target),
    /// Mail exchanges (RFC 1035).
    Mx(Vec<Mx>),
    /// Name servers (RFC 1035).
    Ns(Vec<Target>),
    /// Names of an address (RFC 1035).
    Ptr(Vec<Target>),
    /// Sender policies (RFC 7208).
    Spf(Vec<Txt>),
    /// Texts (RFC 1035).
    Txt(Vec<Txt>),
    /// Values of a type that a provider brought.
    Custom(CustomData),
}

impl RecordData {
    /// The type these values are of.
    pub fn record_type(&self) -> RecordType {
        self.parts().0
    }

    /// Type and values, for everything that treats all types alike.
    pub(crate) fn parts(&self) -> (RecordType, &dyn AnyValues) {
        match self {
            Self::A(values) => (RecordType::A, values),
            Self::Aaaa(values) => (RecordType::AAAA, values),
            Self::Alias(value) => (RecordType::ALIAS, value),
            Self::Caa(values) => (RecordType::CAA, values),
            Self::Cname(value) => (RecordType::CNAME, value),
            Self::Dname(value) => (RecordType::DNAME, value),
            Self::Mx(values) => (RecordType::MX, values),
            Self::Ns(values) => (RecordType::NS, values),
            Self::Ptr(values) => (RecordType::PTR, values),
            Self::Spf(values) => (RecordType::SPF, values),
            Self::Txt(values) => (RecordType::TXT, values),
            Self::Custom(data) => (data.record_type(), data),
        }
    }
}
