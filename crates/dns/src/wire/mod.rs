//! Converts record data between octoDNS and the wire (RFC 1035, section 3.2.1, and the RFC of each type).
//!
//! Texts are octets on the wire; see [`octodns_core::record::text`] for their form in octoDNS. Names, the parameters
//! of `SVCB` and the tags of `CAA` are kept in presentation format, with its escapes: whatever octets a server has can
//! be read.
//!
//! ```
//! use octodns_core::record::{Mx, RecordData, HostName};
//! use octodns_core::RecordType;
//! use octodns_dns::wire;
//!
//! let exchange = HostName::new("mx.example.com.")?;
//! let data = RecordData::Mx(vec![Mx { preference: 10, exchange }]);
//! let rdatas = wire::to_bytes(&data)?;
//! assert_eq!(rdatas, [b"\x00\x0a\x02mx\x07example\x03com\x00"]);
//! assert_eq!(wire::from_bytes(RecordType::MX, &rdatas)?, data);
//! assert_eq!(wire::present(15, &rdatas[0])?, "10 mx.example.com.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod error;
mod hex;
mod loc;
#[cfg(feature = "client")]
mod messages;
mod mnemonic;
mod name;
mod present;
mod scan;
mod svcb;
mod table;
mod ttl;
mod values;

use octodns_core::record::{HostName, RecordData};
use octodns_core::{RecordType, record::Rdata};

use bytes::{Reader, Writer};
use values::Wire;

pub use error::WireError;
#[cfg(feature = "client")]
pub use messages::{bytes_of, from_rdatas, to_rdatas};
pub use mnemonic::{type_from_text, type_text};
#[cfg(feature = "client")]
pub(crate) use name::push_name;
pub use name::{expand_name, labels, present_labels};
pub use scan::{ScanError, Word, name_bytes, scan};
pub use table::{type_number, type_of};
pub use ttl::ttl;

/// The record data of every value, in the order of the values.
///
/// # Errors
///
/// Fails if the type or a value has no wire format: a relative name, a number out of range, invalid digits.
pub fn to_bytes(data: &RecordData) -> Result<Vec<Vec<u8>>, WireError> {
    match data {
        RecordData::A(values) => all(values),
        RecordData::Aaaa(values) => all(values),
        RecordData::Caa(values) => all(values),
        RecordData::Cname(value) | RecordData::Dname(value) => Ok(vec![one(value)?]),
        RecordData::Ds(values) => all(values),
        RecordData::Loc(values) => all(values),
        RecordData::Mx(values) => all(values),
        RecordData::Naptr(values) => all(values),
        RecordData::Ns(values) | RecordData::Ptr(values) => all(values),
        RecordData::Openpgpkey(values) => all(values),
        RecordData::Srv(values) => all(values),
        RecordData::Sshfp(values) => all(values),
        RecordData::Https(values) | RecordData::Svcb(values) => all(values),
        RecordData::Tlsa(values) => all(values),
        RecordData::Spf(values) | RecordData::Txt(values) => all(values),
        RecordData::Uri(values) => all(values),
        other => Err(WireError::NoWireForm(other.record_type())),
    }
}

/// Checks that a server takes the values, beyond what [`to_bytes`] demands: the tags of `CAA` are letters and digits
/// (RFC 8659, section 4.1). Others are read, so that they can be removed.
///
/// # Errors
///
/// Names the part that servers refuse.
pub fn check_servable(data: &RecordData) -> Result<(), WireError> {
    let RecordData::Caa(values) = data else { return Ok(()) };
    let is_tag =
        |tag: &str| !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match values.iter().find(|caa| !is_tag(&caa.tag)) {
        Some(caa) => Err(WireError::field("tag", &*caa.tag, "is not letters and digits")),
        None => Ok(()),
    }
}

/// The values of an `RRset`, from the record data of each, in any order; duplicates count once (RFC 2181,
/// section 5).
///
/// # Errors
///
/// Fails if the bytes are not record data of the type, and if there are several values for a type that allows
/// only one.
pub fn from_bytes<B: AsRef<[u8]>>(of: RecordType, rdatas: &[B]) -> Result<RecordData, WireError> {
    match of {
        RecordType::A => many(rdatas).map(RecordData::A),
        RecordType::AAAA => many(rdatas).map(RecordData::Aaaa),
        RecordType::CAA => many(rdatas).map(RecordData::Caa),
        RecordType::CNAME => single(of, rdatas).map(RecordData::Cname),
        RecordType::DNAME => single(of, rdatas).map(RecordData::Dname),
        RecordType::DS => many(rdatas).map(RecordData::Ds),
        RecordType::HTTPS => many(rdatas).map(RecordData::Https),
        RecordType::LOC => many(rdatas).map(RecordData::Loc),
        RecordType::MX => many(rdatas).map(RecordData::Mx),
        RecordType::NAPTR => many(rdatas).map(RecordData::Naptr),
        RecordType::NS => many(rdatas).map(RecordData::Ns),
        RecordType::OPENPGPKEY => many(rdatas).map(RecordData::Openpgpkey),
        RecordType::PTR => many(rdatas).map(RecordData::Ptr),
        RecordType::SPF => many(rdatas).map(RecordData::Spf),
        RecordType::SRV => many(rdatas).map(RecordData::Srv),
        RecordType::SSHFP => many(rdatas).map(RecordData::Sshfp),
        RecordType::SVCB => many(rdatas).map(RecordData::Svcb),
        RecordType::TLSA => many(rdatas).map(RecordData::Tlsa),
        RecordType::TXT => many(rdatas).map(RecordData::Txt),
        RecordType::URI => many(rdatas).map(RecordData::Uri),
        other => Err(WireError::NoWireForm(other)),
    }
}

/// Record data in presentation format, with the case of the wire, as `dnspython` and zone files write it;
/// types with unknown fields are in the form of RFC 3597.
///
/// # Errors
///
/// Fails if the bytes are not record data of a known type.
pub fn present(number: u16, rdata: &[u8]) -> Result<String, WireError> {
    match table::numbered(number) {
        Some(row) => present::fields(row.fields, rdata),
        None => Ok(present::unknown(rdata)),
    }
}

/// A name on the wire, without compression, in presentation format and its original case.
///
/// # Errors
///
/// Fails if the bytes are not exactly one name.
pub fn name_text(name: &[u8]) -> Result<String, WireError> {
    let mut from = Reader::new(name);
    let text = from.name()?;
    from.end()?;
    Ok(text)
}

/// The text of a `TXT` record: its strings joined; what is not UTF-8 is replaced.
pub fn text(rdata: &[u8]) -> String {
    let mut from = Reader::new(rdata);
    let mut bytes = Vec::with_capacity(rdata.len());
    while let Ok(string) = from.string("a text") {
        bytes.extend_from_slice(string);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn one<T: Wire>(value: &T) -> Result<Vec<u8>, WireError> {
    let mut out = Writer::default();
    value.encode(&mut out)?;
    let bytes = out.into_bytes();
    if bytes.len() > usize::from(u16::MAX) {
        return Err(WireError::TooLong(bytes.len() - usize::from(u16::MAX)));
    }
    Ok(bytes)
}

fn all<T: Wire>(values: &[T]) -> Result<Vec<Vec<u8>>, WireError> {
    values.iter().map(one).collect()
}

fn read<T: Wire>(rdata: &[u8]) -> Result<T, WireError> {
    let mut from = Reader::new(rdata);
    let value = T::decode(&mut from)?;
    from.end()?;
    Ok(value)
}

fn many<T: Wire, B: AsRef<[u8]>>(rdatas: &[B]) -> Result<Vec<T>, WireError> {
    let mut values =
        rdatas.iter().map(|rdata| read(rdata.as_ref())).collect::<Result<Vec<T>, _>>()?;
    values.sort_by(Rdata::order);
    values.dedup();
    Ok(values)
}

fn single<B: AsRef<[u8]>>(of: RecordType, rdatas: &[B]) -> Result<HostName, WireError> {
    let values: Vec<HostName> = many(rdatas)?;
    match <[HostName; 1]>::try_from(values) {
        Ok([value]) => Ok(value),
        Err(values) => Err(WireError::Single { record_type: of, count: values.len() }),
    }
}
