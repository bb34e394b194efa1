//! Records: paged reads, single changes and batches, and refusals.

use std::net::{Ipv4Addr, Ipv6Addr};

use octodns_core::name::idna;
use octodns_testkit::fake::Request;
use serde_json::{Map, Value as Json, json};

use super::{Cloudflare, Refusal, Zone, object, success};

type Fields = Map<String, Json>;

impl Cloudflare {
    pub(super) fn records(
        &mut self,
        request: &Request,
        zone_id: &str,
        rest: &[&str],
    ) -> Result<Json, Refusal> {
        let (body, new_id) = (&request.json(), self.new_id());
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                let unicode = self.unicode_names;
                let records = self.zone_mut(zone_id)?.records.clone();
                let shown = records.into_iter().map(|record| shown(record, unicode));
                self.page_of_records(shown.collect(), request)
            }
            ("POST", []) => {
                self.zone_mut(zone_id)?.post(body, new_id).map(|result| success(&result))
            }
            ("POST", ["batch"]) => self.batch(zone_id, body),
            ("PUT", [id]) => self.zone_mut(zone_id)?.put(id, body).map(|result| success(&result)),
            ("PATCH", [id]) => {
                self.zone_mut(zone_id)?.patch(id, body).map(|result| success(&result))
            }
            ("DELETE", [id]) => {
                let zone = self.zone_mut(zone_id)?;
                let mut tried = zone.clone();
                let gone = tried.delete(id)?;
                *zone = tried;
                Ok(success(&gone))
            }
            _ => Err((405, 10405, "Method not allowed".to_owned())),
        }
    }

    /// All or nothing: deletions, patches, puts, posts, each in the order of its list.
    fn batch(&mut self, zone_id: &str, body: &Json) -> Result<Json, Refusal> {
        let list = |key: &str| body[key].as_array().cloned().unwrap_or_default();
        let lists = ["deletes", "patches", "puts", "posts"].map(list);
        let unknown = object(body)?
            .keys()
            .find(|key| !["deletes", "patches", "puts", "posts"].contains(&key.as_str()));
        if let Some(key) = unknown {
            return Err(invalid(format!("unknown field {key}")));
        }
        let ids: Vec<String> = lists[3].iter().map(|_| self.new_id()).collect();
        let zone = self.zone_mut(zone_id)?;
        let size: usize = lists.iter().map(Vec::len).sum();
        if size > zone.max_in_batch() {
            let most = zone.max_in_batch();
            return Err(invalid(format!("batch has {size} operations, {most} are allowed")));
        }
        let [deletes, patches, puts, posts] = lists;
        let mut tried = zone.clone();
        let id = |entry: &Json| entry["id"].as_str().unwrap_or_default().to_owned();
        let mut done: [Vec<Json>; 4] = Default::default();
        for entry in &deletes {
            done[0].push(tried.delete(&id(entry))?);
        }
        for entry in &patches {
            done[1].push(tried.patch(&id(entry), entry)?);
        }
        for entry in &puts {
            done[2].push(tried.put(&id(entry), entry)?);
        }
        for (entry, id) in posts.iter().zip(ids) {
            done[3].push(tried.post(entry, id)?);
        }
        *zone = tried;
        let [deletes, patches, puts, posts] = done;
        Ok(success(
            &json!({ "deletes": deletes, "patches": patches, "puts": puts, "posts": posts }),
        ))
    }
}

fn shown(mut record: Fields, unicode: bool) -> Json {
    if unicode && let Some(name) = record["name"].as_str().and_then(|name| idna::decode(name).ok())
    {
        let name = name.into_owned();
        record.insert("name".to_owned(), name.into());
    }
    record.into()
}

fn invalid(message: impl Into<String>) -> Refusal {
    (400, 9207, message.into())
}

/// The fields that a client may set.
const WRITABLE: [&str; 9] =
    ["type", "name", "content", "data", "priority", "ttl", "proxied", "comment", "tags"];

impl Zone {
    /// Creates a record.
    pub(crate) fn post(&mut self, fields: &Json, id: String) -> Result<Json, Refusal> {
        if self.records.len() >= self.max_records() {
            return Err((400, 81045, "Record quota exceeded.".to_owned()));
        }
        let record = self.checked(&writable(fields)?, id)?;
        self.records.push(record.clone());
        Ok(record.into())
    }

    /// Replaces a record: missing fields get their defaults.
    fn put(&mut self, id: &str, fields: &Json) -> Result<Json, Refusal> {
        let place = self.place(id)?;
        let record = self.checked(&writable(fields)?, id.to_owned())?;
        self.records[place].clone_from(&record);
        Ok(record.into())
    }

    /// Changes a record: missing fields stay.
    fn patch(&mut self, id: &str, fields: &Json) -> Result<Json, Refusal> {
        let place = self.place(id)?;
        let mut merged = writable(&self.records[place].clone().into())?;
        merged.extend(writable(fields)?);
        let mut record = self.checked(&merged, id.to_owned())?;
        record.insert(
            "settings".to_owned(),
            self.records[place].get("settings").cloned().unwrap_or(json!({})),
        );
        self.records[place].clone_from(&record);
        Ok(record.into())
    }

    fn delete(&mut self, id: &str) -> Result<Json, Refusal> {
        let place = self.place(id)?;
        let gone = self.records.remove(place);
        let is_there = |of: &str| {
            self.records.iter().any(|row| row["type"] == of && row["name"] == gone["name"])
        };
        if gone["type"] == "NS" && is_there("DS") && !is_there("NS") {
            return Err((400, 1002, "A DS record needs an NS record of the same name.".to_owned()));
        }
        Ok(json!({ "id": id }))
    }

    fn place(&self, id: &str) -> Result<usize, Refusal> {
        let found = self.records.iter().position(|record| record["id"] == id);
        found.ok_or_else(|| (404, 81044, "Record does not exist.".to_owned()))
    }

    /// The record as it is stored, if it is valid.
    fn checked(&self, given: &Fields, id: String) -> Result<Fields, Refusal> {
        let text = |key: &str| given.get(key).and_then(Json::as_str).map(str::to_owned);
        let of = text("type").ok_or_else(|| invalid("type is required"))?;
        let name = self.full_name(&text("name").ok_or_else(|| invalid("name is required"))?)?;
        let mut record = Fields::new();
        let proxiable = matches!(of.as_str(), "A" | "AAAA" | "CNAME");
        let proxied = given.get("proxied").and_then(Json::as_bool).unwrap_or(false);
        if proxied && !proxiable {
            return Err((400, 9004, "This record type cannot be proxied.".to_owned()));
        }
        value(&of, given, &mut record)?;
        for (key, value) in [
            ("id", Json::from(id)),
            ("type", of.into()),
            ("name", name.into()),
            ("proxied", proxied.into()),
            ("proxiable", proxiable.into()),
            ("ttl", if proxied { 1.into() } else { self.ttl(given)?.into() }),
            ("comment", self.comment(given)?),
            ("tags", self.tags(given)?),
            ("settings", json!({})),
            ("zone_id", self.id.clone().into()),
            ("zone_name", self.name.clone().into()),
        ] {
            record.insert(key.to_owned(), value);
        }
        self.check_company(&record)?;
        Ok(record)
    }

    fn full_name(&self, name: &str) -> Result<String, Refusal> {
        let failed = |_| (400, 9000, format!("DNS name is invalid: {name}"));
        let name = idna::encode(name.trim_end_matches('.')).map_err(failed)?;
        let suffix = format!(".{}", self.name);
        Ok(match &*name {
            "@" => self.name.clone(),
            name if name == self.name || name.ends_with(&suffix) => name.to_owned(),
            name => format!("{name}{suffix}"),
        })
    }

    fn ttl(&self, given: &Fields) -> Result<i64, Refusal> {
        let ttl = given.get("ttl").map_or(Some(1), Json::as_i64).unwrap_or_default();
        let least = if self.plan == "enterprise" || self.is_open { 30 } else { 60 };
        if ttl == 1 || (least..=86_400).contains(&ttl) {
            return Ok(ttl);
        }
        let message =
            format!("Invalid TTL. Must be between {least} and 86,400 seconds, or 1 for Automatic.");
        Err((400, 9021, message))
    }

    fn comment(&self, given: &Fields) -> Result<Json, Refusal> {
        let comment = given.get("comment").and_then(Json::as_str).unwrap_or_default();
        let most = if self.plan == "free" { 100 } else { 500 };
        if comment.chars().count() > most || comment.contains('\n') {
            return Err((
                400,
                9301,
                format!("DNS record comment is longer than {most} characters"),
            ));
        }
        Ok(if comment.is_empty() { Json::Null } else { comment.into() })
    }

    fn tags(&self, given: &Fields) -> Result<Json, Refusal> {
        let tags = given.get("tags").and_then(Json::as_array).cloned().unwrap_or_default();
        if self.plan == "free" && !self.is_open && !tags.is_empty() {
            return Err((400, 9300, "DNS record tags are not available on this plan".to_owned()));
        }
        if tags.len() > 20 {
            return Err((
                400,
                9300,
                "DNS record has 21 tags, exceeding the quota of 20.".to_owned(),
            ));
        }
        Ok(tags.into())
    }

    /// Checks the record against the other records of the zone.
    fn check_company(&self, record: &Fields) -> Result<(), Refusal> {
        let others = || {
            let others = self.records.iter().filter(|other| other["id"] != record["id"]);
            others.filter(|other| other["name"] == record["name"])
        };
        let of = |record: &Fields| record["type"].as_str().unwrap_or_default().to_owned();
        let new = of(record);
        if others().any(|other| {
            ["type", "content", "priority"].iter().all(|key| other.get(*key) == record.get(*key))
        }) {
            return Err((400, 81058, "An identical record already exists.".to_owned()));
        }
        let is_host = |of: &str| matches!(of, "A" | "AAAA" | "CNAME");
        if is_host(&new)
            && others().any(|other| is_host(&of(other)) && (new == "CNAME" || of(other) == "CNAME"))
        {
            let message = "An A, AAAA, or CNAME record with that host already exists.";
            return Err((400, 81053, message.to_owned()));
        }
        let clashes = |one: &str, other: &str| one == "NS" && !matches!(other, "NS" | "DS");
        if others().any(|other| clashes(&new, &of(other)) || clashes(&of(other), &new)) {
            return Err((400, 81056, "NS records with that host already exist.".to_owned()));
        }
        if new == "DS" && !self.is_open && !others().any(|other| of(other) == "NS") {
            return Err((400, 1002, "A DS record needs an NS record of the same name.".to_owned()));
        }
        Ok(())
    }
}

fn writable(fields: &Json) -> Result<Fields, Refusal> {
    let kept = object(fields)?.iter().filter(|(key, _)| WRITABLE.contains(&key.as_str()));
    Ok(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// The value of a record, checked and in the service's form.
fn value(of: &str, given: &Fields, record: &mut Fields) -> Result<(), Refusal> {
    let content = || {
        let content = given.get("content").and_then(Json::as_str).unwrap_or_default();
        if content.is_empty() {
            Err((400, 9005, format!("Content for {of} record is invalid.")))
        } else {
            Ok(content)
        }
    };
    let host = |name: &str| {
        if name == "." { name.to_owned() } else { name.trim_end_matches('.').to_ascii_lowercase() }
    };
    let bad = || (400, 9005, format!("Content for {of} record is invalid."));
    let content = match of {
        "A" => content()?.parse::<Ipv4Addr>().map_err(|_| bad())?.to_string(),
        "AAAA" => content()?.parse::<Ipv6Addr>().map_err(|_| bad())?.to_string(),
        "CNAME" | "NS" | "PTR" => host(content()?),
        "TXT" => text(content()?)?,
        "MX" => {
            let priority = given.get("priority").and_then(Json::as_u64).ok_or_else(bad)?;
            record.insert("priority".to_owned(), priority.into());
            host(content()?)
        }
        "CAA" | "DS" | "HTTPS" | "LOC" | "NAPTR" | "SRV" | "SSHFP" | "SVCB" | "TLSA" => {
            return data(of, given, record);
        }
        _ => return Err((400, 1004, format!("type {of} is not known"))),
    };
    record.insert("content".to_owned(), content.into());
    Ok(())
}

/// Quoted character strings; unquoted text gets quotes, and long text is split.
fn text(content: &str) -> Result<String, Refusal> {
    let bad = || (400, 9207, "Content for TXT record has unbalanced quotes.".to_owned());
    if !content.starts_with('"') {
        return Ok(format!("\"{content}\""));
    }
    let (mut quoted, mut escaped, mut length) = (false, false, 0);
    for c in content.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => (quoted, length) = (!quoted, 0),
            ' ' if !quoted => {}
            _ if !quoted => return Err(bad()),
            _ => length += 1,
        }
        if length > 255 {
            return Err((
                400,
                9207,
                "A string of a TXT record has more than 255 bytes.".to_owned(),
            ));
        }
    }
    if quoted { Err(bad()) } else { Ok(content.to_owned()) }
}

/// Types whose value is in `data`; `content` is derived from it.
fn data(of: &str, given: &Fields, record: &mut Fields) -> Result<(), Refusal> {
    let mut data = given.get("data").and_then(Json::as_object).cloned().unwrap_or_default();
    let field = |key: &str| match data.get(key) {
        Some(Json::String(text)) => Ok(text.clone()),
        Some(Json::Number(number)) => Ok(number.to_string()),
        _ => Err((400, 9101, format!("{key} is a required data field."))),
    };
    let fields = |keys: &[&str]| keys.iter().map(|key| field(key)).collect::<Result<Vec<_>, _>>();
    let content = match of {
        "CAA" => {
            let [flags, tag, value] = take(fields(&["flags", "tag", "value"])?);
            format!("{flags} {tag} \"{value}\"")
        }
        "DS" => {
            let digest = field("digest")?.to_ascii_uppercase();
            data.insert("digest".to_owned(), digest.clone().into());
            let fields = |key: &str| {
                data[key]
                    .as_i64()
                    .ok_or_else(|| invalid(format!("{key} is a required data field.")))
            };
            format!(
                "{} {} {} {digest}",
                fields("key_tag")?,
                fields("algorithm")?,
                fields("digest_type")?
            )
        }
        "SSHFP" => fields(&["algorithm", "type", "fingerprint"])?.join(" "),
        "TLSA" => fields(&["usage", "selector", "matching_type", "certificate"])?.join(" "),
        "NAPTR" => {
            let [order, preference, flags, service, regex, replacement] =
                take(fields(&["order", "preference", "flags", "service", "regex", "replacement"])?);
            format!("{order} {preference} \"{flags}\" \"{service}\" \"{regex}\" {replacement}")
        }
        "LOC" => fields(&[
            "lat_degrees",
            "lat_minutes",
            "lat_seconds",
            "lat_direction",
            "long_degrees",
            "long_minutes",
            "long_seconds",
            "long_direction",
            "altitude",
            "size",
            "precision_horz",
            "precision_vert",
        ])?
        .join(" "),
        "SRV" => {
            let target = field("target")?;
            let target =
                if target == "." { target } else { target.trim_end_matches('.').to_owned() };
            let [priority, weight, port] = take(fields(&["priority", "weight", "port"])?);
            let priority: u16 = priority.parse().map_err(|_| invalid("priority is invalid"))?;
            record.insert("priority".to_owned(), priority.into());
            data.insert("target".to_owned(), target.clone().into());
            format!("{weight} {port} {target}")
        }
        _ => {
            let [priority, target, value] = take(fields(&["priority", "target", "value"])?);
            data.insert("value".to_owned(), value.trim().into());
            format!("{priority} {target} {}", value.trim()).trim_end().to_owned()
        }
    };
    record.insert("content".to_owned(), content.into());
    record.insert("data".to_owned(), data.into());
    Ok(())
}

fn take<const N: usize>(fields: Vec<String>) -> [String; N] {
    fields.try_into().unwrap()
}
