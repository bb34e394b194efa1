//! A store does what it is declared to do.

use std::collections::BTreeMap;

use super::*;

fn ask(store: &mut Store, method: &str, target: &str, body: &Json) -> (u16, Json) {
    let url = format!("http://service{target}");
    let mut request = crate::cassette::request_of(method, &url, body);
    request.target = target.to_owned();
    request.headers.push(("host".to_owned(), "service".to_owned()));
    request.headers.push(("authorization".to_owned(), "Bearer x".to_owned()));
    let response = store.response(&request);
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

fn rows() -> Store {
    Store::rows()
        .auth_header("authorization", "Bearer x")
        .route("GET", "/zones", Action::ListZones)
        .route("POST", "/zones", Action::CreateZone)
        .route("GET", "/zones/{zone}", Action::ReadZone)
        .route("GET", "/zones/{zone}/rows", Action::List)
        .route("POST", "/zones/{zone}/rows", Action::Create)
        .route("PUT", "/zones/{zone}/rows/{id}", Action::Update)
        .route("PATCH", "/zones/{zone}/rows/{id}", Action::Patch)
        .route("DELETE", "/zones/{zone}/rows/{id}", Action::Delete)
        .zones_under("zones", "")
        .items_under("rows", "")
        .paging(Paging::numbered("page", "per_page", 2, 3).total("meta.total").next_url("next"))
        .filter("name", By::WholeName)
        .filter("type", By::Type)
        .fields(&["name", "type", "ttl", "data", "priority"])
        .values(Values::Field("data"))
        .targets(&["CNAME", "MX"], Dot::Required, Dot::Omitted)
        .own_name("@")
        .needs(&[("MX", "priority")])
        .ttl(30..=100)
        .default_items(json!([
            {"name": "@", "type": "NS", "data": "ns.service.", "ttl": 60},
            {"name": "@", "type": "A", "data": "{address}", "ttl": 60},
        ]))
}

fn sets() -> Store {
    Store::sets()
        .route("POST", "/zones", Action::CreateZone)
        .route("GET", "/zones/{zone}/sets", Action::List)
        .route("PUT", "/zones/{zone}/sets/{name}/{type}", Action::Put)
        .route("DELETE", "/zones/{zone}/sets/{name}/{type}", Action::Delete)
        .custom("PATCH", "/zones/{zone}", |store, call| {
            store.transaction(|store| {
                for set in call.body.as_array().into_iter().flatten() {
                    let text = |key: &str| set[key].as_str().unwrap_or_default().to_owned();
                    store.put(call.zone(), Pick::Set(&text("name"), &text("type")), set)?;
                }
                Ok(Response::empty(204))
            })
        })
        .values(Values::List("values"))
        .names(Names::Absolute)
        .text(Text::Quoted)
}

#[test]
fn rows_are_kept_as_the_service_spells_them() {
    let mut store = rows();
    assert_eq!(ask(&mut store, "POST", "/zones", &json!({"name": "a.example"})).0, 201);
    assert_eq!(ask(&mut store, "POST", "/zones", &json!({"name": "a.example"})).0, 422);
    let mx =
        |data: &str| json!({"name": "@", "type": "MX", "ttl": 60, "data": data, "priority": 5});
    let (status, made) = ask(&mut store, "POST", "/zones/a.example/rows", &mx("mx.b.example."));
    assert_eq!((status, &made["data"]), (201, &json!("mx.b.example")));
    let (_, own) = ask(&mut store, "POST", "/zones/a.example/rows", &mx("a.example."));
    assert_eq!(own["data"], "@");
    for (wrong, why) in [
        (mx("mx.b.example"), "needs to end with a dot"),
        (json!({"name": "@", "type": "MX", "ttl": 60, "data": "a."}), "MX needs priority"),
        (
            json!({"name": "@", "type": "A", "ttl": 29, "data": "192.0.2.1"}),
            "TTL must be 30 to 100",
        ),
        (json!({"name": "a.", "type": "A", "ttl": 60, "data": "192.0.2.1"}), "is not relative"),
        (json!({"name": "@", "type": "A", "ttl": 60}), "needs a value"),
        (json!({"name": "@", "type": "A", "ttl": 60, "data": ""}), "can't be blank"),
        (json!({"name": "@", "type": "CNAME", "ttl": 60, "data": "a."}), "its name for itself"),
    ] {
        let (status, said) = ask(&mut store, "POST", "/zones/a.example/rows", &wrong);
        let said = said["message"].as_str().unwrap_or_default();
        assert!(status == 422 && said.contains(why), "{wrong}: {status} {said}");
    }
    let path = format!("/zones/a.example/rows/{}", made["id"]);
    let (_, patched) = ask(&mut store, "PATCH", &path, &json!({"ttl": 90}));
    assert_eq!((&patched["ttl"], &patched["data"]), (&json!(90), &json!("mx.b.example")));
    assert_eq!(ask(&mut store, "DELETE", &path, &Json::Null).0, 204);
    assert_eq!(ask(&mut store, "DELETE", &path, &Json::Null).0, 404);
    let (_, left) =
        ask(&mut store, "GET", "/zones/a.example/rows?type=MX&name=a.example", &json!(null));
    assert_eq!(left["meta"]["total"], 1);
}

#[test]
fn a_new_zone_has_what_new_zones_have() {
    let mut store = rows();
    ask(&mut store, "POST", "/zones", &json!({"name": "a.example"}));
    ask(&mut store, "POST", "/zones", &json!({"name": "b.example", "address": "192.0.2.1"}));
    let types = |zone: &Arc<StoredZone>| zone.items().map(|item| item["type"].clone()).collect();
    let types: Vec<Vec<Json>> = store.zones().iter().map(types).collect();
    assert_eq!(types, [vec![json!("NS")], vec![json!("NS"), json!("A")]]);
}

#[test]
fn sets_are_replaced_whole_and_bulk_is_all_or_nothing() {
    let mut store = sets();
    ask(&mut store, "POST", "/zones", &json!({"name": "a.example"}));
    let set = |name: &str, values: Json| json!({"name": name, "type": "TXT", "ttl": 60, "values": values});
    let path = "/zones/a.example/sets/a.example./TXT";
    let body = json!({"ttl": 60, "values": ["\"one\"", "\"two\" \"more\""]});
    assert_eq!(ask(&mut store, "PUT", path, &body).0, 200);
    assert_eq!(ask(&mut store, "PUT", path, &json!({"ttl": 60, "values": ["bare"]})).0, 422);
    let bulk = json!([set("b.a.example.", json!(["\"b\""])), set("c.a.example.", json!(["bare"]))]);
    assert_eq!(ask(&mut store, "PATCH", "/zones/a.example", &bulk).0, 422);
    let (_, listed) = ask(&mut store, "GET", "/zones/a.example/sets", &Json::Null);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed[0]["values"], body["values"]);
    let long = format!("\"{}\"", "x".repeat(256));
    assert_eq!(ask(&mut store, "PUT", path, &json!({"ttl": 60, "values": [long]})).0, 422);
    assert_eq!(ask(&mut store, "DELETE", path, &Json::Null).0, 204);
}

#[test]
fn pages_are_as_declared() {
    let all: Vec<Json> = (0..5).map(|number| json!(number)).collect();
    let asked = |target: &str| {
        let mut request =
            crate::cassette::request_of("GET", &format!("http://s{target}"), &Json::Null);
        target.clone_into(&mut request.target);
        request.headers.push(("host".to_owned(), "s".to_owned()));
        request
    };
    let numbered = Paging::numbered("page", "size", 2, 4).total("total").next_url("next");
    let page = numbered.page(&all, &asked("/x?page=2"), None, None);
    assert_eq!(page.items, [json!(2), json!(3)]);
    assert_eq!(page.marks, [("total", json!(5)), ("next", json!("http://s/x?page=3"))]);
    let page = numbered.page(&all, &asked("/x?size=9&page=2"), None, None);
    assert_eq!((page.items, page.marks), (vec![json!(4)], vec![("total", json!(5))]));
    let whole = numbered.clone().whole_by("all");
    let page = whole.page(&all, &asked("/x?all=true"), None, None);
    assert_eq!((page.items.len(), page.marks), (5, vec![("total", json!(5))]));
    let lost = numbered.page(&all, &asked("/x?page=2"), None, Some(PageFault::Lost(2)));
    assert_eq!((lost.items.len(), lost.marks.len()), (0, 2));

    let offset = Paging::offset("start", "max", 3, 3).total_header("x-total").pages("pages");
    let page = offset.page(&all, &asked("/x?start=3"), None, None);
    assert_eq!((page.items.len(), page.marks), (2, vec![("pages", json!(2))]));
    assert_eq!(page.headers, [("x-total".to_owned(), "5".to_owned())]);

    let cursor = Paging::cursor("after", "", 4, 4).next("next").link_header();
    let page = cursor.page(&all, &asked("/x"), None, None);
    assert_eq!(page.marks, [("next", json!("after-4"))]);
    assert_eq!(page.headers[0].1, "<http://s/x?after=after-4>; rel=\"next\"");
    let page = cursor.page(&all, &asked("/x?after=after-4"), None, None);
    assert_eq!((page.items, page.marks), (vec![json!(4)], vec![("next", Json::Null)]));
    assert_eq!(cursor.page(&all, &asked("/x"), Some(1), None).items.len(), 1);

    let linked = Paging::offset("offset", "limit", 4, 4).next_link("links");
    let page = linked.page(&all, &asked("/x"), None, None);
    assert_eq!(page.marks, [("links", json!([{"rel": "next", "href": "http://s/x?offset=4"}]))]);
    let page = linked.page(&all, &asked("/x?offset=4"), None, None);
    assert_eq!(page.marks, [("links", json!([]))]);
}

#[test]
fn a_job_is_done_after_enough_requests() {
    let mut store = rows().deferred("POST", "/jobs/{zone}", Action::Create).route(
        "GET",
        "/jobs/{job}",
        Action::Job,
    );
    store = store.jobs(2, |job| json!({"id": job.id, "state": format!("{:?}", job.state)}));
    store.add_zone("a.example", None);
    let row = json!({"name": "www", "type": "A", "ttl": 60, "data": "192.0.2.1"});
    assert_eq!(ask(&mut store, "POST", "/jobs/a.example", &row).0, 202);
    let mut states = Vec::new();
    for _ in 0..2 {
        let (_, job) = ask(&mut store, "GET", "/jobs/1", &Json::Null);
        let count = store.zones()[0].items().len();
        states.push((job["state"].as_str().unwrap_or_default() == "Running", count));
    }
    assert_eq!(states, [(true, 0), (false, 1)]);
    assert_eq!(store.running_jobs(), 0);
    ask(&mut store, "POST", "/jobs/a.example", &json!({"name": "www"}));
    ask(&mut store, "GET", "/jobs/2", &Json::Null);
    let (_, job) = ask(&mut store, "GET", "/jobs/2", &Json::Null);
    assert!(job["state"].as_str().is_some_and(|state| state.starts_with("Failed")), "{job}");
    // Whoever does not poll sees it a little later.
    let another = json!({"name": "ftp", "type": "A", "ttl": 60, "data": "192.0.2.1"});
    ask(&mut store, "POST", "/jobs/a.example", &another);
    let counts: Vec<_> = (0..2)
        .map(|_| {
            ask(&mut store, "GET", "/other", &Json::Null);
            (store.running_jobs(), store.zones()[0].items().len())
        })
        .collect();
    assert_eq!(counts, [(1, 1), (0, 2)]);
    // Or at once.
    let mut store = store.jobs(0, |job| json!({"id": job.id, "state": format!("{:?}", job.state)}));
    let row = json!({"name": "x", "type": "A", "ttl": 60, "data": "192.0.2.1"});
    let (code, job) = ask(&mut store, "POST", "/jobs/a.example", &row);
    assert_eq!((code, store.zones()[0].items().len()), (202, 3));
    assert!(job["state"].as_str().is_some_and(|state| state.starts_with("Done")), "{job}");
}

#[test]
fn writes_have_other_fields_too() {
    let mut store = rows()
        .route("POST", "/new/{zone}", Action::Create)
        .route("DELETE", "/old/{zone}/{id}", Action::Delete)
        .items_under("rows", "row")
        .statuses(201, 200, 200)
        .write_extra(json!({"action": "done"}));
    store.add_zone("a.example", None);
    let row = json!({"name": "www", "type": "A", "ttl": 60, "data": "192.0.2.1"});
    let (_, made) = ask(&mut store, "POST", "/new/a.example", &row);
    assert_eq!((&made["action"], made["row"].is_object()), (&json!("done"), true));
    let (_, gone) = ask(&mut store, "DELETE", "/old/a.example/1", &Json::Null);
    assert_eq!(gone, json!({"action": "done"}));
}

#[test]
fn tokens_are_fetched_and_end() {
    let login = Login {
        method: "POST",
        path: "/login",
        is_right: |request| request.json()["key"] == "k",
        response: |token| json!({"token": token, "url": "{origin}/v2"}),
        carried: |request| request.header("x-token"),
    };
    let mut store = Store::rows().route("GET", "/zones", Action::ListZones).login(login);
    let mut in_header = store.clone().token_header("x-subject");
    let body = json!({"key": "k"});
    let request = crate::cassette::request_of("POST", "http://s/login", &body);
    let headers = in_header.response(&request).headers;
    assert!(headers.contains(&("x-subject".to_owned(), "token-1".to_owned())));
    assert_eq!(ask(&mut store, "POST", "/login", &json!({"key": "wrong"})).0, 401);
    assert_eq!(ask(&mut store, "GET", "/zones", &Json::Null).0, 401);
    let (_, response) = ask(&mut store, "POST", "/login", &json!({"key": "k"}));
    assert_eq!(response["url"], "http://service/v2");
    let mut request = crate::cassette::request_of("GET", "http://s/zones", &Json::Null);
    let token = response["token"].as_str().unwrap_or_default().to_owned();
    request.headers.push(("x-token".to_owned(), token));
    assert!(store.end_tokens_after(Some(2)));
    let statuses: Vec<_> = (0..3).map(|_| store.response(&request).status).collect();
    assert_eq!(statuses, [200, 200, 401]);
    store.lock(true);
    assert_eq!(ask(&mut store, "POST", "/login", &json!({"key": "k"})).0, 401);
}

#[test]
fn a_path_matches_a_route_or_not() {
    let route = Route {
        method: "GET",
        pattern: "/a/{zone}/b/{id}",
        action: Action::Read,
        is_deferred: false,
        header: None,
    };
    let of = |path: &str| route.params(&path.split('/').map(str::to_owned).collect::<Vec<_>>());
    let expected = BTreeMap::from([("zone", "x".to_owned()), ("id", "7".to_owned())]);
    assert_eq!(of("a/x/b/7"), Some(expected));
    assert_eq!([of("a/x/b"), of("a/x/b/7/c"), of("a/x/c/7")], [None, None, None]);
}

/// What is beside the zones counts for the state, without ids; an empty list is as good as none.
#[test]
fn lists_beside_the_zones_are_state() {
    use crate::cassette::Replayed;

    let mut store = rows();
    let before = store.state();
    let id = store.fresh_id();
    store.beside_mut("pools").push(json!({"id": id, "name": "near"}));
    assert_eq!(store.beside("pools").len(), 1);
    assert_eq!(store.state()["beside the zones: pools"], json!([{"name": "near"}]));
    store.beside_mut("pools").clear();
    assert_eq!(store.state(), before);
    assert!(store.beside("checks").is_empty());
}

#[test]
fn lists_beside_zones_are_kept_unless_a_transaction_fails() {
    let mut store = rows();
    for is_refused in [false, true] {
        let result = store.transaction(|store| {
            store.beside_mut("drafts").push(json!("of a zone"));
            if is_refused { Err(store.invalid("no")) } else { Ok(Response::empty(204)) }
        });
        assert_eq!((result.is_err(), store.beside("drafts").len()), (is_refused, 1));
    }
}

#[test]
fn keys_that_items_may_have_are_shown_if_they_are_there() {
    let mut store = rows().fields(&[]).optional_fields(&["id", "name", "type", "ttl", "data", "x"]);
    store.add_zone("a.example", None);
    for (extra, shown) in [("x", json!(7)), ("y", Json::Null)] {
        let mut row = json!({"name": extra, "type": "A", "ttl": 60, "data": "192.0.2.1"});
        row[extra] = json!(7);
        let made = store.create("a.example", &row).unwrap();
        assert_eq!((&made[extra], made.get("priority")), (&shown, None));
    }
}

/// Lists may spell items in another way than paths do, and say how many there are; a request may consist of others,
/// and its response may have the id of its job in a header alone.
#[test]
fn lists_headers_and_parts_of_requests_are_declared() {
    let mut store = sets()
        .route("POST", "/zones/{zone}/sets", Action::Create)
        .deferred("POST", "/slow/{zone}", Action::Create)
        .job_header("x-job")
        .paging(Paging::offset("offset", "limit", 1, 10).returned("info.returned"))
        .items_under("sets", "")
        .shown(|mut set| {
            set["type"] = "A (1)".into();
            set
        });
    store.add_zone("a.example", None);
    let set = |name: &str| json!({"name": name, "type": "A", "ttl": 60, "values": ["192.0.2.1"]});
    let path = "/zones/a%2Eexample/sets";
    assert!(store.act_on(&Request::new("POST", path, &set("www.a.example."))).is_ok());
    let refused = store.act_on(&Request::new("POST", path, &set("www")));
    assert_eq!(refused.unwrap_err().status, 422);
    let (_, list) = ask(&mut store, "GET", "/zones/a.example/sets", &Json::Null);
    assert_eq!((&list["sets"][0]["type"], &list["info"]["returned"]), (&json!("A (1)"), &json!(1)));
    assert!(store.item("a.example", Pick::Set("www.a.example.", "A")).is_ok());
    let slow = Request::new("POST", "/slow/a.example", &set("ftp.a.example."));
    let response = store.response(&slow);
    let job = response.headers.iter().find(|(name, _)| name == "x-job");
    assert_eq!((response.status, job.map(|(_, id)| &**id)), (202, Some("1")));
}

/// What a service does with items before all else, and items that are nobody's to change.
#[test]
fn items_are_received_as_declared() {
    let mut store = Store::rows()
        .route("POST", "/rows", Action::Create)
        .route("PATCH", "/rows/{id}", Action::Patch)
        .route("DELETE", "/rows/{id}", Action::Delete)
        .zone_under("zone")
        .confirming(json!({"message": "done"}))
        .statuses(201, 204, 200)
        .ttl(1..=100)
        .default_items(json!([{"name": "@", "type": "NS", "value": "refused", "ttl": 60}]))
        .fixed(|row, _| row["type"] == "NS")
        .changeable(&["value", "ttl"])
        .receiving(|row, zone| {
            if row["value"] == "refused" {
                return Err(format!("no such value in {zone}"));
            }
            row["value"] = json!(row["value"].as_str().unwrap_or_default().to_uppercase());
            Ok(())
        });
    // What a new zone has is not sent by anybody.
    store.provide_zone("a.example");
    let row = |value: &str| json!({"zone": "a.example", "name": "@", "type": "TXT", "ttl": 60, "value": value});
    let (status, said) = ask(&mut store, "POST", "/rows", &row("refused"));
    assert_eq!((status, &said["message"]), (422, &json!("no such value in a.example")));
    let (status, said) = ask(&mut store, "POST", "/rows", &row("one"));
    assert_eq!((status, said), (201, json!({"message": "done"})));
    assert_eq!(ask(&mut store, "PATCH", "/rows/2", &json!({"ttl": 90})), (204, Json::Null));
    for wrong in [json!({"value": "refused"}), json!({"type": "TXT", "ttl": 30})] {
        assert_eq!(ask(&mut store, "PATCH", "/rows/2", &wrong).0, 422, "{wrong}");
    }
    let held = store.item("a.example", Pick::Id("2")).unwrap();
    assert_eq!((&held["value"], &held["ttl"]), (&json!("ONE"), &json!(90)));
    assert_eq!(ask(&mut store, "PATCH", "/rows/1", &json!({"ttl": 90})).0, 422);
    assert_eq!(ask(&mut store, "DELETE", "/rows/1", &Json::Null).0, 422);
    assert_eq!(ask(&mut store, "DELETE", "/rows/2", &Json::Null).0, 200);
    assert_eq!(ask(&mut store, "DELETE", "/rows/2", &Json::Null).0, 404);
    assert_eq!(store.take_out("a.example", |_| true).unwrap().len(), 1);
}

#[test]
fn names_are_in_the_path_and_many_items_in_one_call() {
    let mut store = Store::sets()
        .route("GET", "/zones", Action::ListNames)
        .route("POST", "/zones/{zone}/{name}/{type}", Action::Create)
        .custom("POST", "/zones/{zone}", |store, call| {
            let zone = call.zone().to_owned();
            store.each((200, "made"), &call.list("sets"), |store, set| store.create(&zone, set))
        })
        .custom("GET", "/echo", |_, call| Ok(Response::json(200, json!(call.values("id")))))
        .zones_under("zones", "")
        .zone_name("name", true)
        .names_in_path();
    store.provide_zone("a.example");
    assert_eq!(ask(&mut store, "GET", "/zones", &Json::Null).1, json!({"zones": ["a.example."]}));
    let set = json!({"ttl": 60, "values": ["192.0.2.1"]});
    let (status, made) = ask(&mut store, "POST", "/zones/a.example/www/A", &set);
    assert_eq!((status, &made["name"], &made["type"]), (201, &json!("www"), &json!("A")));
    let named = json!({"name": "x", "ttl": 60, "values": ["192.0.2.1"]});
    assert_eq!(ask(&mut store, "POST", "/zones/a.example/x/A", &named).0, 422);
    let of = |name: &str| json!({"name": name, "type": "A", "ttl": 60, "values": ["192.0.2.1"]});
    let (status, _) =
        ask(&mut store, "POST", "/zones/a.example", &json!({"sets": [of("a"), of("www")]}));
    assert_eq!((status, store.count("a.example", "A")), (422, 1));
    let (_, made) =
        ask(&mut store, "POST", "/zones/a.example", &json!({"sets": [of("a"), of("b")]}));
    assert_eq!((made["made"].as_array().unwrap().len(), store.count("a.example", "A")), (2, 3));
    assert_eq!(ask(&mut store, "GET", "/echo?id=1&id=2", &Json::Null).1, json!(["1", "2"]));
}
