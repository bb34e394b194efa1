//! What belongs to a zone of its own is not another zone's, whether zones are written out or found by a
//! dynamic entry.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns::{
    CompareOptions, DumpOptions, Failure, Manager, ReportOptions, SyncOptions, ValidateOptions,
};
use octodns_core::Report;

const PROVIDERS: &str = "\
providers:
  config: {class: yaml, directory: DIR/config, enforce_order: false}
  other: {class: yaml, directory: DIR/other, enforce_order: false}
  target: {class: yaml, directory: DIR/target}
";

/// The ways to have the zone `example.com.` and the zone below it.
const ZONES: &[&str] = &[
    "example.com.: PARENT\n  sub.example.com.: CHILD",
    "example.com.: PARENT\n  '*': CHILD",
    "sub.example.com.: CHILD\n  '*': PARENT",
    "'*': PARENT",
    "'*a': {..PARENT, glob: example.*}\n  '*b': {..CHILD, glob: sub.*}",
    "'*b': {..CHILD, regex: ^sub}\n  '*a': {..PARENT, regex: ^example}",
    "'*b': {..CHILD, regex: ^sub}\n  example.com.: PARENT",
];

const WWW: &str = "www: {type: A, value: 192.0.2.1}\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(manager: &str, zones: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let dir = folder.0.path().to_string_lossy().into_owned();
        let config = format!("{manager}{PROVIDERS}zones:\n  {zones}\n");
        folder.write("config.yaml", &config.replace("DIR", &dir));
        folder.write("other/unrelated.test.yaml", WWW);
        folder
    }

    /// A folder of one of [`ZONES`], with options of the parent.
    fn of(zones: &str, options: &str) -> Self {
        let own = format!("sources: [config], targets: [target]{options}");
        let child = "sources: [config], targets: [target]";
        let zones = zones.replace("..PARENT", &own).replace("..CHILD", child);
        let zones = zones.replace("PARENT", &format!("{{{own}}}"));
        Self::new("", &zones.replace("CHILD", &format!("{{{child}}}")))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path().join(file)).ok()
    }

    fn manager(&self) -> Arc<Manager> {
        let path = self.path().join("config.yaml");
        Arc::new(Manager::from_config_file(&path, &octodns::options()).unwrap())
    }

    async fn validate(&self) -> Report {
        self.manager().validate(ValidateOptions::default()).await.unwrap()
    }

    async fn sync(&self) -> Result<usize, Failure> {
        Ok(self.manager().sync(&SyncOptions::forced()).await?.planned)
    }
}

fn codes(report: &Report) -> Vec<String> {
    report.iter().map(|found| found.code.to_string()).collect()
}

#[tokio::test]
async fn a_record_of_a_sub_zone_is_refused_in_its_parent() {
    for zones in ZONES {
        let folder = Folder::of(zones, "");
        folder.write("config/example.com.yaml", &WWW.replace("www", "www.sub"));
        folder.write("config/sub.example.com.yaml", WWW);
        let manager = folder.manager();
        let is_told = |report: &Report, how: &str| {
            assert_eq!(codes(report), ["sub-zone"], "{how}: {zones}");
        };
        is_told(&folder.validate().await, "validate");

        let mut options = SyncOptions::forced();
        is_told(&manager.sync(&options).await.unwrap_err().report, "sync");
        options.plan.zones = vec!["example.com.".to_owned()];
        is_told(&manager.sync(&options).await.unwrap_err().report, "sync of one zone");
        assert_eq!(folder.read("target/example.com.yaml"), None, "{zones}");

        let sources = || vec!["config".to_owned()];
        let options = DumpOptions::new("example.com.", sources(), folder.path().join("out"));
        is_told(&manager.dump(&options).await.unwrap_err().report, "dump");
        let options = CompareOptions::new(sources(), sources(), "example.com.");
        // Both sides are the same.
        let report = manager.compare(&options).await.unwrap_err().report;
        assert_eq!(codes(&report), ["sub-zone", "sub-zone"], "compare: {zones}");
        let servers = vec!["127.0.0.1:9".to_owned()];
        let options = ReportOptions::new("example.com.", sources(), servers);
        is_told(&manager.report(&options).await.unwrap_err().report, "report");
    }
}

#[tokio::test]
async fn a_record_of_a_sub_zone_is_left_out_where_that_is_asked_for() {
    for zones in ZONES {
        let folder = Folder::of(zones, ", ignore_subzone_adds: true");
        folder.write("config/example.com.yaml", &[WWW, &WWW.replace("www", "www.sub")].concat());
        folder.write("config/sub.example.com.yaml", WWW);
        assert!(folder.validate().await.is_empty(), "{zones}");
        folder.sync().await.unwrap();
        let parent = folder.read("target/example.com.yaml").unwrap();
        assert!(!parent.contains("www.sub"), "{zones}: {parent}");
    }
}

/// A run that is limited to other sources knows the zone below as well.
#[tokio::test]
async fn zones_that_a_run_is_not_about_count() {
    let zones = "'*': {sources: [other], targets: [target]}\n  \
                 example.com.: {sources: [config], targets: [target]}";
    let folder = Folder::new("", zones);
    folder.write("config/example.com.yaml", &WWW.replace("www", "www.sub"));
    folder.write("other/sub.example.com.yaml", WWW);
    let mut options = SyncOptions::forced();
    options.plan.sources = vec!["config".to_owned()];
    let failure = folder.manager().sync(&options).await.unwrap_err();
    assert_eq!(codes(&failure.report), ["sub-zone"]);
}

/// A zone stays with the entry that finds it first, whatever a run is limited to.
#[tokio::test]
async fn a_zone_does_not_change_its_entry() {
    let zones = "'*a': {sources: [other], targets: []}\n  \
                 '*b': {sources: [config], targets: [target]}";
    let folder = Folder::new("", zones);
    folder.write("config/unrelated.test.yaml", WWW);
    let mut options = SyncOptions::forced();
    options.plan.sources = vec!["config".to_owned()];
    assert_eq!(folder.manager().sync(&options).await.unwrap().planned, 0);
}

#[tokio::test]
async fn a_pointer_is_in_the_longest_reverse_zone_alone() {
    let zones = "'*': {sources: [config, auto-arpa], targets: [target]}";
    let folder = Folder::new("manager: {auto_arpa: true}\n", zones);
    folder.write("config/example.com.yaml", WWW);
    folder.write("config/0.192.in-addr.arpa.yaml", "{}\n");
    folder.write("config/2.0.192.in-addr.arpa.yaml", "{}\n");
    assert_eq!(folder.sync().await.unwrap(), 2);
    assert!(folder.read("target/2.0.192.in-addr.arpa.yaml").unwrap().contains("www.example.com."));
    assert_eq!(folder.read("target/0.192.in-addr.arpa.yaml"), None);
}

/// What a zone below has is not known to its parent.
#[tokio::test]
async fn a_target_in_a_sub_zone_is_not_missing() {
    for zones in ZONES {
        let folder = Folder::of(zones, "");
        let config = folder.read("config.yaml").unwrap();
        let validators = "manager: {validators: {enabled: [legacy, strict, best-practice]}}\n";
        folder.write("config.yaml", &[validators, &config].concat());
        folder
            .write("config/example.com.yaml", "www: {type: CNAME, value: www.sub.example.com.}\n");
        folder.write("config/sub.example.com.yaml", WWW);
        let found = folder.validate().await;
        let about = |found: &octodns_core::Diagnostic| found.message.contains("does not exist");
        assert!(!found.iter().any(about), "{zones}: {found:?}");
    }
}

#[tokio::test]
async fn a_zone_that_is_named_twice_is_planned_once() {
    let folder = Folder::new("", "'*': {sources: [config], targets: [target]}");
    folder.write("config/bücher.example.yaml", WWW);
    let mut options = SyncOptions::default();
    let names = ["bücher.example.", "xn--bcher-kva.example.", "bücher.example."];
    options.plan.zones = names.map(str::to_owned).to_vec();
    assert_eq!(folder.manager().sync(&options).await.unwrap().planned, 1);
}

/// Neither found nor lost: nobody knows.
#[tokio::test]
async fn an_expression_that_is_given_up_fails_the_run() {
    let zones = "'*': {sources: [config], targets: [target], regex: '^((a+)\\2)+c|b.test.$'}";
    let folder = Folder::new("", zones);
    folder.write(&format!("config/{}b.test.yaml", "a".repeat(50)), WWW);
    let report = folder.sync().await.unwrap_err().report;
    let found = report.iter().next().unwrap();
    assert!(found.message.contains("given up"), "{found:?}");
    assert_eq!(found.origin.line, 6);
}

#[tokio::test]
async fn the_root_zone_is_one_like_others() {
    let zones = "'.': {sources: [config], targets: [target], processors: [own, name]}\n  \
                 test.: {sources: [config], targets: [target]}";
    let processors = "processors: {own: {class: ownership}, name: {class: zone-name}}\n";
    let folder = Folder::new(processors, zones);
    folder.write("config/.yaml", "example: {type: NS, value: a.example.net.}\n");
    folder.write("config/test.yaml", WWW);
    assert_eq!(folder.sync().await.unwrap(), 3);
    assert!(folder.read("target/.yaml").unwrap().contains("\nexample:\n"));
    assert_eq!(folder.sync().await.unwrap(), 0);
    folder.write("config/.yaml", "www.test: {type: A, value: 192.0.2.1}\n");
    let report = folder.validate().await;
    let found = report.iter().next().unwrap();
    assert_eq!((&*found.code, &*found.subject), ("sub-zone", "www.test. A"));
}
