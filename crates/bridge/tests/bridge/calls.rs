//! Each call, once.

use octodns_bridge::requests::{
    Apply, CopyOf, Hook, Kind, PlanRequest, Populate, Process, ProcessPlan, Rebuild, Scope, Stub,
    Supports, Validated,
};
use octodns_bridge::wire::Operation::{Create, Delete, Update};
use octodns_bridge::wire::{WireChange, ZoneDelta};
use octodns_core::Value;
use octodns_testkit::logs::Logs;
use tracing::Level;

use crate::support::{
    Bridge, ZONE, a, head, json, key, option, plan_request, populate, read, record, shown,
};

#[tokio::test]
async fn a_source_is_made_asked_and_read() {
    let Some(bridge) = Bridge::start().await else { return };
    let made = bridge.provider("numbers", "Source", option("count", 1201)).await;
    assert_eq!((&*made.class, &*made.module), ("Source", "bridge_classes"));
    let provider = made.provider.unwrap();
    assert_eq!(provider.id.as_deref(), Some("numbers"));
    assert!(!provider.is_target && !provider.is_local && provider.can_list);
    assert_eq!(bridge.host.list_zones("numbers").await.unwrap(), ["a.example.", "b.example."]);
    let supports = bridge.host.supports("numbers").await.unwrap();
    assert_eq!(supports.types, ["A", "TXT"]);
    assert_eq!(supports.flags.get("SUPPORTS_GEO"), Some(&false));
    let read = bridge.read("numbers").await.unwrap();
    assert_eq!(read.records.len(), 1201);
    let first = &read.records[0];
    assert_eq!((&first.key, first.source.as_deref()), (&key("host-0", "A"), Some("numbers")));
    assert_eq!(first.data, json(r#"{"ttl": 300, "value": "192.0.2.0"}"#));
}

/// It is logged nowhere then: who asked is told.
#[tokio::test]
async fn what_a_source_gives_though_it_is_not_valid_is_told() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("lax", "Lax", Value::NULL).await;
    let zone = bridge.host.zone();
    let request = Populate { is_lenient: true, ..populate("lax", zone.number(), false) };
    let mut count = 0;
    let mut sink = |delta: ZoneDelta| count += delta.records.len();
    let populated = bridge.host.populate(request, &mut sink).await.unwrap();
    assert_eq!(count, 2);
    let [bad] = &*populated.found else { panic!("{populated:?}") };
    let reasons: Vec<&str> = bad.reasons.iter().map(String::as_str).collect();
    let expected = [
        "invalid ttl, via: ttl-rfc",
        "CNAME value \"x..y.\" is not a valid FQDN, via: target-value-rfc",
    ];
    assert_eq!((bad.fqdn.as_deref(), &*reasons), (Some("bad.example.com."), &expected[..]));
}

/// A later source sees what is there, and only what it changed comes back.
#[tokio::test]
async fn a_later_source_works_on_the_records_before_it() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("later", "Replacing", Value::NULL).await;
    let zone = bridge.host.zone();
    let mut records =
        ["old", "www", "same"].into_iter().map(|name| a(name, "192.0.2.1")).collect::<Vec<_>>();
    records.extend((0..1000).map(|index| a(&format!("n{index}"), "192.0.2.2")));
    bridge.host.send_zone(&zone, &head(), &mut records.into_iter()).await.unwrap();
    let request = Populate { open: None, ..populate("later", zone.number(), false) };
    let (exists, changed) = read(&bridge.host, request).await.unwrap();
    assert_eq!((exists, &*changed.removed), (None, &[key("old", "A")][..]));
    let expected = [
        r#"new TXT {"ttl":60,"value":"1002 before"}"#,
        r#"www A {"ttl":300,"value":"192.0.2.99"}"#,
    ];
    assert_eq!(shown(&changed.records), expected);
}

const MEMORY: &str = r#"{"zones": {"example.com.": {
    "www": {"type": "A", "ttl": 300, "value": "192.0.2.1"},
    "gone": {"type": "A", "ttl": 300, "value": "192.0.2.2"},
    "hidden": {"type": "A", "ttl": 300, "value": "192.0.2.3"}}}}"#;

/// Read, planned, applied in part: the records of the plan are the ones that were read.
#[tokio::test]
async fn a_target_plans_what_was_read_and_applies_what_is_left() {
    let Some(bridge) = Bridge::start().await else { return };
    for class in ["Memory", "OldPlan", "Slots", "Boolean"] {
        let made = bridge.provider(class, class, json(MEMORY)).await;
        assert!(made.provider.unwrap().is_target);
        let existing = bridge.host.zone();
        let (exists, before) =
            read(&bridge.host, populate(class, existing.number(), true)).await.unwrap();
        assert_eq!((exists, before.records.len()), (Some(true), 3));
        let desired = bridge.host.zone();
        let wanted = [a("www", "192.0.2.9"), a("add", "192.0.2.4"), a("excluded", "192.0.2.5")];
        bridge.host.send_zone(&desired, &head(), &mut wanted.into_iter()).await.unwrap();
        let plan = bridge.host.plan_number();
        let request = plan_request(class, desired.number(), plan.number());
        let request = PlanRequest { read: Some(existing.number()), exists, ..request };
        let planned = bridge.host.plan(request, None).await.unwrap().unwrap();
        let changes = planned.changes.iter().map(|change| (change.operation, &*change.key.name));
        let changes: Vec<_> = changes.collect();
        let expected = [(Delete, "gone"), (Delete, "hidden"), (Create, "add"), (Update, "www")];
        assert_eq!(changes, expected, "{class}");
        assert_eq!((planned.exists, planned.existing), (true, 3));
        assert_eq!(planned.update_threshold, Some(0.3));

        let kept = Some(vec![0, 2, 3]);
        let more = Vec::new();
        let request = Apply { provider: class.to_owned(), plan: plan.number(), keep: kept, more };
        let count = bridge.host.apply(request).await.unwrap();
        assert_eq!(count, if class == "Boolean" { None } else { Some(3) });
        let after = bridge.read(class).await.unwrap();
        let expected = [
            r#"add A {"ttl":300,"value":"192.0.2.4"}"#,
            r#"hidden A {"ttl":300,"value":"192.0.2.3"}"#,
            r#"www A {"ttl":300,"value":"192.0.2.9"}"#,
        ];
        assert_eq!(shown(&after.records), expected, "{class}");
    }
}

#[tokio::test]
async fn there_is_no_plan_if_there_is_nothing_to_do() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("memory", "Memory", Value::NULL).await;
    let desired = bridge.host.zone();
    bridge.host.send_zone(&desired, &head(), &mut std::iter::empty()).await.unwrap();
    let plan = bridge.host.plan_number();
    let request = plan_request("memory", desired.number(), plan.number());
    assert_eq!(bridge.host.plan(request, None).await.unwrap(), None);
}

/// A plan of another process: made of data, on what is read now.
#[tokio::test]
async fn a_plan_is_made_of_data() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("memory", "Memory", json(MEMORY)).await;
    let existing = bridge.host.zone();
    read(&bridge.host, populate("memory", existing.number(), true)).await.unwrap();
    let plan = bridge.host.plan_number();
    let change = |operation, existing, new| {
        let text = None;
        WireChange { operation, key: key("any", "A"), existing, new, text }
    };
    let old = |name: &str, address: &str| Some(a(name, address));
    let request = Rebuild {
        plan: plan.number(),
        existing: existing.number(),
        desired: None,
        changes: vec![
            change(Delete, old("gone", "192.0.2.2"), None),
            change(Update, old("www", "192.0.2.1"), old("www", "192.0.2.8")),
        ],
        exists: true,
        update_threshold: None,
        delete_threshold: None,
        meta: None,
    };
    bridge.host.rebuild(request).await.unwrap();
    let keep = None;
    // The class looks at what it hung on the records when it read them.
    let more = vec![change(Create, None, old("late", "192.0.2.7"))];
    let request = Apply { provider: "memory".to_owned(), plan: plan.number(), keep, more };
    assert_eq!(bridge.host.apply(request).await.unwrap(), Some(3));
    let after = bridge.read("memory").await.unwrap();
    let names: Vec<&str> = after.records.iter().map(|record| &*record.key.name).collect();
    assert_eq!(names, ["hidden", "late", "www"]);
}

#[tokio::test]
async fn a_processor_runs_its_hooks_and_only_differences_come_back() {
    let Some(bridge) = Bridge::start().await else { return };
    let made = bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    assert_eq!(made.hooks, [Hook::SourceZone, Hook::SourceAndTargetZones, Hook::Plan]);
    let stub = Stub {
        name: "native".to_owned(),
        class: "CloudflareProvider".to_owned(),
        supports: Supports { types: vec!["A".to_owned()], flags: [].into() },
        options: option("strict_supports", false).as_map().cloned().unwrap(),
    };
    bridge.host.stub(stub).await.unwrap();
    let (desired, existing) = (bridge.host.zone(), bridge.host.zone());
    let records = || [a("www", "192.0.2.1"), a("hidden", "192.0.2.2")].into_iter();
    bridge.host.send_zone(&desired, &head(), &mut records()).await.unwrap();
    bridge.host.send_zone(&existing, &head(), &mut records()).await.unwrap();
    let mut request = Process {
        processor: "rows".to_owned(),
        hook: Hook::SourceZone,
        desired: Some(desired.number()),
        existing: None,
        sources: vec!["native".to_owned()],
        target: None,
        is_lenient: false,
    };
    let changed = bridge.host.process(request.clone()).await.unwrap();
    assert_eq!(shown(&changed.desired.records), [r#"sources TXT {"ttl":60,"value":"native"}"#]);
    // What another processor did meanwhile.
    let removed = vec![key("www", "A")];
    let records = vec![a("more", "192.0.2.3")];
    bridge.host.change_zone(desired.number(), ZoneDelta { removed, records }).await.unwrap();
    request.hook = Hook::SourceAndTargetZones;
    request.existing = Some(existing.number());
    request.target = Some("native".to_owned());
    let changed = bridge.host.process(request).await.unwrap();
    let expected = [r#"target TXT {"ttl":60,"value":"native CloudflareProvider"}"#];
    assert_eq!(shown(&changed.desired.records), expected);
    assert_eq!(changed.existing.removed, [key("hidden", "A")]);
}

/// octoDNS's own processor of TTLs leaves the object, and changes it.
#[tokio::test]
async fn what_a_processor_changes_in_place_comes_back() {
    let Some(bridge) = Bridge::start().await else { return };
    let class = "octodns.processor.clamp.TtlClampProcessor";
    bridge.make(Kind::Processor, "clamp", class, option("max_ttl", 600)).await.unwrap();
    let zone = bridge.host.zone();
    let low = record("low", "A", r#"{"ttl": 1, "value": "192.0.2.2"}"#);
    let mut records = [a("www", "192.0.2.1"), low].into_iter();
    bridge.host.send_zone(&zone, &head(), &mut records).await.unwrap();
    let request = Process {
        processor: "clamp".to_owned(),
        hook: Hook::SourceZone,
        desired: Some(zone.number()),
        existing: None,
        sources: Vec::new(),
        target: None,
        is_lenient: false,
    };
    let changed = bridge.host.process(request).await.unwrap();
    let expected = [r#"low A {"ttl":300,"value":"192.0.2.2"}"#];
    assert_eq!(shown(&changed.desired.records), expected);
}

#[tokio::test]
async fn a_processor_of_plans_leaves_some_of_it() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    bridge.provider("memory", "Memory", Value::NULL).await;
    let desired = bridge.host.zone();
    let records = [a("dropped", "192.0.2.1"), a("kept", "192.0.2.2"), a("left", "192.0.2.2")];
    bridge.host.send_zone(&desired, &head(), &mut records.into_iter()).await.unwrap();
    let plan = bridge.host.plan_number();
    let request = plan_request("memory", desired.number(), plan.number());
    let planned = bridge.host.plan(request, None).await.unwrap().unwrap();
    assert_eq!(planned.changes.len(), 3);
    let request = ProcessPlan {
        processor: "rows".to_owned(),
        plan: plan.number(),
        keep: Some(vec![0, 1]),
        more: Vec::new(),
        sources: Vec::new(),
        target: Some("memory".to_owned()),
        is_lenient: false,
    };
    let planned = bridge.host.process_plan(request.clone()).await.unwrap().unwrap();
    let names: Vec<&str> = planned.changes.iter().map(|change| &*change.key.name).collect();
    assert_eq!(names, ["kept"]);
    let none = bridge.host.plan_number();
    let request = ProcessPlan { plan: none.number(), keep: None, ..request };
    assert_eq!(bridge.host.process_plan(request).await.unwrap(), None);
}

#[tokio::test]
async fn validators_say_what_is_wrong() {
    let Some(bridge) = Bridge::start().await else { return };
    let types = json(r#"{"types": ["A"]}"#);
    let records = vec![a("x1", "192.0.2.0"), a("y", "192.0.2.1"), record("z", "A", "{}")];
    let of_records = || Validated::Records { zone: ZONE.to_owned(), records: records.clone() };
    for (class, scope, name, reason) in [
        ("NoLeading", Scope::Record, "x1", "a leading x"),
        ("NoZero", Scope::Value, "x1", "a zero"),
    ] {
        let made = bridge.make(Kind::Validator, class, class, types.clone()).await.unwrap();
        let validator = made.validator.unwrap();
        assert_eq!((validator.scope, &*validator.id, validator.sets), (scope, class, None));
        let found = bridge.host.validate(class, of_records()).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0].records, &found[0].reasons),
            (&vec![key(name, "A")], &vec![reason.to_owned()])
        );
    }
    let made = bridge.make(Kind::Validator, "zone", "NoEmpty", Value::NULL).await.unwrap();
    assert_eq!(made.validator.unwrap().scope, Scope::Zone);
    let zone = bridge.host.zone();
    bridge.host.send_zone(&zone, &head(), &mut std::iter::empty()).await.unwrap();
    let found = bridge.host.validate("zone", Validated::Zone(zone.number())).await.unwrap();
    assert_eq!((found[0].records.len(), &*found[0].reasons[0]), (0, "nothing in it"));
    let added = ZoneDelta { records: vec![a("www", "192.0.2.1")], ..ZoneDelta::default() };
    bridge.host.change_zone(zone.number(), added).await.unwrap();
    let found = bridge.host.validate("zone", Validated::Zone(zone.number())).await.unwrap();
    assert_eq!(
        (&*found[0].records, &*found[0].reasons[0]),
        (&[key("www", "A")][..], "the first one")
    );
}

/// What Python validates is what the config says.
#[tokio::test]
async fn validators_are_configured() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("bad", "Hostile", option("what", "invalid")).await;
    let error = bridge.read("bad").await.unwrap_err();
    assert_eq!(error.exception().unwrap().reasons.len(), 2, "{error:?}");
    let config = r#"{"enabled": ["legacy"], "record": {
        "disable_validators": {"*": ["ttl-rfc", "ours"], "A": ["ip-value-rfc"]}}}"#;
    bridge.host.configure_validators(&json(config)).await.unwrap();
    let error = bridge.read("bad").await.unwrap_err();
    assert_eq!(error.exception().unwrap().short_class(), "KeyError", "{error:?}");
}

#[tokio::test]
async fn records_of_foreign_types_are_normalised() {
    let Some(bridge) = Bridge::start().await else { return };
    let good = record(
        "a",
        "MX",
        r#"{"ttl": 60, "values": [{"priority": "10", "value": "Mail.Example.com."}]}"#,
    );
    let bad = record("b", "MX", r#"{"ttl": 60, "values": [{}]}"#);
    let many = std::iter::repeat_n(good, 600).chain([bad]).collect::<Vec<_>>();
    let checked = bridge.host.check(ZONE, &many).await.unwrap();
    assert_eq!(checked.len(), 601);
    let expected =
        json(r#"{"ttl": 60, "value": {"preference": 10, "exchange": "mail.example.com."}}"#);
    assert_eq!(checked[0].data, expected);
    assert_eq!((checked[0].texts.len(), checked[0].reasons.len()), (1, 0));
    assert!(!checked[600].reasons.is_empty());
}

#[tokio::test]
async fn a_plan_output_writes_its_text() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.make(Kind::PlanOutput, "text", "Output", Value::NULL).await.unwrap();
    bridge.provider("memory", "Memory", Value::NULL).await;
    let desired = bridge.host.zone();
    let mut records = [a("www", "192.0.2.1")].into_iter();
    bridge.host.send_zone(&desired, &head(), &mut records).await.unwrap();
    let plan = bridge.host.plan_number();
    let request = plan_request("memory", desired.number(), plan.number());
    bridge.host.plan(request, None).await.unwrap().unwrap();
    let plans = [("memory".to_owned(), plan.number())];
    let text = bridge.host.output("text", &plans).await.unwrap();
    let expected = "memory: [Create <ARecord A 300, www.example.com., ['192.0.2.1']> ()]\n";
    assert_eq!(text, expected);
}

/// What looks for a plan in the log finds it in one piece.
#[tokio::test]
async fn a_plan_in_the_log_is_one_message() {
    let logs = Logs::listen(Level::INFO);
    let Some(bridge) = Bridge::start().await else { return };
    let class = "octodns.provider.plan.PlanLogger";
    bridge.make(Kind::PlanOutput, "log", class, Value::NULL).await.unwrap();
    assert_eq!(bridge.host.output("log", &[]).await.unwrap(), "");
    let rule = "*".repeat(80);
    let plan = format!("message=\n{rule}\nNo changes were planned\n{rule}\n");
    assert!(logs.text().contains(&plan), "{}", logs.text());
}

#[tokio::test]
async fn a_provider_is_copied_for_another_folder() {
    let Some(bridge) = Bridge::start().await else { return };
    let (from, to) = (bridge.folder.path().join("from"), bridge.folder.path().join("to"));
    for folder in [&from, &to] {
        std::fs::create_dir(folder).unwrap();
    }
    let class = "octodns.provider.yaml.YamlProvider";
    let options = option("directory", from.display().to_string());
    let made = bridge.make(Kind::Provider, "config", class, options).await.unwrap();
    let provider = made.provider.unwrap();
    assert!(provider.is_local && provider.is_target);
    assert_eq!(provider.directory.as_deref(), from.to_str());
    let copy = CopyOf {
        provider: "config".to_owned(),
        name: "dump".to_owned(),
        directory: to.display().to_string(),
    };
    let made = bridge.host.copy(copy.clone()).await.unwrap();
    assert_eq!(made.provider.unwrap().directory.as_deref(), to.to_str());
    bridge.provider("memory", "Memory", Value::NULL).await;
    let error =
        bridge.host.copy(CopyOf { provider: "memory".to_owned(), ..copy }).await.unwrap_err();
    assert_eq!(error.to_string(), "memory does not support the directory property");
}

/// A class is made once more under another key, with the same id.
#[tokio::test]
async fn an_object_may_have_another_id_than_its_key() {
    let Some(bridge) = Bridge::start().await else { return };
    let mut again = crate::support::make(Kind::Provider, "memory#2", "Memory", &Value::NULL);
    again.id = Some("memory".to_owned());
    let made = bridge.host.make(again).await.unwrap();
    assert_eq!(made.provider.unwrap().id.as_deref(), Some("memory"));
    assert_eq!(bridge.read("memory#2").await.unwrap().records.len(), 0);
}
