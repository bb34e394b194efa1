//! The tests of every provider: recordings of the real service, the behaviour suite, and octoDNS' own
//! provider at the same service.

use octodns_core::{RecordType, ServiceErrorKind, ZoneName, async_trait};
use octodns_testkit::behaviour::samples::{self, Sample};
use octodns_testkit::behaviour::{self, Fixture, Service};
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Asked, Control, Fake, InjectedFault, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::{Value as Json, json};

use crate::fake::Cloudflare;
use crate::fake::switches::Switched;
use crate::support::{Run, Server, api, hosts, with_zone};

/// The reference sends each value separately, and this provider sends batches: so the final states of two
/// services are compared, both starting with the recorded state.
#[tokio::test]
async fn recordings_are_read_planned_and_applied_as_by_the_reference() {
    let Some(cassettes) = Cassettes::of("cloudflare") else { return };
    cassettes
        .register(octodns_cloudflare::register)
        .endpoint("api_url", "https://api.cloudflare.com/client/v4")
        .options(json!({ "retry_period": 0, "http": { "retry_wait": 0.0 } }))
        .replayed(Cloudflare::recorded)
        .fault("errors.json", ServiceErrorKind::Unauthorized)
        .fault("errors-rate-limit.json", ServiceErrorKind::Throttled)
        .fault("errors-validation.json", ServiceErrorKind::Refused)
        .run()
        .await;
}

/// The response recorded in `errors-write.json`, to a batch.
#[tokio::test]
async fn refused_writes_are_told() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    let plan = run.plan(&run.zone("unit.tests.", &hosts(0, 1, "192.0.2.10"))).await.unwrap();
    let body = json!({
        "success": false, "messages": [], "result": null,
        "errors": [{ "code": 81057, "message": "An identical record already exists." }],
    });
    server.control().faults().next(1, InjectedFault::Response(Response::json(400, body)));
    let error = run.apply(&plan).await.0.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().ends_with("400: An identical record already exists."), "{error}");
}

/// The error recorded in `errors-ds-without-ns.json`: a plan error for a strict target.
#[tokio::test]
async fn a_ds_record_without_ns_is_refused() {
    let (server, _) = with_zone("free").await;
    let value = json!({ "key_tag": 60485, "algorithm": 13, "digest_type": 2, "digest": "d4b7" });
    let ds = json!({ "name": "sub", "type": "DS", "ttl": 600, "value": value });
    for (strict_supports, fine) in [(true, false), (false, true)] {
        let run = Run::new(&server, &json!({ "strict_supports": strict_supports }));
        let planned = run.0.plan(&run.zone("unit.tests.", std::slice::from_ref(&ds))).await;
        assert_eq!(planned.is_ok(), fine, "{planned:?}");
        if let Err(report) = planned {
            let found = report.iter().next().unwrap();
            assert!(
                found.to_string().contains("a DS record needs an NS record of the same name"),
                "{found}"
            );
        }
    }
}

struct Loopback {
    server: Switched,
}

#[async_trait]
impl Fixture for Loopback {
    async fn harness(&self) -> Harness {
        Run::new(&self.server.0, &json!({})).0
    }

    fn control(&self) -> Option<&Control> {
        Some(self.server.0.control())
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(&self.server)
    }

    fn min_ttl(&self) -> u32 {
        120
    }

    fn except(&self) -> &[(&str, &str)] {
        &[("type-urlfwd", "a page rule has no TTL; page_rules_are_managed_beside_records has them")]
    }

    /// Ports are read as strings, like the reference does.
    fn sample(&self, record_type: RecordType) -> Option<Sample> {
        let mut sample = samples::of(record_type)?;
        for value in &mut sample.values {
            if let Some(port) = value.pointer_mut("/svcparams/port") {
                *port = port.to_string().into();
            }
        }
        Some(sample)
    }
}

#[tokio::test]
async fn it_passes_the_behaviour_suite() {
    if let Some(asked) = Asked::by() {
        return asked.serve(Cloudflare::default()).await.unwrap();
    }
    let server = Switched(Fake::start(Cloudflare::default()).await);
    behaviour::run_suite(&Loopback { server }).await;
}

/// Both zones, since each client lists the zones only once.
async fn with_two_zones() -> Server {
    let mut service = Cloudflare::default();
    for zone in zones() {
        service.add_zone(zone.as_str().trim_end_matches('.'), "pro");
    }
    Fake::start(service).await
}

fn reference(server: &Server) -> Option<Reference> {
    let config = json!({ "token": "let-me-in", "api_url": api(server) });
    Reference::new("octodns_cloudflare.CloudflareProvider", config)
}

fn zones() -> [ZoneName; 2] {
    ["ours.tests.", "theirs.tests."].map(|name| ZoneName::new(name).unwrap())
}

#[tokio::test]
async fn the_reference_and_we_agree() {
    let server = with_two_zones().await;
    let Some(theirs) = reference(&server) else { return };
    let why = "it crashes on the number of a port; bindings_are_agreed_on has them as text";
    let ours = Run::new(&server, &json!({}));
    let except = &[("HTTPS", why), ("SVCB", why)];
    TwoClients { ours: &ours.0, theirs: &theirs, zones: zones(), except }.run().await;
}

/// HTTPS and SVCB both ways, with ports in the form that the reference accepts.
#[tokio::test]
async fn bindings_are_agreed_on() {
    let server = with_two_zones().await;
    let Some(theirs) = reference(&server) else { return };
    let ours = Run::new(&server, &json!({}));
    let binding = |of: &str, port: &str| {
        let params = json!({ "alpn": ["h2", "h3"], "port": port, "no-default-alpn": null });
        let values = json!([
            { "svcpriority": 1, "targetname": "svc.example.net.", "svcparams": params },
            { "svcpriority": 2, "targetname": ".", "svcparams": { "ipv4hint": ["192.0.2.1"] } },
        ]);
        json!({ "name": of.to_lowercase(), "type": of, "ttl": 300, "values": values })
    };
    for port in ["8443", "8080"] {
        let records: Vec<Json> = ["HTTPS", "SVCB"].map(|of| binding(of, port)).to_vec();
        let [by_us, by_them] = zones();
        ours.settle(&ours.0.zone(&by_us, &records)).await;
        theirs.apply(&by_them, &records).await;
        for zone in [&by_us, &by_them] {
            assert_eq!(theirs.plan(zone, &records).await, Vec::<String>::new(), "{zone}");
            assert!(ours.plan(&ours.0.zone(zone, &records)).await.is_none(), "{zone}");
        }
    }
}

/// The settings besides the values, both ways.
#[tokio::test]
async fn settings_are_agreed_on() {
    let server = with_two_zones().await;
    let Some(theirs) = reference(&server) else { return };
    let ours = Run::new(&server, &json!({}));
    for section in [
        json!({ "proxied": true, "comment": "one", "tags": ["a:1", "b:2"] }),
        json!({ "auto-ttl": true, "comment": "two" }),
        json!({ "tags": ["c:3"] }),
    ] {
        let records = [json!({
            "name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"],
            "octodns": { "cloudflare": section },
        })];
        let [by_us, by_them] = zones();
        ours.settle(&ours.0.zone(&by_us, &records)).await;
        theirs.apply(&by_them, &records).await;
        for zone in [&by_us, &by_them] {
            assert_eq!(
                theirs.plan(zone, &records).await,
                Vec::<String>::new(),
                "{zone} {records:?}"
            );
            assert!(ours.plan(&ours.0.zone(zone, &records)).await.is_none(), "{zone} {records:?}");
        }
    }
}
