//! What comes after planning: applies that fail, plan files, verification, later runs.

use octodns::{PlanFile, PlanFileOptions, SyncOptions};
use octodns_core::Outcome;

use super::{Run, classes, python};

const ZONE: &str = "---
a: {ttl: 300, type: A, value: 192.0.2.1}
b: {ttl: 300, type: A, value: 192.0.2.2}
c: {ttl: 300, type: A, value: 192.0.2.3}
note: {ttl: 300, type: House/NOTE, value: {text: hello}}
";

const ROWS: &str = r#"{"rows": [
 {"id": 1, "name": "a", "data": {"type": "A", "ttl": 300, "value": "192.0.2.9"}},
 {"id": 2, "name": "old", "data": {"type": "A", "ttl": 300, "value": "192.0.2.9"}}
]}"#;

fn config(class: &str, options: &str) -> String {
    format!(
        "
manager: {{python_path: ['{}']}}
providers:
  config: {{class: yaml, directory: '{{folder}}/zones', populate_should_replace: true}}
  house: {{class: {class}, folder: '{{folder}}/house', token: x{options}}}
zones: {{example.com.: {{sources: [config], targets: [house]}}}}
",
        classes().display()
    )
}

fn run(class: &str, options: &str) -> Run {
    let config = config(class, options);
    Run::new(&[
        ("config.yaml", &config),
        ("zones/example.com.yaml", ZONE),
        ("house/example.com.json", ROWS),
    ])
}

fn service(run: &Run) -> String {
    std::fs::read_to_string(run.path("house/example.com.json")).unwrap()
}

fn applying() -> SyncOptions {
    SyncOptions::forced()
}

/// The class says nothing of how far it came: it is looked up.
#[tokio::test]
async fn what_was_done_by_an_apply_that_failed_is_looked_up() {
    let Some(python) = python() else { return };
    let run = run("house.HouseProvider", ", fail_on: c");
    let manager = run.manager(&python).unwrap();
    let failure = manager.sync(&applying()).await.unwrap_err();
    let applied = failure.applied.unwrap();
    let outcomes = applied.entries[0].outcomes.iter().map(|outcome| match outcome {
        Outcome::Applied => "applied",
        Outcome::Failed(why) if why.contains("the house is on fire") => "failed",
        _ => "other",
    });
    let outcomes: Vec<_> = outcomes.collect();
    // Deletes old; creates b, c, note; updates a.
    assert_eq!(outcomes, ["applied", "applied", "failed", "failed", "failed"]);
    assert!(service(&run).contains("\"b\"") && !service(&run).contains("\"old\""));
}

#[tokio::test]
async fn a_plan_file_is_applied_by_the_class_as_if_it_had_just_planned() {
    let Some(python) = python() else { return };
    let (direct, by_file) = (run("house.HouseProvider", ""), run("house.HouseProvider", ""));
    direct.manager(&python).unwrap().sync(&applying()).await.unwrap();

    let mut options = SyncOptions::default();
    options.plan_out = Some(by_file.path("plan.json"));
    // The plan is not safe, and written all the same.
    let _ = by_file.manager(&python).unwrap().sync(&options).await;
    let file = PlanFile::read(&by_file.path("plan.json")).unwrap();
    assert_eq!(file.changes(), 5);
    let mut options = PlanFileOptions::default();
    (options.apply, options.force) = (true, true);
    // In another run, with an object that planned nothing.
    let manager = by_file.manager(&python).unwrap();
    let done =
        manager.sync_file(&file, &options).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!((done.open, done.already), (5, 0));
    assert_eq!(service(&by_file), service(&direct));

    let again = manager.sync_file(&file, &options).await.unwrap();
    assert_eq!((again.open, again.already), (0, 5));
}

#[tokio::test]
async fn a_class_that_says_it_did_what_it_did_not_is_found_out() {
    let Some(python) = python() else { return };
    let run = run("house.ForgetfulProvider", "");
    let mut options = applying();
    options.verify.read_back = Some(true);
    let failure = run.manager(&python).unwrap().sync(&options).await.unwrap_err();
    let verified = failure.verification.unwrap();
    let left = &verified.zones[0].read_back.as_ref().unwrap().left;
    assert_eq!(*left, ["update a.example.com. A"]);
}

/// What an object learned is of the run that it learned it in.
#[tokio::test]
async fn a_later_run_of_one_manager_sees_the_service_as_it_is() {
    let Some(python) = python() else { return };
    let run = run("house.HouseProvider", "");
    let manager = run.manager(&python).unwrap();
    assert_eq!(manager.sync(&applying()).await.unwrap().planned, 5);
    // Somebody else begins anew, with other ids.
    std::fs::write(run.path("house/example.com.json"), ROWS.replace("\"id\": 1", "\"id\": 8"))
        .unwrap();
    assert_eq!(manager.sync(&applying()).await.unwrap().planned, 5);
    assert_eq!(manager.sync(&applying()).await.unwrap().planned, 0);
}

#[tokio::test]
async fn options_of_a_target_are_those_of_the_object() {
    let Some(python) = python() else { return };
    let disabled = run("house.HouseProvider", ", apply_disabled: true");
    let done = disabled.manager(&python).unwrap().sync(&applying()).await.unwrap();
    assert_eq!(done.applied.unwrap().total(), 0);
    assert_eq!(service(&disabled), ROWS);

    let strict = run("house.HouseProvider", "");
    let zone = "---\nlow: {ttl: 5, type: A, value: 192.0.2.1}\n";
    std::fs::write(strict.path("zones/example.com.yaml"), zone).unwrap();
    let failure = strict.manager(&python).unwrap().sync(&applying()).await.unwrap_err();
    let found = failure.report.iter().next().unwrap();
    assert_eq!(found.code, "supports", "{found}");
    assert!(found.help.as_deref().unwrap().contains("strict_supports: false"), "{found:?}");
}
