//! Where changes come from, and whether they follow from the sources.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{CauseCounts, Earlier, Manager, ManagerOptions, PlanOptions, Plans, SyncOptions};
use tempfile::TempDir;

const CONFIG: &str = "\
providers:
  config: {class: yaml, directory: '{dir}/config'}
  extra: {class: tinydns, directory: '{dir}/tinydns'}
  target: {class: yaml, directory: '{dir}/target'}
processors:
  own: {class: ownership}
  stamp: {class: meta, include_time: false, include_provider: true}
zones:
  example.com.:
    sources: [config, extra]
    targets: [target]
    processors: [own]
  example.org.: {sources: [config], targets: [target], processors: [stamp]}
";

/// A folder with the config, and sources and a target below it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        write(folder.path(), file, text);
    }
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn manager(folder: &Path, config: &str, options: &ManagerOptions) -> Manager {
    let text = config.replace("{dir}", &folder.to_string_lossy());
    Manager::from_config_text(Path::new("config.yaml"), &text, options).unwrap()
}

/// The origins of plans, with the folder left out.
fn shown(plans: &Plans, folder: &Path) -> String {
    plans.origins().to_string().replace(&*folder.to_string_lossy(), "")
}

const WWW: &str = "www: {type: A, value: 192.0.2.1}\n";

#[tokio::test]
async fn every_change_has_source_file_and_line_or_the_processor() {
    let folder = folder(&[
        ("config/example.com.yaml", &format!("---\n{WWW}")),
        ("config/example.org.yaml", "{}\n"),
        ("tinydns/data", "# a comment\n+host.example.com:192.0.2.2:300\n"),
        ("target/example.org.yaml", WWW),
    ]);
    let manager = Arc::new(manager(folder.path(), CONFIG, &octodns::options()));
    let plans = manager.plan(&PlanOptions::default()).await.unwrap();
    let expected = "\
example.com. on target:
  create _owner.a.host.example.com. TXT: the processor own, /tinydns/data:2:2
  create _owner.a.www.example.com. TXT: the processor own, /config/example.com.yaml:2:6
  create host.example.com. A: /tinydns/data:2:2
  create www.example.com. A: config, /config/example.com.yaml:2:6
example.org. on target:
  delete www.example.org. A: no source has it
  create meta.example.org. TXT: the processor stamp";
    assert_eq!(shown(&plans, folder.path()), expected);
}

#[tokio::test]
async fn outputs_have_it_only_if_they_are_asked() {
    let files = [
        ("config/example.com.yaml", WWW),
        ("target/example.com.yaml", "old: {type: A, value: 192.0.2.9}\n"),
    ];
    let folder = folder(&files);
    for (class, with) in [
        ("json", "\"origin\": {\"column\": 6, \"file\": "),
        ("markdown", "| config, "),
        ("html", "<td>config, "),
    ] {
        let mut texts = Vec::new();
        for option in ["", ", show_origin: true"] {
            let config = format!(
                "manager: {{plan_outputs: {{it: {{class: {class}{option}}}}}}}\nproviders:\n  config: {{class: yaml, \
                 directory: '{{dir}}/config'}}\n  target: {{class: yaml, directory: '{{dir}}/target'}}\nzones:\n  \
                 example.com.: {{sources: [config], targets: [target]}}\n"
            );
            let writer = Arc::new(Mutex::new(Vec::new()));
            let mut options = octodns::options();
            options.plan_writer = Arc::clone(&writer) as _;
            let manager = Arc::new(manager(folder.path(), &config, &options));
            let plans = manager.plan(&PlanOptions::default()).await.unwrap();
            manager.show(&plans).unwrap();
            let text = String::from_utf8(writer.lock().unwrap().clone()).unwrap();
            texts.push(text);
        }
        let [plain, full] = &*texts else { unreachable!() };
        assert!(!plain.contains("example.com.yaml"), "{plain}");
        assert!(full.contains("example.com.yaml") && full.contains(with), "{full}");
    }
}

/// A manager that reads its sources from `then` instead.
async fn earlier(folder: &Path, config: &str) -> octodns::DesiredZones {
    let mut manager = manager(folder, config, &octodns::options());
    let folder = folder.to_owned();
    let place = move |path: &Path| Some(folder.join("then").join(path.strip_prefix(&folder).ok()?));
    manager.relocate_sources(place);
    Arc::new(manager).desired_zones().await.unwrap()
}

fn counts(intended: usize, drift: usize, unknown: usize) -> CauseCounts {
    let mut counts = CauseCounts::default();
    (counts.intended, counts.drift, counts.unknown) = (intended, drift, unknown);
    counts
}

const TWO: &str = "\
providers:
  config: {class: yaml, directory: '{dir}/config'}
  target: {class: yaml, directory: '{dir}/target'}
zones:
  example.com.: {sources: [config], targets: [target]}
";

#[tokio::test]
async fn changes_that_do_not_follow_from_the_sources_are_drift() {
    let record = |name: &str, last: u8| format!("{name}: {{type: A, value: 192.0.2.{last}}}\n");
    let zone = |records: &[(&str, u8)]| {
        records.iter().map(|(name, last)| record(name, *last)).collect::<String>()
    };
    let folder = folder(&[
        (
            "then/config/example.com.yaml",
            &zone(&[("changed", 1), ("gone", 1), ("kept", 1), ("lost", 1)]),
        ),
        ("config/example.com.yaml", &zone(&[("changed", 2), ("kept", 1), ("lost", 1), ("new", 1)])),
        (
            "target/example.com.yaml",
            &zone(&[("by-hand", 1), ("changed", 1), ("gone", 1), ("kept", 9)]),
        ),
    ]);
    let mut options = SyncOptions::default();
    let zones = earlier(folder.path(), TWO).await;
    assert_eq!((zones.unread().count(), zones.read_as_now().count()), (0, 0));

    let manager = Arc::new(manager(folder.path(), TWO, &octodns::options()));
    let mut what = PlanOptions::default();
    what.keeps_sources = true;
    let mut plans = manager.plan(&what).await.unwrap();
    assert_eq!(plans.causes(), counts(0, 0, 0));
    plans.compare(&zones);
    assert_eq!(plans.causes(), counts(3, 3, 0));
    let lines: Vec<_> = plans
        .origins()
        .to_string()
        .lines()
        .skip(1)
        .map(|line| {
            let (what, rest) = line.trim().split_once(" A: ").unwrap();
            let cause = rest.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned();
            format!("{} {cause}", what.replace(".example.com.", ""))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "delete by-hand drift",
            "delete gone intended",
            "create lost drift",
            "create new intended",
            "update changed intended",
            "update kept drift",
        ]
    );

    let mut gate = Earlier::new("then", zones);
    gate.fails_on_drift = true;
    options.earlier = Some(gate);
    options.apply = true;
    options.force = true;
    let failure = manager.sync(&options).await.unwrap_err();
    let found = failure.report.iter().next().unwrap();
    assert_eq!(found.code, "drift");
    assert!(found.message.starts_with("3 of 6 changes are drift: delete by-hand"), "{found}");
    let target = fs::read_to_string(folder.path().join("target/example.com.yaml")).unwrap();
    assert!(target.contains("by-hand"), "nothing is applied");

    options.earlier = options.earlier.map(|mut gate| {
        gate.fails_on_drift = false;
        gate
    });
    assert_eq!(manager.sync(&options).await.unwrap().applied.unwrap().total(), 6);
}

#[tokio::test]
async fn a_zone_that_was_not_there_is_intended_and_one_that_cannot_be_read_is_unknown() {
    let folder = folder(&[
        ("then/config/example.com.yaml", "www: {type: A, value: nonsense}\n"),
        ("config/example.com.yaml", WWW),
        ("config/example.org.yaml", WWW),
        ("target/example.org.yaml", "old: {type: A, value: 192.0.2.9}\n"),
    ]);
    let zones = earlier(folder.path(), TWO).await;
    assert_eq!(zones.unread().map(ToString::to_string).collect::<Vec<_>>(), ["example.com."]);
    let config = format!("{TWO}  example.org.: {{sources: [config], targets: [target]}}\n");
    let manager = Arc::new(manager(folder.path(), &config, &octodns::options()));
    let mut what = PlanOptions::default();
    what.keeps_sources = true;
    let mut plans = manager.plan(&what).await.unwrap();
    plans.compare(&zones);
    assert_eq!(plans.causes(), counts(2, 0, 1));
    let found: Vec<_> = plans.drift().iter().map(|found| found.message.clone()).collect();
    assert_eq!(found, ["1 of 1 changes is of unknown cause: create www.example.com. A"]);
}
