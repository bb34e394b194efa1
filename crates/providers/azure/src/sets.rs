//! Record sets as the kit has them, whatever the API has them as: both APIs differ only in the names of some fields.

use octodns_core::RecordType;
use octodns_kit::{Fields, Json, SetFields, json};

/// The values of a set.
pub(crate) const VALUES: &str = "values";

/// The version of a set, which a change must name.
pub(crate) const ETAG: &str = "etag";

/// The resource that an alias leads to.
pub(crate) const ALIAS: &str = "alias";

/// Texts that somebody has noted at a set.
pub(crate) const METADATA: &str = "metadata";

/// Why a set is no record, but may be replaced by one.
pub(crate) const UNREADABLE: &str = "unreadable";

/// Whether a set is of a kind that records cannot express.
pub(crate) const KEPT: &str = "kept";

/// The fields of values.
pub(crate) const FIELDS: SetFields = SetFields::objects(
    VALUES,
    Fields {
        of: &[
            (RecordType::A, &[("", "ipv4Address")]),
            (RecordType::AAAA, &[("", "ipv6Address")]),
            (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "value")]),
            (RecordType::CNAME, &[("", "cname")]),
            (RecordType::MX, &[("preference", "preference"), ("exchange", "exchange")]),
            (RecordType::NS, &[("", "nsdname")]),
            (RecordType::PTR, &[("", "ptrdname")]),
            (
                RecordType::SRV,
                &[
                    ("priority", "priority"),
                    ("weight", "weight"),
                    ("port", "port"),
                    ("target", "target"),
                ],
            ),
        ],
        ..Fields::new("value")
    },
);

/// The name of a field with the only part of a value, for the types that can be dynamic.
pub(crate) fn value_field(of: &str) -> &'static str {
    match of {
        "A" => "ipv4Address",
        "AAAA" => "ipv6Address",
        _ => "cname",
    }
}

/// A text of a set; empty if it has none.
pub(crate) fn text<'s>(set: &'s Json, key: &str) -> &'s str {
    set[key].as_str().unwrap_or_default()
}

/// A list; empty if it is none.
pub(crate) fn list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Keeps what else there is at a set.
pub(crate) fn keep(set: &mut Json, existing: Option<&Json>) {
    if let Some(existing) = existing {
        set[METADATA] = existing[METADATA].clone();
    }
}

/// A set as an API has it, in parts.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) name: String,
    /// The path of its type; the type is the end of that.
    pub(crate) of: String,
    pub(crate) etag: Option<String>,
    pub(crate) ttl: Option<i64>,
    pub(crate) metadata: Option<Json>,
    pub(crate) target: Option<String>,
    pub(crate) values: Vec<Json>,
}

impl Parts {
    /// The type in a path of it.
    pub(crate) fn of_path(path: &str) -> &str {
        path.rsplit('/').next().unwrap_or(path)
    }

    /// The kit's form of it.
    pub(crate) fn set(self) -> Json {
        let of = Self::of_path(&self.of).to_owned();
        let target = self.target.filter(|id| !id.is_empty());
        let (is_empty, is_alias) = (self.values.is_empty(), target.is_some());
        let mut set = json!({
            "name": self.name, "type": of, "ttl": self.ttl, VALUES: self.values,
            ETAG: self.etag, METADATA: self.metadata, ALIAS: target,
        });
        if is_alias && !is_profile(text(&set, ALIAS)) {
            set[KEPT] = true.into();
        } else if is_empty && !is_alias {
            set[UNREADABLE] = "it has neither values nor a target".into();
        }
        set
    }
}

/// Whether a resource is a profile of Traffic Manager.
fn is_profile(id: &str) -> bool {
    id.to_ascii_lowercase().contains("/microsoft.network/trafficmanagerprofiles/")
}

/// The longest string of a TXT value, in octets.
const LONGEST: usize = 255;

/// A text in strings that are short enough.
pub(crate) fn strings(text: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(LONGEST);
        let (string, after) = rest.split_at(end);
        strings.push(string.to_owned());
        rest = after;
    }
    strings.push(rest.to_owned());
    strings
}
