//! One manager, many runs: each plans the world as it is, and writes down what it sends before it does.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{Manager, SyncOptions};
use octodns_core::apply_log::{ApplySink, Entry, Outcome};
use octodns_core::async_trait;
use octodns_core::provider::Cause;

const CONFIG: &str = "\
manager: {auto_arpa: {ttl: 60}}
providers:
  config: {class: yaml, directory: ./config, enforce_order: false}
  target: {class: yaml, directory: ./target, enforce_order: false}
processors:
  acme: {class: acme-managing}
zones:
  '*': {sources: [config], targets: [target], processors: [acme]}
  2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}
";

/// A journal in a file; with a limit, the disk is full after so many entries.
struct Journal {
    file: Mutex<fs::File>,
    room: Mutex<usize>,
}

impl Journal {
    fn new(path: &Path, room: usize) -> Arc<Self> {
        Arc::new(Self { file: Mutex::new(fs::File::create(path).unwrap()), room: Mutex::new(room) })
    }

    fn write(&self, line: &str) -> Result<(), Cause> {
        let mut file = self.file.lock().unwrap();
        writeln!(file, "{line}")?;
        Ok(file.sync_data()?)
    }
}

#[async_trait]
impl ApplySink for Journal {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        {
            let mut room = self.room.lock().unwrap();
            *room = room.checked_sub(1).ok_or("no space left on device")?;
        }
        let zone = entry.plan.desired.name();
        self.write(&format!("begin {} {zone} {:?}", entry.target, entry.sending))
    }

    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome) {
        let zone = entry.plan.desired.name();
        self.write(&format!("end {} {zone} {index:?} {outcome:?}", entry.target)).unwrap();
    }
}

struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config", "target"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let dir = folder.path().display().to_string();
        fs::write(folder.path().join("config.yaml"), CONFIG.replace("./", &format!("{dir}/")))
            .unwrap();
        Self(folder)
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn manager(&self, sink: Arc<dyn ApplySink>) -> Arc<Manager> {
        let mut options = octodns::options();
        options.apply_sink = sink;
        Arc::new(Manager::from_config_file(&self.path("config.yaml"), &options).unwrap())
    }
}

fn apply() -> SyncOptions {
    SyncOptions::forced()
}

/// What the first run learned of zones, addresses and challenges must not reach into the second.
#[tokio::test]
async fn a_second_run_plans_the_world_as_it_is() {
    let repository = Repository::new();
    let challenge = "_acme-challenge: {type: TXT, ttl: 60, value: ours}\n";
    repository.write(
        "config/example.com.yaml",
        &format!("www: {{type: A, ttl: 60, value: 192.0.2.1}}\n{challenge}"),
    );
    let manager = repository.manager(Arc::new(()));
    manager.sync(&apply()).await.unwrap();
    assert!(repository.read("target/2.0.192.in-addr.arpa.yaml").contains("'1':"));
    assert!(repository.read("target/example.com.yaml").contains("ours"));

    // The source loses an address and a challenge, and has another zone; at the target, somebody else changed
    // a record and took over the challenge.
    repository.write("config/example.com.yaml", "www: {type: A, ttl: 60, value: 192.0.2.2}\n");
    repository.write("config/example.org.yaml", "www: {type: A, ttl: 60, value: 192.0.2.3}\n");
    repository.write(
        "target/example.com.yaml",
        "www: {type: A, ttl: 60, value: 192.0.2.9}\n\
         _acme-challenge: {type: TXT, ttl: 60, value: theirs}\n",
    );
    let result = manager.sync(&apply()).await.unwrap();
    // www of both zones, and the reverse zone: 1 goes, 2 and 3 come.
    assert_eq!(result.planned, 5);
    assert!(repository.read("target/example.com.yaml").contains("192.0.2.2"));
    assert!(repository.read("target/example.org.yaml").contains("192.0.2.3"));
    let reverse = repository.read("target/2.0.192.in-addr.arpa.yaml");
    assert!(!reverse.contains("'1':") && reverse.contains("'2':") && reverse.contains("'3':"));
    assert_eq!(manager.sync(&apply()).await.unwrap().planned, 0);

    // A zone that is gone is planned no more, though its records were known a moment ago.
    fs::remove_file(repository.path("config/example.org.yaml")).unwrap();
    manager.sync(&apply()).await.unwrap();
    assert!(!repository.read("target/2.0.192.in-addr.arpa.yaml").contains("'3':"));
}

#[tokio::test]
async fn what_is_sent_is_written_down_first_and_a_full_disk_stops_it() {
    let repository = Repository::new();
    for zone in ["a.test", "b.test"] {
        let text = "www: {type: A, ttl: 60, value: 198.51.100.1}\n";
        repository.write(&format!("config/{zone}.yaml"), text);
    }
    let path = repository.path("journal");
    // Room for one entry: one of the two zones is written, the other is not.
    let failure = repository.manager(Journal::new(&path, 1)).sync(&apply()).await.unwrap_err();
    let applied = failure.applied.unwrap();
    let counts: Vec<_> =
        applied.entries.iter().map(|entry| (entry.applied(), entry.not_tried())).collect();
    assert_eq!(counts, [(1, 0), (0, 1)]);
    let error = applied.entries[1].error.clone().unwrap();
    assert!(
        error.contains("could not be written to the log, so it was not sent: no space left"),
        "{error}"
    );
    let written = ["a.test", "b.test"].map(|zone| repository.path(&format!("target/{zone}.yaml")));
    assert_eq!(written.iter().filter(|file| file.exists()).count(), 1);
    let journal = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = journal.lines().collect();
    assert_eq!(lines, ["begin target a.test. Changes([0])", "end target a.test. Some(0) Applied"]);
    // With room again, the rest is done, and only that.
    repository.manager(Journal::new(&path, 9)).sync(&apply()).await.unwrap();
    let journal = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = journal.lines().collect();
    assert_eq!(lines, ["begin target b.test. Changes([0])", "end target b.test. Some(0) Applied"]);
}
