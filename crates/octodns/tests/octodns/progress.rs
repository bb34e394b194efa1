//! What a run tells of itself while it goes on.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use octodns::core::{Record, RecordData, RecordName, Zone, ZoneName};
use octodns::progress::{Event, Progress};
use octodns::{DumpOptions, Manager, MemoryProvider, PlanOptions, SyncOptions, ZoneOptions};

/// Keeps what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Progress for Told {
    fn note(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(match event {
            Event::Begun { phase, steps } => format!("{} {steps}", phase.verb()),
            Event::ZoneBegun { zone } => format!("{zone} ..."),
            Event::ZoneEnded { zone } => format!("{zone} done"),
            Event::ChangeEnded { zone, target } => format!("change of {zone} at {target}"),
            Event::Ended { phase } => format!("{} ended", phase.verb()),
            other => format!("{other:?}"),
        });
    }
}

fn zone(name: &str, records: u8) -> Zone {
    let mut zone = Zone::new(ZoneName::new(name).unwrap());
    for number in 0..records {
        let data = RecordData::A(vec![[192, 0, 2, number].into()]);
        zone.set(Record::new(RecordName::new(&format!("r{number}")).unwrap(), 300, data));
    }
    zone
}

/// A manager of two zones, one of which is never applied, and what it tells.
fn manager() -> (Arc<Manager>, Arc<Told>) {
    let (told, source) = (Arc::new(Told::default()), MemoryProvider::new("source"));
    source.put(zone("a.com.", 2));
    source.put(zone("b.com.", 3));
    let mut options = octodns::options();
    options.max_workers = 1;
    options.progress = Arc::clone(&told) as Arc<dyn Progress>;
    let mut dry = ZoneOptions::new(["source"], ["target"]);
    dry.always_dry_run = true;
    let manager = Manager::builder()
        .source(Arc::new(source))
        .provider(Arc::new(MemoryProvider::new("target")))
        .zone("a.com.", ZoneOptions::new(["source"], ["target"]))
        .zone("b.com.", dry)
        .build(&options)
        .unwrap();
    (Arc::new(manager), told)
}

fn lines(told: &Told) -> Vec<String> {
    std::mem::take(&mut *told.0.lock().unwrap())
}

const PLANNING: [&str; 6] =
    ["plan 2", "a.com. ...", "a.com. done", "b.com. ...", "b.com. done", "plan ended"];

#[tokio::test]
async fn a_sync_tells_of_zones_and_of_changes() {
    let (manager, told) = manager();
    manager.plan(&PlanOptions::default()).await.unwrap();
    assert_eq!(lines(&told), PLANNING);

    let mut options = SyncOptions::applying();
    options.verify.read_back = Some(true);
    manager.sync(&options).await.unwrap();
    let mut expected = PLANNING.to_vec();
    // What is left out is not counted.
    expected.extend(["apply 2", "a.com. ..."]);
    expected.extend(["change of a.com. at target"; 2]);
    expected.extend(["a.com. done", "verify 0", "verify ended", "apply ended"]);
    assert_eq!(lines(&told), expected);
}

#[tokio::test]
async fn a_run_that_is_stopped_tells_that_it_has_ended() {
    let (manager, told) = manager();
    let mut options = SyncOptions::applying();
    options.plan.zones = vec!["no.such.zone.".to_owned()];
    manager.sync(&options).await.unwrap_err();
    // Nothing was begun.
    assert_eq!(lines(&told), [""; 0]);
    // As when somebody does not wait for it any longer.
    assert!(manager.plan(&PlanOptions::default()).now_or_never().is_none());
    let told = lines(&told);
    assert_eq!(
        (&*told[0], told.iter().any(|line| line == "plan ended")),
        ("plan 2", true),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_dump_tells_of_zones() {
    let (manager, told) = manager();
    let folder = tempfile::tempdir().unwrap();
    let options = DumpOptions::new("*", vec!["source".to_owned()], folder.path());
    manager.dump(&options).await.unwrap();
    let expected =
        ["dump 2", "a.com. ...", "a.com. done", "b.com. ...", "b.com. done", "dump ended"];
    assert_eq!(lines(&told), expected);
}
