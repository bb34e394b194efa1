//! The apply contract: what no provider and no processor can bring about, whatever it does.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

mod empty;
mod planner;
mod rebase;
mod unexpressed;

use std::sync::{Arc, Mutex};

use octodns_core::engine::{Pipeline, read_target};
use octodns_core::processor::Stage;
use octodns_core::provider::PlanDraft;
use octodns_core::record::{HostName, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::zone::{AddOptions, ZoneValidators};
use octodns_core::{
    ApplyLog, Capabilities, Change, Context, Diagnostic, HiddenSet, Outcome, Plan, Processor,
    Provider, ProviderError, Record, RecordData, RecordName, RecordType, Report, Source, State,
    Target, TargetOptions, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};

/// What a provider does that it must not do.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    None,
    /// Says `Ok` and sends nothing.
    SaysOk,
    /// Says `Ok` with a change it never tried.
    LeavesOneOut,
    /// Says `Ok` though an answer was lost.
    ForgetsAnAnswer,
    /// Says `Ok` and leaves a step without an outcome.
    ForgetsAStep,
    /// Names a change that is none of the plan's.
    OutOfRange,
    /// Makes a change again that is made.
    Twice,
    /// Names a change twice in one call.
    TwiceInOne,
    /// Looks for a state of another type than it kept.
    OtherState,
    /// Breaks down half way.
    Panics,
    /// Fails to read, with records in hand.
    HalfARead,
    /// Has no such zone.
    NoZone,
}

struct Liar {
    lie: Lie,
    held: Vec<Record>,
    hidden: Vec<HiddenSet>,
    extra: Vec<Change>,
    capabilities: Capabilities,
    drops_hidden: bool,
    sent: Mutex<usize>,
}

impl Liar {
    fn new(held: Vec<Record>) -> Self {
        let types = &[RecordType::A, RecordType::CNAME, RecordType::NS];
        let capabilities = Capabilities::of(types).root_ns();
        let (hidden, extra, sent) = (Vec::new(), Vec::new(), Mutex::new(0));
        Self { lie: Lie::None, held, hidden, extra, capabilities, drops_hidden: false, sent }
    }

    fn lying(lie: Lie) -> Self {
        Self { lie, ..Self::new(Vec::new()) }
    }
}

#[async_trait]
impl Source for Liar {
    fn id(&self) -> &'static str {
        "liar"
    }

    fn class_name(&self) -> &'static str {
        "Liar"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn read(&self, _: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        if self.lie == Lie::NoZone {
            return Ok(None);
        }
        let mut read = ZoneRead::default();
        if self.lie == Lie::HalfARead {
            read.report.push(Diagnostic::error("record", "a page was lost"));
        }
        read.records.extend(self.held.iter().cloned().map(Arc::new));
        read.hidden.clone_from(&self.hidden);
        read.state = State::new("ids".to_owned());
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Liar {
    async fn extra_changes(&self, _: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        Ok(self.extra.clone())
    }

    fn drops_hidden(&self) -> bool {
        self.drops_hidden
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        if self.lie == Lie::OtherState {
            plan.state::<Vec<u64>>()?;
        }
        for index in 0..plan.changes.len() {
            match self.lie {
                Lie::SaysOk => return Ok(()),
                Lie::LeavesOneOut if index == 0 => continue,
                Lie::TwiceInOne => break,
                _ => {}
            }
            let attempt = log.begin(&[index]).await?;
            *self.sent.lock().unwrap() += 1;
            match self.lie {
                Lie::ForgetsAnAnswer => drop(attempt),
                Lie::Panics => panic!("half way"),
                _ => attempt.applied(),
            }
        }
        match self.lie {
            Lie::OutOfRange => log.begin(&[plan.changes.len()]).await?.applied(),
            Lie::Twice => log.begin(&[1]).await?.applied(),
            Lie::TwiceInOne => log.begin(&[0, 1, 0]).await?.applied(),
            Lie::ForgetsAStep => drop(log.step("publish").await?),
            _ => {}
        }
        Ok(())
    }
}

fn a(name: &str, addresses: &[&str]) -> Record {
    let data = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Record::new(RecordName::new(name).unwrap(), 300, RecordData::A(data))
}

fn zone(records: Vec<Record>) -> Zone {
    let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
    for record in records {
        zone.add(record, AddOptions::default()).unwrap();
    }
    zone
}

fn context() -> Context {
    let types = RecordTypes::default();
    Context::new(
        Arc::new(RecordValidators::legacy(&types)),
        Arc::new(ZoneValidators::new(["legacy"])),
        Arc::new(types),
    )
}

/// Plans what makes `liar` hold `desired`; what stands against it is an error.
async fn plan(
    liar: Arc<Liar>,
    desired: Vec<Record>,
    processors: &[Arc<dyn Processor>],
) -> Result<(Target, Option<Plan>), String> {
    plan_for(liar, desired, processors).await
}

/// The same for any provider.
async fn plan_for(
    provider: Arc<dyn Provider>,
    desired: Vec<Record>,
    processors: &[Arc<dyn Processor>],
) -> Result<(Target, Option<Plan>), String> {
    let mut options = TargetOptions::default();
    options.root_ns_warnings = false;
    let target = Target::new(provider, options);
    let (desired, context) = (zone(desired), context());
    let shown = |report: &Report| {
        let lines: Vec<_> = report.iter().map(|found| format!("{}: {found}", found.code)).collect();
        lines.join("\n")
    };
    let read = target.read(&desired, &context).await.map_err(|found| shown(&found))?;
    let mut report = Report::new();
    let mut pipeline = Pipeline::default();
    pipeline.processors = processors;
    let plan = target.plan(&desired, read, pipeline, &context, &mut report).await;
    let plan = plan.map_err(|error| error.with_causes())?;
    if report.has_errors() { Err(shown(&report)) } else { Ok((target, plan)) }
}

/// A processor that hides what `hides` says, or drops deletions from plans.
struct Hider {
    hides: fn(&Record) -> Option<Record>,
    drops_deletes: bool,
}

#[async_trait]
impl Processor for Hider {
    fn id(&self) -> &'static str {
        "hider"
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        for record in existing.clone().records() {
            match (self.hides)(record) {
                Some(other) if other.data() == record.data() => {}
                Some(other) => existing.set(other),
                None => drop(existing.remove(record.name(), record.record_type())),
            }
        }
        Ok(())
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        _: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        Ok(plan.map(|mut plan| {
            plan.changes
                .retain(|change| !(self.drops_deletes && matches!(change, Change::Delete(_))));
            plan
        }))
    }
}

fn hiding(hides: fn(&Record) -> Option<Record>) -> Vec<Arc<dyn Processor>> {
    vec![Arc::new(Hider { hides, drops_deletes: false })]
}

/// The private address: the whole set when it is alone, the value when it is one of several.
fn without_private(record: &Record) -> Option<Record> {
    let RecordData::A(values) = record.data() else { return Some(record.clone()) };
    let public: Vec<_> = values.iter().copied().filter(|value| !value.is_private()).collect();
    (!public.is_empty()).then(|| record.clone().with_data(RecordData::A(public)))
}

#[tokio::test]
async fn what_is_hidden_is_never_overwritten() {
    let processors = hiding(without_private);
    let liar = |held| Arc::new(Liar::new(held));
    let whole = || liar(vec![a("www", &["10.0.0.5"])]);
    let error = plan(whole(), vec![a("www", &["192.0.2.1"])], &processors).await.err().unwrap();
    let expected = "hidden-record: www.example.com. A: target \"liar\": this create would take the \
                    place of one that the target holds, hidden by the processor \"hider\"";
    assert!(error.starts_with(expected), "{error}");
    // Files that are written as a whole are as octoDNS writes them.
    let files = Liar { drops_hidden: true, ..Liar::new(vec![a("www", &["10.0.0.5"])]) };
    assert!(plan(Arc::new(files), vec![a("www", &["192.0.2.1"])], &processors).await.is_ok());

    // One value of several: neither an update nor a deletion may take it along.
    let part = || liar(vec![a("www", &["10.0.0.5", "192.0.2.1"])]);
    for desired in [vec![a("www", &["192.0.2.2"])], vec![]] {
        let error = plan(part(), desired, &processors).await.err().unwrap();
        assert!(error.contains("the value 10.0.0.5 that the target holds"), "{error}");
    }
    // An update that keeps it loses nothing.
    let keeps = vec![a("www", &["10.0.0.5", "192.0.2.2"])];
    assert!(plan(part(), keeps, &processors).await.is_ok());
    // What is hidden and in nobody's way stays.
    let (_, planned) = plan(whole(), vec![a("ftp", &["192.0.2.1"])], &processors).await.unwrap();
    let planned = planned.unwrap();
    assert_eq!(planned.changes.len(), 1);
    assert_eq!(planned.outcome().len(), 2, "a target that is written as a whole keeps it");

    // What the provider itself left out.
    let by = "the option \"ignore\"".to_owned();
    let name = RecordName::new("www").unwrap();
    let hidden = vec![HiddenSet::new(name, RecordType::A, by)];
    let own = Arc::new(Liar { hidden, ..Liar::new(Vec::new()) });
    let error = plan(own, vec![a("www", &["192.0.2.1"])], &[]).await.err().unwrap();
    assert!(error.contains("hidden by the option \"ignore\""), "{error}");
}

#[tokio::test]
async fn a_cname_is_not_put_beside_what_is_hidden() {
    let alias = || {
        let name = RecordName::new("www").unwrap();
        Record::new(name, 60, RecordData::Cname(HostName::new("www.example.net.").unwrap()))
    };
    let liar = |held| Arc::new(Liar::new(held));
    let private = || a("www", &["10.0.0.5"]);
    let error =
        plan(liar(vec![private()]), vec![alias()], &hiding(without_private)).await.err().unwrap();
    let expected = "hidden-record: www.example.com. CNAME: target \"liar\": this create would take the \
                    place of the A record that the target holds at this name, hidden by the \
                    processor \"hider\"";
    assert!(error.starts_with(expected), "{error}");

    // A deletion that is taken out of the plan hides what stays.
    let dropping: Vec<Arc<dyn Processor>> =
        vec![Arc::new(Hider { hides: |record| Some(record.clone()), drops_deletes: true })];
    for (held, desired) in [(private(), alias()), (alias(), private())] {
        let error =
            plan(liar(vec![held.clone()]), vec![desired.clone()], &dropping).await.err().unwrap();
        assert!(error.contains("hidden by a processor of plans"), "{error}");
        let (_, planned) = plan(liar(vec![held]), vec![desired], &[]).await.unwrap();
        assert_eq!(planned.unwrap().changes.len(), 2, "one goes, the other comes");
    }
}

#[tokio::test]
async fn what_a_processor_takes_out_of_a_plan_is_not_written() {
    let dropping: Vec<Arc<dyn Processor>> =
        vec![Arc::new(Hider { hides: |record| Some(record.clone()), drops_deletes: true })];
    let liar = Arc::new(Liar::new(vec![a("kept", &["192.0.2.9"])]));
    let (_, planned) = plan(liar, vec![a("www", &["192.0.2.1"])], &dropping).await.unwrap();
    let outcome = planned.unwrap().outcome();
    let names: Vec<_> = outcome.records().map(|record| record.name().as_str()).collect();
    assert_eq!(names, ["kept", "www"]);
}

/// Whoever adds a change, and whatever kind of change it is.
#[tokio::test]
async fn changes_that_are_added_do_not_reach_what_is_hidden() {
    let (private, public) = (a("www", &["10.0.0.5"]), a("www", &["192.0.2.1"]));
    for change in [
        Change::Create(public.clone().into()),
        Change::Update { existing: private.clone().into(), new: public.clone().into() },
        Change::Delete(private.clone().into()),
    ] {
        let liar = || Liar { extra: vec![change.clone()], ..Liar::new(vec![private.clone()]) };
        let processors = hiding(without_private);
        let error = plan(Arc::new(liar()), vec![], &processors).await.err().unwrap();
        assert!(error.contains("hidden by the processor \"hider\""), "{change:?}: {error}");
        // What is seen is the plan's to change.
        if !matches!(change, Change::Create(_)) {
            assert!(plan(Arc::new(liar()), vec![private.clone()], &[]).await.is_ok(), "{change:?}");
        }
    }
}

/// What one processor hides and the next one shows again is not hidden.
#[tokio::test]
async fn what_is_put_back_is_seen() {
    let held = a("www", &["10.0.0.5"]);
    let shows: Arc<dyn Processor> = Arc::new(Shower(held.clone()));
    let processors = [hiding(without_private), vec![shows]].concat();
    for desired in [vec![a("www", &["192.0.2.1"])], vec![]] {
        let liar = Arc::new(Liar::new(vec![held.clone()]));
        let (_, planned) = plan(liar, desired, &processors).await.unwrap();
        assert_eq!(planned.unwrap().changes.len(), 1);
    }
}

/// A processor that puts a record where the target holds it.
struct Shower(Record);

#[async_trait]
impl Processor for Shower {
    fn id(&self) -> &'static str {
        "shower"
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        existing.set(self.0.clone());
        Ok(())
    }
}

/// Processors that make another zone of what they are given.
struct Renamer(&'static str);

#[async_trait]
impl Processor for Renamer {
    fn id(&self) -> &'static str {
        "renamer"
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.0 == "target" {
            *existing = other_zone();
        }
        Ok(())
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.0 == "both" {
            *desired = other_zone();
        }
        Ok(())
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        _: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        if self.0 != "plan" {
            return Ok(plan);
        }
        let changes = plan.map(|plan| plan.changes).unwrap_or_default();
        Ok(Some(Plan::new(other_zone(), other_zone(), changes, true)))
    }
}

fn other_zone() -> Zone {
    Zone::new(ZoneName::new("example.org.").unwrap())
}

#[tokio::test]
async fn a_plan_is_about_the_zone_that_was_read() {
    for place in ["target", "both", "plan"] {
        let renamer: Arc<dyn Processor> = Arc::new(Renamer(place));
        let desired = vec![a("www", &["192.0.2.1"])];
        let liar = Arc::new(Liar::new(Vec::new()));
        let error = plan(liar, desired, &[renamer]).await.err().unwrap();
        let expected = "the processor \"renamer\" made another zone of it, example.org.";
        assert_eq!(error, expected, "{place}");
    }
}

#[tokio::test]
async fn success_is_what_the_log_says() {
    for (lie, expected) in [
        (Lie::None, None),
        (Lie::SaysOk, Some("2 of 2 changes are not confirmed")),
        (Lie::LeavesOneOut, Some("1 of 2 changes are not confirmed")),
        (Lie::ForgetsAnAnswer, Some("2 of 2 changes are not confirmed")),
        (Lie::ForgetsAStep, Some("\"publish\" is not confirmed")),
        (Lie::OutOfRange, Some("change 2 of a plan with 2")),
        (Lie::Twice, Some("change 1 is made already")),
        (Lie::TwiceInOne, Some("change 0 is there twice")),
        (Lie::OtherState, Some("the state from reading example.com. is lost")),
        (Lie::Panics, Some("applying failed")),
    ] {
        let liar = Arc::new(Liar::lying(lie));
        let desired = vec![a("a", &["192.0.2.1"]), a("b", &["192.0.2.1"])];
        let (target, planned) = plan(Arc::clone(&liar), desired, &[]).await.unwrap();
        let done = target.apply(&planned.unwrap().approve_by_force(), &()).await;
        let error = done.error.map(|error| error.with_causes());
        match expected {
            None => assert_eq!(error, None),
            Some(words) => assert!(error.as_deref().unwrap().contains(words), "{error:?}"),
        }
        let confirmed = done.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
        assert!(confirmed <= *liar.sent.lock().unwrap());
        if lie == Lie::Panics {
            assert_eq!(done.outcomes, [Outcome::Unknown, Outcome::NotSent]);
        }
        if lie == Lie::OtherState {
            assert_eq!(*liar.sent.lock().unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn a_read_that_failed_gives_no_zone() {
    let liar = Liar { lie: Lie::HalfARead, ..Liar::new(vec![a("www", &["192.0.2.1"])]) };
    let read = read_target(zone(Vec::new()), &liar, &context()).await;
    assert_eq!(read.unwrap_err().iter().next().unwrap().message, "a page was lost");
}

/// Before anything is sent anywhere.
#[tokio::test]
async fn a_zone_that_nobody_can_create_is_told_when_planning() {
    for (fixed_zones, lie, desired, refused) in [
        (true, Lie::NoZone, vec![a("www", &["192.0.2.1"])], true),
        (true, Lie::NoZone, Vec::new(), false),
        (true, Lie::None, vec![a("www", &["192.0.2.1"])], false),
        (false, Lie::NoZone, vec![a("www", &["192.0.2.1"])], false),
    ] {
        let mut liar = Liar::lying(lie);
        liar.capabilities.fixed_zones = fixed_zones;
        let planned = plan(Arc::new(liar), desired, &[]).await.err();
        let expected =
            "example.com. cannot be created by the API: create it at the service first".to_owned();
        assert_eq!(planned, refused.then_some(expected));
    }
    let mut liar = Liar::lying(Lie::NoZone);
    liar.capabilities = liar.capabilities.clone().fixed_zones_without("contract_id");
    let planned = plan(Arc::new(liar), vec![a("www", &["192.0.2.1"])], &[]).await.err();
    let expected = "example.com. does not exist, and creating it needs the option contract_id: set it, or create \
                    the zone at the service first";
    assert_eq!(planned.as_deref(), Some(expected));
}

#[tokio::test]
async fn changes_that_a_provider_adds_pass_the_same_sieve() {
    let with_options = |name: &'static str, options: &'static str| {
        let types = RecordTypes::default();
        let (zone, validators) =
            (ZoneName::new("example.com.").unwrap(), RecordValidators::legacy(&types));
        let context = octodns_core::record::LoadContext::new(&zone, &validators, &types);
        let octodns: octodns_core::OwnedValue = match options {
            "ignored" => [("ignored", true.into())].into(),
            of => {
                let targets = octodns_core::Value::from(vec![octodns_core::Value::from("liar")]);
                [(of, targets)].into_iter().collect::<octodns_core::value::Map<'_>>().into()
            }
        };
        let data = [
            ("type", "A".into()),
            ("ttl", 300.into()),
            ("value", "192.0.2.1".into()),
            ("octodns", octodns),
        ];
        let mut report = Report::new();
        let record = Record::load(&name.into(), &data.into(), &context, &mut report);
        record.unwrap_or_else(|| panic!("{report:?}"))
    };
    let text = RecordData::Txt(vec![octodns_core::record::Txt::new("x")]);
    let text = Record::new(RecordName::new("text").unwrap(), 300, text);
    let extra = [
        with_options("out", "ignored"),
        with_options("away", "excluded"),
        text,
        a("in", &["192.0.2.1"]),
    ];
    let extra = extra.into_iter().map(|record| Change::Create(record.into())).collect();
    let liar = Arc::new(Liar { extra, ..Liar::new(Vec::new()) });
    let (_, planned) = plan(liar, Vec::new(), &[]).await.unwrap();
    let planned = planned.unwrap();
    let names: Vec<_> =
        planned.changes.iter().map(|change| change.record().name().as_str()).collect();
    assert_eq!(names, ["in"]);
}
