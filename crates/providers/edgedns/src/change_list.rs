//! Many changes at once: a change list, which is filled and then submitted.

use std::collections::{BTreeMap, BTreeSet};

use octodns_http::{Call, Client, Error, Method};
use octodns_kit::changes::SetChange;
use octodns_kit::{Json, json};

use crate::list::{RECORD_SETS, list};
use crate::zone_file;

/// How many calls a change list usually takes, whatever it changes.
pub(crate) const CALLS: usize = 4;

/// The change list of a zone. A user has one for each.
pub(crate) struct ChangeList<'c> {
    pub(crate) client: &'c Client,
    pub(crate) zone: &'c str,
}

impl ChangeList<'_> {
    /// Makes changes, all or none. If the zone changes meanwhile, the list is stale: it is filled once more from the
    /// new state, unless that changed what the plan changes.
    pub(crate) async fn make(&self, changes: &[SetChange]) -> Result<(), Error> {
        let mut was_stale = false;
        loop {
            let is_new = self.open().await?;
            let filled = self.fill(changes).await;
            let is_filled = filled.is_ok();
            let done = match filled {
                Ok(()) => self.submit(None).await,
                Err(error) => Err(error),
            };
            let Err(error) = done else { return Ok(()) };
            if is_new && !matches!(error, Error::Indeterminate { .. }) {
                self.discard().await;
            }
            match error {
                Error::Refused { status: 409, .. } if is_filled && !was_stale => was_stale = true,
                Error::Refused { status: 409, message, .. } if is_filled => {
                    return Err(self.conflict(message));
                }
                error => return Err(error),
            }
        }
    }

    /// Makes sure that there is a change list of the current version; `false` if there was one.
    pub(crate) async fn open(&self) -> Result<bool, Error> {
        let request = self.client.post(&["changelists"]).query("zone", self.zone);
        let request = request.query("overwrite", "stale").json(&json!({})).repeatable();
        match request.send_ok().await {
            Err(Error::Refused { status: 409, .. }) => Ok(false),
            made => made.map(|()| true),
        }
    }

    /// Makes the changes of the list a new version of the zone.
    pub(crate) async fn submit(&self, comment: Option<&str>) -> Result<(), Error> {
        let request = self.client.post(&["changelists", self.zone, "submit"]).json(&json!({}));
        match comment {
            Some(comment) => request.query("comment", comment).send_ok().await,
            None => request.send_ok().await,
        }
    }

    /// A list that stays is no harm, except that it may be in the way of the next.
    async fn discard(&self) {
        let _ = self.client.delete(&["changelists", self.zone]).send_ok_or_missing().await;
    }

    async fn fill(&self, changes: &[SetChange]) -> Result<(), Error> {
        let path = ["changelists", self.zone, "recordsets"];
        let sets = list(|| self.client.get(&path), RECORD_SETS).await?;
        let planned: BTreeMap<_, _> =
            changes.iter().map(|change| (key_of(change), change)).collect();
        // By somebody else, or by an earlier attempt.
        let edited: BTreeSet<_> = sets.iter().filter(|set| is_edited(set)).map(key).collect();
        if let Some(key) = edited.iter().find(|key| !planned.contains_key(key)) {
            return Err(self.conflict(format!(
                "there is a change list that changes {}, which is not in the plan: submit or discard it",
                shown(key)
            )));
        }
        let held = || sets.iter().filter(|set| set["state"] != "DELETED");
        let now: BTreeMap<_, _> = held().map(|set| (key(set), set)).collect();
        for (key, change) in &planned {
            let is_as_read = is_same(now.get(key).copied(), change.before.as_ref());
            if !is_as_read && !edited.contains(key) {
                let message = format!("somebody else has changed {} since it was read", shown(key));
                return Err(self.conflict(message));
            }
        }
        let others = held().filter(|set| !planned.contains_key(&key(set)));
        let after = changes.iter().filter_map(|change| change.after.as_ref());
        match zone_file::of(others.chain(after)) {
            Some(file) => {
                let request = self.client.post(&path).body("text/dns", file);
                request.repeatable().send_ok().await
            }
            None => self.add(changes, &now).await,
        }
    }

    /// Adds the changes one by one, for zones that have what a zone file may not have.
    async fn add(&self, changes: &[SetChange], now: &BTreeMap<Key, &Json>) -> Result<(), Error> {
        for change in changes {
            let key = key_of(change);
            let is_there = now.contains_key(&key);
            let (op, set) = match (&change.after, &change.before) {
                (Some(after), _) if is_there => ("EDIT", after),
                (Some(after), _) => ("ADD", after),
                (None, Some(before)) if is_there => ("DELETE", before),
                (None, _) => continue,
            };
            let mut body = json!({"op": op, "name": set["name"], "type": set["type"]});
            if op != "DELETE" {
                body["ttl"] = set["ttl"].clone();
                body["rdata"] = set["rdata"].clone();
            }
            let path = ["changelists", self.zone, "recordsets", "add-change"];
            self.client.post(&path).json(&body).send_ok().await?;
        }
        Ok(())
    }

    /// Nothing was made, and making less of it would not help: it may work later.
    fn conflict(&self, message: String) -> Error {
        let path = format!("/changelists/{}", self.zone);
        let call = Call::new(Method::POST, path);
        Error::Unavailable { call, status: 409, message, attempts: 1, wait: None }
    }
}

/// A name in lowercase, and a type.
type Key = (String, String);

fn key(set: &Json) -> Key {
    let text = |key: &str| set[key].as_str().unwrap_or_default();
    (text("name").to_lowercase(), text("type").to_owned())
}

fn key_of(change: &SetChange) -> Key {
    key(change.set())
}

fn shown((name, of): &Key) -> String {
    format!("{name} {of}")
}

/// Whether a change list has another set than the zone.
fn is_edited(set: &Json) -> bool {
    set["state"].as_str().is_some_and(|state| state != "PRISTINE")
}

/// Whether two sets have the same TTL and values, in any order.
fn is_same(one: Option<&Json>, other: Option<&Json>) -> bool {
    let content = |set: &Json| {
        let mut values: Vec<_> =
            set["rdata"].as_array().into_iter().flatten().map(ToString::to_string).collect();
        values.sort();
        (set["ttl"].clone(), values)
    };
    one.map(content) == other.map(content)
}
