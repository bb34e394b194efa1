//! Which parts of a sent item are kept, and why one is refused.

use serde_json::{Value as Json, json};

use super::{Refusal, Refusals, Store};

impl Store {
    /// Refuses an item that conflicts with another: a CNAME next to other records, or a duplicate.
    pub(super) fn check_beside(
        &self,
        zone: &str,
        item: &Json,
        own: Option<usize>,
    ) -> Result<(), Refusal> {
        let fields = &self.rules.fields;
        let is_alias = |item: &Json| item[fields.record_type] == "CNAME";
        let of = self.rules.spelling.values;
        let beside = self.zone(zone)?.beside(fields.name, item);
        for (_, other) in beside.filter(|(index, _)| Some(*index) != own) {
            if is_alias(other) != is_alias(item) {
                return Err(self.invalid("an alias has its name for itself"));
            }
            let is_same = other[fields.record_type] == item[fields.record_type];
            if self.rules.refuses_duplicates && is_same && of.of(other) == of.of(item) {
                return Err(self.refusal(Refusals::EXISTS, "there is such a record already"));
            }
        }
        Ok(())
    }

    /// An item as the service shows it after it was sent; values are checked if they were sent.
    pub(super) fn spelled(
        &self,
        zone: &str,
        body: &Json,
        has_values: bool,
    ) -> Result<Json, Refusal> {
        let zone = self.zone(zone)?.name.clone();
        let mut item = self.kept(body)?;
        self.check_name_and_type(&zone, &item)?;
        self.check_ttl(&mut item)?;
        let spelling = &self.rules.spelling;
        let of = item[self.rules.fields.record_type].as_str().unwrap_or_default().to_owned();
        if spelling.values.of(&item).is_empty() {
            return Err(self.invalid("a record needs a value"));
        }
        if has_values {
            spelling
                .values
                .try_each(&mut item, |value| self.spell(&of, &zone, value))
                .map_err(|why| self.invalid(why))?;
        }
        Ok(item)
    }

    fn spell(&self, of: &str, zone: &str, value: &mut Json) -> Result<(), String> {
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else {
            return Err("a value can't be blank".to_owned());
        };
        let spelling = &self.rules.spelling;
        if matches!(of, "TXT" | "SPF")
            && let Some(why) = spelling.text.fault(text)
        {
            return Err(why);
        }
        if spelling.targets.types.contains(&of) {
            *value = json!(spelling.targets.stored(text, zone)?);
        }
        Ok(())
    }

    /// The fields of a body that the service keeps.
    fn kept(&self, body: &Json) -> Result<Json, Refusal> {
        let Some(map) = body.as_object() else {
            return Err(self.invalid("the body has to be an object"));
        };
        let fields = &self.rules.fields;
        let mut item: serde_json::Map<String, Json> = map.clone();
        item.remove(fields.id);
        if !fields.shown.is_empty() {
            item.retain(|key, _| fields.shown.contains(&key.as_str()));
            for key in fields.shown {
                item.entry(*key).or_insert(Json::Null);
            }
        }
        if !fields.kept.is_empty() {
            item.retain(|key, _| fields.kept.contains(&key.as_str()));
        }
        Ok(item.into())
    }

    fn check_name_and_type(&self, zone: &str, item: &Json) -> Result<(), Refusal> {
        let fields = &self.rules.fields;
        let (Some(name), Some(of)) =
            (item[fields.name].as_str(), item[fields.record_type].as_str())
        else {
            return Err(self.invalid("a record needs a name and a type"));
        };
        if let Some(why) = self.rules.spelling.names.fault(name, zone) {
            return Err(self.invalid(why));
        }
        if self.rules.types.is_some_and(|types| !types.contains(&of)) {
            return Err(self.invalid(format!("the type {of} is not known")));
        }
        let needs = self.rules.needs.iter().filter(|(needing, _)| *needing == of);
        for key in needs.flat_map(|(_, keys)| keys.split(' ')) {
            if item.get(key).is_none_or(Json::is_null) {
                return Err(self.invalid(format!("{of} needs {key}")));
            }
        }
        Ok(())
    }

    fn check_ttl(&self, item: &mut Json) -> Result<(), Refusal> {
        let (key, rules) = (self.rules.fields.ttl, &self.rules.ttl);
        let range = &rules.range;
        let given = item.get(key).filter(|ttl| !ttl.is_null());
        let ttl = match given {
            None => rules.default,
            Some(ttl) => ttl.as_i64().or_else(|| ttl.as_str().and_then(|ttl| ttl.parse().ok())),
        };
        match ttl {
            None => Err(self.invalid("a record needs a TTL")),
            Some(0) if rules.takes_zero => Ok(()),
            Some(ttl) if !range.contains(&ttl) => {
                if !rules.clamps {
                    let (least, most) = (range.start(), range.end());
                    return Err(self.invalid(format!("the TTL must be {least} to {most}")));
                }
                item[key] = json!(ttl.clamp(*range.start(), *range.end()));
                Ok(())
            }
            Some(ttl) if given.is_none() => {
                item[key] = json!(ttl);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }
}
