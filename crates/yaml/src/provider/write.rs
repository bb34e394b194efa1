//! Writes the files of a zone after a plan.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use octodns_core::value::{Map, OwnedValue, Value};
use octodns_core::{Plan, ProviderError, Record, RecordType, Zone};
use octodns_files::{inside, make_folder, remove, write, write_all};

use super::read::FilesRead;
use super::{Inner, files};
use crate::{DumpOptions, dump};

/// The names that share a file if every other name has its own.
const CATCHALL: [&str; 2] = ["*", ""];

/// Writes the state of a zone after a plan.
pub(super) fn zone(inner: &Inner, plan: &Plan) -> Result<(), ProviderError> {
    // As in octoDNS, what is hidden from the plan is not kept in the files.
    let mut zone = plan.existing.clone();
    zone.apply(&plan.changes);
    if let Some(extension) = &inner.options.split_extension {
        return split(inner, plan, &zone, extension);
    }
    // Differs from octoDNS: a file with the IDNA name is updated under that name. A second file next to it
    // would make the zone unreadable.
    let path = match files::single(inner, zone.name())? {
        Some(path) => path,
        None => inside(&inner.options.directory, &format!("{}yaml", zone.name()))?,
    };
    make_folder(path.parent().unwrap_or(&inner.options.directory))?;
    let names = zone.nodes().map(|(name, node)| {
        let data: Vec<_> = node.iter().map(|record| data(inner, record)).collect();
        (name.decoded().into_owned(), one_or_list(data))
    });
    write(&path, &text(inner, Map::from_unique(names), true))
}

fn split(inner: &Inner, plan: &Plan, zone: &Zone, extension: &str) -> Result<(), ProviderError> {
    let decoded = zone.name().decoded();
    let decoded = decoded.trim_end_matches('.');
    let folder = match files::folder(inner, zone.name())? {
        Some(folder) => folder,
        None => inside(&inner.options.directory, &format!("{decoded}{extension}"))?,
    };
    make_folder(&folder)?;
    let mut files = Vec::new();
    let mut catchall = Map::new();
    for (name, node) in zone.nodes() {
        let data: Vec<_> = node.iter().map(|record| data(inner, record)).collect();
        let name = name.decoded().into_owned();
        let value = one_or_list(data);
        if inner.options.split_catchall && CATCHALL.contains(&name.as_str()) {
            catchall.insert(name, value);
            continue;
        }
        let path = file_of(&folder, &name)?;
        files.push((path, text(inner, [(name, value)].into_iter().collect(), false)));
    }
    if !catchall.is_empty() {
        let path = inside(&folder, &format!("${decoded}.yaml"))?;
        files.push((path, text(inner, catchall, false)));
    }
    write_all(&files)?;
    let written = files.into_iter().map(|(path, _)| path).collect();
    remove_stale(plan, &folder, &written)
}

fn file_of(folder: &Path, name: &str) -> Result<PathBuf, ProviderError> {
    if name.contains(['/', '\0']) {
        return Err(ProviderError::failed(format!(
            "the name \"{name}\" cannot be that of a file; such a zone needs a single file"
        )));
    }
    inside(folder, &format!("{name}.yaml"))
}

/// Removes the files that were read but not written again, if they contain only records that the plan knows:
/// those are deleted, or are in another file now.
///
/// Differs from octoDNS: there, the files of deleted records stay and are read again.
fn remove_stale(
    plan: &Plan,
    folder: &Path,
    written: &HashSet<PathBuf>,
) -> Result<(), ProviderError> {
    let Some(FilesRead(held)) = plan.state::<FilesRead>()? else { return Ok(()) };
    let mut known: HashMap<&str, usize> = HashMap::new();
    for file in plan.existing.records().filter_map(|record| record.origin().file.as_deref()) {
        *known.entry(file).or_default() += 1;
    }
    let mut stale = held.iter().filter(|(path, count)| {
        let known = known.get(&*path.to_string_lossy());
        path.parent() == Some(folder) && !written.contains(*path) && known == Some(count)
    });
    stale.try_for_each(|(path, _)| remove(path))
}

fn text(inner: &Inner, names: Map<'static>, allow_unicode: bool) -> String {
    let order = inner.options.order_mode.into();
    dump(&Value::from(names), &DumpOptions { order, allow_unicode })
}

fn one_or_list(mut data: Vec<OwnedValue>) -> OwnedValue {
    if data.len() == 1 { data.remove(0) } else { Value::from(data) }
}

/// The data of a record as a zone file has it.
fn data(inner: &Inner, record: &Record) -> OwnedValue {
    let mut value = record.to_value();
    let record_type = record.record_type();
    if let Some(map) = value.as_map_mut() {
        map.insert("type", Value::from(record_type.as_str().to_owned()));
        if record.ttl() == inner.options.default_ttl {
            map.remove("ttl");
        }
        let texts = matches!(record_type, RecordType::TXT | RecordType::SPF);
        if texts && !inner.options.escaped_semicolons {
            for key in ["value", "values"] {
                if let Some(value) = map.get_mut(key) {
                    unescape(value);
                }
            }
        }
    }
    value
}

fn unescape(value: &mut OwnedValue) {
    use octodns_core::record::text::unescape_semicolons;
    use octodns_core::value::Kind;
    match &mut value.kind {
        Kind::Str(text) => *text = unescape_semicolons(text).into(),
        Kind::List(values) => values.iter_mut().for_each(unescape),
        _ => {}
    }
}
