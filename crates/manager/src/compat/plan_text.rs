//! Records, changes and plans as octoDNS' plans show them.

use std::borrow::Cow;
use std::fmt;

use octodns_core::plan::ChangeCounts;
use octodns_core::record::dynamic::Dynamic;
use octodns_core::record::geo::{Geo, GeoValues};
use octodns_core::value::{OwnedValue, Python, Value, python_str, visible};
use octodns_core::{Change, Plan, Record, RecordData, ZoneName};

/// A record, as in `<ARecord A 300, www.example.com., ['192.0.2.1']>`.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::compat::record_text;
/// use octodns_core::{Record, RecordData, RecordName, ZoneName};
///
/// let data = RecordData::A(vec!["192.0.2.1".parse()?]);
/// let www = Record::new(RecordName::new("www")?, 300, data);
/// let text = record_text(&www, &ZoneName::new("example.com.")?).to_string();
/// assert_eq!(text, "<ARecord A 300, www.example.com., ['192.0.2.1']>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_text<'r>(record: &'r Record, zone: &'r ZoneName) -> impl fmt::Display + 'r {
    RecordText { record, zone }
}

/// A change, as in `Create <ARecord ...> (config)`; `leader` starts the further lines of an update.
pub fn change_text<'c>(
    change: &'c Change,
    zone: &'c ZoneName,
    leader: &'c str,
) -> impl fmt::Display + 'c {
    ChangeText { change, zone, leader }
}

/// The summary line of a plan: `Creates=1, Updates=2, Deletes=3, Existing=4, Meta=False`.
pub fn plan_summary(plan: &Plan) -> String {
    let ChangeCounts { creates, updates, deletes, .. } = plan.counts();
    let existing = plan.existing.len();
    let meta = if plan.meta.is_some() { "True" } else { "False" };
    format!(
        "Creates={creates}, Updates={updates}, Deletes={deletes}, Existing={existing}, Meta={meta}"
    )
}

/// A record on one line of a plan, whatever stands in it.
fn fit(record: &RecordText<'_>) -> String {
    let text = record.to_string();
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

struct ChangeText<'c> {
    change: &'c Change,
    zone: &'c ZoneName,
    leader: &'c str,
}

impl fmt::Display for ChangeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |record| fit(&RecordText { record, zone: self.zone });
        let source = |record: &Record| record.source().map(ToString::to_string).unwrap_or_default();
        match self.change {
            Change::Create(new) => write!(f, "Create {} ({})", text(new), source(new)),
            Change::Delete(existing) => write!(f, "Delete {}", text(existing)),
            Change::Update { existing, new } => {
                let leader = self.leader;
                writeln!(f, "Update")?;
                writeln!(f, "{leader}    {} ->", text(existing))?;
                write!(f, "{leader}    {} ({})", text(new), source(new))
            }
        }
    }
}

struct RecordText<'r> {
    record: &'r Record,
    zone: &'r ZoneName,
}

impl RecordText<'_> {
    fn class_name(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let RecordData::Custom(data) = self.record.data() {
            return f.write_str(data.custom_type().class_name());
        }
        let (first, rest) = self.record.record_type().as_str().split_at(1);
        write!(f, "{first}{}Record", rest.to_ascii_lowercase())
    }

    /// Values as a list of literals, which records with routing show.
    fn literals(&self) -> String {
        let texts = self.record.plan_strings().into_iter().map(Value::from);
        if self.record.is_single() {
            return texts.map(|text| python_str(&text)).collect();
        }
        Python(&texts.collect::<Vec<_>>().into()).to_string()
    }
}

impl fmt::Display for RecordText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record;
        f.write_str("<")?;
        self.class_name(f)?;
        let name = record.decoded_fqdn(self.zone);
        write!(f, " {} {}, {name}, ", record.record_type(), record.ttl())?;
        if let Some(dynamic) = record.dynamic() {
            return write!(f, "{}, {}>", self.literals(), dynamic_text(dynamic));
        }
        if let Some(geo) = record.geo() {
            return write!(f, "{}, {}>", self.literals(), geo_text(geo));
        }
        if record.is_single() {
            f.write_str(&record.plan_strings().concat())?;
        } else {
            write!(f, "['{}']", record.plan_strings().join("', '"))?;
        }
        if let Some(options) = record.options().to_value() {
            write!(f, ", {}", Python(&options))?;
        }
        f.write_str(">")
    }
}

/// Pools, then rules.
fn dynamic_text(dynamic: &Dynamic) -> String {
    let section = dynamic.to_value();
    let part = |key| section.get(key).map(|part| Python(part).to_string()).unwrap_or_default();
    format!("{}, {}", part("pools"), part("rules"))
}

/// Places with their values, in octoDNS' own spelling.
fn geo_text(geo: &Geo) -> String {
    let place = |values: &GeoValues| {
        let place = values.place();
        let part = |part: Option<&str>| part.unwrap_or("None").to_owned();
        let (country, province) = (part(place.country), part(place.province));
        let texts: Vec<OwnedValue> =
            values.values().iter().map(|value| Value::from(value.to_string())).collect();
        let code = OwnedValue::from(values.code().to_owned());
        format!(
            "{}: 'Geo {} {country} {province} {}'",
            Python(&code),
            place.continent,
            Python(&texts.into()),
        )
    };
    format!("{{{}}}", geo.places().iter().map(place).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use octodns_core::record::{LoadContext, RecordTypes};
    use octodns_core::validate::RecordValidators;
    use octodns_core::{RecordName, Report};
    use octodns_yaml::LoadOptions;

    use super::*;

    fn shown(text: &str) -> String {
        let (types, zone) = (RecordTypes::default(), ZoneName::new("example.com.").unwrap());
        let validators = RecordValidators::legacy(&types);
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.lenient = true;
        let data = octodns_yaml::load_bytes(text.as_bytes(), &LoadOptions::new("json")).unwrap();
        let record = Record::load(&"www".into(), &data.root, &context, &mut Report::new());
        record_text(&record.unwrap(), &zone).to_string()
    }

    #[test]
    fn records_are_shown_as_octodns_shows_them() {
        for (data, expected) in [
            (
                r#"{"type": "MX", "ttl": 60, "octodns": {"ignored": true},
                    "value": {"priority": 10, "value": "MX.example."}}"#,
                "<MxRecord MX 60, www.example.com., [''10 mx.example.''], {'ignored': True}>",
            ),
            (
                r#"{"type": "CNAME", "ttl": 60, "value": "a.example."}"#,
                "<CnameRecord CNAME 60, www.example.com., a.example.>",
            ),
            (
                r#"{"type": "A", "ttl": 60, "value": "1.1.1.1", "dynamic": {
                    "pools": {"one": {"values": [{"value": "2.2.2.2"}]}},
                    "rules": [{"pool": "one", "geos": []}]}}"#,
                "<ARecord A 60, www.example.com., ['1.1.1.1'], {'one': {'fallback': None, 'values': \
                 [{'value': '2.2.2.2', 'weight': 1, 'status': 'obey'}]}}, \
                 [{'pool': 'one', 'geos': []}]>",
            ),
            (
                r#"{"type": "A", "ttl": 60, "value": "1.1.1.1", "geo": {
                    "NA-US-CA": ["2.2.2.2", "1.1.1.1"], "AF": ["2.2.2.2"]}}"#,
                "<ARecord A 60, www.example.com., ['1.1.1.1'], {'NA-US-CA': \
                 'Geo NA US CA ['1.1.1.1', '2.2.2.2']', 'AF': 'Geo AF None None ['2.2.2.2']'}>",
            ),
        ] {
            assert_eq!(shown(data), expected);
        }
    }

    #[test]
    fn the_lines_of_an_update_start_with_their_leader() {
        let record = |ttl| {
            let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
            Record::new(RecordName::APEX, ttl, data).with_source("config")
        };
        let zone = ZoneName::new("example.com.").unwrap();
        let change = Change::Update { existing: record(1).into(), new: record(2).into() };
        assert_eq!(
            change_text(&change, &zone, "* ").to_string(),
            "Update\n*     <ARecord A 1, example.com., ['192.0.2.1']> ->\n\
             *     <ARecord A 2, example.com., ['192.0.2.1']> (config)"
        );
    }
}
