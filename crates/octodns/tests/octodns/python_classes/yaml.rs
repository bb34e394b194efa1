//! octoDNS's own `YamlProvider`, run by Python as a source and as a target.

const ZONE: &str = "---
'':
- type: CAA
  value: {flags: 0, tag: issue, value: ca.example.net}
- type: NS
  values: [ns1.example.net., ns2.example.net.]
geo:
  dynamic:
    pools:
      one: {fallback: two, values: [{value: 192.0.2.1, weight: 3}, {value: 192.0.2.2}]}
      two: {values: [{status: up, value: 192.0.2.3}]}
    rules:
    - {pool: two, subnets: [192.0.2.0/24]}
    - {geos: [EU, NA-US-CA], pool: one}
    - {pool: two}
  octodns: {healthcheck: {path: /x, port: 8080, protocol: HTTP}, lenient: true}
  type: A
  value: 192.0.2.9
loc:
  type: LOC
  value: {altitude: 20, lat_degrees: 31, lat_direction: S, lat_minutes: 58, lat_seconds: 52.1, long_degrees: 115,
    long_direction: E, long_minutes: 49, long_seconds: 11.7, precision_horz: 10, precision_vert: 2, size: 10}
txt: {type: TXT, values: ['a\\; b', 'long \"text\"']}
www: {type: CNAME, value: example.net.}
xn--bcher-kva: {ttl: 60, type: A, value: 192.0.2.4}
";

fn config(source: &str, target: &str) -> String {
    format!(
        "
manager:
  plan_outputs: {{json: {{class: octodns.provider.plan.PlanJson, indent: 1}}}}
providers:
  source: {{class: '{source}octodns.provider.yaml.YamlProvider', directory: '{{folder}}/in'}}
  target: {{class: '{target}octodns.provider.yaml.YamlProvider', directory: '{{folder}}/out'}}
zones:
  example.com.: {{sources: [source], targets: [target]}}
"
    )
}

#[tokio::test]
async fn a_zone_comes_through_python_as_it_was() {
    // The reference does not know the prefix, and needs none.
    for (source, target) in [("python:", ""), ("", "python:"), ("python:", "python:")] {
        same_but_for_prefix(&config(source, target)).await;
    }
}

/// octoDNS keeps texts as they are written. Plans show them as they are meant.
#[tokio::test]
async fn texts_are_written_as_they_were() {
    let Some(python) = super::python() else { return };
    let zone = "---\ntxt:\n  type: TXT\n  values:\n  - back\\slash\n  - two\\\\two\n";
    let config = config("python:", "python:");
    let files = [("config.yaml", &*config), ("in/example.com.yaml", zone), ("out/keep", "")];
    let ours = super::Run::new(&files);
    ours.sync(&python, true).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(ours.out().contains("back\\\\\\\\slash"));
    let written = std::fs::read_to_string(ours.path("out/example.com.yaml")).unwrap();
    assert_eq!(written, zone);
}

async fn same_but_for_prefix(config: &str) {
    let Some(python) = super::python() else { return };
    let plain = config.replace("python:", "");
    let files = |config| {
        let old = "---\nold: {type: A, value: 192.0.2.7}\n";
        [("config.yaml", config), ("in/example.com.yaml", ZONE), ("out/example.com.yaml", old)]
    };
    let (ours, theirs) = (super::Run::new(&files(config)), super::Run::new(&files(&plain)));
    let theirs = theirs.reference(&python, true);
    ours.sync(&python, true).await.unwrap_or_else(|failure| panic!("{failure}"));
    let ours = ours.left();
    assert_eq!(ours.out, theirs.out, "{config}");
    let file = |left: &super::Left| {
        left.files.iter().find(|(name, _)| name == "out/example.com.yaml").cloned()
    };
    assert_eq!(file(&ours), file(&theirs), "{config}");
}
