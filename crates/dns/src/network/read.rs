//! Reads a message as an answer: the records that a question leads to.

use std::collections::BTreeMap;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType as Number};

use crate::answer::{Answer, Found, Referral, RrSet};
use crate::wire;

/// How many CNAMEs in a row are followed.
const MAX_ALIASES: usize = 16;

/// Reads a response whose question has been checked.
pub(super) fn answer(message: &Message, name: &Name, number: Number) -> Result<Answer, String> {
    let mut current = name.clone();
    let mut aliases = Vec::new();
    let found = loop {
        let rows = rows(&message.answers, &current, number)?;
        if let Some(rows) = rows {
            break Found::RrSet(rows);
        }
        let Some(target) = alias(&message.answers, &current) else {
            break match message.response_code {
                ResponseCode::NXDomain => Found::NxDomain,
                _ => Found::NoData,
            };
        };
        if aliases.len() == MAX_ALIASES {
            return Err(format!("more than {MAX_ALIASES} aliases in a row"));
        }
        current = target.clone();
        aliases.push(shown(&current));
    };
    let authoritative = message.authoritative;
    let unanswered = found == Found::NoData && message.answers.is_empty() && !authoritative;
    let referral = if unanswered { referral(message, name)? } else { None };
    let is_empty = !matches!(found, Found::RrSet(_));
    let soa = message.authorities.iter().find(|row| row.record_type() == Number::SOA);
    let zone = soa.filter(|_| is_empty).map(|soa| shown(&soa.name));
    Ok(Answer { found, authoritative, aliases, referral, zone })
}

fn rows(records: &[Record], name: &Name, number: Number) -> Result<Option<RrSet>, String> {
    let mut rows: Option<RrSet> = None;
    for record in records {
        let is_one = record.record_type() == number
            && record.dns_class == DNSClass::IN
            && record.name == *name;
        if is_one {
            let rdata = wire::bytes_of(&record.data).map_err(|error| error.to_string())?;
            let rows = rows.get_or_insert_with(|| RrSet { ttl: record.ttl, rdatas: Vec::new() });
            rows.ttl = rows.ttl.min(record.ttl);
            rows.rdatas.push(rdata);
        }
    }
    Ok(rows)
}

fn alias<'r>(records: &'r [Record], name: &Name) -> Option<&'r Name> {
    records.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == *name => Some(&target.0),
        _ => None,
    })
}

/// RFC 2308, section 2.2.1: no answer, no authority, and servers of a zone at or above the name.
fn referral(message: &Message, name: &Name) -> Result<Option<Referral>, String> {
    let ns = |record: &&Record| record.record_type() == Number::NS && record.name.zone_of(name);
    let Some(first) = message.authorities.iter().find(ns) else { return Ok(None) };
    let Some(ns) = rows(&message.authorities, &first.name, Number::NS)? else { return Ok(None) };
    let mut glue = BTreeMap::new();
    for record in &message.additionals {
        let number = record.record_type();
        if matches!(number, Number::A | Number::AAAA)
            && let Some(rows) = rows(&message.additionals, &record.name, number)?
        {
            glue.insert((shown(&record.name), number.into()), rows);
        }
    }
    Ok(Some(Referral { zone: shown(&first.name), ns, glue }))
}

/// A name in presentation format and lowercase.
fn shown(name: &Name) -> String {
    wire::present_labels(&name.iter().collect::<Vec<_>>()).to_ascii_lowercase()
}
