//! Targets that plan by their own rules, sources that change what others gave, types whose form other code knows.

use std::any::Any;

use octodns_core::engine::read_sources;
use octodns_core::provider::{Between, Planner, ToPlan};
use octodns_core::record::{Compare, CustomType, LoadContext, Normalizer, ValueError};
use octodns_core::value::{Map, OwnedValue, Value, python_str};

use super::*;

/// Plans by itself: it halves TTLs, and has a change that nobody asked for.
struct Own {
    held: Vec<Record>,
    options: TargetOptions,
}

impl Own {
    fn new(held: Vec<Record>) -> Self {
        Self { held, options: TargetOptions::default() }
    }
}

#[async_trait]
impl Source for Own {
    fn id(&self) -> &'static str {
        "own"
    }

    fn class_name(&self) -> &'static str {
        "Own"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, _: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut read = ZoneRead::default();
        read.records.extend(self.held.iter().cloned().map(Arc::new));
        read.state = State::new(1_u8);
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Own {
    fn planner(&self) -> Option<&dyn Planner> {
        Some(self)
    }

    fn target_options(&self) -> Option<TargetOptions> {
        Some(self.options.clone())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let state: &u8 = plan.state()?.unwrap();
        assert_eq!(*state, 2);
        log.in_one(async { Ok::<_, ProviderError>(()) }).await
    }
}

#[async_trait]
impl Planner for Own {
    async fn plan(
        &self,
        what: ToPlan<'_>,
        between: &mut dyn Between,
    ) -> Result<Option<Plan>, ProviderError> {
        assert_eq!((what.exists, what.state.get::<u8>()), (true, Some(&1)));
        let (mut desired, mut existing) = (what.desired.clone(), what.existing.clone());
        for record in what.desired.records() {
            desired.set(Record::clone(record).with_ttl(record.ttl() / 2));
        }
        between.run(&mut desired, &mut existing, &"inside").await?;
        let changes = desired.records().cloned().map(Change::Create).collect();
        let plan = Plan::new(existing, desired, changes, what.exists);
        Ok(Some(plan.with_state(State::new(2_u8))))
    }
}

/// Notes what it is shown, and takes names out of either zone.
struct Seer {
    seen: Mutex<Vec<String>>,
    hides: Option<&'static str>,
}

impl Seer {
    fn note(&self, hook: &str, zone: &Zone, stage: &Stage<'_>) {
        let inside = stage.inside.and_then(<dyn Any + Send + Sync>::downcast_ref::<&str>);
        let records = zone.records().map(|record| format!("{} {}", record.name(), record.ttl()));
        let records = records.collect::<Vec<_>>().join(", ");
        self.seen.lock().unwrap().push(format!("{hook} {inside:?}: {records}"));
    }
}

#[async_trait]
impl Processor for Seer {
    fn id(&self) -> &'static str {
        "seer"
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.note("target", existing, stage);
        if let Some(name) = self.hides {
            existing.remove(&RecordName::new(name).unwrap(), RecordType::A);
        }
        Ok(())
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.note("both", desired, stage);
        Ok(())
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        let plan = plan.unwrap();
        self.note("plan", &plan.desired, stage);
        Ok(Some(plan))
    }
}

#[tokio::test]
async fn a_planner_runs_processors_between_its_own_steps() {
    let seer = Arc::new(Seer { seen: Mutex::default(), hides: None });
    let processors: [Arc<dyn Processor>; 1] = [Arc::clone(&seer) as _];
    let own = Arc::new(Own::new(vec![a("held", &["192.0.2.9"])]));
    let (target, plan) = plan_for(own, vec![a("new", &["192.0.2.1"])], &processors).await.unwrap();
    assert_eq!(
        *seer.seen.lock().unwrap(),
        [
            "target Some(\"inside\"): held 300",
            "both Some(\"inside\"): new 150",
            "plan None: new 150",
        ]
    );
    let plan = plan.unwrap();
    assert_eq!(plan.changes.len(), 1);
    assert_eq!((plan.existing.len(), plan.held().len()), (1, 1));
    assert!(target.apply(&plan.approve_by_force(), &()).await.error.is_none());
}

/// Whoever plans: what a plan does not show stays as it is.
#[tokio::test]
async fn a_planner_cannot_reach_what_is_hidden() {
    let processors: [Arc<dyn Processor>; 1] =
        [Arc::new(Seer { seen: Mutex::default(), hides: Some("held") })];
    let own = Arc::new(Own::new(vec![a("held", &["192.0.2.9"])]));
    let refused = plan_for(own, vec![a("held", &["192.0.2.1"])], &processors).await;
    let refused = refused.err().unwrap();
    assert!(refused.contains("hidden by the processor \"seer\""), "{refused}");
}

/// A source that replaces and takes out what others gave.
struct Changer;

#[async_trait]
impl Source for Changer {
    fn id(&self) -> &'static str {
        "changer"
    }

    fn class_name(&self) -> &'static str {
        "Changer"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, _: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        Err(ProviderError::failed("it is asked for what it builds on others"))
    }

    fn builds_on_others(&self) -> bool {
        true
    }

    async fn build_on(
        &self,
        before: &Zone,
        _: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let mut read = ZoneRead::default();
        read.replace = true;
        let gone = RecordName::new("gone").unwrap();
        if before.get(&gone, RecordType::A).is_some() {
            read.removed.push((gone, RecordType::A));
        }
        read.records.push(Arc::new(a(&format!("on-{}", before.len()), &["192.0.2.2"])));
        Ok(Some(read))
    }
}

#[tokio::test]
async fn a_source_may_take_out_what_others_gave() {
    let names = async |sources: &[Arc<dyn Source>]| {
        let mut report = Report::new();
        let zone = read_sources(zone(vec![]), sources, &context(), &mut report).await.unwrap();
        zone.records().map(|record| record.name().to_string()).collect::<Vec<_>>()
    };
    let first: Arc<dyn Source> =
        Arc::new(Own::new(vec![a("gone", &["192.0.2.1"]), a("kept", &["192.0.2.1"])]));
    assert_eq!(names(&[first, Arc::new(Changer)]).await, ["kept", "on-2"]);
    assert_eq!(names(&[Arc::new(Changer), Arc::new(Changer)]).await, ["on-0", "on-1"]);
}

/// A type whose values other code brings into their form, with keys of its own.
#[derive(Debug)]
struct Elsewhere(Arc<Upper>);

impl CustomType for Elsewhere {
    fn record_type(&self) -> RecordType {
        RecordType::named("Else/WHERE")
    }

    fn is_single(&self) -> bool {
        false
    }

    fn class_name(&self) -> &'static str {
        "ElsewhereRecord"
    }

    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
        Ok(value.clone().into_owned())
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        python_str(value)
    }

    fn normalizer(&self) -> Option<Arc<dyn Normalizer>> {
        Some(Arc::clone(&self.0) as _)
    }
}

/// Writes values in upper case, and notes how many records it gets.
#[derive(Debug, Default)]
struct Upper(Mutex<Vec<usize>>);

#[async_trait]
impl Normalizer for Upper {
    async fn normalize(
        &self,
        _: &ZoneName,
        records: Vec<Record>,
        _: bool,
        report: &mut Report,
    ) -> Result<Vec<Record>, ProviderError> {
        self.0.lock().unwrap().push(records.len());
        let normal = |record: Record| {
            let RecordData::Custom(data) = record.data() else { return None };
            let value = data.values().first()?.as_str()?.to_uppercase();
            if value == "BAD" {
                report.push(Diagnostic::error("elsewhere", "bad"));
                return None;
            }
            let mut map = record.to_value().as_map()?.clone();
            map.insert("value", value.clone());
            let data = data.normal(&map, vec![format!("<{value}>")]);
            Some(record.with_data(RecordData::Custom(data)))
        };
        Ok(records.into_iter().filter_map(normal).collect())
    }
}

#[tokio::test]
async fn records_of_foreign_types_get_their_form_in_one_call() {
    let upper = Arc::new(Upper::default());
    let mut types = RecordTypes::default();
    types.register(Arc::new(Elsewhere(Arc::clone(&upper)))).unwrap();
    let (validators, name) =
        (RecordValidators::legacy(&types), ZoneName::new("example.com.").unwrap());
    let load = |at: &'static str, value: &'static str| {
        let data: Map<'static> = [
            ("type", OwnedValue::from("Else/WHERE")),
            ("weight", 5.into()),
            ("value", value.into()),
        ]
        .into_iter()
        .collect();
        let mut context = LoadContext::new(&name, &validators, &types);
        context.default_ttl = Some(60);
        Record::load(&at.into(), &data.into(), &context, &mut Report::new()).unwrap()
    };
    let read = async |records: Vec<Record>| {
        let source: Arc<dyn Source> = Arc::new(Own::new(records));
        read_sources(zone(vec![]), &[source], &context(), &mut Report::new()).await
    };
    let records = vec![load("one", "x"), a("www", &["192.0.2.1"]), load("two", "y")];
    let loaded = records[0].to_value();
    let zone = read(records).await.unwrap();
    assert_eq!(*upper.0.lock().unwrap(), [2]);
    let one = zone.records().next().unwrap();
    assert_eq!(one.plan_strings(), ["<X>"]);
    // Its own keys are kept as they are written.
    assert_eq!(loaded.get("weight").and_then(Value::as_int), Some(5));
    assert_eq!(one.to_value().get("weight"), loaded.get("weight"));
    assert!(one.differs(&load("one", "X").with_ttl(61), Compare::EVERYTHING));

    let found = read(vec![load("one", "bad")]).await.unwrap_err();
    assert!(found.iter().any(|found| found.code == "elsewhere"), "{found:?}");
}
