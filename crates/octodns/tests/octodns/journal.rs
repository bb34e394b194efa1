//! Runs that are written down: where, whether, and what happens when that fails.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use octodns::core::apply_log::{ApplySink, Entry, Outcome};
use octodns::core::provider::Cause;
use octodns::core::registry::Host;
use octodns::core::{Record, RecordData, RecordName, Zone, ZoneName, async_trait};
use octodns::journal::{JournalFolder, RunKind, RunState};
use octodns::{
    Journaling, Manager, ManagerOptions, MemoryProvider, RecoverOptions, Stop, SyncOptions,
    ZoneOptions,
};

/// A source and a target in memory, a clock, and a folder.
struct World {
    folder: tempfile::TempDir,
    source: Arc<MemoryProvider>,
    target: Arc<MemoryProvider>,
    options: ManagerOptions,
}

impl World {
    fn new() -> Self {
        let mut host = Host::default();
        // A second later each time.
        let time = Arc::new(AtomicU32::new(0));
        let ids = Arc::clone(&time);
        host.clock = Arc::new(move || {
            let seconds = 1_796_084_342 + u64::from(time.fetch_add(1, Ordering::Relaxed));
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        });
        host.uuid = Arc::new(move || Some(format!("{:06x}", ids.load(Ordering::Relaxed))));
        let mut options = ManagerOptions::new(octodns::registry(None, host));
        options.journal.who = "me@here".into();
        options.journal.process = 7;
        let folder = tempfile::tempdir().unwrap();
        options.journal.state = Some(folder.path().join("state"));
        let provider = |id: &str| Arc::new(MemoryProvider::new(id));
        Self { folder, source: provider("source"), target: provider("target"), options }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The source holds `www` with these addresses in each zone.
    fn put(&self, zones: &[&str], addresses: &[u8]) {
        for zone in zones {
            let mut zone = Zone::new(ZoneName::new(zone).unwrap());
            let values = addresses.iter().map(|last| [192, 0, 2, *last].into()).collect();
            let www = RecordName::new("www").unwrap();
            zone.set(Record::new(www, 300, RecordData::A(values)));
            self.source.put(zone);
        }
    }

    fn manager(&self, config: &str) -> Arc<Manager> {
        let zone = || ZoneOptions::new(["source"], ["target"]);
        let builder = Manager::builder()
            .config_text("config.yaml", format!("{config}\nproviders: {{}}\nzones: {{}}\n"))
            .source(Arc::clone(&self.source) as _)
            .provider(Arc::clone(&self.target) as _)
            .zone("a.test.", zone())
            .zone("b.test.", zone());
        Arc::new(builder.build(&self.options).unwrap())
    }

    async fn sync(&self, config: &str) -> Result<octodns::SyncResult, octodns::Failure> {
        self.manager(config).sync(&SyncOptions::forced()).await
    }

    fn runs(&self, folder: &str) -> Vec<octodns::journal::Run> {
        JournalFolder::new(self.path(folder)).runs().unwrap().runs
    }
}

#[tokio::test]
async fn a_run_is_written_down_where_the_config_says_else_in_the_state_folder() {
    let mut world = World::new();
    world.put(&["a.test.", "b.test."], &[1]);
    world.sync("").await.unwrap();
    let runs = world.runs("state/runs");
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!((run.kind, run.applied, &run.state), (RunKind::Sync, 2, &RunState::Finished));
    assert_eq!((&*run.who, run.process), ("me@here", 7));

    world.put(&["a.test."], &[2]);
    let directory = world.path("elsewhere").display().to_string();
    let config = format!("manager: {{journal: {{directory: '{directory}', keep: 1}}}}");
    world.sync(&config).await.unwrap();
    assert_eq!(world.runs("elsewhere").len(), 1);
    world.put(&["a.test."], &[3]);
    world.sync(&config).await.unwrap();
    assert_eq!(world.runs("elsewhere").len(), 1, "one is kept");

    world.put(&["a.test."], &[4]);
    world.options.journal.journaling = Journaling::In(world.path("asked"));
    world.sync(&config).await.unwrap();
    assert_eq!(world.runs("asked").len(), 1);
    world.put(&["a.test."], &[5]);
    world.options.journal.journaling = Journaling::Off;
    world.sync(&config).await.unwrap();
    world.options.journal.journaling = Journaling::Configured;
    world.options.journal.state = None;
    world.put(&["a.test."], &[6]);
    assert_eq!(world.sync("").await.unwrap().applied.unwrap().run, None);
    let count: usize =
        ["state/runs", "elsewhere", "asked"].iter().map(|folder| world.runs(folder).len()).sum();
    assert_eq!(count, 3);
    // A run that changes nothing leaves nothing behind.
    world.options.journal.journaling = Journaling::In(world.path("asked"));
    world.sync("").await.unwrap();
    assert_eq!(world.runs("asked").len(), 1);
}

#[tokio::test]
async fn a_journal_that_was_asked_for_is_a_condition_and_any_other_is_not() {
    let mut world = World::new();
    world.put(&["a.test.", "b.test."], &[1]);
    fs::write(world.path("file"), "").unwrap();
    world.options.journal.journaling = Journaling::In(world.path("file/runs"));
    let failure = world.sync("").await.unwrap_err();
    assert!(failure.applied.is_none());
    let shown = failure.to_string();
    assert!(shown.contains("cannot be written down, so nothing was sent"), "{shown}");
    world.options.journal.journaling = Journaling::Configured;
    world.options.journal.state = Some(world.path("file/state"));
    let done = world.sync("").await.unwrap().applied.unwrap();
    assert_eq!((done.total(), done.run), (2, None));

    // Nor is anything sent when there is no time that could be written down.
    world.put(&["a.test."], &[2]);
    world.options.journal.journaling = Journaling::In(world.path("runs"));
    world.options.registry = octodns::registry(None, Host::default());
    let failure = world.sync("").await.unwrap_err();
    assert!(failure.to_string().contains("the program has no clock"), "{failure}");
}

/// Stops the run when the first zone was applied.
struct Stopping(Stop, Mutex<usize>);

#[async_trait]
impl ApplySink for Stopping {
    async fn begin(&self, _: &Entry<'_>) -> Result<(), Cause> {
        Ok(())
    }

    fn end(&self, _: &Entry<'_>, _: Option<usize>, _: &Outcome) {
        *self.1.lock().unwrap() += 1;
        self.0.stop();
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_is_finished_later() {
    let mut world = World::new();
    world.put(&["a.test.", "b.test."], &[1]);
    let sink = Arc::new(Stopping(world.options.stop.clone(), Mutex::default()));
    world.options.apply_sink = Arc::clone(&sink) as _;
    let failure = world.sync("").await.unwrap_err();
    assert_eq!(*sink.1.lock().unwrap(), 1);
    let applied = failure.applied.unwrap();
    let counts: Vec<_> =
        applied.entries.iter().map(|entry| (entry.applied(), entry.not_tried())).collect();
    assert_eq!(counts, [(1, 0), (0, 1)]);
    assert_eq!(applied.entries[1].error.as_deref(), Some("the run was stopped"));
    let runs = world.runs("state/runs");
    assert_eq!((runs[0].applied, runs[0].not_tried), (1, 1));
    assert_eq!(runs[0].state, RunState::Unfinished);

    // Nothing begins any more.
    let failure = world.sync("").await.unwrap_err();
    assert!(failure.to_string().contains("the run was stopped; nothing was sent"), "{failure}");
    world.options.stop = Stop::new();
    world.options.apply_sink = Arc::new(());
    let mut options = RecoverOptions::default();
    options.apply = true;
    let resumed = world.manager("").resume(&options).await.unwrap();
    assert_eq!((resumed.sync.planned, resumed.already), (1, 0));
    assert_eq!(world.sync("").await.unwrap().planned, 0);
    let states: Vec<_> =
        world.runs("state/runs").into_iter().map(|run| (run.kind, run.state)).collect();
    assert_eq!(
        states,
        [(RunKind::Resume, RunState::Finished), (RunKind::Sync, RunState::Finished)]
    );
}

#[tokio::test]
async fn faults_of_the_section_are_told() {
    let world = World::new();
    for (section, told) in [
        ("7", "manager.journal must be a mapping"),
        ("{directory: ''}", "must be the path of a folder"),
        ("{directory: [a]}", "must be the path of a folder"),
        ("{keep: 0}", "manager.journal.keep must be a whole number"),
        ("{keep_days: many}", "manager.journal.keep_days must be a whole number"),
        ("{keep: 99999999999}", "manager.journal.keep must be a whole number"),
        ("{keeps: 3}", "manager.journal has no key \"keeps\""),
    ] {
        let text = format!("manager: {{journal: {section}}}\nproviders: {{}}\nzones: {{}}\n");
        let made = Manager::builder().config_text("config.yaml", text).build(&world.options);
        let shown = made.err().unwrap().to_string();
        assert!(shown.contains(told), "{shown}");
    }
}
