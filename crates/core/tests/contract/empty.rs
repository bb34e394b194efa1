//! No provider is handed a record with nothing in it.

use octodns_core::engine::read_sources;

use super::*;

/// Records that nothing can mean.
fn empty() -> Vec<Record> {
    let none = [
        RecordData::A(Vec::new()),
        RecordData::Mx(Vec::new()),
        RecordData::Txt(Vec::new()),
        RecordData::Cname(HostName::default()),
        RecordData::Ns(vec![HostName::new("ns1.example.net.").unwrap(), HostName::default()]),
    ];
    let record = |data| Record::new(RecordName::new("www").unwrap(), 300, data);
    none.into_iter().map(record).collect()
}

/// A target that takes every type.
fn liar(held: Vec<Record>) -> Liar {
    Liar { capabilities: Capabilities::EVERYTHING, ..Liar::new(held) }
}

/// Puts a record into what is desired, after everybody has looked at it.
struct Emptier(Record);

#[async_trait]
impl Processor for Emptier {
    fn id(&self) -> &'static str {
        "emptier"
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        desired.set(self.0.clone());
        Ok(())
    }
}

fn check<T>(refused: Result<T, String>) {
    let refused = refused.err().unwrap();
    assert!(refused.contains("missing-values"), "{refused}");
}

#[tokio::test]
async fn nothing_is_planned_with_a_record_without_values() {
    for record in empty() {
        check(plan(Arc::new(liar(vec![record.clone()])), vec![], &[]).await);
        check(plan(Arc::new(liar(vec![])), vec![record.clone()], &[]).await);
        let held = Record::new(RecordName::new("www").unwrap(), 60, record.data().clone());
        let extra = Change::Update { existing: held.into(), new: a("www", &["192.0.2.1"]).into() };
        check(plan(Arc::new(Liar { extra: vec![extra], ..liar(vec![]) }), vec![], &[]).await);
        let processors: [Arc<dyn Processor>; 1] = [Arc::new(Emptier(record))];
        check(plan(Arc::new(liar(vec![])), vec![], &processors).await);
    }
}

#[tokio::test]
async fn no_source_has_a_record_without_values() {
    for record in empty() {
        let sources: [Arc<dyn Source>; 1] = [Arc::new(liar(vec![record]))];
        let mut report = Report::new();
        let read = read_sources(zone(vec![]), &sources, &context(), &mut report).await;
        let found = read.unwrap_err();
        assert!(found.iter().any(|found| found.code == "missing-values"), "{found:?}");
    }
}

/// A plan may be made by hand.
#[tokio::test]
async fn nothing_is_sent_of_a_plan_with_a_record_without_values() {
    for record in empty() {
        let changes =
            vec![Change::Create(a("a", &["192.0.2.1"]).into()), Change::Create(record.into())];
        let plan = Plan::new(zone(vec![]), zone(vec![]), changes, true);
        let liar = Arc::new(liar(vec![]));
        let target = Target::new(liar.clone(), TargetOptions::default());
        let applied = target.apply(&plan.approve_by_force(), &()).await;
        let error = applied.error.unwrap().to_string();
        assert!(
            error.contains("www.example.com. ") && error.contains("without a value"),
            "{error}"
        );
        assert_eq!(applied.outcomes, [Outcome::NotSent, Outcome::NotSent]);
        assert_eq!(*liar.sent.lock().unwrap(), 0);
    }
}
