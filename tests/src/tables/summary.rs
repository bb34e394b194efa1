//! Lists of all providers: for readers, and for builds that lack some of them.

use super::provider::Provider;
use super::{Part, markdown};

/// The table of the README.
pub(super) fn readme(providers: &[Provider]) -> Part {
    let rows = providers.iter().map(|provider| {
        let names: Vec<_> =
            provider.classes.iter().map(|class| format!("`{}`", class.class.path)).collect();
        let page = format!("[{}]({})", provider.feature, provider.page());
        [names.join(", "), provider.summary(), page]
    });
    let heads = ["name in a config", "reads and writes", "page"];
    let lines = markdown(heads, &rows.collect::<Vec<_>>());
    Part { file: "README.md".to_owned(), name: "providers".to_owned(), lines }
}

/// The prefixes of class names, by the feature that has them.
pub(super) fn class_names(providers: &[Provider]) -> Part {
    let row = |provider: &Provider| {
        let names: Vec<_> =
            starts(&provider.names).iter().map(|name| format!("{name:?}")).collect();
        format!("({:?}, &[{}]),", provider.feature, names.join(", "))
    };
    let lines = providers.iter().map(row).collect();
    Part { file: "crates/manager/src/features.rs".to_owned(), name: "classes".to_owned(), lines }
}

/// The modules of paths, with a dot at the end and without nested ones, and the names without a module.
fn starts(names: &[&str]) -> Vec<String> {
    let mut modules: Vec<_> =
        names.iter().filter_map(|name| Some(format!("{}.", name.rsplit_once('.')?.0))).collect();
    modules.sort();
    modules.dedup_by(|next, before| next.starts_with(&**before));
    let mut short: Vec<_> =
        names.iter().filter(|name| !name.contains('.')).map(|name| (*name).to_owned()).collect();
    short.sort();
    modules.into_iter().chain(short).collect()
}

#[test]
fn a_module_includes_nested_ones() {
    let names = ["b", "x_a.B", "x_a.c.D", "x_aa.E", "a", "x_a.F"];
    assert_eq!(starts(&names), ["x_a.", "x_aa.", "a", "b"]);
}
