//! Keys and signatures are never shown, whatever happens and however much is logged.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use octodns_core::{Registry, Source};
use octodns_kit::http::Accounts;
use octodns_kit::rows::Rows;
use octodns_testkit::fake::{Fake, Request, Response};
use octodns_testkit::run::render;
use octodns_testkit::store::Store;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span;

use crate::{CLASS, fake, harness, service_with, zone};

/// Collects everything that is logged, at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The service, which refuses everything after a number of calls and repeats what it was sent.
fn parrot(mut store: Store, mut calls: usize) -> impl FnMut(&Request) -> Response {
    use octodns_testkit::fake::Api;
    move |request| {
        if fake::is_time(request) || calls > 0 {
            calls = calls.saturating_sub(1);
            return store.response(request);
        }
        let body = String::from_utf8_lossy(&request.body);
        let secrets = [fake::SECRET, fake::KEY, fake::CONSUMER];
        let message = format!("{secrets:?} {:?} {body}", request.headers);
        Response::json(400, json!({"class": "Client::BadRequest", "message": message}))
    }
}

#[tokio::test]
async fn secrets_are_in_no_log_line_error_or_value() {
    let everything = Everything::default();
    // For the whole process, since a log line that another test reached first would not be enabled here.
    tracing::subscriber::set_global_default(everything.clone()).unwrap();
    let mut shown = String::new();
    for calls in [0, 2, 3] {
        let store = service_with(&[("www", "A", "192.0.2.1")]);
        let service = Fake::start(parrot(store, calls)).await;
        let harness = harness(service.url());
        writeln!(shown, "{:?}", harness.provider().list_zones().await).unwrap();
        let record = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.2"});
        match harness.plan(&harness.zone(&zone(), &[record])).await {
            Err(report) => writeln!(shown, "{} {report:?}", render(&report)).unwrap(),
            Ok(plan) => {
                let applied = harness.apply(&plan.unwrap()).await;
                writeln!(shown, "{applied:?}").unwrap();
            }
        }
    }
    let keys = [fake::KEY, fake::SECRET, fake::CONSUMER].map(octodns_core::Secret::new);
    let [key, secret, consumer] = keys;
    let options = octodns_ovh::Options::new(key, secret, consumer);
    let options = octodns_kit::OptionsOf::<octodns_ovh::Ovh>::new(options);
    writeln!(shown, "{options:?}").unwrap();
    let built =
        octodns_kit::provider::<Rows<octodns_ovh::Ovh>>("ovh", options, &Accounts::default());
    writeln!(shown, "{:?}", built.map(|provider| provider.class_name().to_owned())).unwrap();
    let mut config = crate::config();
    config["consumer_key"] = format!("{}\n", fake::CONSUMER).into();
    let mut registry = Registry::default();
    octodns_ovh::register(&mut registry);
    let built = octodns_testkit::run::Harness::of(&registry, CLASS, &config);
    writeln!(shown, "{:?}", built.map(drop).unwrap_err()).unwrap();

    shown.push_str(&everything.0.lock().unwrap());
    assert!(shown.contains("x-ovh-signature") && shown.contains("GET /1.0/"), "{shown}");
    for secret in [fake::KEY, fake::SECRET, fake::CONSUMER, "$1$"] {
        let lines: Vec<_> = shown.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret} is shown: {lines:#?}");
    }
}
