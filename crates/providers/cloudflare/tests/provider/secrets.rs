//! Credentials are never shown, whatever happens and however much is logged.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use octodns_testkit::fake::{InjectedFault, Response};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span;

use crate::support::{Run, hosts, with_zone};

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

#[tokio::test]
async fn credentials_are_in_no_log_line_error_or_value() {
    let everything = Everything::default();
    // For the whole process, since a log line that another test reached first would not be enabled here.
    tracing::subscriber::set_global_default(everything.clone()).unwrap();
    let mut shown = String::new();
    let secrets = ["let-me-in", "global-key", "wrong-and-secret"];
    for (token, email) in [
        ("let-me-in", None),
        ("global-key", Some("me@example.com")),
        ("wrong-and-secret", None),
        ("wrong-and-secret", Some("me@example.com")),
    ] {
        let (server, _) = with_zone("free").await;
        let run = Run::new(&server, &json!({ "token": token, "email": email }));
        // A service that repeats the request.
        let echo = |status| {
            let errors = json!([{ "message": format!("bad token Bearer {token}") }]);
            InjectedFault::Response(Response::json(
                status,
                json!({ "success": false, "errors": errors }),
            ))
        };
        let desired = run.zone("unit.tests.", &hosts(0, 3, "192.0.2.1"));
        if let Ok(Some(plan)) = run.0.plan(&desired).await {
            for fault in [echo(400), echo(403), echo(500), InjectedFault::BreakAfter] {
                server.control().faults().next(9, fault);
                writeln!(shown, "{:?}", run.apply(&plan).await).unwrap();
                server.control().faults().clear();
            }
        }
        server.control().faults().next(9, echo(403));
        writeln!(shown, "{:?}", run.read("unit.tests.").await).unwrap();
    }
    let logged = everything.0.lock().unwrap().clone();
    assert!(logged.contains("/client/v4/zones"), "nothing was logged: {logged}");
    assert!(shown.contains("bad token"), "{shown}");
    for secret in secrets {
        assert!(!logged.contains(secret), "{logged}");
        assert!(!shown.contains(secret), "{shown}");
    }
}
