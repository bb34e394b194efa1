//! Record data in the messages of `hickory`, for the client.

use hickory_proto::rr::{RData, RecordType as Number, rdata::NULL};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder, NameEncoding};
use octodns_core::RecordType;
use octodns_core::record::RecordData;

use super::{WireError, from_bytes, to_bytes, type_number};

/// The record data of every value, for messages of `hickory`, in the order of the values.
///
/// They hold raw bytes, so that data that `hickory` does not know, or reads more strictly, is sent as well.
/// Compare them by [`bytes_of`]: they do not equal what `hickory` reads from a message.
///
/// # Errors
///
/// The errors of [`to_bytes`].
pub fn to_rdatas(data: &RecordData) -> Result<Vec<RData>, WireError> {
    let of = data.record_type();
    let code = Number::from(type_number(of).ok_or(WireError::NoWireForm(of))?);
    let wrap = |bytes| RData::Unknown { code, rdata: NULL::with(bytes) };
    Ok(to_bytes(data)?.into_iter().map(wrap).collect())
}

/// The values of an `RRset`, from the record data that `hickory` read.
///
/// # Errors
///
/// The errors of [`from_bytes`] and [`bytes_of`]; also fails if record data is of another type.
pub fn from_rdatas<'r>(
    of: RecordType,
    rdatas: impl IntoIterator<Item = &'r RData>,
) -> Result<RecordData, WireError> {
    let number = type_number(of).ok_or(WireError::NoWireForm(of))?;
    let bytes = |rdata: &RData| {
        if u16::from(rdata.record_type()) == number {
            bytes_of(rdata)
        } else {
            Err(WireError::Message(format!("{} among {of}", rdata.record_type())))
        }
    };
    from_bytes(of, &rdatas.into_iter().map(bytes).collect::<Result<Vec<_>, _>>()?)
}

/// The bytes of record data, without compression of names.
///
/// # Errors
///
/// Fails if `hickory` cannot write its data.
pub fn bytes_of(rdata: &RData) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    let mut encoder = BinEncoder::new(&mut bytes);
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    rdata.emit(&mut encoder).map_err(|error| WireError::Message(error.to_string()))?;
    Ok(bytes)
}
