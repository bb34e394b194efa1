//! Writes a plan as a zone file: the same text as octoDNS, in spellings that servers read.

use std::fmt::Write as _;

use octodns_core::record::text::{Cut, Presentation};
use octodns_core::{Plan, ProviderError, Record, RecordData, RecordType, Zone};
use octodns_dns::wire::{self, WireError, Word};
use octodns_files::{make_folder, write};

use super::lexer::Lexer;
use super::{Inner, read_file, reader, soa};

/// Texts as in octoDNS' zone files: semicolons escaped, strings split by their written length.
const TEXT: Presentation = Presentation::DECIMAL.with_escaped_semicolons().with_cut(Cut::Written);

/// Writes the state of a zone after a plan. A file with the same content is not changed.
pub(super) fn zone(inner: &Inner, plan: &Plan) -> Result<(), ProviderError> {
    let zone = plan.outcome();
    let path = inner.path(zone.name())?;
    let old = read_file(&path).ok();
    let old_serial = old.as_ref().and_then(|old| {
        let refuse = |_: &str, _: &str| Err(String::new());
        soa::serial_of(&reader::read(old, "", zone.name(), &refuse).records)
    });
    let records = lines(&zone)?;
    if let (Some(old), Some(serial)) = (&old, old_serial)
        && head(inner, &zone, serial)? + &records == String::from_utf8_lossy(old)
    {
        return Ok(());
    }
    make_folder(&inner.options.directory)?;
    let serial = soa::serial(&inner.clock, old_serial)?;
    write(&path, &(head(inner, &zone, serial)? + &records))
}

/// The file up to the records.
fn head(inner: &Inner, zone: &Zone, serial: u32) -> Result<String, ProviderError> {
    let (options, name) = (&inner.options, zone.name());
    let decoded = name.decoded();
    let comment =
        if decoded == name.as_str() { String::new() } else { format!("; Zone name: {decoded}\n") };
    let spelled = |name: &str| spelled(name).map_err(|error| failed(name, &error));
    let primary = match zone.root_ns().map(|record| record.data()) {
        Some(RecordData::Ns(servers)) => servers.first().map(ToString::to_string),
        _ => None,
    };
    let primary = primary.unwrap_or_else(|| {
        let primary = name.absolute("ns");
        tracing::warn!(
            target: "octodns", logger = %format_args!("ZoneFileProvider[{}]", inner.id),
            "the zone {name} has no NS records, so its SOA record has {primary}",
        );
        primary
    });
    let mailbox = spelled(&soa::mailbox(&options.hostmaster_email, name)?)?;
    let primary = spelled(&primary)?;
    Ok(format!(
        "$ORIGIN {origin}\n\n{comment}@ {ttl} IN SOA {primary} {mailbox} (\n    {serial} ; Serial\n    \
         {refresh} ; Refresh\n    {retry} ; Retry\n    {expire} ; Expire\n    {nxdomain} ; NXDOMAIN ttl\n)\n\n",
        origin = spelled(name.as_str())?,
        ttl = options.default_ttl,
        refresh = options.refresh,
        retry = options.retry,
        expire = options.expire,
        nxdomain = options.nxdomain,
    ))
}

/// One line per value. The name is only on the first of its lines.
fn lines(zone: &Zone) -> Result<String, ProviderError> {
    let longest = zone.records().map(|record| record.name().as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut previous = None;
    for record in zone.records() {
        let owner = owner(zone, record)?;
        for value in values(zone, record)? {
            let mut name = "";
            if previous != Some(record.name()) {
                previous = Some(record.name());
                name = &owner;
                let decoded = record.name().decoded();
                let is_shown = owner == record.name().as_str() || owner == "@";
                if is_shown && name != decoded {
                    // Writing to text cannot fail.
                    let _ = writeln!(text, "; Name: {}", record.decoded_fqdn(zone.name()));
                }
            }
            let (ttl, of) = (record.ttl(), record.record_type());
            let _ = writeln!(text, "{name:<longest$} {ttl:8} IN {of:<8} {value}");
        }
    }
    Ok(text)
}

/// The name of a record, within the zone.
fn owner(zone: &Zone, record: &Record) -> Result<String, ProviderError> {
    if record.name().is_apex() {
        return Ok("@".to_owned());
    }
    let absolute = spelled(&format!("{}.", record.name().as_str()));
    let mut name = absolute.map_err(|error| {
        let name = record.decoded_fqdn(zone.name());
        failed(&format!("{name} {}", record.record_type()), &error)
    })?;
    name.pop();
    Ok(name)
}

/// An absolute name, with escapes for characters that are special in zone files.
fn spelled(name: &str) -> Result<String, WireError> {
    Ok(wire::present_labels(&wire::labels(name)?))
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> ProviderError {
    ProviderError::failed(format!("{what} cannot be written to a zone file: {error}"))
}

/// The values of a record, in words that are read back as the same data.
///
/// Differs from octoDNS, which writes some that no server reads, or that are read as something else.
fn values(zone: &Zone, record: &Record) -> Result<Vec<String>, ProviderError> {
    let failed = |error: &dyn std::fmt::Display| {
        let (name, of) = (record.decoded_fqdn(zone.name()), record.record_type());
        failed(&format!("{name} {of}"), error)
    };
    if !(0..=i64::from(i32::MAX)).contains(&record.ttl()) {
        return Err(failed(&format_args!("its TTL is {}", record.ttl())));
    }
    let of = record.record_type();
    let number = wire::type_number(of).ok_or_else(|| failed(&"the type is not a DNS type"))?;
    let rdatas = wire::to_bytes(record.data()).map_err(|error| failed(&error))?;
    if let Some(fault) = rdatas.iter().find_map(|rdata| reader::short_digest(number, rdata)) {
        return Err(failed(&fault));
    }
    let texts = match record.data() {
        RecordData::Txt(texts) | RecordData::Spf(texts) => {
            texts.iter().map(|text| TEXT.strings(&text.octets())).collect()
        }
        _ => record.rdata_strings(),
    };
    let pairs = texts.into_iter().zip(&rdatas);
    let kept = |(text, rdata): (String, &Vec<u8>)| {
        if is_read_as(of, number, &text, rdata) { Ok(text) } else { wire::present(number, rdata) }
    };
    pairs.map(kept).collect::<Result<_, WireError>>().map_err(|error| failed(&error))
}

/// Whether a text is read as the right data.
fn is_read_as(of: RecordType, number: u16, text: &str, rdata: &[u8]) -> bool {
    let (mut lexer, mut tokens) = (Lexer::new(text.as_bytes(), 0), Vec::new());
    if lexer.line(&mut tokens).is_err() {
        return false;
    }
    let word = |token| Word::new(lexer.text(token), token.quoted, token.attached);
    let words: Vec<_> = tokens.iter().map(word).collect();
    let Ok(read) = wire::scan(number, &words, &[0]) else { return false };
    read == rdata || wire::from_bytes(of, &[read]) == wire::from_bytes(of, &[rdata])
}
