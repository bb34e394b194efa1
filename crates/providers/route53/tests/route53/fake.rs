//! A small stateful Route 53 with what moto lacks (CIDR collections, pages, the limits of batches, exact
//! deletions) and faults on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use octodns_testkit::fake::Response;
use serde_json::{Value as Json, json};

use crate::http::{Answer, Request, Server};
use crate::set::{Set, escaped, plain};
use crate::xml::{Tree, branch, leaf};

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) zones: Vec<Zone>,
    pub(crate) checks: Vec<Check>,
    /// Name, id, networks by location.
    pub(crate) collections: Vec<(String, String, BTreeMap<String, BTreeSet<String>>)>,
    pub(crate) next: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Zone {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_private: bool,
    pub(crate) reference: String,
    pub(crate) vpcs: Vec<String>,
    pub(crate) sets: Vec<Set>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) id: String,
    pub(crate) reference: String,
    /// The elements of its settings.
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) name: Option<String>,
}

/// The fault of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InjectedFault {
    Throttled,
    Unavailable,
    /// The connection breaks before the call is carried out.
    Lost,
    /// The connection breaks after the call is carried out.
    AnswerLost,
    /// The response is not XML.
    Garbled,
    /// The first page, whichever is asked for.
    FirstPage,
    Denied,
}

/// The fault, if any, of the call with this name and number (from 0, among all calls).
pub(crate) type Faults = Arc<dyn Fn(&str, usize) -> Option<InjectedFault> + Send + Sync>;

pub(crate) struct Fake {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

struct State {
    account: Account,
    calls: Vec<String>,
    faults: Faults,
    page: usize,
}

impl Fake {
    pub(crate) async fn start(account: Account) -> Self {
        let faults: Faults = Arc::new(|_, _| None);
        let state = State { account, calls: Vec::new(), faults, page: 100 };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| shared.lock().unwrap().answer(&request)).await;
        Self { server, state }
    }

    pub(crate) fn account(&self) -> Account {
        self.lock().account.clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.lock().account);
    }

    /// The names of all calls so far, which are then forgotten.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().calls)
    }

    pub(crate) fn set_faults(
        &self,
        faults: impl Fn(&str, usize) -> Option<InjectedFault> + Send + Sync + 'static,
    ) {
        let mut state = self.lock();
        state.calls.clear();
        state.faults = Arc::new(faults);
    }

    pub(crate) fn set_page(&self, page: usize) {
        self.lock().page = page;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// An account behind a server of the testkit, which has faults of its own.
pub(crate) struct Wire(State);

impl Wire {
    pub(crate) fn new(account: Account) -> Self {
        let faults: Faults = Arc::new(|_, _| None);
        Self(State { account, calls: Vec::new(), faults, page: 100 })
    }

    pub(crate) fn account(&self) -> &Account {
        &self.0.account
    }
}

impl octodns_testkit::fake::Api for Wire {
    fn response(&mut self, request: &octodns_testkit::fake::Request) -> Response {
        let (path, query) = crate::http::split(&request.target);
        let body = String::from_utf8(request.body.clone()).unwrap();
        match self.0.answer(&Request { method: request.method.clone(), path, query, body }) {
            Answer::Xml(status, xml) => {
                let (headers, body) = (Vec::new(), xml.into_bytes());
                Response { status, headers, body }.with_header("content-type", "text/xml")
            }
            Answer::Drop => Response::empty(500),
        }
    }
}

type Reply = Result<String, (u16, &'static str, String)>;

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        let path: Vec<_> = request.path.trim_start_matches("/2013-04-01/").split('/').collect();
        let call = name(&request.method, &path);
        let fault = (self.faults)(call, self.calls.len());
        self.calls.push(call.to_owned());
        match fault {
            Some(InjectedFault::Throttled) => return refusal(400, "Throttling", "Rate exceeded"),
            Some(InjectedFault::Unavailable) => {
                return refusal(503, "ServiceUnavailable", "try later");
            }
            Some(InjectedFault::Denied) => return refusal(403, "AccessDenied", "not for you"),
            Some(InjectedFault::Lost) => return Answer::Drop,
            Some(InjectedFault::Garbled) => return Answer::Xml(200, "<html><p>".into()),
            Some(InjectedFault::AnswerLost | InjectedFault::FirstPage) | None => {}
        }
        let first = Request { query: Vec::new(), ..request.clone() };
        let is_first = fault == Some(InjectedFault::FirstPage);
        let reply = self.reply(call, &path, if is_first { &first } else { request });
        if fault == Some(InjectedFault::AnswerLost) {
            return Answer::Drop;
        }
        match reply {
            Ok(body) => Answer::Xml(200, branch(&format!("{call}Response"), &body)),
            Err((status, code, message)) => refusal(status, code, &message),
        }
    }

    fn reply(&mut self, call: &str, path: &[&str], request: &Request) -> Reply {
        let (account, page) = (&mut self.account, self.page);
        let body = || Tree::parse(&request.body);
        match call {
            "ListHostedZones" => Ok(account.list_zones(request, page)),
            "ListHostedZonesByName" => Ok(account.list_zones_by_name(request)),
            "ListHostedZonesByVPC" => Ok(account.list_zones_by_vpc(request)),
            "GetHostedZone" => account.get_zone(path[1]),
            "CreateHostedZone" => account.create_zone(&body()),
            "ListResourceRecordSets" => account.list_sets(path[1], request, page),
            "ChangeResourceRecordSets" => account.change_sets(path[1], &body()),
            "ListHealthChecks" => Ok(account.list_checks(request, page)),
            "CreateHealthCheck" => account.create_check(&body()),
            "DeleteHealthCheck" => account.delete_check(path[1]),
            "ChangeTagsForResource" => account.tag_check(path[2], &body()),
            "ListCidrCollections" => Ok(account.list_collections()),
            "CreateCidrCollection" => account.create_collection(&body()),
            "ListCidrBlocks" => account.list_blocks(path[1], request, page),
            "ChangeCidrCollection" => account.change_collection(path[1], &body()),
            other => Err((400, "Unknown", other.into())),
        }
    }
}

fn name(method: &str, path: &[&str]) -> &'static str {
    match (method, path) {
        ("GET", ["hostedzone"]) => "ListHostedZones",
        ("POST", ["hostedzone"]) => "CreateHostedZone",
        ("GET", ["hostedzonesbyname"]) => "ListHostedZonesByName",
        ("GET", ["hostedzonesbyvpc"]) => "ListHostedZonesByVPC",
        ("GET", ["hostedzone", _]) => "GetHostedZone",
        ("GET", ["hostedzone", _, "rrset"]) => "ListResourceRecordSets",
        ("POST", ["hostedzone", _, "rrset"]) => "ChangeResourceRecordSets",
        ("GET", ["healthcheck"]) => "ListHealthChecks",
        ("POST", ["healthcheck"]) => "CreateHealthCheck",
        ("DELETE", ["healthcheck", _]) => "DeleteHealthCheck",
        ("POST", ["tags", "healthcheck", _]) => "ChangeTagsForResource",
        ("GET", ["cidrcollection"]) => "ListCidrCollections",
        ("POST", ["cidrcollection"]) => "CreateCidrCollection",
        ("GET", ["cidrcollection", _, "cidrblocks"]) => "ListCidrBlocks",
        ("POST", ["cidrcollection", _]) => "ChangeCidrCollection",
        _ => "Unknown",
    }
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let error = leaf("Type", "Sender") + &leaf("Code", code) + &leaf("Message", message);
    Answer::Xml(status, branch("ErrorResponse", &branch("Error", &error)))
}

/// Items from `start` on, and the start of the next page.
fn page_of<T>(items: &[T], start: usize, page: usize) -> (&[T], Option<usize>) {
    let end = items.len().min(start + page);
    (&items[start.min(end)..end], (end < items.len()).then_some(end))
}

impl Account {
    /// All that it holds, in a form that can be compared. Networks are shared, and are kept.
    pub(crate) fn inventory(&self) -> Json {
        let sets = self.zones.iter().flat_map(|zone| &zone.sets);
        let sets: Vec<_> = sets.map(|set| format!("{set:?}")).collect();
        let checks: Vec<_> = self.checks.iter().map(|check| format!("{check:?}")).collect();
        json!({"sets": sets, "checks": checks})
    }

    fn by_id(&mut self, id: &str) -> Result<&mut Zone, (u16, &'static str, String)> {
        let missing = || (404, "NoSuchHostedZone", format!("No hosted zone found with ID: {id}"));
        self.zones.iter_mut().find(|zone| zone.id == id).ok_or_else(missing)
    }

    fn unique(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next)
    }

    fn list_zones(&self, request: &Request, page: usize) -> String {
        let start = request.parameter("marker").map_or(0, |marker| marker.parse().unwrap());
        let (zones, next) = page_of(&self.zones, start, page);
        let zones: String = zones.iter().map(Zone::to_xml).collect();
        let next_marker =
            next.map(|next| leaf("NextMarker", &next.to_string())).unwrap_or_default();
        branch("HostedZones", &zones)
            + &leaf("IsTruncated", &next.is_some().to_string())
            + &next_marker
            + &leaf("MaxItems", "100")
    }

    fn list_zones_by_name(&self, request: &Request) -> String {
        let name = plain(request.parameter("dnsname").unwrap());
        let mut zones: Vec<_> = self.zones.iter().filter(|zone| zone.name >= name).collect();
        zones.sort_by(|a, b| a.name.cmp(&b.name));
        let zones: String = zones.into_iter().map(Zone::to_xml).collect();
        branch("HostedZones", &zones) + &leaf("IsTruncated", "false") + &leaf("MaxItems", "100")
    }

    fn list_zones_by_vpc(&self, request: &Request) -> String {
        let vpc = request.parameter("vpcid").unwrap();
        let zones = self.zones.iter().filter(|zone| zone.vpcs.iter().any(|id| id == vpc));
        let zones: String = zones
            .map(|zone| {
                let below = leaf("HostedZoneId", &zone.id)
                    + &leaf("Name", &escaped(&zone.name))
                    + &branch("Owner", &leaf("OwningAccount", "1"));
                branch("HostedZoneSummary", &below)
            })
            .collect();
        branch("HostedZoneSummaries", &zones) + &leaf("MaxItems", "100")
    }

    fn get_zone(&mut self, id: &str) -> Reply {
        let zone = self.by_id(id)?;
        let vpc =
            |id: &String| branch("VPC", &(leaf("VPCRegion", "us-east-1") + &leaf("VPCId", id)));
        let vpcs: String = zone.vpcs.iter().map(vpc).collect();
        Ok(zone.to_xml() + &branch("VPCs", &vpcs))
    }

    fn create_zone(&mut self, body: &Tree) -> Reply {
        let reference = body.get("CallerReference").unwrap();
        let name = plain(&body.get("Name").unwrap());
        if self.zones.iter().any(|zone| zone.reference == reference) {
            let message = "A hosted zone has already been created with this reference".into();
            return Err((409, "HostedZoneAlreadyExists", message));
        }
        let vpc = body.child("VPC").and_then(|vpc| vpc.get("VPCId"));
        let config = body.child("HostedZoneConfig").and_then(|config| config.get("PrivateZone"));
        let id = self.unique("ZNEW");
        let set = |record_type: &str, values: &[&str]| Set {
            name: name.clone(),
            record_type: record_type.into(),
            ttl: Some(900),
            values: values.iter().map(|value| (*value).into()).collect(),
            ..Set::default()
        };
        let sets = vec![
            set("NS", &["ns-1.awsdns-1.org.", "ns-2.awsdns-2.com."]),
            set(
                "SOA",
                &["ns-1.awsdns-1.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
            ),
        ];
        let zone = Zone {
            id,
            name: name.clone(),
            is_private: vpc.is_some() || config.as_deref() == Some("true"),
            reference,
            vpcs: vpc.into_iter().collect(),
            sets,
        };
        let xml = zone.to_xml();
        self.zones.push(zone);
        Ok(xml + &branch("ChangeInfo", &change_info()) + &branch("DelegationSet", "<NameServers/>"))
    }

    fn list_sets(&mut self, id: &str, request: &Request, page: usize) -> Reply {
        let mut sets = self.by_id(id)?.sets.clone();
        sets.sort_by_key(Set::place);
        let from = request.parameter("name").map(|name| Set {
            name: plain(name),
            record_type: request.parameter("type").unwrap().to_owned(),
            identifier: request.parameter("identifier").map(str::to_owned),
            ..Set::default()
        });
        let start = from.map_or(0, |from| sets.partition_point(|set| set.place() < from.place()));
        let (shown, next) = page_of(&sets, start, page);
        let mut xml =
            branch("ResourceRecordSets", &shown.iter().map(Set::to_xml).collect::<String>());
        xml += &leaf("IsTruncated", &next.is_some().to_string());
        if let Some(next) = next {
            let next = &sets[next];
            xml += &leaf("NextRecordName", &escaped(&next.name));
            xml += &leaf("NextRecordType", &next.record_type);
            if let Some(identifier) = &next.identifier {
                xml += &leaf("NextRecordIdentifier", identifier);
            }
        }
        Ok(xml + &leaf("MaxItems", "300"))
    }

    fn change_sets(&mut self, id: &str, body: &Tree) -> Reply {
        let changes: Vec<_> = body
            .all("Change")
            .into_iter()
            .map(|change| {
                let set = Set::of_xml(change.child("ResourceRecordSet").unwrap());
                (change.get("Action").unwrap(), set)
            })
            .collect();
        let checks: BTreeSet<_> = self.checks.iter().map(|check| check.id.clone()).collect();
        let zone = self.by_id(id)?;
        let messages = zone.change(&changes, &checks);
        if messages.is_empty() {
            return Ok(branch("ChangeInfo", &change_info()));
        }
        Err((400, "InvalidChangeBatch", format!("[{}]", messages.join(", "))))
    }

    fn list_checks(&self, request: &Request, page: usize) -> String {
        let start = request.parameter("marker").map_or(0, |marker| marker.parse().unwrap());
        let (checks, next) = page_of(&self.checks, start, page);
        let checks: String = checks.iter().map(Check::to_xml).collect();
        let next_marker =
            next.map(|next| leaf("NextMarker", &next.to_string())).unwrap_or_default();
        branch("HealthChecks", &checks)
            + &leaf("Marker", "")
            + &leaf("IsTruncated", &next.is_some().to_string())
            + &next_marker
            + &leaf("MaxItems", "100")
    }

    fn create_check(&mut self, body: &Tree) -> Reply {
        let reference = body.get("CallerReference").unwrap();
        let settings = body.child("HealthCheckConfig").unwrap();
        let settings = settings.below.iter();
        let settings: BTreeMap<_, _> =
            settings.map(|element| (element.name.clone(), element.text.clone())).collect();
        let known = self.checks.iter().find(|check| check.reference == reference).cloned();
        if known.as_ref().is_some_and(|known| known.settings != settings) {
            return Err((409, "HealthCheckAlreadyExists", "with other settings".into()));
        }
        let check = known.unwrap_or_else(|| {
            let id = self.unique("hc-made-");
            let check = Check { id, reference, settings, name: None };
            self.checks.push(check.clone());
            check
        });
        Ok(check.to_xml())
    }

    fn delete_check(&mut self, id: &str) -> Reply {
        let before = self.checks.len();
        self.checks.retain(|check| check.id != id);
        if self.checks.len() == before {
            return Err((404, "NoSuchHealthCheck", format!("No health check with ID: {id}")));
        }
        // The real service would allow it, but octoDNS must never leave a record without its check.
        let is_used = |set: &Set| set.check.as_deref() == Some(id);
        assert!(!self.zones.iter().flat_map(|zone| &zone.sets).any(is_used), "{id} is in use");
        Ok(String::new())
    }

    fn tag_check(&mut self, id: &str, body: &Tree) -> Reply {
        let missing = || (404, "NoSuchHealthCheck", format!("No health check with ID: {id}"));
        let check = self.checks.iter_mut().find(|check| check.id == id).ok_or_else(missing)?;
        check.name = body.all("Tag")[0].get("Value");
        Ok(String::new())
    }

    fn list_collections(&self) -> String {
        let one = |(name, id, _): &(String, String, _)| {
            let below = leaf("Arn", "arn") + &leaf("Id", id) + &leaf("Name", name);
            branch("member", &(below + &leaf("Version", "1")))
        };
        branch("CidrCollections", &self.collections.iter().map(one).collect::<String>())
    }

    fn create_collection(&mut self, body: &Tree) -> Reply {
        let name = body.get("Name").unwrap();
        if self.collections.iter().any(|(known, ..)| *known == name) {
            return Err((400, "CidrCollectionAlreadyExistsException", name));
        }
        let id = self.unique("col-");
        self.collections.push((name.clone(), id.clone(), BTreeMap::new()));
        let below = leaf("Arn", "arn") + &leaf("Id", &id) + &leaf("Name", &name);
        Ok(branch("Collection", &(below + &leaf("Version", "1"))))
    }

    fn collection(
        &mut self,
        id: &str,
    ) -> Result<&mut BTreeMap<String, BTreeSet<String>>, (u16, &'static str, String)> {
        let found = self.collections.iter_mut().find(|(_, known, _)| known == id);
        found.map(|(.., locations)| locations).ok_or((
            404,
            "NoSuchCidrCollectionException",
            id.into(),
        ))
    }

    fn list_blocks(&mut self, id: &str, request: &Request, page: usize) -> Reply {
        let locations = self.collection(id)?;
        let blocks: Vec<_> = locations
            .iter()
            .flat_map(|(location, networks)| {
                networks.iter().map(move |network| (location, network))
            })
            .collect();
        let start = request.parameter("nexttoken").map_or(0, |token| token.parse().unwrap());
        let (shown, next) = page_of(&blocks, start, page);
        let mut xml = String::new();
        for (location, network) in shown {
            let below = leaf("CidrBlock", network) + &leaf("LocationName", location);
            xml += &branch("member", &below);
        }
        let next = next.map(|next| leaf("NextToken", &next.to_string())).unwrap_or_default();
        Ok(branch("CidrBlocks", &xml) + &next)
    }

    fn change_collection(&mut self, id: &str, body: &Tree) -> Reply {
        let locations = self.collection(id)?;
        for change in &body.child("Changes").unwrap().below {
            assert_eq!(change.get("Action").as_deref(), Some("PUT"));
            let networks = change.child("CidrList").unwrap().below.iter();
            let location = locations.entry(change.get("LocationName").unwrap()).or_default();
            location.extend(networks.map(|network| network.text.clone()));
        }
        Ok(leaf("Id", id))
    }
}

fn change_info() -> String {
    leaf("Id", "/change/C1")
        + &leaf("Status", "PENDING")
        + &leaf("SubmittedAt", "2026-01-02T03:04:05Z")
}

impl Zone {
    pub(crate) fn new(id: &str, name: &str) -> Self {
        Self { id: id.into(), name: name.into(), ..Self::default() }
    }

    fn to_xml(&self) -> String {
        let config = branch("Config", &leaf("PrivateZone", &self.is_private.to_string()));
        let below = leaf("Id", &format!("/hostedzone/{}", self.id))
            + &leaf("Name", &escaped(&self.name))
            + &leaf("CallerReference", &self.reference)
            + &config;
        branch("HostedZone", &below)
    }

    /// Applies changes, or reports all errors in them, as the service does.
    pub(crate) fn change(
        &mut self,
        changes: &[(String, Set)],
        checks: &BTreeSet<String>,
    ) -> Vec<String> {
        let mut messages = Vec::new();
        let times = |action: &str| if action == "UPSERT" { 2 } else { 1 };
        let elements = changes.iter().map(|(action, set)| times(action) * set.values.len().max(1));
        let characters = changes.iter().map(|(action, set)| {
            times(action) * set.values.iter().map(|value| value.chars().count()).sum::<usize>()
        });
        if elements.sum::<usize>() > 1000 {
            messages.push("Number of records limit of 1000 exceeded".to_owned());
        }
        if characters.sum::<usize>() > 32_000 {
            messages.push("Number of characters limit of 32000 exceeded".to_owned());
        }
        let mut sets = self.sets.clone();
        for (action, set) in changes {
            let told = format!("[name='{}', type='{}']", set.name, set.record_type);
            let at = sets.iter().position(|held| held.key() == set.key());
            match (action.as_str(), at) {
                ("DELETE", None) => {
                    messages.push(format!("Tried to delete {told} but it was not found"));
                }
                ("DELETE", Some(at)) if !same(&sets[at], set) => messages.push(format!(
                    "Tried to delete {told} but the values provided do not match the current values"
                )),
                ("DELETE", Some(at)) => drop(sets.remove(at)),
                ("CREATE", Some(_)) => {
                    messages.push(format!("Tried to create {told} but it already exists"));
                }
                ("UPSERT", Some(at)) => sets[at] = set.clone(),
                _ => sets.push(set.clone()),
            }
        }
        for (_, set) in changes.iter().filter(|(action, _)| action != "DELETE") {
            self.check(set, &sets, checks, &mut messages);
        }
        if messages.is_empty() {
            self.sets = sets;
        }
        messages
    }

    fn check(
        &self,
        set: &Set,
        sets: &[Set],
        checks: &BTreeSet<String>,
        messages: &mut Vec<String>,
    ) {
        let mut told = String::new();
        write!(told, "[name='{}', type='{}']", set.name, set.record_type).unwrap();
        if !set.name.ends_with(&self.name) {
            messages.push(format!("{told} is not permitted in zone {}", self.name));
        }
        if let Some((zone, target, _)) = &set.alias
            && zone.eq_ignore_ascii_case(&self.id)
            && !sets.iter().any(|held| held.name == *target && held.record_type == set.record_type)
        {
            messages.push(format!("{told} targets {target}, which does not exist"));
        }
        if let Some(check) = set.check.as_ref().filter(|check| !checks.contains(*check)) {
            messages.push(format!("{told} has an unknown health check {check}"));
        }
        let is_simple = set.identifier.is_none();
        let others = sets.iter().filter(|held| held.name == set.name && held.key() != set.key());
        for other in others {
            let is_same_type = other.record_type == set.record_type;
            if is_same_type && is_simple != other.identifier.is_none() {
                messages.push(format!("{told} mixes routing with none"));
            }
            if !is_same_type
                && [&other.record_type, &set.record_type].iter().any(|of| *of == "CNAME")
            {
                messages.push(format!("{told} conflicts with other types at its name"));
            }
        }
        for value in &set.values {
            if !value.is_ascii() {
                messages.push(format!("{told} has unsupported characters"));
            }
        }
    }
}

/// Whether a deletion is equal to the existing record set.
fn same(held: &Set, given: &Set) -> bool {
    let sorted = |set: &Set| {
        let mut set = set.clone();
        set.values.sort();
        set.alias = set.alias.map(|(zone, name, health)| (zone.to_ascii_lowercase(), name, health));
        set
    };
    sorted(held) == sorted(given)
}

impl Check {
    fn to_xml(&self) -> String {
        let settings: String =
            self.settings.iter().map(|(name, value)| leaf(name, value)).collect();
        let below = leaf("Id", &self.id)
            + &leaf("CallerReference", &self.reference)
            + &branch("HealthCheckConfig", &settings)
            + &leaf("HealthCheckVersion", "1");
        branch("HealthCheck", &below)
    }
}
