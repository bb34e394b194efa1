//! Rows and records, both ways. Pure: no calls, no state.
//!
//! Names are relative to the domain, the apex is `@`. Names in values are written with their final dot, and
//! read without it, the domain's own as `@`. Text is bare: no quotes, no escapes.

use octodns_core::engine::per_record::Rows;
use octodns_core::record::text::{QuotedString, Unheld};
use octodns_core::record::{Rdata, Txt};
use octodns_core::{
    OwnedValue, ProviderError, Record, RecordData, RecordType, ServiceFault, ZoneName,
};

use crate::client::Row;

/// The types the service has; SOA is its own business.
pub(crate) const TYPES: &[RecordType] = &[
    RecordType::A,
    RecordType::AAAA,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::MX,
    RecordType::NS,
    RecordType::SRV,
    RecordType::TXT,
];

const APEX: &str = "@";

/// The API has texts as JSON; it refuses backslashes, as others have found (DNSControl).
pub(crate) const UNHELD: &[(RecordType, &[Unheld])] = &[
    (RecordType::CAA, &[Unheld::NonUtf8]),
    (RecordType::TXT, &[Unheld::NonUtf8, Unheld::Backslashes]),
];

/// A row that was read, in the form it would be written in.
pub(crate) fn as_written(row: Row, zone: &ZoneName) -> Row {
    let has_target = matches!(&*row.record_type, "CNAME" | "MX" | "NS" | "SRV");
    let target = |data: String| match &*data {
        APEX => zone.as_str().to_owned(),
        "." => data,
        _ => data + ".",
    };
    Row { data: if has_target { row.data.map(target) } else { row.data }, ..row }
}

/// Adds what a row says, in the form it would be written in, to the rows of a zone.
pub(crate) fn read(rows: &mut Rows<'_, u64>, row: &Row) -> Result<(), ProviderError> {
    if !TYPES.iter().any(|of| of.as_str() == row.record_type) {
        return Ok(());
    }
    let (Some(id), Some(ttl), Some(value)) = (row.id, row.ttl, value(row)) else {
        let message = format!("a row lacks what its type has: {row:?}");
        return Err(ProviderError::service(ServiceFault::Malformed, message));
    };
    let name = if row.name == APEX { "" } else { &row.name };
    rows.add(id, name, &row.record_type, ttl, value);
    Ok(())
}

fn value(row: &Row) -> Option<OwnedValue> {
    let data = row.data.clone()?;
    Some(match &*row.record_type {
        "TXT" => Txt::from_octets(data.as_bytes()).to_value(),
        "MX" => [("preference", row.priority?.into()), ("exchange", data.into())].into(),
        "SRV" => [
            ("priority", row.priority?.into()),
            ("weight", row.weight?.into()),
            ("port", row.port?.into()),
            ("target", data.into()),
        ]
        .into(),
        "CAA" => [
            ("flags", row.flags?.into()),
            ("tag", row.tag.clone()?.into()),
            ("value", QuotedString::from_octets(data.as_bytes()).to_value()),
        ]
        .into(),
        _ => data.into(),
    })
}

/// The row of a record with one value.
pub(crate) fn write(record: &Record) -> Row {
    let name = if record.name().is_apex() { APEX } else { record.name().as_str() };
    let mut row = Row {
        record_type: record.record_type().as_str().to_owned(),
        name: name.to_owned(),
        ttl: Some(record.ttl()),
        ..Row::default()
    };
    row.data = match record.data() {
        RecordData::Mx(values) => values.first().map(|mx| {
            row.priority = Some(mx.preference);
            mx.exchange.to_string()
        }),
        RecordData::Srv(values) => values.first().map(|srv| {
            row.priority = Some(srv.priority);
            row.weight = Some(srv.weight);
            row.port = Some(srv.port);
            srv.target.to_string()
        }),
        RecordData::Caa(values) => values.first().and_then(|caa| {
            row.flags = Some(caa.flags);
            row.tag = Some(caa.tag.to_string());
            caa.value.bare()
        }),
        RecordData::Txt(values) => values.first().and_then(Txt::bare),
        // Addresses and names are as they are in zone files.
        _ => record.rdatas().pop(),
    };
    row
}
