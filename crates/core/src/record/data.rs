//! The values of a record, typed.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::custom::CustomData;
use super::types::{
    Caa, Ds, HostName, Loc, Mx, Naptr, Openpgpkey, Srv, Sshfp, Svcb, Tlsa, Txt, Uri, Urlfwd,
};
use crate::rdata::{AnyValues, RecordType};

/// The values of one record, in the order octoDNS gives them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecordData {
    /// IPv4 addresses (RFC 1035).
    A(Vec<Ipv4Addr>),
    /// IPv6 addresses (RFC 3596).
    Aaaa(Vec<Ipv6Addr>),
    /// The name whose addresses the provider copies to the apex.
    Alias(HostName),
    /// Who may issue certificates (RFC 8659).
    Caa(Vec<Caa>),
    /// The canonical name (RFC 1035).
    Cname(HostName),
    /// Where the subtree went (RFC 6672).
    Dname(HostName),
    /// Digests of a child's keys (RFC 4034).
    Ds(Vec<Ds>),
    /// Service bindings of HTTP (RFC 9460).
    Https(Vec<Svcb>),
    /// Places (RFC 1876).
    Loc(Vec<Loc>),
    /// Mail exchanges (RFC 1035).
    Mx(Vec<Mx>),
    /// Rewriting rules (RFC 3403).
    Naptr(Vec<Naptr>),
    /// Name servers (RFC 1035).
    Ns(Vec<HostName>),
    /// Keys (RFC 7929).
    Openpgpkey(Vec<Openpgpkey>),
    /// Names of an address (RFC 1035).
    Ptr(Vec<HostName>),
    /// Sender policies (RFC 7208).
    Spf(Vec<Txt>),
    /// Hosts and ports of a service (RFC 2782).
    Srv(Vec<Srv>),
    /// Fingerprints (RFC 4255).
    Sshfp(Vec<Sshfp>),
    /// Service bindings (RFC 9460).
    Svcb(Vec<Svcb>),
    /// Certificate associations (RFC 6698).
    Tlsa(Vec<Tlsa>),
    /// Texts (RFC 1035).
    Txt(Vec<Txt>),
    /// URIs of a service (RFC 7553).
    Uri(Vec<Uri>),
    /// HTTP redirects.
    Urlfwd(Vec<Urlfwd>),
    /// Values of a type that a provider brought.
    Custom(CustomData),
}

impl RecordData {
    /// The type these values are of.
    pub fn record_type(&self) -> RecordType {
        self.parts().0
    }

    /// Each of the values alone, in order, for services that keep one value at a time.
    pub fn split_values(&self) -> Vec<Self> {
        match self {
            Self::A(values) => each(values, Self::A),
            Self::Aaaa(values) => each(values, Self::Aaaa),
            Self::Alias(_) | Self::Cname(_) | Self::Dname(_) => vec![self.clone()],
            Self::Caa(values) => each(values, Self::Caa),
            Self::Ds(values) => each(values, Self::Ds),
            Self::Https(values) => each(values, Self::Https),
            Self::Loc(values) => each(values, Self::Loc),
            Self::Mx(values) => each(values, Self::Mx),
            Self::Naptr(values) => each(values, Self::Naptr),
            Self::Ns(values) => each(values, Self::Ns),
            Self::Openpgpkey(values) => each(values, Self::Openpgpkey),
            Self::Ptr(values) => each(values, Self::Ptr),
            Self::Spf(values) => each(values, Self::Spf),
            Self::Srv(values) => each(values, Self::Srv),
            Self::Sshfp(values) => each(values, Self::Sshfp),
            Self::Svcb(values) => each(values, Self::Svcb),
            Self::Tlsa(values) => each(values, Self::Tlsa),
            Self::Txt(values) => each(values, Self::Txt),
            Self::Uri(values) => each(values, Self::Uri),
            Self::Urlfwd(values) => each(values, Self::Urlfwd),
            Self::Custom(data) => data.split_values().into_iter().map(Self::Custom).collect(),
        }
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
            Self::Ds(values) => (RecordType::DS, values),
            Self::Https(values) => (RecordType::HTTPS, values),
            Self::Loc(values) => (RecordType::LOC, values),
            Self::Mx(values) => (RecordType::MX, values),
            Self::Naptr(values) => (RecordType::NAPTR, values),
            Self::Ns(values) => (RecordType::NS, values),
            Self::Openpgpkey(values) => (RecordType::OPENPGPKEY, values),
            Self::Ptr(values) => (RecordType::PTR, values),
            Self::Spf(values) => (RecordType::SPF, values),
            Self::Srv(values) => (RecordType::SRV, values),
            Self::Sshfp(values) => (RecordType::SSHFP, values),
            Self::Svcb(values) => (RecordType::SVCB, values),
            Self::Tlsa(values) => (RecordType::TLSA, values),
            Self::Txt(values) => (RecordType::TXT, values),
            Self::Uri(values) => (RecordType::URI, values),
            Self::Urlfwd(values) => (RecordType::URLFWD, values),
            Self::Custom(data) => (data.record_type(), data),
        }
    }
}

fn each<T: Clone>(values: &[T], make: fn(Vec<T>) -> RecordData) -> Vec<RecordData> {
    values.iter().map(|value| make(vec![value.clone()])).collect()
}
