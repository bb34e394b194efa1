//! The parts of the suite.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{Registry, ZoneName};
use serde_json::{Value as Json, json};

use super::{Suite, at, behave, calls, limits, not_tried, secrets, tokens, waits};
use crate::behaviour::{Fixture, dynamic_states};
use crate::cassette::Cassettes;
use crate::two_clients::{Reference, TwoClients};

/// The name of a part, and a function that returns the broken rules.
type Part = (&'static str, fn(Suite) -> BoxFuture<'static, Vec<String>>);

pub(super) const PARTS: &[Part] = &[
    ("behaviour", |suite| behave(suite).boxed()),
    ("limits", |suite| limits::keep(suite).boxed()),
    ("shared-account", |suite| limits::share(suite).boxed()),
    ("secrets", |suite| secrets::hide(suite).boxed()),
    ("calls", |suite| calls::count(suite).boxed()),
    ("tokens", |suite| tokens::share(suite).boxed()),
    ("waits", |suite| waits::wait(suite).boxed()),
    ("cassettes", |suite| play(suite).boxed()),
    ("two-clients", |suite| agree(suite).boxed()),
];

/// Recordings: reads are equal, writes lead to the same state.
async fn play(suite: Suite) -> Vec<String> {
    let Some(folder) = &suite.cassettes else {
        return not_tried("cassettes", "no recordings are named");
    };
    let found = if std::path::Path::new(folder).is_absolute() {
        Some(Cassettes::in_folder(folder))
    } else {
        Cassettes::of(folder)
    };
    let Some(mut cassettes) = found else { return Vec::new() };
    for (option, real) in &suite.endpoints {
        cassettes = cassettes.endpoint(option, real);
    }
    if let Some(size) = suite.store.page_size() {
        // The page size is the client's own choice.
        cassettes = cassettes.ignoring_query(size);
    }
    if let Some(path) = suite.store.login_path() {
        cassettes = cassettes.repeating(path);
    }
    let store = suite.store.clone();
    let cassettes = cassettes
        .register({
            let register = Arc::clone(&suite.register);
            move |registry: &mut Registry| register(registry)
        })
        .options(json!({"http": super::quick()}))
        .options_of_errors(json!({"http": {"attempts": 1}}))
        .replayed(move |cassette| store.recorded(cassette));
    let cassettes = suite.playing.iter().fold(cassettes, |cassettes, playing| playing(cassettes));
    cassettes.examine().await.problems().to_vec()
}

/// The reference and this provider, at the same service.
async fn agree(suite: Suite) -> Vec<String> {
    let Some(package) = &suite.reference else {
        return not_tried("two-clients", "no package of the reference is named");
    };
    let mut config = suite.config.clone();
    if let Json::Object(config) = &mut config {
        config.remove("http");
        config.insert("strict_supports".to_owned(), json!(false));
        config.extend(suite.reference_config.as_object().cloned().unwrap_or_default());
        // An option that the reference does not have.
        config.retain(|_, value| !value.is_null());
    }
    let Some(mut theirs) = Reference::of_package(package, &suite.class, config) else {
        return Vec::new();
    };
    let served = suite.serve().await;
    for (_, real) in &suite.endpoints {
        theirs = theirs.reroute(real, &at(served.fake.url(), real));
    }
    // A login may say where the service is.
    theirs = theirs.reroute(served.fake.url(), served.fake.url());
    let zones = ["ours.example.", "theirs.example."].map(ZoneName::new);
    let [Ok(of_ours), Ok(of_theirs)] = zones else { return vec!["no names".to_owned()] };
    let ours = served.harness().await;
    let zones = [of_ours, of_theirs];
    for zone in &zones {
        served.provide(zone);
        if suite.reference_needs_zones {
            served.fake.api().provide_zone(zone.without_dot());
        }
    }
    let except = &suite.reference_except;
    let clients = TwoClients { ours: &ours, theirs: &theirs, zones, except };
    clients.run_with(|step| dynamic_states(&served, &ours, step)).await;
    Vec::new()
}
