//! How many plans are applied at the same time, and which keep their order.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use octodns::{
    AfterWave, Manager, MemoryProvider, PlanOptions, SyncOptions, Wave, Waves, ZoneOptions,
};
use octodns_core::{
    ApplyLog, Capabilities, Diagnostic, Plan, Provider, ProviderError, Record, RecordData,
    RecordName, Report, Source, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};

/// The zones that are being applied, the most there were, by target and in all, and those that have ended in turn.
#[derive(Default)]
struct Seen {
    under_way: BTreeSet<(String, String)>,
    most: BTreeMap<String, usize>,
    most_of_all: usize,
    ended: Vec<(String, String)>,
}

/// Takes a while to apply, the longer the shorter the name of the zone.
struct Slow {
    id: &'static str,
    at_once: usize,
    seen: Arc<Mutex<Seen>>,
}

#[async_trait]
impl Source for Slow {
    fn id(&self) -> &str {
        self.id
    }

    fn class_name(&self) -> &'static str {
        "Slow"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, _zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        Ok(None)
    }
}

#[async_trait]
impl Provider for Slow {
    fn zones_at_once(&self) -> usize {
        self.at_once
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let zone = plan.desired.name().as_str().to_owned();
        let key = (self.id.to_owned(), zone.clone());
        {
            let mut seen = self.seen.lock().unwrap();
            seen.under_way.insert(key.clone());
            let of_all = seen.under_way.len();
            let of_this = seen.under_way.iter().filter(|(id, _)| id == self.id).count();
            seen.most_of_all = seen.most_of_all.max(of_all);
            let most = seen.most.entry(self.id.to_owned()).or_default();
            *most = (*most).max(of_this);
        }
        for _ in 0..100 - zone.len() {
            tokio::task::yield_now().await;
        }
        let attempt = log.begin(&[0]).await?;
        let mut seen = self.seen.lock().unwrap();
        seen.under_way.remove(&key);
        seen.ended.push(key);
        drop(seen);
        if zone.starts_with("bad") {
            let error = ProviderError::failed("no such luck");
            attempt.ended(&error);
            return Err(error);
        }
        attempt.applied();
        Ok(())
    }
}

/// A manager of zones with one record, and of targets, each with how many it takes at once.
fn manager(
    zones: &[&str],
    targets: &[(&'static str, usize)],
    max_workers: usize,
) -> (Arc<Manager>, Arc<Mutex<Seen>>) {
    let source = MemoryProvider::new("source");
    let seen = Arc::<Mutex<Seen>>::default();
    let mut parts = Manager::builder();
    for &(id, at_once) in targets {
        parts = parts.provider(Arc::new(Slow { id, at_once, seen: Arc::clone(&seen) }));
    }
    for name in zones {
        let mut zone = Zone::new(ZoneName::new(name).unwrap());
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        zone.set(Record::new(RecordName::new("www").unwrap(), 60, data));
        source.put(zone);
        let targets: Vec<_> = targets.iter().map(|(id, _)| *id).collect();
        parts = parts.zone(*name, ZoneOptions::new(vec!["source"], targets));
    }
    let mut options = octodns::options();
    options.max_workers = max_workers;
    (Arc::new(parts.source(Arc::new(source)).build(&options).unwrap()), seen)
}

/// Applies such zones; what was seen, and the zone and target of each entry of the table.
async fn apply(
    zones: &[&str],
    targets: &[(&'static str, usize)],
    max_workers: usize,
) -> (Seen, Vec<(String, String)>) {
    let (manager, seen) = manager(zones, targets, max_workers);
    let applied = match manager.sync(&SyncOptions::applying()).await {
        Ok(result) => result.applied.unwrap(),
        Err(failure) => failure.applied.unwrap(),
    };
    let entry = |entry: octodns::Applied| (entry.zone.to_string(), entry.target);
    let entries = applied.entries.into_iter().map(entry).collect();
    drop(manager);
    (Arc::into_inner(seen).unwrap().into_inner().unwrap(), entries)
}

#[tokio::test]
async fn each_target_takes_as_many_as_it_says_and_workers_bound_all() {
    let names: Vec<_> = (0..30).map(|number| format!("zone-{number}.example.")).collect();
    let zones: Vec<_> = names.iter().map(String::as_str).collect();
    for (workers, of_all, many, few) in [(99, 11, 8, 3), (5, 5, 5, 3), (1, 1, 1, 1)] {
        let (seen, entries) = apply(&zones, &[("many", 8), ("few", 3)], workers).await;
        assert_eq!(seen.ended.len(), 60);
        assert_eq!(seen.most_of_all, of_all, "{workers} workers");
        assert!(seen.most["many"] <= many && seen.most["few"] <= few, "{:?}", seen.most);
        // The table has the order of the plans, whichever ended first.
        let (in_turn, _) = apply(&zones, &[("many", 1), ("few", 1)], 1).await;
        let expected = in_turn.ended.into_iter().map(|(target, zone)| (zone, target));
        assert_eq!(entries, expected.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_zone_waits_for_those_below_it_and_a_failure_holds_up_nothing() {
    let zones = ["example.com.", "sub.example.com.", "bad.sub.example.com.", "a.test."];
    let (seen, _) = apply(&zones, &[("one", 9), ("other", 9)], 99).await;
    for id in ["one", "other"] {
        let of_it = seen.ended.iter().filter(|(target, _)| target == id);
        let lies_below = of_it.map(|(_, zone)| zone.as_str()).filter(|zone| zone.contains("com."));
        let expected = ["bad.sub.example.com.", "sub.example.com.", "example.com."];
        assert_eq!(lies_below.collect::<Vec<_>>(), expected);
        assert!(seen.ended.contains(&(id.to_owned(), "a.test.".to_owned())));
    }
    // Those that need not wait do not: of each target one of the three, and the fourth.
    assert_eq!(seen.most_of_all, 4);
}

/// Applies zones to two targets in waves; the zones that were applied, and what the table says of the others.
async fn in_waves(zones: &[&str], waves: Waves) -> (Vec<String>, Vec<String>) {
    let (manager, _) = manager(zones, &[("one", 9), ("other", 9)], 99);
    let mut options = SyncOptions::applying();
    options.waves = waves;
    let summary = match manager.sync(&options).await {
        Ok(result) => result.applied.unwrap(),
        Err(failure) => failure.applied.unwrap(),
    };
    let name = |entry: &octodns::Applied| format!("{} {}", entry.zone, entry.target);
    let (applied, others): (Vec<_>, Vec<_>) =
        summary.entries.iter().partition(|entry| entry.applied() > 0);
    let why = |entry: &&octodns::Applied| {
        let why = entry.error.as_deref().or(entry.skipped).unwrap_or_default();
        format!("{}: {why}", name(entry))
    };
    let mut applied: Vec<_> = applied.into_iter().map(name).collect();
    let mut others: Vec<_> = others.iter().map(why).collect();
    applied.sort();
    others.sort();
    (applied, others)
}

#[tokio::test]
async fn a_wave_that_fails_stops_those_after_it() {
    let zones = ["a.test.", "b.test.", "bad.test."];
    let not_begun = "not begun: an earlier wave failed";
    let failed = ["bad.test. one: no such luck", "bad.test. other: no such luck"];
    let of = |zones: &[&str]| Wave::new(zones.to_vec(), Vec::new());

    let (applied, others) = in_waves(&zones, Waves::of([of(&["a.test."]), of(&["b.test."])])).await;
    assert_eq!(applied, ["a.test. one", "a.test. other", "b.test. one", "b.test. other"]);
    assert_eq!(others, failed);

    // What is in the wave itself goes on.
    let (applied, others) = in_waves(&zones, Waves::of([of(&["bad.test.", "a.test."])])).await;
    assert_eq!(applied, ["a.test. one", "a.test. other"]);
    let left = ["one", "other"].map(|target| format!("b.test. {target}: {not_begun}"));
    assert_eq!(others, [&left[..], &failed.map(str::to_owned)].concat());

    let (applied, others) = in_waves(&zones, Waves::of([Wave::new([], ["one"])])).await;
    assert_eq!(applied, ["a.test. one", "b.test. one"]);
    assert!(others.contains(&format!("a.test. other: {not_begun}")), "{others:?}");
}

#[tokio::test]
async fn each_wave_is_checked_before_the_next() {
    let (manager, _) = manager(&["a.test.", "b.test.", "c.test."], &[("one", 9)], 99);
    let plans = manager.plan(&PlanOptions::default()).await.unwrap();
    let checked = Mutex::new(Vec::new());
    let approved = plans.approve().unwrap();
    let check: &AfterWave<'_> = &|wave| {
        let zones = wave.plans.iter().map(|(_, plan, entry)| {
            assert_eq!(entry.applied(), 1);
            plan.desired.name().to_string()
        });
        let zones = zones.collect::<Vec<_>>().join(" ");
        checked.lock().unwrap().push(format!("{} of {}: {zones}", wave.number, wave.of));
        let found = (wave.number == 2).then(|| Diagnostic::error("verify", "it is not there"));
        Box::pin(async move { found.into_iter().collect::<Report>() })
    };
    let applied = manager.apply_in_waves(approved, &Waves::even(3), check).await;
    let failure = applied.unwrap_err();
    assert_eq!(*checked.lock().unwrap(), ["1 of 3: a.test.", "2 of 3: b.test."]);
    assert_eq!(failure.report.iter().map(|found| &*found.code).collect::<Vec<_>>(), ["verify"]);
    let summary = failure.applied.unwrap();
    assert_eq!((summary.total(), summary.entries[2].not_tried()), (2, 1));
    assert!(summary.to_string().contains("not begun"), "{summary}");
}
