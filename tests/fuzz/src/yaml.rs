//! YAML: zone files of the YAML provider, and its reader and writer.

use std::fs;

use crate::checks::{check_yaml_keeps, check_zone_file_keeps, differences, read_both};
use crate::engine::{ZONE, block_on, read_source, zone_name};
use crate::files::{clear, folder, write_file};
use crate::target::Target;
use octodns_core::ZoneFiles;
use octodns_core::provider::Includes;
use octodns_yaml::{
    DumpOptions, LoadOptions, Order, YamlOptions, YamlProvider, dump, load, sort_keys, text_of,
};

pub(crate) const TARGET: Target = Target { name: "yaml", run };

fn run(bytes: &[u8]) {
    if let Ok(text) = text_of(bytes, &"zone.yaml".into()) {
        check_readers(text);
        check_writer(text);
        check_order(text);
    }
    check_provider(bytes);
}

/// The result of a reader, in full detail.
fn read(text: &str, order: Option<Order>, thorough: bool) -> Option<String> {
    let mut options = LoadOptions::new("zone.yaml").order(order).warn_duplicates();
    options.thorough = thorough;
    let document = load(text, &options).ok()?;
    Some(format!("{:?} {:?}", document.root, document.report))
}

/// The fast reader's result is that of the full one.
fn check_readers(text: &str) {
    for order in [None, Some(Order::Natural)] {
        assert_eq!(read(text, order, false), read(text, order, true));
    }
}

/// What is written is read back unchanged, and writing that again gives the same text.
fn check_writer(text: &str) {
    let options = LoadOptions::new("zone.yaml");
    let Ok(document) = load(text, &options) else { return };
    let mut dump_options = DumpOptions::default();
    dump_options.allow_unicode = true;
    let written = dump(&document.root, &dump_options);
    let again = load(&written, &options).unwrap_or_else(|error| panic!("{written:?}: {error}"));
    assert_eq!(dump(&again.root, &dump_options), written, "no fixed point");
}

/// Sorting keys changes nothing else, and sorting again changes nothing.
fn check_order(text: &str) {
    let options = LoadOptions::new("zone.yaml");
    let Ok(Some(ordered)) = sort_keys(text, Order::Natural, &options) else { return };
    let mut dump_options = DumpOptions::default();
    dump_options.allow_unicode = true;
    let dumped = |text: &str| {
        let document = load(text, &options).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        dump(&document.root, &dump_options)
    };
    assert_eq!(dumped(text), dumped(&ordered));
    assert_eq!(sort_keys(&ordered, Order::Natural, &options), Ok(None), "{ordered:?}");
}

/// A zone that can be read is unchanged after it is written, and what can be read strictly can be read
/// leniently.
fn check_provider(bytes: &[u8]) {
    let folder = folder("yaml");
    clear(&folder);
    write_file(&folder, &format!("{ZONE}yaml"), bytes);
    let provider = || YamlProvider::new("fuzz", YamlOptions::new(&folder));
    let [strict, lenient] = read_both(&zone_name(), provider, bytes);
    if let Some(zone) = &strict {
        check_zone_file_keeps(zone);
    }
    if let Some(zone) = &lenient {
        check_yaml_keeps(zone);
    }
    // A sorted file has the same content.
    if let Ok(ordered) = block_on(provider().sorted_texts(&zone_name(), Includes::Folder))
        && !ordered.texts.is_empty()
        && ordered.texts.iter().all(|text| fs::write(&text.file, &text.after).is_ok())
        && let Ok((zone, _)) = read_source(&zone_name(), provider(), true)
        && let Some(before) = &lenient
    {
        assert!(differences(before, &zone).is_empty());
    }
}
