//! The other kinds of classes: vaults, validators, outputs; dynamic zones, dumps, comparisons; and what is told of faults.

use std::path::Path;
use std::sync::Arc;

use octodns::{CompareOptions, DumpOptions, Manager, SyncOptions, ValidateOptions};
use octodns_core::Report;

use super::{Run, classes, messages, python, same};

const ZONE: &str = "---\nshouted: {type: A, value: 192.0.2.1}\nwww: {type: A, value: 192.0.2.2}\n";

/// A config with the classes of the house.
fn config(manager: &str, more: &str) -> String {
    let classes = classes();
    format!(
        "
manager: {{python_path: ['{}']{manager}}}
providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: '{{folder}}/zones'}}
  house: {{class: house.HouseProvider, folder: '{{folder}}/house', token: vault/nekot}}
secret_handlers:
  vault: {{class: house.Vault, prefix: env/PREFIX/my-}}
{more}",
        classes.display()
    )
}

const ZONES: &str = "zones: {example.com.: {sources: [config], targets: [house]}}\n";

fn files(config: &str) -> [(&str, &str); 3] {
    [("config.yaml", config), ("zones/example.com.yaml", ZONE), ("house/keep", "")]
}

fn texts(report: &Report) -> Vec<String> {
    report.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_vault_and_an_output_in_python_are_those_of_octodns() {
    let config = config(", plan_outputs: {lines: {class: house.Lines}}", ZONES);
    same(&files(&config)).await;
}

#[tokio::test]
async fn a_secret_of_a_vault_is_shown_nowhere() {
    let Some(python) = python() else { return };
    // The class says its token when it fails.
    let config = config("", ZONES).replace("token:", "fail_on: www, token:");
    let run = Run::new(&files(&config));
    let failure = run.sync(&python, true).await.unwrap_err();
    let said = format!("{failure:?} {:?} {}", messages(&failure), run.out());
    assert!(said.contains("the house is on fire, says ***"), "{said}");
    assert!(!said.contains("my-token"), "{said}");
}

#[tokio::test]
async fn a_secret_that_a_vault_does_not_have_is_told_at_its_place() {
    let Some(python) = python() else { return };
    let config = config("", ZONES).replace("vault/nekot", "vault/missing");
    let run = Run::new(&files(&config));
    let failure = run.sync(&python, false).await.unwrap_err();
    let found = messages(&failure);
    assert!(found[0].contains("config.yaml:5:"), "{found:?}");
    assert!(found[0].contains("no secret missing for"), "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn validators_in_python_object_to_records_and_zones_of_native_sources() {
    let Some(python) = python() else { return };
    let more = |of_zone: &str| {
        format!(
            "validators:
  no-shouting: {{class: house.NoShouting, types: [A]}}
  not-too-many: {{class: house.NotTooMany, most: 1{of_zone}}}
{ZONES}"
        )
    };
    let found = async |config: &str| {
        let run = Run::new(&files(config));
        let manager = run.manager(&python).unwrap_or_else(|failure| panic!("{failure}"));
        texts(&manager.validate(ValidateOptions::default()).await.unwrap())
    };
    let all = found(&config("", &more(""))).await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains("example.com.yaml:2:"), "{all:?}");
    assert!(all[0].contains("shouted.example.com. is too loud [no-shouting]"), "{all:?}");
    assert!(all[1].contains("more than 1 records [not-too-many]"), "{all:?}");

    // One is in a set that is not enabled, the other is off for this zone.
    let off = ZONES.replace(
        "targets: [house]",
        "targets: [house], validators: {record: {disable_validators: {A: [no-shouting]}}}",
    );
    let config_off = config("", &more(", sets: [strict]").replace(ZONES, &off));
    assert_eq!(found(&config_off).await, [""; 0]);
    let enabled = config(", validators: {enabled: [legacy, strict]}", &more(", sets: [strict]"));
    assert_eq!(found(&enabled).await.len(), 2);

    // A run fails by it, and does not look at a zone that is not whole.
    let text = config("", &more(""));
    let run = Run::new(&files(&text));
    let failure = run.sync(&python, false).await.unwrap_err();
    let found = messages(&failure);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("is too loud"), "{found:?}");
}

/// What Python reads is validated there, by the same rules.
#[tokio::test]
async fn validators_in_python_object_to_records_of_sources_in_python() {
    let Some(python) = python() else { return };
    let more = format!("validators: {{no-shouting: {{class: house.NoShouting}}}}\n{ZONES}");
    let config = config("", &more).replace("octodns.provider.yaml", "python:octodns.provider.yaml");
    let run = Run::new(&files(&config));
    let failure = run.sync(&python, false).await.unwrap_err();
    let found = messages(&failure);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("is too loud"), "{found:?}");
}

#[tokio::test]
async fn a_source_in_python_lists_zones_for_dynamic_ones_and_is_dumped() {
    let Some(python) = python() else { return };
    let rows = r#"{"rows": [{"id": 1, "name": "www", "data": {"type": "A", "ttl": 60, "value": "192.0.2.3"}}]}"#;
    let zones = "zones: {'*': {sources: [house], targets: [config]}}\n";
    let config = config("", zones);
    let files = [("config.yaml", &*config), ("house/example.org.json", rows), ("zones/keep", "")];
    same(&files).await;

    let run = Run::new(&files);
    let manager = run.manager(&python).unwrap();
    let out = run.path("out");
    let options = DumpOptions::new("example.org.", vec!["house".to_owned()], &out);
    assert_eq!(manager.dump(&options).await.unwrap(), 1);
    let native = std::fs::read_to_string(out.join("example.org.yaml")).unwrap();
    assert!(native.contains("192.0.2.3"), "{native}");

    // And by a class in Python that writes files.
    let config = config.replace("octodns.provider.yaml", "python:octodns.provider.yaml");
    let run = Run::new(&[("config.yaml", &config), files[1], files[2]]);
    let manager = run.manager(&python).unwrap();
    let out = run.path("out");
    let mut options = DumpOptions::new("example.org.", vec!["house".to_owned()], &out);
    options.output_provider = Some("config".to_owned());
    assert_eq!(manager.dump(&options).await.unwrap_or_else(|failure| panic!("{failure}")), 1);
    assert_eq!(std::fs::read_to_string(out.join("example.org.yaml")).unwrap(), native);
}

#[tokio::test]
async fn a_comparison_leaves_out_what_a_class_in_python_cannot_hold() {
    let Some(python) = python() else { return };
    let config = config("", ZONES);
    let zone = "---\nsrv: {type: CAA, value: {flags: 0, tag: issue, value: x}}\nwww: {type: A, value: 192.0.2.2}\n";
    let run =
        Run::new(&[("config.yaml", &config), ("zones/example.com.yaml", zone), ("house/keep", "")]);
    let manager = run.manager(&python).unwrap();
    let ids = |id: &str| vec![id.to_owned()];
    let options = CompareOptions::new(ids("config"), ids("house"), "example.com.");
    let compared = manager.compare(&options).await.unwrap_or_else(|failure| panic!("{failure}"));
    let names: Vec<_> =
        compared.changes.iter().map(|change| change.record().name().as_str()).collect();
    assert_eq!(names, ["www"]);
}

#[tokio::test]
async fn versions_are_those_of_packages() {
    let Some(python) = python() else { return };
    let config = config("", ZONES).replace("octodns.provider.yaml", "python:octodns.provider.yaml");
    let run = Run::new(&files(&config));
    let manager = run.manager(&python).unwrap();
    let versions: Vec<_> = manager
        .versions()
        .iter()
        .map(|of| format!("{}={} ({} {})", of.kind, of.name, of.module, of.version))
        .collect();
    assert_eq!(versions[0], "secret_handler=vault (house n/a)");
    assert!(versions[1].starts_with("provider=config (octodns.provider.yaml 1."), "{versions:?}");
    assert_eq!(versions[2], "provider=house (house n/a)");
}

#[tokio::test]
async fn what_is_wrong_with_a_class_is_told_at_the_config() {
    let Some(python) = python() else { return };
    let good = config("", ZONES);
    for (from, to, message, help) in [
        ("house.HouseProvider", "nowhere.Provider", "has no module nowhere", "install its package"),
        (
            "house.HouseProvider",
            "house.HouseProvidr",
            "has no class \"HouseProvidr\"",
            "HouseProvider",
        ),
        ("folder: '{folder}/house', ", "", "needs \"folder\"", "folder"),
        ("token:", "tokn: x, token:", "takes no \"tokn\"", "token"),
        (
            "octodns.provider.yaml.YamlProvider",
            "octodns.provider.yaml.YamlProvidr",
            "has no class \"YamlProvidr\"",
            "did you mean \"octodns.provider.yaml.YamlProvider\"?",
        ),
        ("house.Vault", "house.Mender", "", ""),
    ] {
        let config = good.replace(from, to);
        let run = Run::new(&files(&config));
        let Err(failure) = run.manager(&python) else {
            assert!(message.is_empty(), "{to}");
            continue;
        };
        let found = failure.report.iter().next().unwrap();
        let text = found.to_string();
        assert!(text.contains(message) && text.contains("config.yaml:"), "{to}: {text}");
        assert!(found.help.as_deref().unwrap_or_default().contains(help), "{to}: {found:?}");
    }
}

/// Python is for those who need it.
#[tokio::test]
async fn no_process_is_started_for_a_config_of_native_classes() {
    let config = "
manager: {python: no/such/python}
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: '{folder}/zones'}
  house: {class: octodns.provider.yaml.YamlProvider, directory: '{folder}/house'}
zones: {example.com.: {sources: [config], targets: [house]}}
";
    let run = Run::new(&files(config));
    let nowhere = Path::new("/no/such/python");
    assert_eq!(run.sync(nowhere, true).await.unwrap(), 2);

    let run = Run::new(&files(&config.replace("octodns.provider", "python:octodns.provider")));
    let failure = run.manager(nowhere).err().unwrap();
    let found = messages(&failure);
    assert!(found[0].contains("is not native, and cannot run \"/no/such/python\""), "{found:?}");
    assert!(found[0].contains("`--python`"), "{found:?}");
}

/// Several zones at once, by one object in several threads, and by one in turn.
#[tokio::test]
async fn many_zones_are_planned_at_once() {
    let Some(python) = python() else { return };
    let zone = |index| {
        format!(
            "  z{index}.example.: {{sources: [config], targets: [house], processors: [tagger]}}\n"
        )
    };
    let zones = (0..12).map(zone).collect::<Vec<_>>().concat();
    let more = format!(
        "processors: {{tagger: {{class: house.Tagger, file: '{{folder}}/seen.txt'}}}}\nzones:\n{zones}"
    );
    for workers in ["", ", max_workers: 4"] {
        let config = config(workers, &more);
        let names: Vec<_> = (0..12).map(|index| format!("zones/z{index}.example.yaml")).collect();
        let mut files = vec![("config.yaml", &*config), ("house/keep", "")];
        files.extend(names.iter().map(|name| (&**name, ZONE)));
        let run = Run::new(&files);
        let manager: Arc<Manager> = run.manager(&python).unwrap();
        let mut options = SyncOptions::default();
        (options.apply, options.force) = (true, true);
        let done = manager.sync(&options).await.unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(done.applied.unwrap().total(), 36, "{workers}");
        assert_eq!(manager.sync(&options).await.unwrap().planned, 0, "{workers}");
    }
}
