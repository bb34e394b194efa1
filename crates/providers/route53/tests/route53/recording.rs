//! The recordings of the Python provider: found, played back, and applied to a fake.
//!
//! They are next to the checkout, or in the folder `OCTODNS_CASSETTES`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use octodns_testkit::cassette::Cassettes;
use serde_json::Value as Json;

use crate::fake::{Account, Check, Zone, refusal};
use crate::http::{Answer, Server, split};
use crate::set::{Set, plain};
use crate::xml::Tree;

/// A recording by name; `None`, after saying so, if it does not exist.
#[expect(clippy::print_stderr, reason = "it says what is left out")]
pub(crate) fn load(name: &str) -> Option<Json> {
    let file = format!("{name}.json");
    let found = Cassettes::raw("route53")?.into_iter().find(|(of, _)| *of == file);
    if found.is_none() {
        eprintln!("skipped: no recording {file}");
    }
    found.map(|(_, recording)| recording)
}

type Expected = BTreeMap<(String, String, Vec<(String, String)>), VecDeque<(u16, String)>>;

/// Responds as recorded, and repeats the last response to a request.
pub(crate) struct Player {
    pub(crate) server: Server,
}

impl Player {
    pub(crate) async fn start(exchanges: &Json) -> Self {
        let mut expected = Expected::new();
        for exchange in exchanges.as_array().unwrap() {
            let (path, mut query) = split(exchange["url"].as_str().unwrap());
            query.extend(form(exchange["request_body"].as_str()));
            query.sort();
            let key = (exchange["method"].as_str().unwrap().to_owned(), path, query);
            let status = u16::try_from(exchange["status"].as_u64().unwrap()).unwrap();
            let answer = (status, exchange["body"].as_str().unwrap_or_default().to_owned());
            expected.entry(key).or_default().push_back(answer);
        }
        let expected = Mutex::new(expected);
        let server = Server::start(move |request| {
            let mut query = request.query.clone();
            query.extend(form(Some(&request.body)));
            query.sort();
            // The SDK chooses the STS endpoint and the duration of a role.
            query.retain(|(key, _)| key != "DurationSeconds");
            let key = (request.method.clone(), request.path.clone(), query);
            let mut expected = expected.lock().unwrap();
            let Some(answers) = expected.get_mut(&key) else {
                return refusal(400, "NotRecorded", &format!("{key:?}"));
            };
            let answer =
                if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            let (status, body) = answer.unwrap();
            Answer::Xml(status, body)
        })
        .await;
        Self { server }
    }
}

/// The fields of a form; other bodies have none, and are compared by their content.
fn form(body: Option<&str>) -> Vec<(String, String)> {
    let body = body.filter(|body| body.starts_with("Action=")).unwrap_or_default();
    split(&format!("/?{body}")).1
}

/// The account that the recorded responses show.
pub(crate) fn account(exchanges: &Json) -> Account {
    let mut account = Account::default();
    let vpcs = |exchange: &Json| {
        let (_, query) = split(exchange["url"].as_str().unwrap());
        query.into_iter().filter(|(key, _)| key == "vpcid").map(|(_, id)| id).collect::<Vec<_>>()
    };
    let mut locations = BTreeMap::<String, BTreeMap<String, _>>::new();
    let mut names = BTreeMap::new();
    for exchange in exchanges.as_array().unwrap() {
        let (operation, url) = (exchange["operation"].as_str().unwrap(), exchange["url"].as_str());
        let (path, _) = split(url.unwrap());
        let id = path.split('/').nth(3).unwrap_or_default().to_owned();
        let body = Tree::parse(exchange["body"].as_str().unwrap_or_default());
        match operation {
            "ListHostedZones" | "ListHostedZonesByName" | "ListHostedZonesByVPC" => {
                let listed = [body.all("HostedZone"), body.all("HostedZoneSummary")].concat();
                for zone in listed {
                    let id = zone.get("Id").or_else(|| zone.get("HostedZoneId")).unwrap();
                    let id = id.rsplit('/').next().unwrap().to_owned();
                    let name = plain(&zone.get("Name").unwrap());
                    let is_private =
                        zone.all("PrivateZone").iter().any(|found| found.text == "true");
                    let vpcs = vpcs(exchange);
                    let is_private = is_private || !vpcs.is_empty();
                    let (reference, sets) = (String::new(), Vec::new());
                    account.zones.push(Zone { id, name, is_private, reference, vpcs, sets });
                }
            }
            "ListResourceRecordSets" => {
                // The fake creates zones that were created during the recording.
                let zone = account.zones.iter_mut().find(|zone| zone.id == id);
                if let Some(zone) = zone {
                    for set in body.all("ResourceRecordSet").into_iter().map(Set::of_xml) {
                        if !zone.sets.iter().any(|held| held.key() == set.key()) {
                            zone.sets.push(set);
                        }
                    }
                }
            }
            "ListHealthChecks" => {
                for check in body.all("HealthCheck") {
                    let check = recorded_check(check);
                    if !account.checks.iter().any(|known| known.id == check.id) {
                        account.checks.push(check);
                    }
                }
            }
            "ListCidrCollections" => {
                for collection in body.all("member") {
                    let id = collection.get("Id").unwrap();
                    names.insert(id, collection.get("Name").unwrap());
                }
            }
            "ListCidrBlocks" => {
                for block in body.all("member") {
                    let location = locations.entry(id.clone()).or_default();
                    let networks: &mut std::collections::BTreeSet<String> =
                        location.entry(block.get("LocationName").unwrap()).or_default();
                    networks.insert(block.get("CidrBlock").unwrap());
                }
            }
            _ => {}
        }
    }
    for (id, name) in names {
        let locations = locations.remove(&id).unwrap_or_default();
        account.collections.push((name, id, locations));
    }
    account
}

fn recorded_check(check: &Tree) -> Check {
    let settings = check.child("HealthCheckConfig").unwrap().below.iter();
    Check {
        id: check.get("Id").unwrap(),
        reference: check.get("CallerReference").unwrap_or_default(),
        settings: settings.map(|part| (part.name.clone(), part.text.clone())).collect(),
        name: None,
    }
}

/// Applies Python's recorded requests to the account.
///
/// Python writes every set of a changed dynamic record, with the identifiers that it would use. Some of the
/// recorded lists have other identifiers, which the real service would refuse; these sets are removed here.
pub(crate) fn replay(account: &mut Account, exchanges: &Json) {
    for exchange in exchanges.as_array().unwrap() {
        let (params, body) = (&exchange["params"], exchange["body"].as_str().unwrap_or_default());
        match exchange["operation"].as_str().unwrap() {
            "CreateHostedZone" => {
                let zone = Tree::parse(body);
                let id = zone.child("HostedZone").unwrap().get("Id").unwrap();
                let name = plain(params["Name"].as_str().unwrap());
                let vpc = params["VPC"]["VPCId"].as_str().map(str::to_owned);
                let mut zone = Zone::new(id.rsplit('/').next().unwrap(), &name);
                zone.is_private = vpc.is_some()
                    || params["HostedZoneConfig"]["PrivateZone"].as_bool() == Some(true);
                zone.vpcs.extend(vpc);
                account.zones.push(zone);
            }
            "ChangeResourceRecordSets" => {
                let id = params["HostedZoneId"].as_str().unwrap().rsplit('/').next().unwrap();
                let zone = account.zones.iter_mut().find(|zone| zone.id == id).unwrap();
                let (mut touched, mut written) = (Vec::new(), Vec::new());
                for change in params["ChangeBatch"]["Changes"].as_array().unwrap() {
                    let set = Set::of_json(&change["ResourceRecordSet"]);
                    zone.sets.retain(|held| held.key() != set.key());
                    touched.push((set.name.clone(), set.record_type.clone()));
                    if change["Action"] != "DELETE" {
                        written.push(set.key());
                        zone.sets.push(set);
                    }
                }
                zone.sets.retain(|set| {
                    let (name, record_type, identifier) = set.key();
                    identifier.is_none()
                        || written.contains(&set.key())
                        || !touched.contains(&(name, record_type))
                });
            }
            "CreateHealthCheck" => {
                let check = Tree::parse(body);
                let check = check.child("HealthCheck").unwrap();
                let settings = params["HealthCheckConfig"].as_object().unwrap().iter();
                let text = |value: &Json| value.as_str().map_or(value.to_string(), str::to_owned);
                account.checks.push(Check {
                    id: check.get("Id").unwrap(),
                    reference: params["CallerReference"].as_str().unwrap().to_owned(),
                    settings: settings.map(|(key, item)| (key.clone(), text(item))).collect(),
                    name: None,
                });
            }
            "ChangeTagsForResource" => {
                let id = params["ResourceId"].as_str().unwrap();
                let check = account.checks.iter_mut().find(|check| check.id == id).unwrap();
                check.name = params["AddTags"][0]["Value"].as_str().map(str::to_owned);
            }
            "DeleteHealthCheck" => {
                let id = params["HealthCheckId"].as_str().unwrap();
                account.checks.retain(|check| check.id != id);
            }
            "CreateCidrCollection" => {
                let collection = Tree::parse(body);
                let id = collection.child("Collection").unwrap().get("Id").unwrap();
                let name = params["Name"].as_str().unwrap().to_owned();
                account.collections.push((name, id, BTreeMap::new()));
            }
            "ChangeCidrCollection" => {
                let id = params["Id"].as_str().unwrap();
                let collection = account.collections.iter_mut().find(|(_, known, _)| known == id);
                let (.., locations) = collection.unwrap();
                for change in params["Changes"].as_array().unwrap() {
                    let name = change["LocationName"].as_str().unwrap().to_owned();
                    let networks = change["CidrList"].as_array().unwrap().iter();
                    let networks = networks.map(|network| network.as_str().unwrap().to_owned());
                    locations.entry(name).or_default().extend(networks);
                }
            }
            _ => {}
        }
    }
}

/// The content of an account, regardless of the service's ids and the random part of references.
pub(crate) fn told(account: &Account) -> Vec<String> {
    let checks: BTreeMap<_, _> =
        account.checks.iter().map(|check| (check.id.clone(), told_check(check))).collect();
    let collections: BTreeMap<_, _> =
        account.collections.iter().map(|(name, id, _)| (id.clone(), name.clone())).collect();
    let zones: BTreeMap<_, _> = account
        .zones
        .iter()
        .map(|zone| (zone.id.to_ascii_lowercase(), zone.name.clone()))
        .collect();
    let mut lines: Vec<_> = checks.values().cloned().collect();
    for (name, _, locations) in &account.collections {
        lines.push(format!("collection {name}: {locations:?}"));
    }
    for zone in &account.zones {
        lines.push(format!("zone {} {} {:?}", zone.name, zone.is_private, zone.vpcs));
        for set in &zone.sets {
            let mut set = set.clone();
            set.values.sort();
            set.check = set.check.map(|id| checks.get(&id).cloned().unwrap_or(id));
            set.cidr = set
                .cidr
                .map(|(id, location)| (collections.get(&id).cloned().unwrap_or(id), location));
            set.alias = set.alias.map(|(id, name, health)| {
                let id = id.to_ascii_lowercase();
                (zones.get(&id).cloned().unwrap_or(id), name, health)
            });
            // The default records of a new zone are not recorded.
            if set.record_type != "SOA" {
                lines.push(format!("{set:?}"));
            }
        }
    }
    lines.sort();
    lines
}

fn told_check(check: &Check) -> String {
    let reference = check.reference.rsplit_once(':').map_or("", |(prefix, _)| prefix);
    let settings: BTreeMap<_, _> =
        check.settings.iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("check {reference} {settings:?}")
}
