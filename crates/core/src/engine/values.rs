//! What a service refuses of values that records of its types may have: reported when planning, not when applying.

use std::sync::Arc;

use super::texts::drop_unsupported_texts;
use super::unsupported::{Strictness, at_configured_severity, unsupported_finding};
use crate::capabilities::Values;
use crate::diagnostic::Report;
use crate::record::{HostName, Record, RecordData};
use crate::zone::Zone;

/// Clamps TTLs, and leaves out records that the service does not take; what it holds in their place stays.
/// Each comes with a finding, which is an error where the target is strict.
pub(super) fn adapt(
    zone: &mut Zone,
    existing: &Zone,
    values: &Values,
    strictness: Strictness,
    report: &mut Report,
) {
    if *values == Values::ANY {
        return;
    }
    let mut texts = Report::new();
    drop_unsupported_texts(zone, existing, values.lacks, &mut texts);
    report.extend(texts.into_iter().map(|finding| at_configured_severity(finding, strictness)));
    let refused = |record: &Arc<Record>| {
        // What the target holds already is not objected to.
        let held = existing.get(record.name(), record.record_type());
        if held.is_some_and(|held| held.ttl() == record.ttl() && held.data() == record.data()) {
            return None;
        }
        let why = refusal(record, values);
        let ttl = values.nearest_ttl(record.ttl());
        (why.is_some() || ttl != record.ttl()).then(|| (Arc::clone(record), why, ttl))
    };
    let all: Vec<_> = zone.records().filter_map(refused).collect();
    for (record, why, ttl) in all {
        let mut say = |message: String, fallback: &str| {
            report.push(unsupported_finding(zone, &record, message, fallback, strictness));
        };
        if let Some(why) = why {
            if let Some(held) = existing.get(record.name(), record.record_type()) {
                say(why, "what the target holds stays as it is");
                zone.set(Arc::clone(held));
            } else {
                say(why, "it is left out");
                zone.remove(record.name(), record.record_type());
            }
            continue;
        }
        let (least, most) = (values.ttl.start(), values.ttl.end());
        let bounds = match *most {
            i64::MAX => format!("below {least}"),
            _ => format!("outside {least} to {most}"),
        };
        let message = format!("the TTL {} is {bounds}, which the service refuses", record.ttl());
        say(message, &format!("{ttl} is used"));
        zone.set(Record::clone(&record).with_ttl(ttl));
    }
}

/// Why the service does not take the values of a record, if so.
fn refusal(record: &Record, values: &Values) -> Option<String> {
    if !values.wildcards && record.name().as_str().split('.').any(|label| label == "*") {
        return Some("wildcards are not supported".to_owned());
    }
    if let Some(most) = values.max_values {
        let count = record.rdata_strings().len();
        if count > most {
            return Some(format!(
                "{count} values are more than the {most} that the service accepts"
            ));
        }
    }
    let names = names(record.data());
    if let Some(name) = names.iter().find(|name| name.contains("..")) {
        return Some(format!("the name \"{name}\" has an empty label, which DNS does not allow"));
    }
    let relative = names.iter().find(|name| !name.ends_with('.'));
    if let Some(name) = relative.filter(|_| !values.relative_names) {
        return Some(format!(
            "the name \"{name}\" has no dot at its end, and the service has whole names only"
        ));
    }
    match record.data() {
        RecordData::Alias(_) if !values.alias_below_apex && !record.name().is_apex() => {
            Some("ALIAS records are supported at the apex alone".to_owned())
        }
        RecordData::Mx(mx) if !values.null_mx && mx.iter().any(|mx| mx.exchange.is_root()) => {
            Some("a null MX (exchange \".\") is not supported".to_owned())
        }
        RecordData::Srv(srv) if !values.null_srv && srv.iter().any(|srv| srv.target.is_root()) => {
            Some("an SRV without a host (target \".\") is not supported".to_owned())
        }
        RecordData::Txt(texts) | RecordData::Spf(texts) => {
            texts.iter().find_map(|text| values.max_txt?.refusal(&text.octets()))
        }
        _ => None,
    }
}

/// The names in the values of a record.
fn names(data: &RecordData) -> Vec<&str> {
    match data {
        RecordData::Alias(name) | RecordData::Cname(name) | RecordData::Dname(name) => {
            vec![name.as_str()]
        }
        RecordData::Ns(values) | RecordData::Ptr(values) => {
            values.iter().map(HostName::as_str).collect()
        }
        RecordData::Mx(values) => values.iter().map(|mx| mx.exchange.as_str()).collect(),
        RecordData::Srv(values) => values.iter().map(|srv| srv.target.as_str()).collect(),
        RecordData::Naptr(values) => values.iter().map(|naptr| &*naptr.replacement).collect(),
        RecordData::Https(values) | RecordData::Svcb(values) => {
            values.iter().map(|svcb| svcb.target.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::{Capabilities, MaxTxt};
    use crate::record::{Mx, Txt};
    use crate::{RecordName, ZoneName};

    fn record(name: &str, ttl: i64, data: RecordData) -> Record {
        Record::new(RecordName::new(name).unwrap(), ttl, data)
    }

    fn mail(exchange: &str) -> RecordData {
        RecordData::Mx(vec![Mx { preference: 0, exchange: HostName::new(exchange).unwrap() }])
    }

    fn zone(records: Vec<Record>) -> Zone {
        let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
        for record in records {
            zone.set(record);
        }
        zone
    }

    #[test]
    fn what_a_service_refuses_is_told_before_anything_is_sent() {
        let values = Values {
            ttl: 30..=86_400,
            zero_ttl: true,
            max_txt: Some(MaxTxt::Octets(5)),
            max_values: Some(1),
            null_mx: false,
            wildcards: false,
            alias_below_apex: false,
            relative_names: false,
            ..Values::ANY
        };
        let address = || RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let two = RecordData::A(vec!["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()]);
        let alias = || RecordData::Alias(HostName::new("www.example.net.").unwrap());
        let text = |text: &str| RecordData::Txt(vec![Txt::new(text)]);
        for (desired, message, fallback, left) in [
            (record("a", 60, address()), "", "", Some(60)),
            (
                record("a", 5, address()),
                "the TTL 5 is outside 30 to 86400, which the service refuses",
                "30 is used",
                Some(30),
            ),
            // It stands for the default of the zone.
            (record("a", 0, address()), "", "", Some(0)),
            (record("a", 60, text("12345")), "", "", Some(60)),
            (
                record("a", 60, text("123456")),
                "a text of 6 octets is longer than the 5 that the service accepts",
                "it is left out",
                None,
            ),
            (
                record("a", 60, two),
                "2 values are more than the 1 that the service accepts",
                "it is left out",
                None,
            ),
            (record("*.a", 60, address()), "wildcards are not supported", "it is left out", None),
            (record("", 60, alias()), "", "", Some(60)),
            (
                record("a", 60, alias()),
                "ALIAS records are supported at the apex alone",
                "it is left out",
                None,
            ),
            (
                record("a", 60, mail("mx.example.com")),
                "the name \"mx.example.com\" has no dot at its end, and the service has whole names only",
                "it is left out",
                None,
            ),
            (
                record("a", 60, mail("mx.example.com..")),
                "the name \"mx.example.com..\" has an empty label, which DNS does not allow",
                "it is left out",
                None,
            ),
            (
                record("mail", 60, mail(".")),
                "a null MX (exchange \".\") is not supported",
                "what the target holds stays as it is",
                Some(90),
            ),
        ] {
            let existing = zone(vec![record("mail", 90, mail("mx.example.com."))]);
            let mut planned = zone(vec![desired]);
            let mut report = Report::new();
            let strictness = Strictness { strict_supports: true, root_ns_warnings: true };
            adapt(&mut planned, &existing, &values, strictness, &mut report);
            let found = report.iter().next();
            assert_eq!(found.map_or("", |found| &*found.message), message);
            let help = found.and_then(|found| found.help.as_deref()).unwrap_or_default();
            assert!(help.ends_with(fallback), "{help}");
            assert_eq!(planned.records().next().map(|record| record.ttl()), left);
        }
        assert_eq!(Capabilities::NOTHING.values, Values::ANY);
    }
}
