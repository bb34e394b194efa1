//! Private zones: <https://learn.microsoft.com/rest/api/dns/privatedns/>.

use octodns_core::record::text::UnsupportedText;
use octodns_core::{Capabilities, RecordType, Values};
use octodns_http::Rate;
use octodns_kit::{Json, Service, json};

use crate::account::{CHANGES, DELETIONS, FIVE_MINUTES, READS, WRITES};
use crate::kind::{DIALECT, Kind, TTLS};
use crate::sets::{METADATA, Parts, VALUES, list, strings, text};
use crate::zones::Collection;

/// The private zones of a resource group.
#[derive(Clone, Copy, Debug)]
pub struct Private;

/// The key of the values of each type.
const KEYS: &[(&str, &str)] = &[
    ("A", "aRecords"),
    ("AAAA", "aaaaRecords"),
    ("MX", "mxRecords"),
    ("PTR", "ptrRecords"),
    ("SRV", "srvRecords"),
    ("TXT", "txtRecords"),
];

/// The key of the only value of a CNAME.
const CNAME: &str = "cnameRecord";

impl Kind for Private {
    const SERVICE: Service = Service {
        short_names: &["azureprivate"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[READS, WRITES, DELETIONS, CHANGES, Rate::new(500, FIVE_MINUTES).of(&["GET"])],
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .multivalue_ptr()
        .values(Values {
            ttl: TTLS,
            null_mx: false,
            lacks: &[(RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty])],
            ..Values::ANY
        }),
        dialect: DIALECT,
        ..Service::new("octodns_azure.AzurePrivateProvider", crate::options::PUBLIC)
    };

    const ZONES: Collection = Collection {
        path: "privateDnsZones",
        sets: "ALL",
        version: "2018-09-01",
        roles: "the role Private DNS Zone Contributor",
    };

    const IS_PUBLIC: bool = false;

    fn read_zone(zone: Json) -> Result<(String, Vec<String>), String> {
        let name = zone["name"].as_str().ok_or("a zone has no name")?;
        Ok((name.to_owned(), Vec::new()))
    }

    fn new_zone() -> Json {
        json!({"location": "global"})
    }

    fn read_set(set: Json) -> Result<Json, String> {
        let properties = &set["properties"];
        let string = |json: &Json| json.as_str().map(str::to_owned);
        let of = string(&set["type"]).ok_or("a record set has no type")?;
        let of_type = Parts::of_path(&of);
        let key = KEYS.iter().find(|(known, _)| *known == of_type).map(|(_, key)| *key);
        let mut values: Vec<Json> = match (of_type, key) {
            ("CNAME", _) => {
                Some(properties[CNAME].clone()).filter(Json::is_object).into_iter().collect()
            }
            (_, Some(key)) => list(&properties[key]).to_vec(),
            _ => Vec::new(),
        };
        if of_type == "TXT" {
            for value in &mut values {
                let whole: String = list(&value["value"]).iter().filter_map(Json::as_str).collect();
                value["value"] = whole.into();
            }
        }
        let metadata = Some(properties[METADATA].clone()).filter(|metadata| !metadata.is_null());
        let parts = Parts {
            name: string(&set["name"]).ok_or("a record set has no name")?,
            etag: string(&set["etag"]),
            ttl: properties["ttl"].as_i64(),
            metadata,
            target: None,
            values,
            of,
        };
        Ok(parts.set())
    }

    fn write_set(set: &Json) -> Json {
        let mut properties = json!({"ttl": set["ttl"]});
        if !set[METADATA].is_null() {
            properties[METADATA] = set[METADATA].clone();
        }
        let (of, values) = (text(set, "type"), list(&set[VALUES]));
        let key = KEYS.iter().find(|(known, _)| *known == of).map(|(_, key)| *key);
        match (of, key) {
            ("CNAME", _) => properties[CNAME] = values.first().cloned().unwrap_or_default(),
            ("TXT", Some(key)) => {
                let cut = |value: &Json| json!({"value": strings(text(value, "value"))});
                properties[key] = values.iter().map(cut).collect();
            }
            (_, Some(key)) => properties[key] = values.into(),
            _ => {}
        }
        json!({"properties": properties})
    }
}
