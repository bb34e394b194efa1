//! Zones that are read with far fewer records than they had.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns::{Failure, Manager, MemoryProvider, SyncOptions, SyncResult, ZoneOptions};
use octodns_core::plan::{Allowed, Danger};
use octodns_core::{Record, RecordData, RecordName, Target, TargetOptions, Zone, ZoneName};

const ZONE: &str = "example.com.";

/// A source, a target, and a folder for what is remembered.
struct World {
    folder: tempfile::TempDir,
    zone: ZoneName,
    source: Arc<MemoryProvider>,
    target: Arc<MemoryProvider>,
    apply_disabled: bool,
    config: &'static str,
}

impl World {
    fn new(zone: &str) -> Self {
        let (source, target) = (MemoryProvider::new("source"), MemoryProvider::new("target"));
        Self {
            folder: tempfile::tempdir().unwrap(),
            zone: ZoneName::new(zone).unwrap(),
            source: Arc::new(source),
            target: Arc::new(target),
            apply_disabled: false,
            config: "one.yaml",
        }
    }

    /// A zone of so many records.
    fn of(&self, count: usize) -> Zone {
        let mut zone = Zone::new(self.zone.clone());
        for index in 0..count {
            let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
            zone.set(Record::new(RecordName::new(&format!("r{index}")).unwrap(), 60, data));
        }
        zone
    }

    async fn sync(&self, options: SyncOptions) -> Result<SyncResult, Failure> {
        let mut how = octodns::options();
        how.sizes_folder = Some(self.folder.path().join("octodns/runs"));
        let mut of_target = TargetOptions::default();
        of_target.apply_disabled = self.apply_disabled;
        of_target.delete_pcent_threshold = 1.0;
        let manager = Manager::builder()
            .config_text(Path::new(self.config), "providers: {}\nzones: {}\n")
            .source(Arc::clone(&self.source) as Arc<_>)
            .target(Target::new(Arc::clone(&self.target) as Arc<_>, of_target))
            .zone(self.zone.as_str(), ZoneOptions::new(["source"], ["target"]))
            .build(&how)
            .unwrap();
        Arc::new(manager).sync(&options).await
    }

    /// A run over a source of so many records.
    async fn apply(&self, count: usize) -> Result<SyncResult, Failure> {
        self.source.put(self.of(count));
        self.sync(SyncOptions::applying()).await
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("octodns/runs/zone-sizes.json")
    }
}

fn said(result: Result<SyncResult, Failure>) -> Vec<String> {
    let report = result.err().map(|failure| failure.report).unwrap_or_default();
    report.iter().map(|found| found.message.clone()).collect()
}

#[tokio::test]
async fn a_target_that_suddenly_reads_as_empty_is_not_believed() {
    let world = World::new(ZONE);
    world.apply(412).await.unwrap();
    world.target.put(world.of(0));
    for options in [SyncOptions::default(), SyncOptions::applying()] {
        let failure = world.sync(options).await.unwrap_err();
        let help = failure.report.iter().next().unwrap().help.clone().unwrap();
        assert!(help.contains("--allow shrunk-read, or --force"), "{help}");
        let told = ["the zone shrank at the target: then 412 records, now 0"];
        assert_eq!(said(Err(failure)), told);
    }
    let mut other = SyncOptions::applying();
    other.allow = [Danger::Deletes, Danger::Updates, Danger::RootNs].into_iter().collect();
    assert_eq!(said(world.sync(other).await).len(), 1);

    let mut allowed = SyncOptions::applying();
    allowed.allow = [Danger::ShrunkRead].into_iter().collect();
    assert_eq!(world.sync(allowed).await.unwrap().applied.unwrap().total(), 412);
}

#[tokio::test]
async fn less_than_half_of_ten_or_more_is_too_little_at_either_side() {
    for (then, now, refused) in
        [(10, 5, false), (10, 4, true), (11, 6, false), (11, 5, true), (9, 0, false)]
    {
        let world = World::new(ZONE);
        world.apply(then).await.unwrap();
        world.target.put(world.of(now));
        assert_eq!(world.apply(then).await.is_err(), refused, "target, {then} then {now}");

        let world = World::new(ZONE);
        world.apply(then).await.unwrap();
        let result = world.apply(now).await;
        assert_eq!(result.is_err(), refused, "source, {then} then {now}");
        if refused {
            let told = format!("the zone shrank at its sources: then {then} records, now {now}");
            assert_eq!(said(result), [told]);
        }
    }
}

#[tokio::test]
async fn other_configs_with_the_same_names_are_another_matter() {
    let mut world = World::new(ZONE);
    world.apply(40).await.unwrap();
    world.target.put(world.of(0));
    world.config = "two.yaml";
    world.apply(12).await.unwrap();
    world.config = "one.yaml";
    world.source.put(world.of(13));
    assert_eq!(said(world.sync(SyncOptions::default()).await).len(), 2, "both sides shrank");
}

#[tokio::test]
async fn what_was_allowed_is_the_size_from_then_on() {
    let world = World::new(ZONE);
    world.apply(40).await.unwrap();
    world.source.put(world.of(12));
    let mut forced = SyncOptions::applying();
    forced.allow = Allowed::everything();
    world.sync(forced).await.unwrap();
    world.apply(7).await.unwrap();
}

#[tokio::test]
async fn nothing_is_remembered_of_runs_that_apply_nothing() {
    let mut world = World::new(ZONE);
    world.source.put(world.of(20));
    world.sync(SyncOptions::default()).await.unwrap();
    assert!(!world.folder.path().join("octodns").exists());
    world.apply_disabled = true;
    world.apply(20).await.unwrap();
    assert!(!world.folder.path().join("octodns").exists());
}

/// RFC 2317 has names with a slash.
#[tokio::test]
async fn names_of_zones_are_no_paths() {
    for name in ["0/25.2.0.192.in-addr.arpa.", "../../../escaped."] {
        let Ok(zone) = ZoneName::new(name) else { continue };
        let world = World::new(zone.as_str());
        world.apply(10).await.unwrap();
        let all = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            names.collect::<Vec<_>>()
        };
        assert_eq!(all(world.file().parent().unwrap()), ["zone-sizes.json"]);
        assert_eq!(all(world.folder.path()), ["octodns"]);
        world.target.put(world.of(0));
        assert!(world.apply(10).await.is_err());
    }
}

#[tokio::test]
async fn a_file_that_is_of_no_use_guards_nothing_and_is_written_anew() {
    let whole = r#"{"version":1,"zones":{"example.com.":{"target":{"target":400,"source":400}}}}"#;
    let torn = &whole[..whole.len() - 9];
    let deep = "[".repeat(100_000);
    for text in [
        "",
        torn,
        &deep,
        "\0\u{1b}[2J",
        "null",
        "{}",
        r#"{"version":-1,"zones":{}}"#,
        r#"{"version":1,"zones":[]}"#,
        r#"{"version":1,"zones":{"example.com.":{"target":{"target":1e400,"source":1}}}}"#,
        r#"{"version":1,"zones":{"example.com.":{"target":{"target":99999999999999999999,"source":1}}}}"#,
    ] {
        let world = World::new(ZONE);
        fs::create_dir_all(world.file().parent().unwrap()).unwrap();
        fs::write(world.file(), text).unwrap();
        world.apply(20).await.unwrap();
        world.target.put(world.of(0));
        assert!(world.apply(20).await.is_err(), "{text:.60}");
    }
    let world = World::new(ZONE);
    world.apply(400).await.unwrap();
    let whole = fs::read(world.file()).unwrap();
    fs::write(world.file(), whole).unwrap();
    assert!(world.apply(20).await.is_err());
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_left_alone_and_so_is_what_is_no_file() {
    let newer = r#"{"version":2,"sizes":[]}"#;
    let world = World::new(ZONE);
    fs::create_dir_all(world.file().parent().unwrap()).unwrap();
    fs::write(world.file(), newer).unwrap();
    world.apply(20).await.unwrap();
    world.target.put(world.of(0));
    world.apply(20).await.unwrap();
    assert_eq!(fs::read_to_string(world.file()).unwrap(), newer);

    let world = World::new(ZONE);
    fs::create_dir_all(world.file()).unwrap();
    world.apply(20).await.unwrap();
    world.target.put(world.of(0));
    world.apply(20).await.unwrap();

    // Where the folder should be is a file.
    let world = World::new(ZONE);
    fs::write(world.folder.path().join("octodns"), "").unwrap();
    world.apply(20).await.unwrap();
}
