//! Record data of every type: presentation format, and wire format.
//!
//! An input is the name of a type, and then a blank and presentation format, or `#` and wire format.

use crate::target::Target;
use octodns_core::RecordType;
use octodns_core::record::{Record, RecordData, RecordTypes, TYPES};
use octodns_dns::wire;

pub(crate) const TARGET: Target = Target { name: "rdata", run };

fn run(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| b" #".contains(byte)) else { return };
    let (name, rest) = bytes.split_at(end);
    let Some(row) = TYPES.iter().find(|row| row.record_type.as_str().as_bytes() == name) else {
        return;
    };
    match rest.split_first() {
        Some((b' ', text)) => check_text(row.record_type, &String::from_utf8_lossy(text)),
        Some((_, rdata)) => check_wire(row.record_type, rdata),
        None => {}
    }
}

fn parse(of: RecordType, text: &str) -> Option<RecordData> {
    let types = RecordTypes::default();
    let entry = types.get(of.as_str())?;
    entry.read(&[entry.parse(text).ok()?]).ok()
}

fn texts(data: &RecordData) -> Vec<String> {
    Record::new(octodns_core::RecordName::APEX, 60, data.clone()).rdata_strings()
}

/// Data from presentation format is written in a form that is read as the same data, if servers can hold it
/// or its type does not exist in DNS.
fn check_text(of: RecordType, text: &str) {
    let Some(data) = parse(of, text) else { return };
    let rdatas = wire::to_bytes(&data);
    if wire::type_number(of).is_some() && rdatas.is_err() {
        return;
    }
    let written = texts(&data);
    // A type with a single value has none for an empty text.
    let [written] = &*written else { return assert!(written.is_empty() && text.is_empty()) };
    let again = parse(of, written).unwrap_or_else(|| panic!("{of} {text:?}: wrote {written:?}"));
    assert_eq!(again, data, "{of} {text:?}: wrote {written:?}");
    if let Ok(rdatas) = rdatas {
        let read = wire::from_bytes(of, &rdatas);
        let read = read.unwrap_or_else(|error| panic!("{of} {text:?}: {error}"));
        assert_eq!(wire::to_bytes(&read), Ok(rdatas), "{of} {text:?}");
    }
}

/// Data from wire format is written back unchanged, except for the case of names, and its presentation format
/// has the same meaning.
fn check_wire(of: RecordType, bytes: &[u8]) {
    let Some(number) = wire::type_number(of) else { return };
    let presented = wire::present(number, bytes);
    let Ok(data) = wire::from_bytes(of, &[bytes]) else { return };
    let presented = presented.unwrap_or_else(|error| panic!("{of}: {error}"));
    let written = wire::to_bytes(&data).unwrap_or_else(|error| panic!("{of} {presented}: {error}"));
    let again = wire::from_bytes(of, &written);
    assert_eq!(again.as_ref(), Ok(&data), "{of} {presented}");
    assert_eq!(wire::to_bytes(&data).as_ref(), Ok(&written));
    // A text without strings does not exist.
    if let Some(read) = parse(of, &presented) {
        let rewritten = wire::to_bytes(&read).map(|rdatas| wire::from_bytes(of, &rdatas));
        assert_eq!(rewritten, Ok(Ok(data)), "{of} {presented}");
    }
}
