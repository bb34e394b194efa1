//! Which requests are sent, and how many.

use octodns_core::Outcome;
use octodns_testkit::fake::{Fake, Seen};
use serde_json::{Value as Json, json};

use crate::fake::Cloudflare;
use crate::support::{Run, Server, hosts, told, with_zone, words};

/// Method and path of the write requests since the last call.
fn writes(server: &Server) -> Vec<(String, String)> {
    let seen = server.seen().into_iter().filter(Seen::is_write);
    seen.map(|seen| (seen.method, seen.target.replace("/client/v4", ""))).collect()
}

/// The purpose of batches: 1,000 changes are one call on a paid plan, and five on a free one.
#[tokio::test]
async fn a_thousand_changes_are_a_handful_of_calls() {
    for (plan, calls) in [("pro", 1), ("free", 5)] {
        let (server, id) = with_zone(plan).await;
        let run = Run::new(&server, &json!({ "pagerules": false, "records_per_page": 5000 }));
        let desired = run.zone("unit.tests.", &hosts(0, 1000, "192.0.2.1"));
        let first = run.plan(&desired).await.unwrap();
        assert_eq!(first.changes.len(), 1000);
        server.control().measured().clear();
        let (result, outcomes) = run.apply(&first).await;
        assert_eq!(result.unwrap(), 1000);
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
        let batch = ("POST".to_owned(), format!("/zones/{id}/dns_records/batch"));
        assert_eq!(writes(&server), vec![batch.clone(); calls]);

        // Updates, deletions and creations together: 400, 300 and 300.
        let mut records = hosts(0, 400, "192.0.2.2");
        records.extend(hosts(400, 300, "192.0.2.1"));
        records.extend(hosts(2000, 300, "192.0.2.1"));
        let desired = run.zone("unit.tests.", &records);
        let second = run.plan(&desired).await.unwrap();
        assert_eq!(second.changes.len(), 1000);
        server.control().measured().clear();
        run.apply(&second).await.0.unwrap();
        // Reading a zone takes two calls: the zones, which are known already, and its records.
        assert_eq!(writes(&server), vec![batch; calls]);
        server.control().measured().clear();
        assert!(run.plan(&desired).await.is_none());
        assert_eq!(server.seen().len(), 1);
        assert_eq!(server.api().zone("unit.tests").records.len(), 1000);
    }
}

/// However many zones are planned at once, requests stay within the limits of the account.
#[tokio::test]
async fn many_zones_share_the_limits_of_the_account() {
    let mut service = Cloudflare::default();
    let names: Vec<String> = (0..100).map(|number| format!("zone-{number:03}.tests")).collect();
    for name in &names {
        let id = service.add_zone(name, "free");
        for host in 0..20 {
            let name = format!("host-{host}");
            service.add_record(&id, &json!({ "type": "A", "name": name, "content": "192.0.2.1" }));
        }
    }
    let server = Fake::start(service).await;
    server.control().set_latency(std::time::Duration::from_millis(2));
    let run = Run::new(&server, &json!({}));
    let zones = names.iter().map(|name| format!("{name}."));
    let read = zones.map(|zone| {
        let run = &run;
        async move { run.read(&zone).await.unwrap().unwrap().len() }
    });
    let sizes = futures::future::join_all(read).await;
    assert_eq!(sizes, vec![20; 100]);
    // There are two pages of zones, and each zone has records and page rules.
    assert_eq!(server.seen().len(), 202);
    assert!(server.control().measured().max_at_once() <= 16);
}

/// Deleting and creating would remove the record for a moment, and lose its other settings.
#[tokio::test]
async fn values_change_in_place_and_keep_other_settings() {
    let (server, id) = with_zone("pro").await;
    let record = server.api().add_record(
        &id,
        &json!({
            "type": "CNAME", "name": "www", "content": "old.example", "ttl": 300,
        }),
    );
    server.api().zones[0].records[0]
        .insert("settings".to_owned(), json!({ "flatten_cname": true }));
    let run = Run::new(&server, &json!({}));
    let desired = json!({ "name": "www", "type": "CNAME", "ttl": 600, "value": "new.example." });
    run.settle(&run.zone("unit.tests.", &[desired])).await;
    let service = server.api();
    let row = &service.zone("unit.tests").records[0];
    assert_eq!(
        (row["id"].as_str(), row["content"].as_str()),
        (Some(&*record), Some("new.example"))
    );
    assert_eq!((&row["settings"]["flatten_cname"], &row["ttl"]), (&json!(true), &json!(600)));
}

/// In one batch the CNAME is deleted before the A record is created, and the name never disappears.
#[tokio::test]
async fn a_name_changes_its_type_in_one_batch() {
    let (server, id) = with_zone("free").await;
    server
        .api()
        .add_record(&id, &json!({ "type": "CNAME", "name": "www", "content": "a.example" }));
    let run = Run::new(&server, &json!({}));
    let desired = json!({ "name": "www", "type": "A", "ttl": 600, "value": "192.0.2.1" });
    let plan = run.plan(&run.zone("unit.tests.", &[desired])).await.unwrap();
    assert_eq!(told(&plan.changes), ["Delete www CNAME", "Create www A"]);
    server.control().measured().clear();
    run.apply(&plan).await.0.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    let sizes = ["deletes", "posts"].map(|key| seen[0].body[key].as_array().map(Vec::len));
    assert_eq!(sizes, [Some(1), Some(1)]);
}

/// octoDNS crashes on this.
#[tokio::test]
async fn the_port_of_a_binding_may_be_a_number() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({}));
    for port in [json!(8443), json!("8443"), json!(853)] {
        let value = json!({ "svcpriority": 1, "targetname": ".", "svcparams": { "port": port } });
        let desired = json!({ "name": "www", "type": "HTTPS", "ttl": 600, "value": value });
        run.settle(&run.zone("unit.tests.", &[desired])).await;
    }
    assert_eq!(server.api().zone("unit.tests").records[0]["content"], "1 . port=\"853\"");
}

/// octoDNS compares the two forms of a name, deletes nothing, and reports success.
#[tokio::test]
async fn records_at_idna_names_are_deleted_and_changed() {
    for unicode_names in [false, true] {
        let mut service = Cloudflare::default();
        service.unicode_names = unicode_names;
        let id = service.add_zone("xn--gthub-zsa.com", "free");
        for name in ["xn--aadir-ota", "xn--bcher-kva"] {
            service.add_record(
                &id,
                &json!({ "type": "A", "name": name, "content": "192.0.2.1", "ttl": 300 }),
            );
        }
        let server = Fake::start(service).await;
        let run = Run::new(&server, &json!({}));
        let desired = json!({ "name": "bücher", "type": "A", "ttl": 300, "value": "192.0.2.2" });
        run.settle(&run.zone("gíthub.com.", &[desired])).await;
        let service = server.api();
        let rows = &service.zone("xn--gthub-zsa.com").records;
        let told: Vec<_> =
            rows.iter().map(|row| (row["name"].as_str(), row["content"].as_str())).collect();
        assert_eq!(told, [(Some("xn--bcher-kva.xn--gthub-zsa.com"), Some("192.0.2.2"))]);
    }
}

#[tokio::test]
async fn a_zone_is_created_and_gets_its_plan() {
    let server = Fake::start(Cloudflare::default()).await;
    let run = Run::new(&server, &json!({ "account_id": "account-7", "plan_type": "pro" }));
    let zone = run.zone("new.tests.", &hosts(0, 3, "192.0.2.1"));
    let plan = run.plan(&zone).await.unwrap();
    assert!(!plan.exists);
    run.settle(&zone).await;
    let service = server.api();
    let made = service.zone("new.tests");
    assert_eq!(
        (made.account.as_str(), made.plan.as_str(), made.records.len()),
        ("account-7", "pro", 3)
    );
}

#[tokio::test]
async fn an_unavailable_plan_is_reported_before_anything_is_written() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({ "plan_type": "gold" }));
    let plan = run.plan(&run.zone("unit.tests.", &hosts(0, 1, "192.0.2.1"))).await.unwrap();
    let (result, outcomes) = run.apply(&plan).await;
    assert_eq!(
        words(result.unwrap_err()),
        "the plan \"gold\" is not available for unit.tests.; available plans: free, pro, business, enterprise"
    );
    assert_eq!(outcomes, [Outcome::NotSent]);
    assert!(writes(&server).is_empty());
}

fn rule((id, pattern): (&str, &str)) -> serde_json::Map<String, Json> {
    let rule = json!({
        "id": id,
        "targets": [{ "target": "url", "constraint": { "operator": "matches", "value": pattern } }],
        "actions": [{ "id": "forwarding_url", "value": { "url": "https://a.example/", "status_code": 301 } }],
        "priority": 3,
        "status": "active",
    });
    rule.as_object().unwrap().clone()
}

/// The number of page rules is limited: deletions come first. Priorities stay.
#[tokio::test]
async fn page_rules_are_managed_beside_records() {
    let (server, _) = with_zone("free").await;
    server.api().zones[0].rules =
        [("1", "www.unit.tests/*"), ("2", "old.unit.tests/*"), ("3", "*.other.tests/*")]
            .map(rule)
            .to_vec();
    // With `cdn`, octoDNS crashes on a zone with page rules.
    for further in [json!({}), json!({ "cdn": true })] {
        let run = Run::new(&server, &further);
        let forward = |name: &str, path: &str| {
            let value = json!({ "path": path, "target": "https://a.example/", "code": 301, "masking": 2, "query": 0 });
            json!({ "name": name, "type": "URLFWD", "ttl": 300, "value": value })
        };
        run.settle(&run.zone("unit.tests.", &[forward("www", "/b"), forward("new", "/")])).await;
        let service = server.api();
        let rules = &service.zone("unit.tests").rules;
        let told: Vec<_> = rules
            .iter()
            .map(|rule| {
                (
                    rule["targets"][0]["constraint"]["value"].as_str().unwrap(),
                    rule["priority"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, [("www.unit.tests/b", 3), ("*.other.tests/*", 3), ("new.unit.tests/", 1)]);
    }
}

#[tokio::test]
async fn settings_besides_the_values_settle() {
    let (server, _) = with_zone("pro").await;
    let run = Run::new(&server, &json!({}));
    let with = |section: Json| {
        json!({
            "name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"],
            "octodns": { "cloudflare": section },
        })
    };
    for section in [
        json!({ "proxied": true }),
        json!({ "auto-ttl": true }),
        json!({ "comment": "one", "tags": ["a:1", "b:2"] }),
        json!({ "comment": "two", "tags": ["b:2", "c:3"], "proxied": true }),
        json!({}),
    ] {
        run.settle(&run.zone("unit.tests.", &[with(section.clone())])).await;
        let service = server.api();
        for row in &service.zone("unit.tests").records {
            assert_eq!(row["proxied"].as_bool(), Some(section["proxied"] == true), "{section}");
            assert_eq!(row["comment"].as_str(), section["comment"].as_str(), "{section}");
            let tags = section.get("tags").cloned().unwrap_or(json!([]));
            assert_eq!(row["tags"], tags, "{section}");
        }
    }
}

/// Content, comment and tags of the rows at `www`.
fn notes(server: &Server) -> Vec<(String, Json, Json)> {
    let service = server.api();
    let rows = service.zone("unit.tests").records.iter();
    rows.map(|row| {
        (row["content"].as_str().unwrap().to_owned(), row["comment"].clone(), row["tags"].clone())
    })
    .collect()
}

/// The service has comment and tags for each value. A value keeps its own unless the config has others for it.
#[tokio::test]
async fn values_keep_their_own_comment_and_tags() {
    let (one, two, three) = ("192.0.2.1", "192.0.2.2", "192.0.2.3");
    let common = json!({ "comment": "first", "tags": ["a:1"] });
    let with_first = |further: Json| {
        let mut section = common.clone();
        section.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        section
    };
    let none = || json!([]);
    for (section, values, expected) in [
        // Nothing to do, another value, and one less.
        (
            common.clone(),
            vec![one, two],
            vec![(one, "first", json!(["a:1"])), (two, "second", none())],
        ),
        (
            common.clone(),
            vec![one, two, three],
            vec![
                (one, "first", json!(["a:1"])),
                (two, "second", none()),
                (three, "first", json!(["a:1"])),
            ],
        ),
        (common.clone(), vec![one], vec![(one, "first", json!(["a:1"]))]),
        // A value that replaces another has what the config says.
        (
            common.clone(),
            vec![one, three],
            vec![(one, "first", json!(["a:1"])), (three, "first", json!(["a:1"]))],
        ),
        // The record is read by its first row, which therefore has what the config says.
        (common.clone(), vec![two], vec![(two, "first", json!(["a:1"]))]),
        // What was the same for both changes for both; what a value had of its own stays.
        (
            json!({ "comment": "new", "tags": ["a:1"] }),
            vec![one, two],
            vec![(one, "new", json!(["a:1"])), (two, "second", none())],
        ),
        (json!({}), vec![one, two], vec![(one, "", none()), (two, "second", none())]),
        // The config has them for single values.
        (
            with_first(json!({ "values": [{ "value": two, "comment": "2nd" }] })),
            vec![one, two],
            vec![(one, "first", json!(["a:1"])), (two, "2nd", json!(["a:1"]))],
        ),
        (
            json!({ "values": [{ "value": one, "tags": ["b:2"] }, { "value": two, "comment": "2nd" }] }),
            vec![one, two],
            vec![(one, "", json!(["b:2"])), (two, "2nd", none())],
        ),
        (
            with_first(json!({ "values": [] })),
            vec![one, two],
            vec![(one, "first", json!(["a:1"])), (two, "first", json!(["a:1"]))],
        ),
    ] {
        let (server, id) = with_zone("pro").await;
        for (content, comment, tags) in [(one, "first", json!(["a:1"])), (two, "second", none())] {
            server.api().add_record(
                &id,
                &json!({ "type": "A", "name": "www", "content": content, "ttl": 300, "comment": comment, "tags": tags }),
            );
        }
        let run = Run::new(&server, &json!({}));
        let desired = json!({
            "name": "www", "type": "A", "ttl": 300, "values": values,
            "octodns": { "cloudflare": section },
        });
        let desired = run.zone("unit.tests.", &[desired]);
        run.settle(&desired).await;
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(content, comment, tags)| {
                (
                    content.to_owned(),
                    if comment.is_empty() { Json::Null } else { comment.into() },
                    tags,
                )
            })
            .collect();
        assert_eq!(notes(&server), expected, "{section} {values:?}");
    }
}

/// What is dumped can be synced: comment and tags that values have of their own are in it.
#[tokio::test]
async fn comments_of_values_are_read_and_written_to_another_account() {
    let (server, id) = with_zone("pro").await;
    for (preference, comment, tags) in
        [(10, "", json!([])), (20, "backup", json!(["a:1"])), (30, "", json!(["b:2"]))]
    {
        let row = json!({
            "type": "MX", "name": "www", "content": "mx.example", "priority": preference, "ttl": 300,
            "comment": comment, "tags": tags,
        });
        server.api().add_record(&id, &row);
    }
    let read = Run::new(&server, &json!({})).read("unit.tests.").await.unwrap().unwrap();
    let (other, _) = with_zone("pro").await;
    let run = Run::new(&other, &json!({}));
    run.settle(&read).await;
    assert_eq!(notes(&other), notes(&server));
}

#[tokio::test]
async fn notes_for_values_that_are_not_there_are_reported() {
    let (server, _) = with_zone("pro").await;
    for (values, expected) in [
        (json!("none"), Some("is not a list")),
        (json!([{ "comment": "x" }]), Some("has an entry without `value`")),
        (json!(["192.0.2.1"]), Some("has an entry without `value`")),
        (
            json!([{ "value": "192.0.2.9" }]),
            Some("has an entry for 192.0.2.9, which is not a value of the record"),
        ),
        (json!([{ "value": "192.0.2.1" }]), None),
    ] {
        for strict in [true, false] {
            let run = Run::new(&server, &json!({ "strict_supports": strict }));
            let desired = json!({
                "name": "www", "type": "A", "ttl": 300, "value": "192.0.2.1",
                "octodns": { "cloudflare": { "values": values } },
            });
            let planned = run.0.plan(&run.zone("unit.tests.", &[desired])).await;
            assert_eq!(planned.is_err(), strict && expected.is_some(), "{values} {planned:?}");
            let (Err(report), Some(expected)) = (planned, expected) else { continue };
            let told = report.iter().next().unwrap().message.clone();
            let expected = format!("`octodns.cloudflare.values` {expected}");
            assert!(told.ends_with(&expected), "{told}");
        }
    }
}

/// The service has TTL and proxied for each value, a record for all of them.
#[tokio::test]
async fn values_with_several_ttls_get_one() {
    for (first, second, section, plans) in [
        (json!({ "ttl": 300 }), json!({ "ttl": 300 }), json!({}), false),
        (json!({ "ttl": 300 }), json!({ "ttl": 600 }), json!({}), true),
        (json!({ "ttl": 600 }), json!({ "ttl": 300 }), json!({}), true),
        (json!({ "ttl": 300 }), json!({ "ttl": 1 }), json!({}), true),
        (json!({ "ttl": 1 }), json!({ "ttl": 300 }), json!({}), true),
        (json!({ "ttl": 1 }), json!({ "ttl": 300 }), json!({ "auto-ttl": true }), true),
        (
            json!({ "ttl": 1 }),
            json!({ "ttl": 1, "proxied": true }),
            json!({ "auto-ttl": true }),
            true,
        ),
        (
            json!({ "ttl": 1, "proxied": true }),
            json!({ "ttl": 300 }),
            json!({ "proxied": true }),
            true,
        ),
    ] {
        let (server, id) = with_zone("pro").await;
        for (content, fields) in [("192.0.2.1", &first), ("192.0.2.2", &second)] {
            let mut row = json!({ "type": "A", "name": "www", "content": content });
            row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            server.api().add_record(&id, &row);
        }
        let run = Run::new(&server, &json!({}));
        let desired = run.zone(
            "unit.tests.",
            &[json!({
                "name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"],
                "octodns": { "cloudflare": section },
            })],
        );
        assert_eq!(run.plan(&desired).await.is_some(), plans, "{first} {second}");
        run.settle(&desired).await;
        let service = server.api();
        let rows = &service.zone("unit.tests").records;
        let told =
            |row: &serde_json::Map<String, Json>| (row["ttl"].clone(), row["proxied"].clone());
        assert_eq!(told(&rows[0]), told(&rows[1]), "{first} {second}");
    }
}

/// octoDNS replaces the CNAME by an ALIAS in every run.
#[tokio::test]
async fn an_alias_below_the_apex_is_a_cname() {
    let (server, _) = with_zone("free").await;
    let run = Run::new(&server, &json!({ "strict_supports": false }));
    let record = |of: &str, name: &str, target: &str| json!({ "name": name, "type": of, "ttl": 300, "value": target });
    let alias = record("ALIAS", "www", "a.example.");
    for records in [
        vec![alias.clone()],
        vec![record("ALIAS", "www", "b.example."), record("ALIAS", "", "a.example.")],
        vec![alias.clone(), record("CNAME", "www", "c.example.")],
    ] {
        run.settle(&run.zone("unit.tests.", &records)).await;
    }
    let service = server.api();
    let rows = &service.zone("unit.tests").records;
    let told: Vec<_> =
        rows.iter().map(|row| (row["type"].as_str(), row["content"].as_str())).collect();
    assert_eq!(told, [(Some("CNAME"), Some("c.example"))]);
}

/// Both forms of authentication.
#[tokio::test]
async fn a_token_or_an_email_and_key_authenticate() {
    let (server, _) = with_zone("free").await;
    for (options, fine) in [
        (json!({ "token": "let-me-in" }), true),
        (json!({ "token": "global-key", "email": "me@example.com" }), true),
        (json!({ "token": "wrong" }), false),
        (json!({ "token": "let-me-in", "email": "me@example.com" }), false),
    ] {
        let run = Run::new(&server, &options);
        assert_eq!(run.read("unit.tests.").await.is_ok(), fine, "{options}");
    }
}

#[tokio::test]
async fn an_ambiguous_name_is_an_error_of_that_zone_only() {
    let mut service = Cloudflare::default();
    service.add_zone("twice.tests", "free");
    service.add_zone("twice.tests", "free");
    service.add_zone("once.tests", "free");
    service.zones[1].account = "account-2".to_owned();
    let server = Fake::start(service).await;
    let run = Run::new(&server, &json!({}));
    assert!(run.read("once.tests.").await.unwrap().is_some());
    let report = run.read("twice.tests.").await.unwrap_err();
    let told = report.iter().next().unwrap().message.clone();
    assert!(told.starts_with("there are 2 zones with this name"), "{told}");
    let run = Run::new(&server, &json!({ "account_id": "account-2" }));
    assert!(run.read("twice.tests.").await.unwrap().is_some());
}

#[tokio::test]
async fn internal_zones_come_from_the_account_and_its_views() {
    let mut service = Cloudflare::default();
    let listed = service.add_zone("corp.tests", "enterprise");
    let viewed = service.add_zone("corp.tests", "enterprise");
    let public = service.add_zone("unit.tests", "free");
    for (index, kind, account) in [(0, "internal", "account-1"), (1, "internal", "account-9")] {
        kind.clone_into(&mut service.zones[index].kind);
        account.clone_into(&mut service.zones[index].account);
    }
    service.views =
        vec![("east".to_owned(), vec![viewed.clone()]), ("west".to_owned(), vec![listed, public])];
    let server = Fake::start(service).await;
    let make = |further: Json| {
        let mut options = json!({ "account_id": "account-1" });
        options.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        Run::of_class("cloudflare-internal", &server, &options)
    };
    let run = make(json!({})).unwrap();
    let report = run.read("corp.tests.").await.unwrap_err();
    assert!(report.iter().next().unwrap().message.contains("set `view_id`"), "{report:?}");
    assert!(run.read("unit.tests.").await.unwrap().is_none());

    // A root NS record has no meaning there, and is not an error even for a strict target.
    let run = make(json!({ "view_id": "east" })).unwrap();
    let ns = json!({ "name": "", "type": "NS", "ttl": 300, "value": "ns.example." });
    let mut records = hosts(0, 2, "10.0.0.1");
    records.push(ns);
    run.settle(&run.zone("corp.tests.", &records)).await;
    assert_eq!(server.api().zones[1].records.len(), 2);

    let plan = run.plan(&run.zone("other.tests.", &hosts(0, 1, "10.0.0.1"))).await.unwrap();
    let told = words(run.apply(&plan).await.0.unwrap_err());
    assert_eq!(told, "there is no internal zone other.tests.; create it at Cloudflare first");
    for key in ["cdn", "pagerules", "plan_type"] {
        let error = make(json!({ key: true })).err().unwrap();
        assert!(error.contains(key), "{error}");
    }
}
