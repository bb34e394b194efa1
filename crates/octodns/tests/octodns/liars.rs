//! Runs with a provider that lies about one of its zones: an error of that zone and target, and nothing else is lost.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use octodns::{Failure, Manager, SyncOptions, SyncResult};
use octodns_core::provider::PlanDraft;
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{
    ApplyLog, Capabilities, Change, Diagnostic, Outcome, Plan, Provider, ProviderError, Record,
    RecordData, RecordName, Report, Source, State, Zone, ZoneName, ZoneRead, ZoneRequest,
    async_trait,
};

/// What is done about `lied.test.` that must not be done.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    /// `Ok`, and nothing was sent.
    SaysOk,
    /// `Ok`, and the last change was never tried.
    LeavesOneOut,
    /// `Ok`, and what came of a change is not said.
    ForgetsAnAnswer,
    /// `Ok`, and what came of a step is not said.
    ForgetsAStep,
    /// `Ok`, and what was staged is not published.
    ForgetsToPublish,
    /// One change too many is called applied.
    OutOfRange,
    /// A change is applied, and applied again.
    AppliesTwice,
    /// The changes of another zone's plan, which has fewer, are applied in the name of this one's.
    AnotherPlan,
    /// What was learned by reading is looked for as something else.
    OtherState,
    /// Applying panics.
    Panics,
    /// Something panics that applying has started, and did not look after.
    PanicsInATask,
    /// Reading gives records, and an error among what was found.
    ReadsHalf,
    /// Reading panics.
    ReadPanics,
    /// Planning panics.
    PlanPanics,
    /// The desired zone becomes one of another name.
    OtherZone,
    /// What the target holds becomes a zone of another name.
    OtherExistingZone,
    /// A change is added that would take the place of a record that was kept out of sight.
    ReachesHidden,
}

/// Lies that cannot be seen before a plan is applied.
const WHEN_APPLYING: &[(Lie, &str)] = &[
    (Lie::SaysOk, "2 of 2 changes are not confirmed"),
    (Lie::LeavesOneOut, "1 of 2 changes are not confirmed"),
    (Lie::ForgetsAnAnswer, "1 of 2 changes are not confirmed"),
    (Lie::ForgetsAStep, "\"publish\" is not confirmed"),
    (Lie::ForgetsToPublish, "2 of 2 changes are not confirmed"),
    (Lie::OutOfRange, "change 2 of a plan with 2"),
    (Lie::AppliesTwice, "change 0 is made already"),
    (Lie::AnotherPlan, "1 of 2 changes are not confirmed"),
    (Lie::OtherState, "the state from reading lied.test. is lost"),
    (Lie::Panics, "applying failed"),
    (Lie::PanicsInATask, "1 of 2 changes are not confirmed"),
];

/// Lies that keep a plan from being made.
const WHEN_PLANNING: &[(Lie, &str)] = &[
    (Lie::ReadsHalf, "a page was lost"),
    (Lie::ReadPanics, "planning failed"),
    (Lie::PlanPanics, "planning failed"),
    (Lie::OtherZone, "made another zone of it, honest.test."),
    (Lie::OtherExistingZone, "made another zone of it, honest.test."),
    (Lie::ReachesHidden, "hidden by the option \"ignore\""),
];

/// What the service has got, by zone: the changes in short.
type Sent = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

struct Liar {
    id: String,
    lie: Lie,
    sent: Sent,
}

impl Liar {
    fn lies_about(&self, zone: &ZoneName, lie: Lie) -> bool {
        self.lie == lie && zone.as_str() == "lied.test."
    }

    fn send(&self, plan: &Plan, index: usize) {
        let change = plan.changes[index].record().name().to_string();
        let zone = plan.desired.name().to_string();
        self.sent.lock().unwrap().entry(zone).or_default().push(change);
    }
}

#[async_trait]
impl Source for Liar {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "Liar"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        assert!(!self.lies_about(zone.name, Lie::ReadPanics), "no such luck");
        let mut report = Report::new();
        let mut records = Vec::new();
        if self.lies_about(zone.name, Lie::ReadsHalf) {
            records.push(Arc::new(a("kept")));
            report.push(Diagnostic::error("record", "a page was lost").about("lied.test. (liar)"));
        }
        let by = "the option \"ignore\"".to_owned();
        let name = RecordName::new("hidden").unwrap();
        let record_type = octodns_core::RecordType::A;
        let hidden = vec![octodns_core::HiddenSet::new(name, record_type, by)];
        let state = State::new("ids".to_owned());
        let mut read = ZoneRead::default();
        read.records = records;
        read.hidden = hidden;
        read.report = report;
        read.state = state;
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Liar {
    async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        _: &mut Report,
    ) -> Result<(), ProviderError> {
        let other = || ZoneName::new("honest.test.").unwrap();
        if self.lies_about(desired.name(), Lie::OtherZone) {
            *desired = Zone::new(other());
        }
        if self.lies_about(existing.name(), Lie::OtherExistingZone) {
            *existing = Zone::new(other());
        }
        Ok(())
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        let zone = draft.desired.name();
        assert!(!self.lies_about(zone, Lie::PlanPanics), "no such luck");
        if self.lies_about(zone, Lie::ReachesHidden) {
            return Ok(vec![Change::Delete(a("hidden").into())]);
        }
        Ok(Vec::new())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let zone = plan.desired.name();
        let lies = |lie| self.lies_about(zone, lie);
        if lies(Lie::OtherState) {
            plan.state::<Vec<u64>>()?;
        }
        if lies(Lie::SaysOk) {
            return Ok(());
        }
        if lies(Lie::ForgetsToPublish) {
            log.stage();
        }
        let last = plan.changes.len() - 1;
        for index in 0..=last {
            if index == last && (lies(Lie::LeavesOneOut) || lies(Lie::AnotherPlan)) {
                break;
            }
            let attempt = log.begin(&[index]).await?;
            self.send(plan, index);
            if index == last {
                assert!(!lies(Lie::Panics), "no such luck");
                if lies(Lie::PanicsInATask) {
                    let task = tokio::spawn(async { panic!("no such luck") });
                    assert!(task.await.is_err());
                    return Ok(());
                }
                if lies(Lie::ForgetsAnAnswer) {
                    continue;
                }
            }
            attempt.applied();
        }
        if lies(Lie::OutOfRange) {
            log.begin(&[last + 1]).await?.applied();
        }
        if lies(Lie::AppliesTwice) {
            let again = log.begin(&[0]).await?;
            self.send(plan, 0);
            again.applied();
        }
        if lies(Lie::ForgetsAStep) {
            drop(log.step("publish").await?);
        }
        Ok(())
    }
}

fn a(name: &str) -> Record {
    let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
    Record::new(RecordName::new(name).unwrap(), 300, data)
}

const CONFIG: &str = "\
providers:
  config: {class: yaml, directory: DIR/config}
  liar: {class: liar}
  honest: {class: yaml, directory: DIR/honest}
zones:
  '*': {sources: [config], targets: [liar, honest]}
";

/// Two records in each zone: one that is lied about, and one that is not.
const ZONE: &str =
    "a: {ttl: 60, type: A, value: 192.0.2.1}\nb: {ttl: 60, type: A, value: 192.0.2.2}\n";

struct Run {
    folder: tempfile::TempDir,
    sent: Sent,
    result: Result<SyncResult, Failure>,
}

impl Run {
    /// Syncs both zones, and those of `more`, with a provider that lies about one.
    async fn new(lie: Lie, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().display().to_string();
        fs::create_dir(folder.path().join("config")).unwrap();
        for (zone, text) in [("lied.test", ZONE), ("honest.test", ZONE)].iter().chain(more) {
            fs::write(folder.path().join(format!("config/{zone}.yaml")), text).unwrap();
        }
        let config = folder.path().join("config.yaml");
        fs::write(&config, CONFIG.replace("DIR", &dir)).unwrap();
        let sent = Sent::default();
        let mut options = octodns::options();
        let shared = Arc::clone(&sent);
        options.registry.provider("test.Liar", &["liar"], "0", move |id, _: NoOptions| {
            Ok::<_, BuildError>(Liar { id: id.to_owned(), lie, sent: Arc::clone(&shared) })
        });
        let manager = Arc::new(Manager::from_config_file(&config, &options).unwrap());
        let everything = SyncOptions::forced();
        let result = manager.sync(&everything).await;
        Self { folder, sent, result }
    }

    fn sent(&self, zone: &str) -> Vec<String> {
        self.sent.lock().unwrap().get(zone).cloned().unwrap_or_default()
    }

    fn has_file(&self, zone: &str) -> bool {
        self.folder.path().join(format!("honest/{zone}.yaml")).exists()
    }
}

#[tokio::test]
async fn a_lie_when_applying_is_an_error_of_that_zone_and_target() {
    for (lie, expected) in WHEN_APPLYING {
        let run = Run::new(*lie, &[]).await;
        let failure = run.result.as_ref().unwrap_err();
        // The command line ends in exit code 1 for whatever fails.
        let found: Vec<_> = failure.report.iter().collect();
        let [found] = &*found else { panic!("{lie:?}: {found:?}") };
        assert_eq!((&*found.code, &*found.subject), ("apply", "lied.test. (liar)"), "{lie:?}");
        assert!(found.message.contains(expected), "{lie:?}: {found}");

        // Everything else is done, and said to be.
        let applied = failure.applied.as_ref().unwrap();
        for entry in &applied.entries {
            let is_lie = entry.zone.as_str() == "lied.test." && entry.target == "liar";
            assert_eq!(entry.error.is_some(), is_lie, "{lie:?}: {entry:?}");
            if !is_lie {
                assert_eq!((entry.applied(), entry.left.len()), (2, 0), "{lie:?}: {entry:?}");
                continue;
            }
            // What is known of the zone that is lied about is not lost either, nor more than is known.
            let sent = run.sent("lied.test.").len();
            assert!(entry.applied() <= sent, "{lie:?}: {entry:?}");
            let left = entry.outcomes.iter().filter(|outcome| !outcome.is_applied()).count();
            assert_eq!(entry.left.len(), left, "{lie:?}: {entry:?}");
            if *lie == Lie::Panics {
                assert_eq!(entry.outcomes, [Outcome::Applied, Outcome::Unknown]);
            }
        }
        assert_eq!(applied.entries.len(), 4, "{lie:?}");
        assert_eq!(run.sent("honest.test."), ["a", "b"], "{lie:?}");
        assert!(run.has_file("honest.test") && run.has_file("lied.test"), "{lie:?}");
    }
}

/// Nothing is sent to anybody, and what else is wrong is told as well.
#[tokio::test]
async fn a_lie_when_planning_is_an_error_of_that_zone_and_nothing_is_applied() {
    let faulty = "x: {ttl: 60, type: A, value: nope}\n";
    for (lie, expected) in WHEN_PLANNING {
        let run = Run::new(*lie, &[("faulty.test", faulty)]).await;
        let failure = run.result.as_ref().unwrap_err();
        assert!(failure.applied.is_none(), "{lie:?}");
        let found: Vec<_> = failure.report.iter().map(ToString::to_string).collect();
        let of_lie: Vec<_> = found.iter().filter(|text| text.contains(expected)).collect();
        assert_eq!(of_lie.len(), 1, "{lie:?}: {found:?}");
        assert!(of_lie[0].contains("lied.test."), "{lie:?}: {found:?}");
        let others: Vec<_> = found.iter().filter(|text| text.contains("faulty.test.")).collect();
        assert_eq!((others.len(), found.len()), (1, 2), "{lie:?}: {found:?}");
        assert!(run.sent.lock().unwrap().is_empty(), "{lie:?}");
        assert!(!run.has_file("honest.test") && !run.has_file("lied.test"), "{lie:?}");
    }
}
