//! Writes a plan as a zone file: the same text as octoDNS, in spellings that servers read.

use std::fmt::Write as _;
use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::record::text::{Cut, Presentation};
use octodns_core::{Plan, ProviderError, Record, RecordData, RecordType, Report, Zone};
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
        let (owner, values) = written(record).map_err(|why| {
            let name = record.decoded_fqdn(zone.name());
            failed(&format!("{name} {}", record.record_type()), &why)
        })?;
        for value in values {
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

/// Leaves out records that cannot be written, each with a finding.
pub(super) fn leave_out_unwritable(desired: &mut Zone, report: &mut Report) {
    let whole_name = |record: &Record| {
        let name = wire::labels(&record.fqdn(desired.name()));
        name.map(drop).map_err(|error| error.to_string())
    };
    let refusal = |record: &Arc<Record>| {
        let why = whole_name(record).and_then(|()| written(record)).err()?;
        Some((Arc::clone(record), why))
    };
    let refused: Vec<_> = desired.records().filter_map(refusal).collect();
    for (record, why) in refused {
        let message = format!("it cannot be written to a zone file: {why}");
        report.push(unsupported(desired, &record, message, "it is left out"));
        desired.remove(record.name(), record.record_type());
    }
}

/// The name of a record, and its values, as they are written.
///
/// # Errors
///
/// Says why they cannot be.
fn written(record: &Record) -> Result<(String, Vec<String>), String> {
    Ok((owner(record).map_err(|error| error.to_string())?, values(record)?))
}

/// The name of a record, within the zone.
fn owner(record: &Record) -> Result<String, WireError> {
    if record.name().is_apex() {
        return Ok("@".to_owned());
    }
    let mut name = spelled(&format!("{}.", record.name().as_str()))?;
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
fn values(record: &Record) -> Result<Vec<String>, String> {
    if !(0..=i64::from(i32::MAX)).contains(&record.ttl()) {
        return Err(format!("its TTL is {}, not from 0 to {}", record.ttl(), i32::MAX));
    }
    let of = record.record_type();
    let number = wire::type_number(of).ok_or("the type is not a DNS type")?;
    let rdatas = wire::to_bytes(record.data()).map_err(|error| error.to_string())?;
    if let Some(fault) = rdatas.iter().find_map(|rdata| reader::short_digest(number, rdata)) {
        return Err(fault);
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
    pairs.map(kept).collect::<Result<_, WireError>>().map_err(|error| error.to_string())
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
