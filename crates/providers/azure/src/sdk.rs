//! The public API's record sets and zones, as the types of Microsoft's crate `azure_mgmt_dns` have them. They are used
//! nowhere else.
//!
//! Its client is not used. Its pages are read one by one without a look at those before, it retries by itself, and an
//! answer that it does not expect is an error that says nothing of what was carried out: limits, lookups after lost
//! answers and the redaction of secrets would not hold. So requests are those of the kit, with these bodies.

use azure_mgmt_dns::package_2018_05::models::{
    CnameRecord, RecordSet, RecordSetProperties, Resource, SubResource, TxtRecord, Zone,
};
use octodns_kit::Json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sets::{ALIAS, METADATA, Parts, VALUES, list, strings, text};

/// The version of the API that these types are of.
pub(crate) const VERSION: &str = "2018-05-01";

/// Where a cloud serves its zones: everywhere.
const LOCATION: &str = "global";

/// A zone: its name, and its name servers.
pub(crate) fn read_zone(zone: Json) -> Result<(String, Vec<String>), String> {
    let zone = Zone::deserialize(zone).map_err(|error| error.to_string())?;
    let name = zone.resource.name.ok_or("a zone has no name")?;
    Ok((name, zone.properties.unwrap_or_default().name_servers))
}

/// The body for a new zone.
pub(crate) fn new_zone() -> Json {
    json_of(&Zone::new(Resource::new(LOCATION.to_owned())))
}

/// A set, as the kit has it.
pub(crate) fn read_set(set: Json) -> Result<Json, String> {
    let set = RecordSet::deserialize(set).map_err(|error| error.to_string())?;
    let properties = set.properties.unwrap_or_default();
    let of = set.type_.unwrap_or_default();
    let values = match Parts::of_path(&of) {
        "A" => each(&properties.a_records),
        "AAAA" => each(&properties.aaaa_records),
        "CAA" => each(&properties.caa_records),
        "CNAME" => properties.cname_record.iter().map(json_of).collect(),
        "MX" => each(&properties.mx_records),
        "NS" => each(&properties.ns_records),
        "PTR" => each(&properties.ptr_records),
        "SRV" => each(&properties.srv_records),
        "TXT" => {
            let whole = |record: &TxtRecord| octodns_kit::json!({"value": record.value.concat()});
            properties.txt_records.iter().map(whole).collect()
        }
        _ => Vec::new(),
    };
    let parts = Parts {
        name: set.name.unwrap_or_default(),
        of,
        etag: set.etag,
        ttl: properties.ttl,
        metadata: properties.metadata,
        target: properties.target_resource.and_then(|resource| resource.id),
        values,
    };
    Ok(parts.set())
}

/// The body for a set, which has values or a target.
pub(crate) fn write_set(set: &Json) -> Json {
    let target = set[ALIAS].as_str().map(|id| SubResource { id: Some(id.to_owned()) });
    let mut properties = RecordSetProperties {
        ttl: set["ttl"].as_i64(),
        metadata: Some(set[METADATA].clone()).filter(|metadata| !metadata.is_null()),
        ..RecordSetProperties::default()
    };
    if target.is_some() {
        properties.target_resource = target;
        return body(properties);
    }
    let values = &set[VALUES];
    match text(set, "type") {
        "A" => properties.a_records = records(values),
        "AAAA" => properties.aaaa_records = records(values),
        "CAA" => properties.caa_records = records(values),
        "CNAME" => properties.cname_record = records::<CnameRecord>(values).pop(),
        "MX" => properties.mx_records = records(values),
        "NS" => properties.ns_records = records(values),
        "PTR" => properties.ptr_records = records(values),
        "SRV" => properties.srv_records = records(values),
        "TXT" => {
            let cut = |value: &Json| TxtRecord { value: strings(text(value, "value")) };
            properties.txt_records = list(values).iter().map(cut).collect();
        }
        _ => {}
    }
    body(properties)
}

/// The body that changes the TTL of a set, and nothing else.
pub(crate) fn new_ttl(ttl: &Json) -> Json {
    body(RecordSetProperties { ttl: ttl.as_i64(), ..RecordSetProperties::default() })
}

fn body(properties: RecordSetProperties) -> Json {
    json_of(&RecordSet { properties: Some(properties), ..RecordSet::default() })
}

/// The records of a type. What the kit writes fits; something else would be refused for its lack of values.
fn records<T: DeserializeOwned>(values: &Json) -> Vec<T> {
    let read = |value: &Json| T::deserialize(value).ok();
    list(values).iter().filter_map(read).collect()
}

fn each<T: Serialize>(records: &[T]) -> Vec<Json> {
    records.iter().map(json_of).collect()
}

/// These types are maps of texts and numbers, so it cannot fail.
fn json_of<T: Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}
