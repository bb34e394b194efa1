//! The parts of a record that can contain templates: texts and names, not numbers.

use octodns_core::record::{HostName, Txt};
use octodns_core::value::Kind;
use octodns_core::{OwnedValue, RecordData, RecordType, Value};

/// The fields of a type's values that are templates; `None` when the whole value is one.
fn fields(record_type: RecordType) -> Option<&'static [&'static str]> {
    Some(match record_type {
        RecordType::CAA => &["value"],
        RecordType::DS => &["digest"],
        RecordType::HTTPS | RecordType::SVCB => &["targetname"],
        RecordType::MX => &["exchange"],
        RecordType::NAPTR => &["service", "regexp", "replacement"],
        RecordType::SRV | RecordType::URI => &["target"],
        RecordType::SSHFP => &["fingerprint"],
        RecordType::TLSA => &["certificate_association_data"],
        RecordType::URLFWD => &["path", "target"],
        _ => return None,
    })
}

/// A quick check: most records contain no brace.
pub(super) fn may_have_templates(data: &RecordData) -> bool {
    let name = |target: &HostName| target.as_str().contains('{');
    match data {
        RecordData::A(_) | RecordData::Aaaa(_) | RecordData::Loc(_) | RecordData::Custom(_) => {
            false
        }
        RecordData::Alias(target) | RecordData::Cname(target) | RecordData::Dname(target) => {
            name(target)
        }
        RecordData::Ns(targets) | RecordData::Ptr(targets) => targets.iter().any(name),
        RecordData::Mx(values) => values.iter().any(|mx| name(&mx.exchange)),
        RecordData::Srv(values) => values.iter().any(|srv| name(&srv.target)),
        RecordData::Txt(values) | RecordData::Spf(values) => {
            values.iter().map(Txt::as_str).any(|text| text.contains('{'))
        }
        _ => true,
    }
}

/// Expands the templates in a record's data; returns whether that changed anything.
pub(super) fn expand(
    record_type: RecordType,
    data: &mut OwnedValue,
    format: &dyn Fn(&str) -> Result<String, String>,
) -> Result<bool, String> {
    let Some(map) = data.as_map_mut() else { return Ok(false) };
    let mut changed = false;
    for key in ["value", "values"] {
        match map.get_mut(key) {
            Some(Value { kind: Kind::List(values), .. }) => {
                for value in values {
                    changed |= expand_value(record_type, value, format)?;
                }
            }
            Some(value) => changed |= expand_value(record_type, value, format)?,
            None => {}
        }
    }
    Ok(changed)
}

fn expand_value(
    record_type: RecordType,
    value: &mut OwnedValue,
    format: &dyn Fn(&str) -> Result<String, String>,
) -> Result<bool, String> {
    let Some(keys) = fields(record_type) else {
        let is_template = value.as_str().is_some_and(|text| text.contains('{'));
        return if is_template { expand_field(Some(value), format) } else { Ok(false) };
    };
    let Some(map) = value.as_map_mut() else { return Ok(false) };
    // One template in a value makes all its fields templates: otherwise `}}` without any `{` is kept.
    let is_template =
        |key: &&str| map.get(key).and_then(Value::as_str).is_some_and(|text| text.contains('{'));
    if !keys.iter().any(is_template) {
        return Ok(false);
    }
    let mut changed = false;
    for key in keys {
        changed |= expand_field(map.get_mut(key), format)?;
    }
    Ok(changed)
}

fn expand_field(
    value: Option<&mut OwnedValue>,
    format: &dyn Fn(&str) -> Result<String, String>,
) -> Result<bool, String> {
    let Some(value) = value else { return Ok(false) };
    let Some(text) = value.as_str() else { return Ok(false) };
    let expanded = format(text)?;
    let changed = expanded != text;
    if changed {
        value.kind = Kind::Str(expanded.into());
    }
    Ok(changed)
}
