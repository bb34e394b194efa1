//! Dynamic records: a LUA script that answers queries, with the pools and rules in a comment for reading them
//! back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, Rule};
use octodns_core::value::{Json, Map};
use octodns_core::{OwnedValue, Record, RecordType, Value};

use crate::client::Setting;

/// The start of the comment with pools and rules.
const MARK: &str = ";-- octodns-dynamic:v1:";

/// The types whose records can be dynamic.
pub(crate) const TYPES: [RecordType; 3] = [RecordType::A, RecordType::AAAA, RecordType::CNAME];

/// The type of the dynamic record that a script is; `None` for other scripts.
pub(crate) fn type_of(responses: &str, script: &str) -> Option<RecordType> {
    let of = TYPES.into_iter().find(|of| of.as_str() == responses);
    of.filter(|_| script.contains(MARK))
}

/// The value of the LUA record for a dynamic record.
pub(crate) fn write(record: &Record) -> Result<String, String> {
    let dynamic = record.dynamic().ok_or("it is not dynamic")?;
    let (others, default) = dynamic.split_rules().map_err(|error| error.to_string())?;
    let mut lines = vec![format!("{MARK}{}", mark(dynamic))];
    for (index, rule) in others.iter().enumerate() {
        let word = if index == 0 { "if" } else { "elseif" };
        let pool = rule.pool().ok_or("a rule has no pool")?;
        lines.push(format!("{word} {} then return {}", condition(rule), choice(pool, dynamic)?));
    }
    if !others.is_empty() {
        lines.push("end".to_owned());
    }
    lines.push(format!("return {}", choice(default.pool().ok_or("a rule has no pool")?, dynamic)?));
    Ok(format!("{} \"{}\"", record.record_type(), lines.join("\n")))
}

/// Pools and rules as JSON without whitespace and with sorted keys, in base64.
fn mark(dynamic: &Dynamic) -> String {
    let mut spaced = Json::default();
    spaced.sort_keys = true;
    URL_SAFE.encode(without_blanks(&spaced.text(&dynamic.to_value())))
}

/// JSON without whitespace between its parts.
fn without_blanks(json: &str) -> String {
    let (mut text, mut in_quotes, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        if in_quotes || character != ' ' {
            text.push(character);
        }
        in_quotes ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    text
}

fn condition(rule: &Rule) -> String {
    let mut parts = Vec::new();
    let networks: Vec<_> = rule.subnet_texts().iter().map(|net| format!("'{net}'")).collect();
    if !networks.is_empty() {
        parts.push(format!("(netmask({{{}}}))", networks.join(", ")));
    }
    parts.extend(rule.geos().map(|geo| match (geo.country, geo.province) {
        (Some(country), Some(province)) => {
            format!("(country('{country}') and region('{province}'))")
        }
        (Some(country), None) => format!("(country('{country}'))"),
        (None, _) => format!("(continent('{}'))", geo.continent),
    }));
    parts.join(" or ")
}

/// A weighted choice among the values of a pool and its fallbacks.
fn choice(pool: &str, dynamic: &Dynamic) -> Result<String, String> {
    let mut values = Vec::new();
    for value in dynamic.chain(pool).flat_map(Pool::values) {
        // It is inserted into a script, between quotes.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-:*/".contains(c);
        if !value.value().chars().all(is_plain) {
            return Err(format!(
                "the value \"{}\" of a pool cannot be written in a script",
                value.value()
            ));
        }
        values.push(format!("{{{}, '{}'}}", value.weight(), value.value()));
    }
    Ok(format!("pickwhashed({{{}}})", values.join(", ")))
}

/// The data, without the TTL, of the dynamic record in a script; `None` for other scripts.
pub(crate) fn read(responses: &str, script: &str) -> Result<Option<Map<'static>>, String> {
    let marked = type_of(responses, script).and_then(|_| script.split_once(MARK));
    let Some((_, mark)) = marked else { return Ok(None) };
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
    let end = mark.find(|c| !is_base64(c)).unwrap_or(mark.len());
    let malformed = |why: &str| format!("the comment with its pools and rules is damaged: {why}");
    let bytes = URL_SAFE.decode(&mark[..end]).map_err(|error| malformed(&error.to_string()))?;
    let json = serde_json::from_slice(&bytes).map_err(|error| malformed(&error.to_string()))?;
    let section = value(&json);
    let pool = default_pool(&section).ok_or_else(|| malformed("there is no catch-all rule"))?;
    let values: Vec<OwnedValue> = pool
        .get("values")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(|value| value.get("value").cloned())
        .collect();
    let mut data = Map::new();
    data.insert("type", responses.to_owned());
    match values.first() {
        None => return Err(malformed("the pool of the catch-all rule has no values")),
        Some(first) if responses == "CNAME" => data.insert("value", first.clone()),
        Some(_) => data.insert("values", values),
    }
    data.insert("dynamic", section);
    Ok(Some(data))
}

fn default_pool(section: &OwnedValue) -> Option<&OwnedValue> {
    let has = |rule: &OwnedValue, key: &str| rule.get(key).is_some_and(Value::is_truthy);
    let rules = section.get("rules")?.as_list()?;
    let rule = rules.iter().find(|rule| !has(rule, "geos") && !has(rule, "subnets"))?;
    section.get("pools")?.get(rule.get("pool")?.as_str()?)
}

fn value(json: &serde_json::Value) -> OwnedValue {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::NULL,
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::from(number.as_f64().unwrap_or(f64::NAN)), Value::from),
        Json::String(text) => Value::from(text.clone()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(map) => {
            Map::from_unique(map.iter().map(|(key, item)| (key.clone(), value(item)))).into()
        }
    }
}

/// Why a server with these settings cannot hold dynamic records; `None` if it can.
pub(crate) fn missing(settings: &[Setting]) -> Option<&'static str> {
    let of = |name: &str| {
        settings.iter().find(|setting| setting.name == name).map(|setting| setting.value.trim())
    };
    if !matches!(of("enable-lua-records"), Some("yes" | "shared")) {
        return Some("the server does not serve LUA records: set `enable-lua-records=yes`");
    }
    if of("enable-lua-record-updates") == Some("no") {
        // From 5.1 on.
        return Some(
            "the API of the server may not change LUA records: set `enable-lua-record-updates=yes`",
        );
    }
    let launched = of("launch").unwrap_or_default().split(',').any(|name| name.trim() == "geoip");
    if !launched && of("geoip-database-files").is_none_or(str::is_empty) {
        return Some("the server has no GeoIP data: launch its geoip backend");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_removed_except_in_quotes() {
        let json = r#"{"a b": [1, "c, \" d"], "e": {"f": null}}"#;
        assert_eq!(without_blanks(json), r#"{"a b":[1,"c, \" d"],"e":{"f":null}}"#);
    }

    #[test]
    fn missing_settings_of_a_server_are_found() {
        let check = |settings: &[(&str, &str)], part: Option<&str>| {
            let settings: Vec<_> = settings
                .iter()
                .map(|(name, value)| Setting { name: (*name).into(), value: (*value).into() })
                .collect();
            match (missing(&settings), part) {
                (Some(found), Some(part)) => assert!(found.contains(part), "{found}"),
                (found, part) => assert_eq!(found, part, "{settings:?}"),
            }
        };
        check(&[], Some("enable-lua-records"));
        check(&[("enable-lua-records", "yes")], Some("geoip"));
        let all = [("enable-lua-records", "shared"), ("launch", "gmysql, geoip")];
        check(&all, None);
        check(&[all[0], ("geoip-database-files", "mmdb:x")], None);
        check(&[all[0], all[1], ("enable-lua-record-updates", "no")], Some("updates"));
        check(&[all[0], all[1], ("enable-lua-record-updates", "yes")], None);
    }

    #[test]
    fn a_damaged_comment_is_an_error_but_other_scripts_are_not() {
        assert_eq!(read("A", "'192.0.2.1'"), Ok(None));
        assert_eq!(read("TXT", &format!("{MARK}e30=")), Ok(None));
        for mark in ["!", "e30=", "bm8=", ""] {
            assert!(read("A", &format!("{MARK}{mark}\nreturn 1")).is_err(), "{mark}");
        }
    }
}
