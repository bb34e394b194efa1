//! Dynamic records: one set each, whose filters choose among its values by the meta of those.

mod check;
mod layout;
mod read;

use octodns_core::engine::unsupported;
use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, Rule};
use octodns_core::value::from_value;
use octodns_core::{ProviderError, Record, Report, Zone as Records, ZoneName};
use octodns_kit::{Json, json};
use serde::Deserialize;

use crate::brand::Facts;
use crate::sets::{
    FILTER_KEYS, FILTERS, Kept, Object, RECORDS, canonical, list, meta, plain, put_meta, text,
};
use layout::{Layout, MOST_IN_CHAIN, has_weights, split};
use read::Form;
pub(crate) use read::{Filtered, Routed};

/// What a value has besides what the rest of a record says.
#[derive(Debug, Deserialize)]
struct Besides {
    value: String,
    #[serde(default)]
    meta: Object,
}

impl Besides {
    /// What a record says of its values; `None` if it leaves that to the service.
    ///
    /// # Errors
    ///
    /// Says why it is not valid.
    fn of(record: &Record, facts: &Facts) -> Result<Option<Vec<Self>>, String> {
        let section = record.options().section(facts.section);
        let given = section.and_then(|section| section.get("resource_record_meta"));
        let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(None) };
        let wrong = |_| "resource_record_meta is no list of mappings with `value` and `meta`";
        Ok(Some(from_value(given).map_err(wrong)?))
    }
}

/// The layout of a record.
fn layout_of(record: &Record, dynamic: &Dynamic, facts: &Facts) -> Layout {
    let of = record.record_type().as_str();
    Layout::of((of, dynamic), &record.rdata_strings(), check::is_asked(record), facts)
}

/// The layout of a set, as far as its record is concerned with whether its values are checked.
fn held_layout(held: &Routed, set: &Json, is_checked: bool, facts: &Facts) -> Layout {
    Layout::of((text(set, "type"), &held.dynamic), &held.values, is_checked, facts)
}

/// Reduces dynamic records to what the service can hold, and takes existing ones for the same that are.
pub(crate) fn adapt(
    facts: &Facts,
    desired: &mut Records,
    existing: &mut Records,
    report: &mut Report,
) {
    let dynamic: Vec<_> =
        desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
    for record in dynamic {
        let Some(dynamic) = record.dynamic() else { continue };
        let asked = check::asked(&record, desired.name(), facts);
        let besides = Besides::of(&record, facts);
        if let Some(why) = asked.err().or(besides.err()) {
            let message = format!("octodns.{}: {why}", facts.section);
            report.push(unsupported(desired, &record, message, "its plain values are used"));
            desired.set(Record::clone(&record).with_dynamic(None));
            continue;
        }
        let mut left = dynamic.clone();
        if let Some(why) = unknown_fallbacks(&left, facts) {
            report.push(unsupported(desired, &record, why, "these pools have no fallbacks"));
            left = left.without_fallbacks().map_or(left, |(left, _)| left);
        }
        if let Some((why, alike)) = unknown_weights(&left) {
            report.push(unsupported(desired, &record, why, "all values of a pool count alike"));
            left = alike;
        }
        let mut new = Record::clone(&record);
        if left != *dynamic {
            new = new.with_dynamic(left);
            desired.set(new.clone());
        }
        let held = existing.get(record.name(), record.record_type());
        let is_same = held.is_some_and(|held| {
            let layout = |record: &Record| Some(layout_of(record, record.dynamic()?, facts));
            held.ttl() == new.ttl()
                && layout(held).zip(layout(&new)).is_some_and(|(held, new)| {
                    let new = new.in_place_of(Some(&held), facts);
                    held.is_same(&new)
                })
        });
        if is_same {
            existing.set(new);
        }
    }
}

/// The fallbacks that cannot be: where values are chosen by place, the rest takes over for all.
fn unknown_fallbacks(dynamic: &Dynamic, facts: &Facts) -> Option<String> {
    let (choosing, rest) = split(dynamic);
    let rest = rest.and_then(Rule::pool);
    let is_chained = facts.has_backups && choosing.is_empty();
    let length = rest.map_or(0, |rest| dynamic.chain(rest).count());
    if is_chained && length > MOST_IN_CHAIN {
        let most = MOST_IN_CHAIN - 1;
        return Some(format!(
            "a pool with more than {most} fallbacks, one after the other, is not supported"
        ));
    }
    let used = dynamic.used_pools();
    let odd = used.iter().find_map(|pool| {
        let fallback =
            pool.fallback().filter(|fallback| Some(*fallback) != rest || Some(pool.id()) == rest);
        fallback.filter(|_| !is_chained).map(|fallback| (pool.id(), fallback))
    });
    odd.map(|(pool, fallback)| {
        format!(
            "the pool {pool} falls back to {fallback}, which is not supported: only the pool of the rule for the rest \
             takes over"
        )
    })
}

/// The weights that cannot be, at services with some, and the routing without them.
fn unknown_weights(dynamic: &Dynamic) -> Option<(String, Dynamic)> {
    let (choosing, rest) = split(dynamic);
    let weighed = rest.and_then(Rule::pool).filter(|_| choosing.is_empty());
    let is_odd = |pool: &Pool| Some(pool.id()) != weighed && has_weights(pool);
    let odd: Vec<_> =
        dynamic.used_pools().into_iter().filter(|pool| is_odd(pool)).map(Pool::id).collect();
    if odd.is_empty() {
        return None;
    }
    let alike = |pool: &Pool| {
        if !is_odd(pool) {
            return pool.clone();
        }
        let alike =
            Pool::new(pool.id(), pool.values().iter().map(|value| value.clone().with_weight(1)));
        match pool.fallback() {
            Some(fallback) => alike.with_fallback(fallback),
            None => alike,
        }
    };
    let why = format!(
        "the values of the pool {} have weights, which is only supported for the pool of a record without rules by place",
        odd.join(", ")
    );
    Some((why, Dynamic::new(dynamic.pools().iter().map(alike).collect(), dynamic.rules().to_vec())))
}

/// The options of a record that a set with routing stands for.
pub(crate) fn options(set: &Json, facts: &Facts) -> Option<Json> {
    let routed = Routed::of(set, facts)?;
    let (mut options, mut own) = (Object::new(), Object::new());
    let check = routed.check(set).filter(|_| !routed.keeps_check(facts));
    if let Some(held) = check {
        let (general, check) = check::options(held, facts);
        options.insert("healthcheck".to_owned(), general);
        own.insert(facts.checks.to_owned(), check.into());
    }
    let besides = routed.besides(set, facts);
    if facts.shows_meta && !besides.is_empty() {
        let besides = besides.into_iter();
        let besides = besides.map(|(value, meta)| json!({"value": value, "meta": meta}));
        own.insert("resource_record_meta".to_owned(), besides.collect());
    }
    if !own.is_empty() {
        options.insert(facts.section.to_owned(), own.into());
    }
    (!options.is_empty()).then(|| options.into())
}

/// Whether the filters, the check or the meta of a set are not as its record asks for.
pub(crate) fn has_drifted(record: &Record, zone: &ZoneName, set: &Json, facts: &Facts) -> bool {
    let Some(held) = Routed::of(set, facts) else { return false };
    // Those that are not valid have no routing by now.
    let (Some(dynamic), Ok(asked), Ok(besides)) =
        (record.dynamic(), check::asked(record, zone, facts), Besides::of(record, facts))
    else {
        return false;
    };
    let is_checked = held.is_checked && !held.keeps_check(facts);
    let layout = held_layout(&held, set, is_checked, facts);
    let spelled = |value: &str, meta: &Object| (canonical(value), json!(meta).to_string());
    let has_other_meta = besides.is_some_and(|besides| {
        let asked = besides.iter().filter(|of| !of.meta.is_empty());
        let mut asked: Vec<_> = asked.map(|of| spelled(&of.value, &of.meta)).collect();
        let held = held.besides(set, facts);
        let mut held: Vec<_> = held.iter().map(|(value, meta)| spelled(value, meta)).collect();
        asked.sort();
        held.sort();
        asked != held
    });
    let has_other_check = (asked.is_some() || !held.keeps_check(facts))
        && (held.is_checked != asked.is_some() || check::differs(asked.as_ref(), held.check(set)));
    let wanted = layout_of(record, dynamic, facts).in_place_of(Some(&layout), facts);
    has_other_meta || has_other_check || !layout.is_same(&wanted)
}

/// The body for a record that is dynamic before a change or after it: `set` as the kit has written it, in place of
/// `existing`. An answer has `limit` values, and filters are under the key that `key` has for sets with and without a
/// check.
///
/// # Errors
///
/// Fails for options that are not valid; plans contain none.
pub(crate) fn body(
    (record, zone): (&Record, &ZoneName),
    (set, existing): (&Json, Option<&Json>),
    facts: &Facts,
    (limit, key): (u32, impl Fn(bool) -> &'static str),
) -> Result<Json, ProviderError> {
    let old = existing.and_then(|set| Routed::of(set, facts));
    let keys = old.as_ref().map(|old| old.form.keys(facts));
    let mut dropped = keys.unwrap_or_default().to_vec();
    let Some(dynamic) = record.dynamic() else {
        let mut body = plain(set, &mut Kept::new(existing, dropped));
        put_meta(&mut body, meta(existing, None, false));
        return Ok(body);
    };
    let check = check::asked(record, zone, facts).map_err(ProviderError::failed)?;
    let mut asked = Besides::of(record, facts).map_err(ProviderError::failed)?;
    let held = old.as_ref().map(|old| held_layout(old, set, old.is_checked, facts));
    let mut layout = layout_of(record, dynamic, facts).in_place_of(held.as_ref(), facts);
    let is_kept = |old: &Routed| old.is_checked && old.keeps_check(facts);
    let keeps_check =
        check.is_none() && layout.form == Form::Places && old.as_ref().is_some_and(is_kept);
    layout.is_checked |= keeps_check;
    dropped.extend(layout.form.keys(facts));
    let mut kept = Kept::new(existing, dropped);
    let records = layout.entries.iter().map(|(value, meta)| {
        let besides = asked.as_mut().map(|asked| {
            let at = asked.iter().position(|of| canonical(&of.value) == canonical(value));
            at.map(|at| asked.remove(at).meta).unwrap_or_default()
        });
        kept.record(&[value.clone().into()], meta.clone(), besides)
    });
    let mut body = json!({"ttl": set["ttl"], RECORDS: records.collect::<Vec<_>>()});
    body[key(layout.is_checked)] = layout.filters(limit, facts);
    put_meta(&mut body, meta(existing, check, keeps_check));
    Ok(body)
}

/// All that a set or a body says, in one spelling.
pub(crate) fn said(set: &Json) -> Json {
    let value = |record: &Json| {
        let content = list(&record["content"]).map(|part| match part.as_str() {
            Some(part) => canonical(part),
            None => part.to_string(),
        });
        let meta = record["meta"].as_object().filter(|meta| !meta.is_empty());
        json!([content.collect::<Vec<_>>(), meta, record["enabled"] != false]).to_string()
    };
    let mut values: Vec<_> = list(&set[RECORDS]).map(value).collect();
    values.sort();
    let keys = [FILTERS].into_iter().chain(FILTER_KEYS);
    let filters = keys.map(|key| &set[key]).find(|filters| filters.is_array());
    let filters = filters.into_iter().flat_map(list);
    let filters: Vec<_> = filters.map(|filter| json!([filter["type"], filter["limit"]])).collect();
    let check = check::KEYS.map(|key| &set["meta"]["failover"][key]);
    json!([set["ttl"], values, filters, check])
}
