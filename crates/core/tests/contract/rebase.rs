//! Changes that were planned earlier, on whatever the target holds now.

use std::sync::Arc;

use octodns_core::engine::{Earlier, MetaStanding, Rebased, Standing};
use octodns_core::record::HostName;
use octodns_core::value::Map;
use octodns_core::{
    Change, HiddenSet, Record, RecordData, RecordName, RecordType, Report, Target, TargetOptions,
    Value, Zone,
};

use crate::{Liar, Lie, a, context, zone};

fn create(new: Record) -> Change {
    Change::Create(Arc::new(new))
}

fn update(existing: Record, new: Record) -> Change {
    Change::Update { existing: Arc::new(existing), new: Arc::new(new) }
}

fn delete(existing: Record) -> Change {
    Change::Delete(Arc::new(existing))
}

fn named(name: &str, data: RecordData) -> Record {
    Record::new(RecordName::new(name).unwrap(), 300, data)
}

fn cname(name: &str, target: &str) -> Record {
    named(name, RecordData::Cname(HostName::new(target).unwrap()))
}

fn ns(name: &str, targets: &[&str]) -> Record {
    let targets = targets.iter().map(|target| HostName::new(target).unwrap());
    named(name, RecordData::Ns(targets.collect()))
}

async fn rebase_with(
    liar: Liar,
    changes: &[Change],
    adjust: impl for<'e> FnOnce(&mut Earlier<'e>),
) -> Result<Rebased, Report> {
    let mut options = TargetOptions::default();
    options.root_ns_warnings = false;
    let zone: Zone = zone(Vec::new());
    let mut earlier = Earlier::new(&zone, changes);
    adjust(&mut earlier);
    Target::new(Arc::new(liar), options).rebase(&earlier, &context()).await
}

async fn rebase(held: Vec<Record>, changes: &[Change]) -> Rebased {
    rebase_with(Liar::new(held), changes, |_| {}).await.unwrap()
}

/// `open`, `already`, or what is there instead.
fn told(rebased: &Rebased) -> Vec<String> {
    let told = |standing: &Standing| match standing {
        Standing::Open => "open".to_owned(),
        Standing::Already => "already".to_owned(),
        Standing::Conflict { live: None } => "nothing".to_owned(),
        Standing::Conflict { live: Some(live) } => {
            format!("{} {}", live.record_type(), live.rdata_strings().join(", "))
        }
        other => format!("{other:?}"),
    };
    rebased.standings.iter().map(told).collect()
}

#[tokio::test]
async fn changes_are_sorted_by_what_the_target_holds() {
    let (one, two, three) =
        (a("www", &["192.0.2.1"]), a("www", &["192.0.2.2"]), a("www", &["192.0.2.3"]));
    let other_ttl = || one.clone().with_ttl(60);
    for (change, held, expected) in [
        (create(two.clone()), None, "open"),
        (create(two.clone()), Some(&two), "already"),
        (create(two.clone()), Some(&three), "A 192.0.2.3"),
        (update(one.clone(), two.clone()), Some(&one), "open"),
        (update(one.clone(), two.clone()), Some(&two), "already"),
        (update(one.clone(), two.clone()), Some(&three), "A 192.0.2.3"),
        (update(one.clone(), two.clone()), None, "nothing"),
        (update(one.clone(), other_ttl()), Some(&one), "open"),
        (update(one.clone(), other_ttl()), Some(&other_ttl()), "already"),
        (update(one.clone(), other_ttl()), Some(&one.clone().with_ttl(70)), "A 192.0.2.1"),
        (delete(one.clone()), Some(&one), "open"),
        (delete(one.clone()), None, "already"),
        (delete(one.clone()), Some(&three), "A 192.0.2.3"),
    ] {
        let others = [a("ftp", &["192.0.2.9"]), ns("", &["ns1.example.net."])];
        let held = held.into_iter().cloned().chain(others).collect();
        let rebased = rebase(held, std::slice::from_ref(&change)).await;
        assert_eq!(told(&rebased), [expected], "{change:?}");
        // What is open is an ordinary plan, which leaves everything else as it is.
        match rebased.plan {
            Some(plan) => {
                assert_eq!(expected, "open");
                assert_eq!(plan.changes.len(), 1);
                assert_eq!(plan.state::<String>().unwrap().map(String::as_str), Some("ids"));
                // Targets that are written as a whole are written from either.
                assert!(plan.outcome().root_ns().is_some() && plan.desired.root_ns().is_some());
                let ftp = RecordName::new("ftp").unwrap();
                assert!(plan.outcome().get(&ftp, RecordType::A).is_some());
            }
            None => assert_ne!(expected, "open"),
        }
    }
}

/// What is sent replaces what is there now, however it is spelled.
#[tokio::test]
async fn the_plan_has_what_is_there_now() {
    let section: Map<'static> = [("lenient", Value::from(true))].into_iter().collect();
    let now = a("www", &["192.0.2.1"]).with_options(section);
    let change = update(a("www", &["192.0.2.1"]), a("www", &["192.0.2.2"]));
    let rebased = rebase(vec![now], &[change]).await;
    let plan = rebased.plan.unwrap();
    assert!(!plan.changes[0].existing().unwrap().options().is_empty());
}

#[tokio::test]
async fn a_cname_is_not_put_beside_what_came_since() {
    let alias = || cname("www", "www.example.net.");
    let address = || a("www", &["192.0.2.1"]);
    for (held, changes, expected) in [
        (vec![address()], vec![create(alias())], vec!["A 192.0.2.1"]),
        (vec![alias()], vec![create(address())], vec!["CNAME www.example.net."]),
        (vec![address()], vec![delete(address()), create(alias())], vec!["open", "open"]),
        (vec![], vec![delete(address()), create(alias())], vec!["already", "open"]),
        // The address is another one now, and stays.
        (
            vec![a("www", &["192.0.2.2"])],
            vec![delete(address()), create(alias())],
            vec!["A 192.0.2.2", "A 192.0.2.2"],
        ),
    ] {
        let rebased = rebase(held, &changes).await;
        assert_eq!(told(&rebased), expected, "{changes:?}");
    }
}

#[tokio::test]
async fn a_part_of_a_change_that_was_begun_is_no_conflict() {
    let before = || a("www", &["192.0.2.1", "192.0.2.2"]);
    let after = || a("www", &["192.0.2.2", "192.0.2.3"]).with_ttl(60);
    for (held, expected) in [
        (Some(a("www", &["192.0.2.2"])), "open"),
        (Some(a("www", &["192.0.2.1", "192.0.2.3"])), "open"),
        (Some(after().with_ttl(300)), "open"),
        (None, "open"),
        (Some(before()), "open"),
        (Some(after()), "already"),
        (Some(a("www", &["192.0.2.2", "192.0.2.4"])), "A 192.0.2.2, 192.0.2.4"),
        (Some(a("www", &["192.0.2.2"]).with_ttl(70)), "A 192.0.2.2"),
    ] {
        let liar = || Liar::new(held.iter().cloned().collect());
        let changes = [update(before(), after())];
        let begun = rebase_with(liar(), &changes, |earlier| earlier.begun = &[0]).await.unwrap();
        assert_eq!(told(&begun), [expected], "{held:?}");
    }
}

#[tokio::test]
async fn what_is_hidden_is_no_more_overwritten_than_by_any_plan() {
    let hidden = || {
        vec![HiddenSet::new(
            RecordName::new("www").unwrap(),
            RecordType::A,
            "the option \"ignore\"",
        )]
    };
    let liar = Liar { hidden: hidden(), ..Liar::new(Vec::new()) };
    let refused = rebase_with(liar, &[create(a("www", &["192.0.2.1"]))], |_| {}).await.unwrap_err();
    assert!(refused.iter().any(|found| found.code == "hidden-record"), "{refused:?}");
}

#[tokio::test]
async fn root_ns_and_thresholds_hold_as_ever() {
    let before = || ns("", &["ns1.example.net."]);
    let change = update(before(), ns("", &["ns2.example.net."]));
    let plan = rebase(vec![before()], &[change]).await.plan.unwrap();
    assert_eq!(plan.safety().len(), 1, "{:?}", plan.safety());

    let records = || (0..10).map(|number| a(&format!("r{number}"), &["192.0.2.1"]));
    let changes: Vec<_> = records().take(4).map(delete).collect();
    let plan = rebase(records().collect(), &changes).await.plan.unwrap();
    assert_eq!(plan.safety().len(), 1);
    // Those that are gone already are not deleted.
    let plan = rebase(records().skip(2).collect(), &changes).await.plan.unwrap();
    assert_eq!((plan.changes.len(), plan.safety().len()), (2, 0));
}

#[tokio::test]
async fn what_cannot_be_rebased_is_an_error() {
    let change = || create(a("www", &["192.0.2.1"]));
    let error = |refused: Result<Rebased, Report>| {
        refused.unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let gone = error(rebase_with(Liar::lying(Lie::NoZone), &[change()], |_| {}).await);
    assert!(gone.contains("has it no more"), "{gone}");
    let changes = [change()];
    let new = rebase_with(Liar::lying(Lie::NoZone), &changes, |earlier| earlier.existed = false);
    assert!(!new.await.unwrap().plan.unwrap().exists);
    let part = error(rebase_with(Liar::lying(Lie::HalfARead), &[change()], |_| {}).await);
    assert!(part.contains("a page was lost"), "{part}");
    let twice = [change(), delete(a("www", &["192.0.2.2"]))];
    let twice = error(rebase_with(Liar::new(Vec::new()), &twice, |_| {}).await);
    assert!(twice.contains("it is changed twice"), "{twice}");
    let mx = named("www", RecordData::Txt(Vec::new()));
    let unknown = error(rebase_with(Liar::new(Vec::new()), &[create(mx)], |_| {}).await);
    assert!(unknown.contains("does not take this record"), "{unknown}");
    let section: Map<'static> = [("excluded", Value::from("liar"))].into_iter().collect();
    let excluded = create(a("www", &["192.0.2.1"]).with_options(section));
    let excluded = error(rebase_with(Liar::new(Vec::new()), &[excluded], |_| {}).await);
    assert!(excluded.contains("not meant to have it"), "{excluded}");
}

/// A change of settings beside the records is made as long as the provider says that it is needed.
#[tokio::test]
async fn changes_beside_the_records_are_the_providers_to_know() {
    let held = || a("www", &["192.0.2.1"]);
    let change = || update(held(), held());
    let needed = Liar { extra: vec![change()], ..Liar::new(vec![held()]) };
    assert_eq!(told(&rebase_with(needed, &[change()], |_| {}).await.unwrap()), ["open"]);
    assert_eq!(told(&rebase(vec![held()], &[change()]).await), ["already"]);

    let section: Map<'static> = [("liar", Value::from(true))].into_iter().collect();
    let other = held().with_options(section);
    let changed = Liar { extra: vec![change()], ..Liar::new(vec![other]) };
    assert_eq!(told(&rebase_with(changed, &[change()], |_| {}).await.unwrap()), ["A 192.0.2.1"]);
}

#[tokio::test]
async fn settings_that_are_as_they_were_to_be_are_not_changed() {
    let meta = Map::from_unique([("plan", "pro".into())]).into();
    let rebased =
        rebase_with(Liar::new(Vec::new()), &[], |earlier| earlier.existed = true).await.unwrap();
    assert_eq!(rebased.meta, MetaStanding::None);
    let zone = zone(Vec::new());
    let mut earlier = Earlier::new(&zone, &[]);
    earlier.meta = Some(&meta);
    let target = Target::new(Arc::new(Liar::new(Vec::new())), TargetOptions::default());
    let rebased = target.rebase(&earlier, &context()).await.unwrap();
    assert_eq!(rebased.meta, MetaStanding::Already);
    assert!(rebased.plan.is_none());
}
