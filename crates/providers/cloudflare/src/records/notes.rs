//! Comment and tags: the service has them for each value, a record for all its values and for single ones.

use std::collections::{BTreeSet, HashMap};

use octodns_core::record::RecordTypes;
use octodns_core::value::{Map, python_str};
use octodns_core::{OwnedValue, Record, RecordName, Value};

use super::{Group, Row};

/// The key with the notes of single values.
pub(crate) const VALUES: &str = "values";

/// Comment and tags of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes<'r> {
    /// A comment; empty if there is none.
    pub(crate) comment: &'r str,
    /// Tags of the form `name:value`.
    pub(crate) tags: BTreeSet<&'r str>,
}

/// What the section of a record says about one of its values.
#[derive(Clone, Debug, Default)]
struct Single<'r> {
    comment: Option<&'r str>,
    tags: Option<BTreeSet<&'r str>>,
}

/// The notes in the section of a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordNotes<'r> {
    /// Those of all values.
    pub(crate) common: Notes<'r>,
    /// Those of single values, by canonical form; `None` if the section does not have the key.
    single: Option<HashMap<String, Single<'r>>>,
}

/// An entry for a single value that cannot be used, and why.
pub(crate) struct UnusedEntry(pub(crate) String);

fn texts<'v>(list: &'v Value<'_>) -> BTreeSet<&'v str> {
    list.as_list().unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

impl<'r> Notes<'r> {
    fn of(section: &'r Value<'_>) -> Self {
        Self {
            comment: section.get("comment").and_then(Value::as_str).unwrap_or_default(),
            tags: section.get("tags").map(texts).unwrap_or_default(),
        }
    }

    fn of_row(row: &'r Row) -> Self {
        Self { comment: row.comment(), tags: row.tags().iter().map(String::as_str).collect() }
    }
}

impl<'r> RecordNotes<'r> {
    pub(crate) fn of(record: &'r Record) -> Self {
        let Some(section) = record.options().section("cloudflare") else { return Self::default() };
        let single = section.get(VALUES).map(|_| {
            let entries = entries(record).into_iter().filter_map(Result::ok);
            let single = |(key, entry): (String, &'r OwnedValue)| {
                let comment = entry.get("comment").and_then(Value::as_str);
                (key, Single { comment, tags: entry.get("tags").map(texts) })
            };
            entries.map(single).collect()
        });
        Self { common: Notes::of(section), single }
    }

    /// The notes of the value with this canonical form.
    pub(crate) fn get(&self, key: &str) -> Notes<'r> {
        let mut notes = self.common.clone();
        if let Some(single) = self.single.as_ref().and_then(|single| single.get(key)) {
            notes.comment = single.comment.unwrap_or(notes.comment);
            notes.tags = single.tags.clone().unwrap_or(notes.tags);
        }
        notes
    }

    /// The notes to write for a value that `existing` may have as well.
    ///
    /// A record that lists `values` says it all. If it does not, a value that has a comment or tags of its
    /// own at the service keeps them.
    pub(crate) fn wanted(&self, existing: Option<&Self>, key: &str) -> Notes<'r> {
        let mut notes = self.get(key);
        if self.single.is_none()
            && let Some(own) =
                existing.and_then(|existing| existing.single.as_ref()?.get(key).cloned())
        {
            notes.comment = own.comment.unwrap_or(notes.comment);
            notes.tags = own.tags.unwrap_or(notes.tags);
        }
        notes
    }

    /// The tags of any value.
    pub(crate) fn all_tags(&self) -> BTreeSet<&'r str> {
        let single =
            self.single.iter().flat_map(HashMap::values).filter_map(|one| one.tags.as_ref());
        single.flatten().chain(&self.common.tags).copied().collect()
    }
}

/// The notes of single values in the section of a record, by the canonical form of the value, or why they
/// cannot be used.
pub(crate) fn entries(record: &Record) -> Vec<Result<(String, &OwnedValue), UnusedEntry>> {
    let section = record.options().section("cloudflare");
    let Some(list) = section.and_then(|section| section.get(VALUES)) else { return Vec::new() };
    let unused = |why: String| Err(UnusedEntry(format!("`octodns.cloudflare.values` {why}")));
    let Some(list) = list.as_list() else { return vec![unused("is not a list".to_owned())] };
    let types = RecordTypes::default();
    let (of, values) = (types.get(record.record_type().as_str()), record.rdata_strings());
    let key = |data| Record::new(RecordName::APEX, 0, data).rdata_strings().pop();
    let entry = |entry| {
        let Some(value) = Value::get(entry, "value") else {
            return unused("has an entry without `value`".to_owned());
        };
        let data = of.and_then(|of| of.read(std::slice::from_ref(value)).ok());
        let key = data.and_then(key).filter(|key| values.contains(key)).ok_or_else(|| {
            let value = python_str(value);
            UnusedEntry(format!(
                "`octodns.cloudflare.values` has an entry for {value}, which is not a value of the record"
            ))
        });
        Ok((key?, entry))
    };
    list.iter().map(entry).collect()
}

/// Adds comment and tags of the rows to the section of their record: those of the first row, and what other
/// rows have differently.
///
/// `value` is the value of a row; of rows with the same value, the first counts.
pub(super) fn add_to<E>(
    section: &mut Map<'static>,
    group: &Group<'_>,
    value: impl Fn(&Row) -> Result<OwnedValue, E>,
) -> Result<(), E> {
    let [first, others @ ..] = &*group.rows else { return Ok(()) };
    let common = Notes::of_row(first);
    if !common.comment.is_empty() {
        section.insert("comment", common.comment.to_owned());
    }
    if !first.tags().is_empty() {
        section.insert("tags", list(first.tags()));
    }
    let mut entries = Vec::new();
    for row in others.iter().filter(|_| !group.is_cdn) {
        let notes = Notes::of_row(row);
        if notes == common {
            continue;
        }
        let mut entry = Map::new();
        entry.insert("value", value(row)?);
        if notes.comment != common.comment {
            entry.insert("comment", notes.comment.to_owned());
        }
        if notes.tags != common.tags {
            entry.insert("tags", list(row.tags()));
        }
        entries.push(OwnedValue::from(entry));
    }
    if !entries.is_empty() {
        section.insert(VALUES, entries);
    }
    Ok(())
}

fn list(tags: &[String]) -> Vec<OwnedValue> {
    tags.iter().map(|tag| Value::from(tag.clone())).collect()
}
