//! Companions in JSON below a path.

use octodns_core::{ApplyLog, Plan, Zone, ZoneName, async_trait};
use octodns_kit::http::{Client, Error};
use octodns_kit::things::{Calls, Kind, Thing, Things, Wanted};
use octodns_kit::{Json, json};
use octodns_testkit::fake::{Fake, Request, Response};

struct Rest;

fn thing(body: Json) -> Thing {
    Thing::new(body["id"].to_string(), body)
}

#[async_trait]
impl Calls for Rest {
    async fn list(client: &Client, path: &[&str], _: &str) -> Result<Vec<Thing>, Error> {
        let things: Vec<Json> = client.get(path).read().await?;
        Ok(things.into_iter().map(thing).collect())
    }

    async fn create(client: &Client, path: &[&str], body: &Json, _: &str) -> Result<Thing, Error> {
        Ok(thing(client.post(path).json(body).read().await?))
    }
}

struct Check;

impl Kind for Check {
    type Calls = Rest;
    const WHAT: &'static str = "health check";

    fn is_as_wanted(thing: &Json, wanted: &Json) -> bool {
        thing["port"] == wanted["port"]
    }
}

fn answer(checks: &mut Vec<Json>, request: &Request) -> Response {
    match (&*request.method, request.segments.get(2)) {
        ("GET", None) => Response::json(200, checks.clone()),
        ("POST", None) => {
            let mut check = request.json();
            check["id"] = json!(checks.len() + 1);
            checks.push(check.clone());
            Response::json(201, check)
        }
        (method, Some(id)) => {
            let id: u64 = id.parse().unwrap();
            let Some(at) = checks.iter().position(|check| check["id"] == id) else {
                return Response::json(404, json!({}));
            };
            if method == "PUT" {
                checks[at]["port"] = request.json()["port"].clone();
            } else {
                checks.remove(at);
            }
            Response::empty(204)
        }
        _ => Response::json(405, json!({})),
    }
}

#[tokio::test]
async fn things_are_created_changed_and_deleted() {
    let mut held = Vec::new();
    let fake = Fake::start(move |request: &Request| answer(&mut held, request)).await;
    let client = Client::builder("test", fake.url()).build().unwrap();
    let checks: Things<Check> = Things::new(&client, &["account", "checks"]);
    let zone = || Zone::new(ZoneName::new("unit.tests.").unwrap());
    let plan = Plan::new(zone(), zone(), Vec::new(), true).approve_by_force();
    let log = ApplyLog::new("test", &plan, &());
    let wanted = |port: u64| {
        let body = json!({"name": "www", "port": port});
        Wanted::new("www.unit.tests. A", body).changed_by(json!({"port": port}))
    };
    let asked = || {
        let seen = fake.seen();
        fake.control().measured().clear();
        seen.iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect::<Vec<_>>()
    };
    let (made, is_changed) = checks.ensure(&wanted(80), &log).await.unwrap();
    assert_eq!((&*made.id, made.name(), is_changed), ("1", "www", false));
    assert_eq!(asked(), ["GET /account/checks", "POST /account/checks"]);
    let (_, is_changed) = checks.ensure(&wanted(80), &log).await.unwrap();
    assert_eq!((is_changed, asked().len()), (false, 0));
    let (there, is_changed) = checks.ensure(&wanted(443), &log).await.unwrap();
    assert_eq!((&there.body["port"], is_changed), (&json!(443), true));
    assert_eq!(asked(), ["PUT /account/checks/1"]);
    // What is known is as it was left, and is so for the service.
    assert_eq!(checks.all().await.unwrap()[0].body["port"], 443);
    checks.begin_run();
    assert_eq!(checks.all().await.unwrap()[0].body["port"], 443);
    checks.delete_unused(|check| check.name() == "other", &log).await.unwrap();
    asked();
    checks.delete_unused(|check| check.name() == "www", &log).await.unwrap();
    assert_eq!(asked(), ["DELETE /account/checks/1"]);
    assert!(checks.find(|_| true).await.unwrap().is_none());
    assert!(asked().is_empty());
    // Of another place, others are known.
    checks.move_to(&["account", "others"]);
    checks.all().await.unwrap();
    checks.move_to(&["account", "others"]);
    checks.all().await.unwrap();
    assert_eq!(asked(), ["GET /account/others"]);
}
