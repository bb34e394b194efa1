//! Reads the records of a zone from its files.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use octodns_core::record::LoadContext;
use octodns_core::zone::AddError;
use octodns_core::{
    Diagnostic, Origin, ProviderError, Record, Report, Severity, State, Value, ZoneName, ZoneRead,
};
use octodns_files::{OwnedRequest, failed};

use super::altered::Altered;
use super::foreign::Foreign;
use super::{Inner, files, pace};
use crate::{Entries, LoadOptions, load_entries, text_of};

/// Several zones are read at the same time; a small file whose aliases make much of it can take a lot of memory.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// About how many bytes a short record takes in a file.
const SHORTEST: usize = 64;

/// How many records each file had: writing needs this to remove files that are no longer used.
#[derive(Debug, Default)]
pub(super) struct FilesRead(pub(super) BTreeMap<PathBuf, usize>);

/// All records of a zone; `None` if it has no file.
pub(super) fn zone(
    inner: &Inner,
    request: &OwnedRequest,
) -> Result<Option<ZoneRead>, ProviderError> {
    let found = files::of_zone(inner, &request.name, request.includes)?;
    if found.is_empty() {
        return if request.target || inner.options.ignore_missing_zones {
            Ok(None)
        } else {
            Err(missing(inner, &request.name))
        };
    }
    let open = |path: PathBuf| {
        let scope = files::scope_of(inner, &path, request.includes);
        let (bytes, linked) = scope.read_named(&path).map_err(failed("read", &path))?;
        Ok(ZoneFile { path, bytes, linked })
    };
    of_files(inner, request, found.into_iter().map(open)).map(Some)
}

/// The same for a zone that may have one file, if that is there and small; `None` for all others.
pub(super) fn small(
    inner: &Inner,
    request: &OwnedRequest,
) -> Option<Result<Option<ZoneRead>, ProviderError>> {
    let path = files::only(inner, &request.name)?;
    let scope = inner.scope.of(&inner.options.directory, request.includes);
    let read = scope.read_small(&path, pace::BRIEF).map_err(failed("read", &path)).transpose()?;
    let file = read.map(|(bytes, linked)| ZoneFile { path, bytes, linked });
    Some(of_files(inner, request, [file]).map(Some))
}

/// A file of a zone that was read.
struct ZoneFile {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Whether it is a link to a file whose text messages must not show.
    linked: bool,
}

/// All records of a zone, which are in these files.
fn of_files(
    inner: &Inner,
    request: &OwnedRequest,
    files: impl IntoIterator<Item = Result<ZoneFile, ProviderError>>,
) -> Result<ZoneRead, ProviderError> {
    let mut read = ZoneRead::default();
    read.replace = inner.options.populate_should_replace;
    let mut held = FilesRead::default();
    for file in files {
        let (file, before) = (file?, read.records.len());
        add_file(inner, request, &file, &mut read);
        held.0.insert(file.path, read.records.len() - before);
    }
    if request.lenient && !request.target && !read.replace {
        keep_last(request, &mut read);
    }
    tracing::info!(
        target: "octodns",
        logger = %format_args!("{}[{}]", inner.class_name, inner.id),
        "populate:   found {} records in {}", read.records.len(), request.name,
    );
    read.state = State::new(held);
    Ok(read)
}

/// In a lenient zone, a record that is in two files is a warning, and the later one counts, as for a key that is there
/// twice in a file. Two of one file are an error.
fn keep_last(request: &OwnedRequest, read: &mut ZoneRead) {
    let key = |record: &Record| (record.name().clone(), record.record_type());
    let mut last = HashMap::new();
    for (index, record) in read.records.iter().enumerate() {
        last.insert(key(record), index);
    }
    if last.len() == read.records.len() {
        return;
    }
    let later = |index: usize, record: &Arc<Record>| {
        let later = last.get(&key(record)).filter(|last| **last > index)?;
        let later = read.records.get(*later)?;
        (later.origin().file != record.origin().file).then_some(later)
    };
    let mut keeps = Vec::with_capacity(read.records.len());
    for (index, record) in read.records.iter().enumerate() {
        let later = later(index, record);
        keeps.push(later.is_none());
        let Some(later) = later else { continue };
        let (existing, record) = (Arc::clone(record), Arc::clone(later));
        let zone = request.name.clone();
        let mut found = AddError::Duplicate { existing, record, zone }.to_diagnostic();
        found.severity = Severity::Warning;
        read.report.push(found);
    }
    let mut keeps = keeps.into_iter();
    read.records.retain(|_| keeps.next().unwrap_or(true));
}

fn missing(inner: &Inner, zone: &ZoneName) -> ProviderError {
    let file = inner.options.directory.join(format!("{zone}yaml"));
    let found = Diagnostic::error("yaml", format!("there is no YAML file of {zone}"))
        .about(format!("{zone} ({})", inner.id))
        .help(format!(
            "expected \"{}\"; with `ignore_missing_zones: true` it would be an empty zone",
            file.display()
        ));
    ProviderError::Data([found].into_iter().collect())
}

/// Adds the records of a file, and what is wrong with it.
fn add_file(
    inner: &Inner,
    request: &OwnedRequest,
    ZoneFile { path, bytes, linked }: &ZoneFile,
    read: &mut ZoneRead,
) {
    let options = &inner.options;
    let includes = inner.includes(request.includes);
    let order = options.enforce_order.then(|| options.order_mode.into());
    let severity = if request.lenient { Severity::Warning } else { Severity::Error };
    let mut load = LoadOptions::new(&*path.to_string_lossy())
        .order(order)
        .include(&includes)
        .strict_keys(severity);
    load.one_at_a_time = Some(&ONE_AT_A_TIME);
    let foreign = Foreign::new(&load.file, *linked, &includes, &request.name);
    // Room for as many as there may be: what is not used of it is never touched.
    let records = Vec::with_capacity(bytes.len() / SHORTEST);
    let altered = Altered::new(std::str::from_utf8(bytes).unwrap_or_default());
    let mut loading =
        Loading { inner, request, records, report: Report::new(), foreign: &foreign, altered };
    let document =
        text_of(bytes, &load.file).and_then(|text| load_entries(text, &load, &mut loading));
    let document = match document {
        Ok(document) => document,
        Err(error) => {
            let found = error.to_diagnostic().about(request.name.to_string());
            read.report.push(foreign.shown(found));
            return;
        }
    };
    read.report.extend(document.report.into_iter().map(|found| foreign.shown(found)));
    if is_blank(bytes) && !request.target {
        let found = Diagnostic::warning("yaml-empty", "the file has no records")
            .about(request.name.to_string())
            .at(Origin::file(load.file.clone()));
        read.report.push(found.help("write `{}` for a zone without records"));
    }
    if document.root.is_truthy() {
        let found = document.root.kind_name();
        let message = format!("a zone file maps names to records, this is {found}");
        let origin = Origin::new(&document.files, document.root.position);
        let help =
            "write names, and below each its records, such as `www: {type: A, value: 192.0.2.1}`";
        read.report.push(Diagnostic::error("yaml", message).at(origin).help(help));
    }
    read.report.merge(loading.report);
    if read.records.is_empty() {
        read.records = loading.records;
    } else {
        read.records.append(&mut loading.records);
    }
}

/// Whether a file has comments and starts of documents at most.
fn is_blank(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.all(|line| line.is_empty() || line.starts_with(b"#") || line == b"---")
}

/// Builds records from the entries of a file while they are read.
struct Loading<'l> {
    inner: &'l Inner,
    request: &'l OwnedRequest,
    records: Vec<Arc<Record>>,
    report: Report,
    foreign: &'l Foreign<'l>,
    altered: Altered<'l>,
}

impl<'a> Entries<'a> for Loading<'_> {
    /// The records of a name: a single one, or a list of several types.
    fn entry(&mut self, files: &[Arc<str>], name: &Value<'a>, data: Value<'a>) {
        let Self { inner, request, records, report, foreign, altered } = self;
        let mut context = LoadContext::new(&request.name, &request.validators, &request.types);
        context.source = Some(&inner.id);
        context.files = files;
        context.lenient = request.lenient;
        context.default_ttl = Some(inner.options.default_ttl);
        context.escape_semicolons = !inner.options.escaped_semicolons;
        context.keeps_positions = !request.target;
        let several = data.as_list();
        for data in several.unwrap_or(std::slice::from_ref(&data)) {
            let mut load = |report: &mut Report| {
                let Some(record) = Record::load(name, data, &context, report) else { return };
                if !request.target {
                    altered.check(files, data, &record, report);
                }
                records.push(Arc::new(record));
            };
            if foreign.is_in(files, name, data) {
                let mut found = Report::new();
                load(&mut found);
                report.extend(found.into_iter().map(|found| foreign.withhold(found)));
            } else {
                load(report);
            }
        }
    }

    fn forget(&mut self) {
        self.records.clear();
        self.report = Report::new();
    }
}
