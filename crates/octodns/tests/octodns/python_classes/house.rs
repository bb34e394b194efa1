//! A company's own classes: a provider with every hook, sources, processors, validators, a vault, an output.

use super::{Run, classes, python, same};

const CONFIG: &str = "
manager:
  python_path: [CLASSES]
  plan_outputs:
    json: {class: octodns.provider.plan.PlanJson, indent: 1}
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: '{folder}/zones', enforce_order: false}
  mender: {class: house.Mender, ttl: 120}
  house:
    class: house.HouseProvider
    folder: '{folder}/house'
    token: s3cret-token
    strict_supports: false
processors:
  tagger: {class: house.Tagger, file: '{folder}/seen.txt'}
zones:
  example.com.: {sources: [config, mender], targets: [house], processors: [tagger]}
";

const ZONE: &str = "---
'':
  type: MX
  ttl: 3600
  values:
  - {preference: 10, exchange: mx1.example.com.}
broken: {type: A, value: 192.0.2.5}
dropped: {type: A, value: 192.0.2.6}
fresh:
  octodns: {house: {refresh: true}}
  type: A
  ttl: 300
  value: 192.0.2.7
late: {type: A, ttl: 300, value: 192.0.2.8}
low: {type: A, ttl: 5, value: 192.0.2.9}
mended: {type: A, value: 192.0.2.10}
note:
  type: House/NOTE
  ttl: 300
  values:
  - {text: ' hello ', colour: blue}
  - {text: abc}
quiet: {type: A, ttl: 300, value: 192.0.2.11}
www:
- type: A
  ttl: 300
  values: [192.0.2.1, 192.0.2.2]
- type: TXT
  ttl: 300
  value: 'v=x\\; \"quoted\"'
";

const ROWS: &str = r#"{"rows": [
 {"id": 1, "name": "www", "data": {"type": "A", "ttl": 300, "values": ["192.0.2.2", "192.0.2.3"]}},
 {"id": 2, "name": "fresh", "data": {"type": "A", "ttl": 300, "value": "192.0.2.7"}},
 {"id": 3, "name": "hidden", "data": {"type": "A", "ttl": 300, "value": "192.0.2.12"}},
 {"id": 4, "name": "old", "data": {"type": "A", "ttl": 300, "value": "192.0.2.13"}},
 {"id": 7, "name": "note", "data": {"type": "House/NOTE", "ttl": 300, "values": [{"text": "abc"}]}}
]}"#;

fn config(text: &str) -> String {
    text.replace("CLASSES", classes().to_str().unwrap())
}

#[tokio::test]
async fn a_provider_with_every_hook_plans_and_applies_as_in_octodns() {
    let config = config(CONFIG);
    // The class leaves the quiet one out of every plan.
    let zone = ZONE.replace("quiet: {type: A, ttl: 300, value: 192.0.2.11}\n", "");
    let zone = zone.replace("dropped: {type: A, value: 192.0.2.6}\n", "");
    let zone = zone.replace("  octodns: {house: {refresh: true}}\n", "");
    same(&[
        ("config.yaml", &config),
        ("zones/example.com.yaml", &zone),
        ("house/example.com.json", ROWS),
    ])
    .await;
}

#[tokio::test]
async fn what_hooks_add_and_leave_out_is_the_same_as_in_octodns() {
    let Some(python) = python() else { return };
    let config = config(CONFIG);
    let files = [
        ("config.yaml", &*config),
        ("zones/example.com.yaml", ZONE),
        ("house/example.com.json", ROWS),
    ];
    for apply in [false, true] {
        let (ours, theirs) = (Run::new(&files), Run::new(&files));
        let theirs = theirs.reference(&python, apply);
        assert!(!theirs.out.contains("quiet") && !theirs.out.contains("dropped"), "{}", theirs.out);
        assert!(theirs.out.contains("\"notes\""), "{}", theirs.out);
        ours.sync(&python, apply).await.unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(ours.left(), theirs);
    }
}
