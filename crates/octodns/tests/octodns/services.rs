//! The table of services against the classes, and against their pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns::init::{SERVICES, Service, services_in_environment};
use octodns_core::Registry;
use octodns_core::registry::{Class, Component, Host};

/// Classes with credentials that no new config has: of services that another class is for, or that only read.
const OTHERS: [&str; 5] = [
    "octodns_cloudflare.CloudflareInternalProvider",
    "octodns_azure.AzurePrivateProvider",
    "octodns_easydns.EasyDNSProvider",
    "octodns_selectel.SelectelProviderLegacy",
    "octodns_spf.SpfSource",
];

fn registry(set: &'static [&'static str]) -> Registry {
    let mut host = Host::default();
    host.env = Arc::new(move |name| set.contains(&name).then(|| "x".to_owned()));
    octodns::registry(None, host)
}

/// The names of the options of a class, of those that are required, and of those that are secret.
fn options(class: &Class<Component>) -> [BTreeSet<String>; 3] {
    let mut generator = octodns_core::schema::settings().into_generator();
    let schema = (class.options)(&mut generator);
    let (mut all, mut secret) = (BTreeSet::new(), BTreeSet::new());
    for (name, of) in schema.get("properties").and_then(|all| all.as_object()).into_iter().flatten()
    {
        all.insert(name.clone());
        if of.to_string().contains("\"writeOnly\":true") {
            secret.insert(name.clone());
        }
    }
    let required = schema.get("required").and_then(|all| all.as_array()).into_iter().flatten();
    let required = required.filter_map(|name| Some(name.as_str()?.to_owned())).collect();
    [all, required, secret]
}

#[test]
fn rows_are_in_order_and_variables_are_told_apart() {
    assert!(SERVICES.is_sorted_by_key(|service| service.id));
    let variables = SERVICES.iter().flat_map(Service::needed);
    let known: Vec<_> = variables.collect();
    let apart: BTreeSet<_> = known.iter().collect();
    assert_eq!(known.len(), apart.len(), "one variable is of one service");
}

#[test]
fn rows_have_the_options_of_their_classes() {
    let registry = registry(&[]);
    for service in SERVICES {
        let Some(class) = registry.providers.get(service.class) else { continue };
        assert_eq!(class.path, service.class);
        let [all, required, _] = options(class);
        let named: BTreeSet<_> =
            service.options.iter().map(|option| option.name.to_owned()).collect();
        assert!(named.is_subset(&all), "{}: {named:?} of {all:?}", service.class);
        let lacks: Vec<_> = required.difference(&named).collect();
        assert!(lacks.is_empty(), "{} lacks {lacks:?}", service.class);
    }
}

#[test]
fn every_class_with_required_secrets_has_its_row() {
    let mut classes = BTreeSet::new();
    for (_, class) in registry(&[]).providers.iter() {
        let [_, required, secret] = options(class);
        if required.intersection(&secret).next().is_some() {
            classes.insert(class.path);
        }
    }
    classes.retain(|class| {
        !OTHERS.contains(class) && SERVICES.iter().all(|service| service.class != *class)
    });
    assert!(classes.is_empty(), "{classes:?}");
}

/// The variables that the example of a page has, by option.
fn of_page(page: &str, class: &str) -> BTreeMap<String, String> {
    let entry = page.split("class: ").find(|text| text.lines().next() == Some(class)).unwrap_or("");
    let lines = entry.lines().take_while(|line| line.starts_with("    ") || *line == class);
    let options = lines.filter_map(|line| {
        let (option, value) = line.trim().trim_start_matches('#').trim().split_once(": ")?;
        Some((option.to_owned(), value.strip_prefix("env/")?.to_owned()))
    });
    options.collect()
}

#[test]
fn pages_have_the_same_variables() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers");
    let mut seen = 0;
    for service in SERVICES {
        let feature = octodns::feature_of(service.class).unwrap();
        let page = fs::read_to_string(pages.join(format!("{feature}.md"))).unwrap();
        for (option, variable) in of_page(&page, service.class) {
            let row = service.options.iter().find(|row| row.name == option);
            assert_eq!(
                row.map(|row| row.variable),
                Some(&*variable),
                "{}: {option}",
                service.class
            );
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} were seen");
}

#[test]
fn a_service_is_found_when_all_it_needs_is_set() {
    let ids = |set| {
        let services = services_in_environment(&registry(set));
        services.into_iter().map(|service| service.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), [] as [&str; 0]);
    if cfg!(feature = "powerdns") {
        assert_eq!(ids(&["POWERDNS_API_KEY"]), [] as [&str; 0]);
        assert_eq!(ids(&["POWERDNS_API_KEY", "POWERDNS_HOST"]), ["powerdns"]);
    }
}
