//! YAML: zone files of the YAML provider, and the reader and writer below it.

use crate::checks::{check_yaml_keeps, check_zone_file_keeps, differences, read_both};
use crate::engine::{ZONE, block_on, read_source, zone_name};
use crate::files::{clear, folder, write_file};
use crate::target::Target;
use octodns_core::Source;
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

/// What a reader makes of a text: everything that can be seen of it.
fn read(text: &str, order: Option<Order>, thorough: bool) -> Option<String> {
    let options =
        LoadOptions { thorough, ..LoadOptions::new("zone.yaml").order(order).warn_duplicates() };
    let document = load(text, &options).ok()?;
    Some(format!("{:?} {:?}", document.root, document.report))
}

/// The fast reader reads what the full one reads.
fn check_readers(text: &str) {
    for order in [None, Some(Order::Natural)] {
        assert_eq!(read(text, order, false), read(text, order, true));
    }
}

/// What is written reads as what it was, and writing that again gives the same text.
fn check_writer(text: &str) {
    let options = LoadOptions::new("zone.yaml");
    let Ok(document) = load(text, &options) else { return };
    let dump_options = DumpOptions { order: Order::Natural, allow_unicode: true };
    let written = dump(&document.root, &dump_options);
    let again = load(&written, &options).unwrap_or_else(|error| panic!("{written:?}: {error}"));
    assert_eq!(dump(&again.root, &dump_options), written, "no fixed point");
}

/// Putting keys in order changes nothing else, and is done after once.
fn check_order(text: &str) {
    let options = LoadOptions::new("zone.yaml");
    let Ok(Some(ordered)) = sort_keys(text, Order::Natural, &options) else { return };
    let dumped = |text: &str| {
        let document = load(text, &options).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        dump(&document.root, &DumpOptions { order: Order::Natural, allow_unicode: true })
    };
    assert_eq!(dumped(text), dumped(&ordered));
    assert_eq!(sort_keys(&ordered, Order::Natural, &options), Ok(None), "{ordered:?}");
}

/// A zone that can be read is the same after it was written, and what is read strictly is read leniently.
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
    // Whatever can be put in order is, and says the same then.
    if let Ok(ordered) = block_on(provider().sort_keys(&zone_name()))
        && !ordered.files.is_empty()
        && let Ok((zone, _)) = read_source(&zone_name(), provider(), true)
        && let Some(before) = &lenient
    {
        assert!(differences(before, &zone).is_empty());
    }
}
