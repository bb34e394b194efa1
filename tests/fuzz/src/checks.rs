//! Properties of every zone and every finding, wherever they come from.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::UNIX_EPOCH;

use octodns_bind::{ZoneFileOptions, ZoneFileProvider};
use octodns_core::zone::{DiffScope, changes};
use octodns_core::{
    Capabilities, Change, Diagnostic, Record, RecordName, RecordType, Report, Source, Zone,
    ZoneName,
};
use octodns_dns::wire;
use octodns_yaml::{YamlOptions, YamlProvider};

use crate::engine::{apply, converge, read_source};
use crate::files::{clear, folder};

/// The changes from one zone to another.
pub(crate) fn differences(existing: &Zone, desired: &Zone) -> Vec<Change> {
    changes(existing, desired, &DiffScope::new("fuzz", &Capabilities::EVERYTHING))
}

/// Checks that the positions of findings exist in the text.
pub(crate) fn check_origins(report: &Report, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    if text.to_lowercase().contains("include") {
        // Positions may be in another file.
        return;
    }
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    let check = |found: &Diagnostic| {
        let places = found.related.iter().map(|(_, origin)| origin).chain([&found.origin]);
        for origin in places.filter(|origin| origin.line > 0) {
            let line = usize::try_from(origin.line).unwrap_or(usize::MAX);
            // The end of the text is on the line after the last line ending.
            assert!(line <= lines + 1 && origin.column > 0, "{found:?}: {lines} lines");
        }
    };
    report.iter().for_each(check);
}

/// Reads a zone of a source strictly and leniently. What can be read strictly can be read leniently, and the
/// positions of findings exist in the text.
pub(crate) fn read_both<S: Source + 'static>(
    name: &ZoneName,
    source: impl Fn() -> S,
    text: &[u8],
) -> [Option<Zone>; 2] {
    let read = [false, true].map(|lenient| read_source(name, source(), lenient));
    for read in &read {
        let (Ok((_, report)) | Err(report)) = read;
        check_origins(report, text);
    }
    let [strict, lenient] = read.map(|read| read.ok().map(|(zone, _)| zone));
    if let Some(zone) = &strict {
        let lenient = lenient.as_ref().expect("what is read strictly");
        let changes = differences(lenient, zone);
        assert!(changes.is_empty(), "read leniently it differs: {changes:?}");
    }
    [strict, lenient]
}

/// Checks that a zone is unchanged after it is written as YAML and read again.
pub(crate) fn check_yaml_keeps(zone: &Zone) {
    let folder = folder("written");
    clear(&folder);
    let provider = || YamlProvider::new("fuzz", YamlOptions::new(&folder));
    let Some(held) = converge(Arc::new(provider()), zone) else { return };
    let changes = differences(&held, zone);
    assert!(changes.is_empty(), "YAML keeps it differently: {changes:?}");
    // A written file is in order, and a source can read it as well.
    if !zone.is_empty() {
        let read = read_source(zone.name(), provider(), true);
        let (again, _) =
            read.unwrap_or_else(|report| panic!("is written and cannot be read: {report:?}"));
        let changes = differences(&held, &again);
        assert!(changes.is_empty(), "a source reads it differently: {changes:?}");
    }
}

/// Checks that a zone, as far as servers can hold it, is unchanged after it is written as a zone file and
/// read again.
pub(crate) fn check_zone_file_keeps(zone: &Zone) {
    static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| {
        let provider = zone_file_provider(Path::new(""));
        provider.capabilities().clone()
    });
    let folder = folder("zone-file");
    clear(&folder);
    let provider = zone_file_provider(&folder);
    let Some(desired) = as_served(zone, &CAPABILITIES) else { return };
    if desired.is_empty() || !apply(Arc::new(provider.clone()), &desired) {
        return;
    }
    let read = read_source(zone.name(), provider, true);
    let (again, _) =
        read.unwrap_or_else(|report| panic!("is written and cannot be read: {report:?}"));
    let changes = differences(&again, &desired);
    assert!(changes.is_empty(), "a zone file keeps it differently: {changes:?}");
}

/// A zone as servers hold it: without unsupported records, and with names and values in their spelling.
/// `None` for a zone that they refuse as a whole, since it has something next to a CNAME.
fn as_served(zone: &Zone, capabilities: &Capabilities) -> Option<Zone> {
    let mut served = Zone::new(zone.name().clone());
    for record in zone.records() {
        let name = spelled(record.name(), zone.name());
        let data = wire::to_bytes(record.data());
        let data = data.and_then(|rdatas| wire::from_bytes(record.record_type(), &rdatas));
        let data = data.unwrap_or_else(|_| record.data().clone());
        let record = Record::new(name, record.ttl(), data);
        // Two spellings of the same name are one name.
        let is_new = served.get(record.name(), record.record_type()).is_none();
        if is_new && capabilities.supports(&record) {
            served.set(record);
        }
    }
    let is_cname = |record: &Arc<Record>| record.record_type() == RecordType::CNAME;
    let refused = |(_, node): (_, &[Arc<Record>])| node.len() > 1 && node.iter().any(is_cname);
    let is_refused = served.nodes().any(refused);
    (!is_refused).then_some(served)
}

/// A name in the spelling of servers, if it is valid.
fn spelled(name: &RecordName, zone: &ZoneName) -> RecordName {
    let labels = wire::labels(&name.fqdn(zone)).ok();
    let spelled = labels.map(|labels| wire::present_labels(&labels));
    let relative = spelled.as_deref().and_then(|spelled| zone.relative(spelled));
    relative.and_then(|name| RecordName::new(name).ok()).unwrap_or_else(|| name.clone())
}

/// A provider of zone files in a folder, without a required SOA record, at a fixed time.
pub(crate) fn zone_file_provider(folder: &Path) -> ZoneFileProvider {
    let options = serde_json::json!({"directory": folder, "check_origin": false});
    let options: ZoneFileOptions = serde_json::from_value(options).expect("options of zone files");
    ZoneFileProvider::new("fuzz", options, Arc::new(|| Some(UNIX_EPOCH)))
}
