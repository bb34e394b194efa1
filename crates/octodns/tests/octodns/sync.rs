//! Whole runs of the engine over folders of YAML files.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{DumpOptions, Failure, Manager, SyncOptions, SyncResult};
use tempfile::TempDir;

/// A folder with a config, `config/` as source and `target/` as target.
struct Repository {
    folder: TempDir,
    env: Vec<(&'static str, &'static str)>,
}

impl Repository {
    /// `zones` is the zones section, indented by two; `{dir}` in `config` is the folder.
    fn new(zones: &str) -> Self {
        Self::with_config(&format!(
            "providers:\n  config:\n    class: octodns.provider.yaml.YamlProvider\n    \
             directory: {{dir}}/config\n  target:\n    class: yaml\n    directory: {{dir}}/target\n\
             zones:\n{zones}"
        ))
    }

    fn with_config(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { folder, env: Vec::new() };
        let dir = repository.folder.path().to_string_lossy().into_owned();
        repository.write("config.yaml", &config.replace("{dir}", &dir));
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path().join(file)).ok()
    }

    fn manager(&self) -> Result<Manager, Failure> {
        let env = self.env.clone();
        let lookup = move |name: &str| {
            env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let mut options = octodns::options();
        options.registry.host.env = Arc::new(lookup);
        Manager::from_config_file(&self.path().join("config.yaml"), &options)
    }

    async fn sync(&self, options: SyncOptions) -> Result<SyncResult, Failure> {
        Arc::new(self.manager()?).sync(&options).await
    }

    async fn apply(&self) -> Result<SyncResult, Failure> {
        self.sync(SyncOptions::applying()).await
    }
}

fn zone(name: &str) -> String {
    format!("  {name}:\n    sources: [config]\n    targets: [target]\n")
}

fn codes(failure: &Failure) -> Vec<String> {
    failure.report.iter().map(|found| found.code.to_string()).collect()
}

const WWW: &str = "www:\n  type: A\n  value: 192.0.2.1\n";

/// `count` A records, the first `changed` of them with another address.
fn many(count: usize, changed: usize) -> String {
    let record = |index: usize| {
        let last = if index < changed { 200 } else { 1 };
        format!("a{index:03}:\n  type: A\n  value: 192.0.2.{last}\n")
    };
    (0..count).map(record).collect()
}

#[tokio::test]
async fn what_is_applied_is_what_the_next_run_finds() {
    let repository = Repository::new(&zone("example.com."));
    repository.write("config/example.com.yaml", WWW);
    let dry = repository.sync(SyncOptions::default()).await.unwrap();
    assert_eq!((dry.planned, dry.applied.is_some()), (1, false));
    assert_eq!(repository.read("target/example.com.yaml"), None);
    let applied = repository.apply().await.unwrap();
    assert_eq!(applied.applied.unwrap().total(), 1);
    assert_eq!(repository.read("target/example.com.yaml").unwrap(), format!("---\n{WWW}"));
    assert_eq!(repository.apply().await.unwrap().planned, 0);
}

/// One broken zone must neither hide the faults of the others nor let them be applied.
#[tokio::test]
async fn a_failing_zone_is_told_with_all_others_and_nothing_is_applied() {
    let zones = [zone("a.com."), zone("b.com."), zone("c.com.")].concat();
    let repository = Repository::new(&zones);
    repository.write("config/a.com.yaml", "www:\n  type: A\n  value: nope\n");
    repository.write("config/b.com.yaml", WWW);
    let failure = repository.apply().await.unwrap_err();
    assert_eq!(codes(&failure), ["ip-value-rfc", "yaml"]);
    let first = failure.report.iter().next().unwrap();
    assert_eq!((first.origin.line, first.origin.column), (3, 10));
    assert_eq!(repository.read("target/b.com.yaml"), None);
}

#[tokio::test]
async fn a_missing_include_fails_the_zone_instead_of_making_it_smaller() {
    let repository = Repository::new(&zone("example.com."));
    repository.write("config/example.com.yaml", &format!("{WWW}zzz: !include gone.yaml\n"));
    let failure = repository.apply().await.unwrap_err();
    assert_eq!(codes(&failure), ["yaml"]);
    assert!(failure.to_string().contains("gone.yaml"), "{failure}");
}

#[tokio::test]
async fn a_checksum_without_enable_checksum_is_refused() {
    let repository = Repository::new(&zone("example.com."));
    repository.write("config/example.com.yaml", WWW);
    let mut options = SyncOptions::default();
    options.checksum = Some("0".repeat(64));
    assert_eq!(codes(&repository.sync(options).await.unwrap_err()), ["checksum"]);
    assert_eq!(repository.read("target/example.com.yaml"), None);
}

#[tokio::test]
async fn only_the_plan_that_was_seen_is_applied_by_its_checksum() {
    let config = "manager:\n  enable_checksum: true\nproviders:\n  config: {class: yaml, directory: \
                  '{dir}/config'}\n  target: {class: yaml, directory: '{dir}/target'}\nzones:\n";
    let repository = Repository::with_config(&format!("{config}{}", zone("example.com.")));
    repository.write("config/example.com.yaml", WWW);
    let seen = repository.sync(SyncOptions::default()).await.unwrap().checksum.unwrap();
    assert_eq!(codes(&repository.apply().await.unwrap_err()), ["checksum"]);
    let mut options = SyncOptions::default();
    options.checksum = Some(seen);
    repository.write("config/example.com.yaml", &WWW.replace("192.0.2.1", "192.0.2.9"));
    assert_eq!(codes(&repository.sync(options.clone()).await.unwrap_err()), ["checksum"]);
    repository.write("config/example.com.yaml", WWW);
    assert_eq!(repository.sync(options).await.unwrap().applied.unwrap().total(), 1);
}

#[tokio::test]
async fn too_many_changes_need_force_and_a_zone_may_set_its_own_limit() {
    let strict = zone("example.com.");
    let loose = format!("{strict}    update_pcent_threshold: 0.5\n");
    for (zones, refused) in [(&strict, true), (&loose, false)] {
        let repository = Repository::new(zones);
        repository.write("target/example.com.yaml", &many(10, 0));
        repository.write("config/example.com.yaml", &many(10, 4));
        let result = repository.apply().await;
        assert_eq!(result.is_err(), refused);
        if let Err(failure) = result {
            assert_eq!(codes(&failure), ["unsafe-plan"]);
            let forced = SyncOptions::forced();
            assert_eq!(repository.sync(forced).await.unwrap().applied.unwrap().total(), 4);
        }
    }
}

#[tokio::test]
async fn an_alias_zone_holds_what_its_source_holds() {
    let zones = format!("{}  example.net.:\n    alias: example.com.\n", zone("example.com."));
    let repository = Repository::new(&zones);
    repository.write("config/example.com.yaml", WWW);
    repository.apply().await.unwrap();
    let (com, net) = ("target/example.com.yaml", "target/example.net.yaml");
    assert_eq!(repository.read(com), repository.read(net));
    let mut alone = SyncOptions::default();
    alone.plan.zones = vec!["example.net.".into()];
    assert_eq!(codes(&repository.sync(alone).await.unwrap_err()), ["config"]);
}

/// The first target's failure must not keep the second from being written, nor go unseen.
#[tokio::test]
async fn a_failed_apply_is_isolated_and_told() {
    let config = "providers:\n  config: {class: yaml, directory: '{dir}/config'}\n  bad: {class: \
                  yaml, directory: '{dir}/bad', split_extension: .}\n  good: {class: yaml, directory: '{dir}/good'}\n\
                  zones:\n  example.com.:\n    sources: [config]\n    targets: [bad, good]\n";
    let repository = Repository::with_config(config);
    // The name of a record cannot be that of a file, whoever runs the test.
    let zone = WWW.replace("www:", "www/1:");
    repository.write("config/example.com.yaml", &zone);
    let failure = repository.apply().await.unwrap_err();
    let summary = failure.applied.as_ref().unwrap();
    let counts: Vec<_> = summary
        .entries
        .iter()
        .map(|entry| (entry.target.as_str(), entry.applied(), entry.failed()))
        .collect();
    assert_eq!(counts, [("bad", 0, 1), ("good", 1, 0)]);
    let shown = summary.to_string();
    let (head, list) = shown.split_once("\n\n").unwrap();
    assert!(head.starts_with("zone          target  applied  failed  unknown  not tried\n"));
    let words = "Not applied to example.com. on bad:\n  failed: ";
    assert!(list.starts_with(words), "{list}");
    assert!(list.ends_with(":\n    create www/1.example.com. A"), "{list}");
    assert!(repository.read("good/example.com.yaml").is_some());
    let folder = repository.path().join("bad/example.com.");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "a temporary file is left");
}

/// Differs from octoDNS: there, the file of a deleted record stays, and the record comes back.
#[tokio::test]
async fn a_split_target_loses_the_files_of_deleted_records() {
    let config = "providers:\n  config: {class: yaml, directory: '{dir}/config'}\n  target: {class: \
                  yaml, directory: '{dir}/target', split_extension: .}\nzones:\n";
    let repository = Repository::with_config(&format!("{config}{}", zone("example.com.")));
    repository
        .write("config/example.com.yaml", &format!("mail:\n  type: A\n  value: 192.0.2.2\n{WWW}"));
    repository.apply().await.unwrap();
    assert!(repository.read("target/example.com./mail.yaml").is_some());
    repository.write("config/example.com.yaml", WWW);
    repository.apply().await.unwrap();
    assert_eq!(repository.read("target/example.com./mail.yaml"), None);
    assert_eq!(repository.apply().await.unwrap().planned, 0);
}

#[tokio::test]
async fn slips_in_the_config_are_told_with_their_place() {
    let slips = "manager:\n  max_worker: 2\nproviders:\n  config:\n    class: octodns.provider.yaml.\
                 YamlProvidr\n    directory: x\n  target:\n    class: yaml\n    directry: y\nzones: {}\n";
    let repository = Repository::with_config(slips);
    let failure = repository.manager().err().unwrap();
    let help: Vec<_> = failure.report.iter().filter_map(|found| found.help.clone()).collect();
    assert_eq!(help, ["did you mean \"max_workers\"?"]);
    assert_eq!(failure.report.iter().next().unwrap().origin.line, 2);

    let repository = Repository::with_config(&slips.replace("max_worker", "max_workers"));
    let failure = repository.manager().err().unwrap();
    let found: Vec<_> =
        failure.report.iter().map(|found| (found.origin.line, found.help.clone())).collect();
    assert_eq!(
        found,
        [
            (5, Some("did you mean \"octodns.provider.yaml.YamlProvider\"?".to_owned())),
            (9, Some("did you mean \"directory\"?".to_owned())),
        ]
    );
}

/// 30 would let everything pass.
#[tokio::test]
async fn a_threshold_is_a_share() {
    let config = "providers:\n  files: {class: yaml, directory: x, delete_pcent_threshold: 30}\n\
                  zones:\n  unit.tests.: {sources: [files], targets: [files], update_pcent_threshold: 30}\n";
    for (wrong, config) in [
        ("delete_pcent_threshold", config.to_owned()),
        (
            "\"update_pcent_threshold\"",
            config.replace("delete_pcent_threshold: 30", "default_ttl: '30'"),
        ),
    ] {
        let repository = Repository::with_config(&config);
        let report = match repository.manager() {
            Err(failure) => failure.report,
            Ok(_) => repository.sync(SyncOptions::default()).await.unwrap_err().report,
        };
        let message = format!("{wrong} must be a share between 0 and 1, not 30");
        assert!(report.iter().any(|found| found.message == message), "{report:?}");
        let help = report.iter().find_map(|found| found.help.as_deref());
        assert_eq!(help, Some("write 0.3 for 30 percent"));
    }
}

#[tokio::test]
async fn secrets_are_filled_in_and_missing_ones_named() {
    let config = "providers:\n  config: {class: yaml, directory: env/DIR, default_ttl: env/TTL/60}\n\
                  zones: {}\n";
    let mut repository = Repository::with_config(config);
    let failure = repository.manager().err().unwrap();
    assert!(failure.to_string().contains("DIR"), "{failure}");
    repository.env.push(("DIR", "/nowhere"));
    repository.manager().unwrap();
}

#[tokio::test]
async fn dynamic_zones_are_found_and_filtered() {
    let zones = "  '*':\n    sources: [config]\n    targets: [target]\n    glob: '*.com.'\n";
    let repository = Repository::new(zones);
    for name in ["a.com", "b.com", "c.net"] {
        repository.write(&format!("config/{name}.yaml"), WWW);
    }
    repository.apply().await.unwrap();
    let exists = |name: &str| repository.read(&format!("target/{name}.yaml")).is_some();
    assert_eq!(["a.com", "b.com", "c.net"].map(exists), [true, true, false]);
}

#[tokio::test]
async fn plan_outputs_write_what_they_are_given() {
    let config = "manager:\n  plan_outputs:\n    json: {class: octodns.provider.plan.PlanJson}\n    \
                  md: {class: markdown, output_filename: '{dir}/plan.md'}\nproviders:\n  config: \
                  {class: yaml, directory: '{dir}/config'}\n  target: {class: yaml, directory: \
                  '{dir}/target'}\nzones:\n";
    let repository = Repository::with_config(&format!("{config}{}", zone("example.com.")));
    repository.write("config/example.com.yaml", WWW);
    let writer = Arc::new(Mutex::new(Vec::new()));
    let mut options = octodns::options();
    options.plan_writer = Arc::clone(&writer) as _;
    let manager = Manager::from_config_file(&repository.path().join("config.yaml"), &options);
    Arc::new(manager.unwrap()).sync(&SyncOptions::default()).await.unwrap();
    let json = String::from_utf8(writer.lock().unwrap().clone()).unwrap();
    assert_eq!(
        json,
        "{\"target\": {\"example.com.\": {\"changes\": [{\"name\": \"www\", \"new\": {\"ttl\": 3600, \
         \"value\": \"192.0.2.1\"}, \"record_type\": \"A\", \"type\": \"create\"}], \"meta\": null}}}\n"
    );
    let markdown = repository.read("plan.md").unwrap();
    assert!(markdown.contains("| Create | www | A | 3600 | 192.0.2.1 | config |"), "{markdown}");
}

/// The PTR records of a reverse zone come from the other zones: one that failed makes it smaller.
#[tokio::test]
async fn a_reverse_zone_is_not_dumped_from_a_part_of_the_others() {
    let config = "manager:\n  auto_arpa: true\nproviders:\n  config: {class: yaml, directory: \
                  '{dir}/config', ignore_missing_zones: true}\n  target: {class: yaml, directory: \
                  '{dir}/target'}\nzones:\n  2.0.192.in-addr.arpa.:\n    sources: [config, auto-arpa]\n    \
                  targets: [target]\n";
    let zones = [zone("a.com."), zone("b.com.")].concat();
    let repository = Repository::with_config(&format!("{config}{zones}"));
    repository.write("config/a.com.yaml", WWW);
    let sources = vec!["config".into(), "auto-arpa".into()];
    let options = DumpOptions::new("*", sources, repository.path().join("out"));
    let reverse = "out/2.0.192.in-addr.arpa.yaml";
    repository.write("config/b.com.yaml", "www:\n  type: A\n  value: nope\n");
    let failure = repository.manager().unwrap().dump(&options).await.unwrap_err();
    assert_eq!(codes(&failure), ["ip-value-rfc", "dump"]);
    assert_eq!(repository.read(reverse), None);
    repository.write("config/b.com.yaml", &WWW.replace("192.0.2.1", "192.0.2.2"));
    repository.manager().unwrap().dump(&options).await.unwrap();
    assert_eq!(repository.read(reverse).unwrap().matches("type: PTR").count(), 2);
}
