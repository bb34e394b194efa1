//! A folder with two states of a zone, and a target.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use octodns::journal::{JournalFolder, Run};
use octodns::{Journaling, Manager, ManagerOptions, SyncOptions};
use octodns_core::apply_log::ApplySink;
use octodns_core::registry::Host;
use tempfile::TempDir;

/// The zone before: something to delete, to change, to change the type of, and to leave alone.
const BEFORE: &str = "\
mail: {type: MX, ttl: 3600, value: {exchange: mx1.example.net., preference: 10}}
moved: {type: A, ttl: 3600, value: 192.0.2.7}
old: {type: A, ttl: 3600, values: [192.0.2.1, 192.0.2.2]}
stays: {type: A, ttl: 3600, value: 192.0.2.3}
text: {type: TXT, ttl: 3600, value: before}
turned: {type: CNAME, ttl: 3600, value: www.example.net.}
www: {type: A, ttl: 3600, values: [192.0.2.4, 192.0.2.5]}
";

/// The zone after.
const AFTER: &str = "\
mail: {type: MX, ttl: 7200, value: {exchange: mx2.example.net., preference: 20}}
moved: {type: CNAME, ttl: 3600, value: www.example.net.}
new: {type: A, ttl: 3600, values: [192.0.2.8, 192.0.2.9]}
stays: {type: A, ttl: 3600, value: 192.0.2.3}
text: {type: TXT, ttl: 3600, value: after}
turned: {type: A, ttl: 3600, value: 192.0.2.6}
www: {type: A, ttl: 3600, values: [192.0.2.5, 192.0.2.10]}
";

/// How many `RRsets` differ.
pub(crate) const CHANGES: usize = 9;

pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    /// `target` are the options of the target, `apex` a record that both states have.
    pub(crate) fn new(target: &str, apex: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        for (name, text) in [("before", BEFORE), ("desired", AFTER)] {
            fs::create_dir(folder.path().join(name)).unwrap();
            let zone = folder.path().join(name).join("unit.tests.yaml");
            fs::write(zone, format!("{apex}{text}")).unwrap();
            let config = format!(
                "providers:\n  zones: {{class: yaml, directory: {here}/{name}, enforce_order: false}}\n  target: {}\n\
                 zones:\n  unit.tests.: {{sources: [zones], targets: [target]}}\n",
                target.replace("{folder}", &here.to_string()),
            );
            fs::write(folder.path().join(format!("{name}.yaml")), config).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        JournalFolder::new(self.path().join("runs")).runs().unwrap().runs
    }

    /// The file of the only journal.
    pub(crate) fn journal(&self) -> PathBuf {
        let files = fs::read_dir(self.path().join("runs")).unwrap();
        let is_journal = |file: &PathBuf| file.extension().is_some_and(|of| of == "jsonl");
        let mut files = files.map(|file| file.unwrap().path()).filter(is_journal);
        let file = files.next().unwrap();
        assert_eq!(files.next(), None, "there is one");
        file
    }

    /// Brings the target to the state before, whatever it holds, and forgets all runs.
    pub(crate) async fn reset(&self) {
        let manager = manager(self.path(), "before", Arc::new(()));
        manager.sync(&SyncOptions::forced()).await.unwrap();
        fs::remove_dir_all(self.path().join("runs")).unwrap();
    }

    pub(crate) fn manager(&self) -> Arc<Manager> {
        manager(self.path(), "desired", Arc::new(()))
    }

    /// How many changes are left to the desired state, or to the one before.
    pub(crate) async fn left_to(&self, state: &str) -> usize {
        let manager = manager(self.path(), state, Arc::new(()));
        manager.plan(&octodns::PlanOptions::default()).await.unwrap().changes()
    }
}

/// A manager of one of the two configs.
pub(crate) fn manager(folder: &Path, state: &str, sink: Arc<dyn ApplySink>) -> Arc<Manager> {
    let mut host = Host::default();
    host.clock = Arc::new(|| Some(SystemTime::now()));
    host.uuid = Arc::new(random);
    let mut options = ManagerOptions::new(octodns::registry(None, host));
    options.apply_sink = sink;
    options.journal.journaling = Journaling::In(folder.join("runs"));
    options.journal.process = std::process::id();
    let config = folder.join(format!("{state}.yaml"));
    Arc::new(Manager::from_config_file(&config, &options).unwrap())
}

/// Another one each time.
#[expect(clippy::unnecessary_wraps, reason = "a host may have none")]
fn random() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Some(format!("{:06x}", NEXT.fetch_add(1, Ordering::Relaxed)))
}
