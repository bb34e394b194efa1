//! Checks a provider against one recording.

use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{Plan, Report, Zone, ZoneName};
use serde_json::Value as Json;

use super::difference::{self, of as differs};
use super::expect::Expected;
use super::model::{Changed, merged};
use super::state::replay;
use super::tolerance::Tolerance;
use super::{Cassette, Cassettes, Player, Replayed, Sent};
use crate::fake::{Api, Fake, Request, Response};
use crate::json::{canonical, json_of, record_json};
use crate::run::{Harness, render};

/// Returns all differences.
pub(super) async fn cassette(cassettes: &Cassettes, cassette: &Cassette) -> Vec<String> {
    let player = cassettes.player(cassette).await;
    let files = match Files::write(cassette) {
        Ok(files) => files,
        Err(error) => return vec![format!("its files cannot be written: {error}")],
    };
    let expected = failure(cassettes, cassette);
    let harness = match harness(cassettes, cassette, &files, |recorded| player.url_of(recorded)) {
        Err(_) if expected == Some(Expected::Options) => return Vec::new(),
        Err(problem) => return vec![problem],
        Ok(_) if expected == Some(Expected::Options) => {
            return vec!["these options should be refused".to_owned()];
        }
        Ok(harness) => harness,
    };
    let is_error = cassette.is_error() && !cassettes.is_missing(cassette);
    let mut problems = match (&cassette.zone, is_error) {
        (None, false) => list_zones(&harness, cassette).await,
        (None, true) => error_of_listing(&harness, expected).await,
        (Some(zone), is_error) => match ZoneName::new(zone) {
            Err(error) => return vec![error.to_string()],
            Ok(zone) if is_error => {
                // A second player, so that each run starts at the beginning of the recording.
                let second = cassettes.player(cassette).await;
                match self::harness(cassettes, cassette, &files, |recorded| second.url_of(recorded))
                {
                    Ok(again) => {
                        error([&harness, &again], cassette, &zone, expected, &second).await
                    }
                    Err(problem) => vec![problem],
                }
            }
            Ok(zone) => run(cassettes, &harness, cassette, &files, &zone, &player).await,
        },
    };
    let mut strangers = player.strangers();
    if cassette.is_error() {
        // The reference ended there. A provider that reads several lists at the same time asked for the others.
        // One that logs in again, since its token is refused, repeats a request.
        let is_again = |request: &String| {
            cassette
                .exchanges
                .iter()
                .any(|exchange| *request == format!("{} {}", exchange.method, exchange.url))
        };
        strangers.retain(|request| !request.starts_with("GET ") && !is_again(request));
    }
    problems
        .extend(strangers.iter().map(|request| format!("asked what was not recorded: {request}")));
    problems
}

impl Cassettes {
    async fn player(&self, cassette: &Cassette) -> Player {
        let player = Player::start(&cassette.exchanges, &self.ignored_query).await;
        player.repeat(&self.repeated);
        player
    }
}

fn harness(
    cassettes: &Cassettes,
    cassette: &Cassette,
    files: &Files,
    url_of: impl Fn(&str) -> String,
) -> Result<Harness, String> {
    let mut config = merged(&cassette.config, &cassettes.options);
    if cassette.is_error() {
        config = merged(&config, &cassettes.options_of_errors);
    }
    for (file, options) in &cassettes.options_of {
        if *file == cassette.file {
            config = merged(&config, options);
        }
    }
    files.point_to(&mut config);
    if let Json::Object(config) = &mut config {
        for (option, recorded) in &cassettes.endpoints {
            // A recording of another endpoint names it in its options, or by its requests.
            let own = config.get(option).and_then(Json::as_str).filter(|url| url.contains("://"));
            let own = own.map_or_else(|| cassettes.endpoint_of(cassette, recorded), str::to_owned);
            config.insert(option.clone(), url_of(&own).into());
        }
    }
    let register = cassettes.register.as_ref().ok_or("nobody registers the provider")?;
    Harness::build(register, &cassette.class, &config)
        .map_err(|error| format!("options: {}", error.message))
}

impl Cassettes {
    /// The endpoint of a recording: the usual one, or that path at another host that was asked.
    fn endpoint_of(&self, cassette: &Cassette, usual: &str) -> String {
        let is_at = |url: &str, endpoint: &str| {
            url.strip_prefix(endpoint.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        let urls = || cassette.exchanges.iter().map(|exchange| &*exchange.url);
        if urls().any(|url| is_at(url, usual)) {
            return usual.to_owned();
        }
        let mut strange = urls().filter(|url| !self.endpoints.iter().any(|(_, of)| is_at(url, of)));
        let path = url::Url::parse(usual).map_or(String::new(), |usual| usual.path().to_owned());
        let found = strange.find_map(|url| {
            let origin = url::Url::parse(url).ok()?.origin().ascii_serialization();
            let endpoint = format!("{origin}{}", path.trim_end_matches('/'));
            is_at(url, &endpoint).then_some(endpoint)
        });
        found.unwrap_or_else(|| usual.to_owned())
    }
}

async fn list_zones(harness: &Harness, cassette: &Cassette) -> Vec<String> {
    let Some(expected) = &cassette.zones else { return vec!["what is it about?".to_owned()] };
    match harness.provider().list_zones().await {
        Ok(zones) => {
            let mut zones: Vec<_> = zones.iter().map(|zone| zone.as_str().to_owned()).collect();
            zones.sort();
            // The reference keeps the order of the service.
            let mut expected = expected.clone();
            expected.sort();
            differs("the zones", &zones, &expected)
        }
        Err(error) => vec![format!("zones cannot be listed: {error}")],
    }
}

async fn error_of_listing(harness: &Harness, expected: Option<Expected>) -> Vec<String> {
    match harness.provider().list_zones().await {
        Ok(_) => vec!["it should fail".to_owned()],
        Err(error) => failed(&error, expected),
    }
}

/// The error that a recording must end in, if any: from the test, or else from its own `expect`.
fn failure(cassettes: &Cassettes, cassette: &Cassette) -> Option<Expected> {
    if !cassette.is_error() {
        return None;
    }
    let (file, title) = (&cassette.file, cassette.title());
    let found = cassettes.faults.iter().find(|(of, _)| of == file || *of == title);
    found.map(|(_, fault)| Expected::Failure(*fault)).or_else(|| cassette.expected_failure())
}

/// Compares an error with the expected one.
fn failed(error: &octodns_core::ProviderError, expected: Option<Expected>) -> Vec<String> {
    match expected {
        Some(Expected::Failure(fault)) => {
            let found = (error.kind() != Some(fault)).then(|| chain(error));
            let text = |found| {
                let kind = error.kind();
                format!("the kind of no:\n  expected {fault:?}\n  found    {kind:?}: {found}")
            };
            found.map(text).into_iter().collect()
        }
        Some(Expected::Unsupported) if error.kind().is_none() => Vec::new(),
        Some(Expected::Unsupported) => {
            vec![format!("it should be refused before the service is: {}", chain(error))]
        }
        _ => vec![format!("its words do not say which kind of no this is: {}", chain(error))],
    }
}

/// Runs the operation that must fail, if the recording has one.
async fn error(
    [harness, again]: [&Harness; 2],
    cassette: &Cassette,
    zone: &ZoneName,
    expected: Option<Expected>,
    player: &Player,
) -> Vec<String> {
    match harness.read_raw(zone).await {
        Err(error) => return failed(&error, expected),
        // What records cannot express is a finding, of which the engine makes an error.
        Ok(_) if cassette.desired.is_none() => match again.read(zone).await {
            Err(_) if expected == Some(Expected::Unsupported) => return Vec::new(),
            _ => return vec!["it should fail while reading".to_owned()],
        },
        Ok(_) => {}
    }
    let desired = again.zone(zone, cassette.desired.as_deref().unwrap_or_default());
    let is_unsupported = expected == Some(Expected::Unsupported);
    match again.plan(&desired).await {
        Err(_) if is_unsupported => Vec::new(),
        Err(report) => vec![format!("it should be planned: {}", render(&report))],
        Ok(None) => vec!["there should be something to do".to_owned()],
        Ok(Some(plan)) => match again.apply(&plan).await.result {
            Ok(_) => vec!["it should fail".to_owned()],
            Err(_) if is_unsupported && !player.sent().is_empty() => {
                vec!["it should be refused before anything is sent".to_owned()]
            }
            Err(error) => failed(&error, expected),
        },
    }
}

async fn run(
    cassettes: &Cassettes,
    harness: &Harness,
    cassette: &Cassette,
    files: &Files,
    zone: &ZoneName,
    player: &Player,
) -> Vec<String> {
    let read = match harness.read(zone).await {
        Ok(read) => read,
        Err(report) => return vec![format!("it cannot be read: {}", render(&report))],
    };
    let mut problems = Vec::new();
    let is_missing = cassettes.is_missing(cassette);
    if let Some(exists) = cassette.exists.or(is_missing.then_some(true)) {
        let exists = exists && !is_missing;
        problems.extend(differs("whether there is such a zone", &read.exists, &exists));
    }
    if let Some(expected) = &cassette.populated {
        let records: Vec<_> = read.zone.records().map(|record| record_json(record)).collect();
        let expected = as_read_here(expected, zone, &records, &read.report);
        problems.extend(compare_records(&records, &expected));
    }
    if cassette.zones.is_some() {
        problems.extend(list_zones(harness, cassette).await);
    }
    let Some(desired) = &cassette.desired else { return problems };
    let desired = harness.zone(zone, desired);
    let planned = harness.plan_from(&desired, read).await;
    let plan = match planned {
        Ok(plan) => plan,
        Err(report) => {
            problems.push(format!("it cannot be planned: {}", render(&report)));
            return problems;
        }
    };
    if let Some(expected) = &cassette.changes {
        problems.extend(compare_changes(plan.as_ref(), expected));
    }
    if let Some(expected) = &cassette.meta {
        let meta = plan.as_ref().and_then(|plan| plan.meta.as_ref()).map(json_of);
        problems.extend(differs("the settings of the zone", &meta, &Some(expected.clone())));
    }
    let Some(expected) = &cassette.requests else { return problems };
    if let Some(make) = &cassettes.replayed {
        let (theirs, ours) = (make(cassette), make(cassette));
        problems.extend(end_state(cassettes, (cassette, files), theirs, ours, &desired).await);
        return problems;
    }
    if let Some(plan) = &plan
        && let Err(error) = harness.apply(plan).await.result
    {
        problems.push(format!("it cannot be applied: {}", chain(&error)));
    }
    let tolerance = Tolerance::of(cassette);
    let (sent, expected) = (tolerance.apply(player.sent()), tolerance.apply(expected.clone()));
    problems.extend(difference::of_requests(&sent, &expected));
    problems
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(inner) => format!("{error}: {}", chain(inner)),
        None => error.to_string(),
    }
}

/// What the reference reads, without two things of which it makes something else: where a service spells the zone's own
/// name `@` in a value, it keeps that; and it makes up a value of what cannot be read, which is a finding here.
fn as_read_here(expected: &[Json], zone: &ZoneName, found: &[Json], report: &Report) -> Vec<Json> {
    let is_same =
        |one: &Json, other: &Json| ["name", "type"].iter().all(|key| one[key] == other[key]);
    let is_finding = |record: &Json| {
        let [name, of] = ["name", "type"].map(|key| record[key].as_str().unwrap_or_default());
        let dot = if name.is_empty() { "" } else { "." };
        let subject = format!("{name}{dot}{zone} {of}");
        let mut unreadable = report.iter().filter(|found| found.message.contains("cannot be read"));
        unreadable.any(|found| found.subject == subject)
            && !found.iter().any(|found| is_same(found, record))
    };
    let expected = expected.iter().filter(|record| !is_finding(record)).cloned();
    expected.map(|record| with_own_name(record, zone)).collect()
}

/// A record with the zone's own name in place of `@` as a name in a value.
fn with_own_name(mut record: Json, zone: &ZoneName) -> Json {
    let field = match record["type"].as_str() {
        Some("ALIAS" | "CNAME" | "DNAME" | "NS" | "PTR") => "",
        Some("MX") => "/exchange",
        Some("SRV") => "/target",
        _ => return record,
    };
    let many = record["values"].as_array().map_or(0, Vec::len);
    let values = (0..many).map(|index| format!("/values/{index}")).chain(["/value".to_owned()]);
    for value in values {
        if let Some(name) = record.pointer_mut(&format!("{value}{field}"))
            && *name == "@"
        {
            *name = zone.as_str().into();
        }
    }
    record
}

fn compare_records(found: &[Json], expected: &[Json]) -> Vec<String> {
    // The reference makes a record without values of values that it cannot read.
    let has_values = |record: &&Json| {
        record["values"] != serde_json::json!([]) && record.get("value") != Some(&Json::Null)
    };
    let expected: Vec<_> = expected.iter().filter(has_values).cloned().collect();
    let (found, expected) = (canonical(found), canonical(&expected));
    let missing = expected.iter().filter(|record| !found.contains(record));
    let strange = found.iter().filter(|record| !expected.contains(record));
    missing
        .map(|record| format!("not read: {record}"))
        .chain(strange.map(|record| format!("read, and not there: {record}")))
        .collect()
}

fn compare_changes(plan: Option<&Plan>, expected: &[Changed]) -> Vec<String> {
    let changes = plan.map(|plan| plan.changes.as_slice()).unwrap_or_default();
    let mut found: Vec<_> = changes
        .iter()
        .map(|change| Changed {
            name: change.record().name().as_str().to_owned(),
            record_type: change.record().record_type().as_str().to_owned(),
            action: change.verb().to_owned(),
        })
        .collect();
    let mut expected = expected.to_vec();
    found.sort();
    expected.sort();
    expected.dedup();
    differs("the changes", &found, &expected)
}

/// A service that the test can still look at while it is served over HTTP.
struct Shared(Arc<Mutex<Box<dyn Replayed>>>);

impl Api for Shared {
    fn response(&mut self, request: &Request) -> Response {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).response(request)
    }
}

/// Compares the state of two services: one that got the recorded requests, and one that the provider wrote
/// to.
async fn end_state(
    cassettes: &Cassettes,
    (cassette, files): (&Cassette, &Files),
    mut theirs: Box<dyn Replayed>,
    ours: Box<dyn Replayed>,
    desired: &Zone,
) -> Vec<String> {
    let requests: &[Sent] = cassette.requests.as_deref().unwrap_or_default();
    let mut problems = replay(&mut *theirs, requests);
    let shared = Arc::new(Mutex::new(ours));
    let fake = Fake::start(Shared(Arc::clone(&shared))).await;
    let origin = |recorded: &str| {
        url::Url::parse(recorded)
            .map_or_else(|_| fake.url().to_owned(), |url| format!("{}{}", fake.url(), url.path()))
    };
    let harness = match harness(cassettes, cassette, files, origin) {
        Ok(harness) => harness,
        Err(problem) => return vec![problem],
    };
    if let Err(report) = apply(&harness, desired).await {
        problems.push(format!("it cannot be applied to the fake: {report}"));
    }
    let state = shared.lock().unwrap_or_else(PoisonError::into_inner).state();
    problems.extend(difference::of_states("", &state, &theirs.state()));
    let is_login = |seen: &crate::fake::Seen| {
        let mut recorded = cassette.exchanges.iter();
        recorded.any(|exchange| {
            let path = url::Url::parse(&exchange.url).map(|url| url.path().to_owned());
            path.is_ok_and(|path| path == seen.target)
                && exchange.method == seen.method
                && cassette.is_login(&exchange.method, &exchange.url)
        })
    };
    let count = fake.seen().iter().filter(|seen| seen.is_write() && !is_login(seen)).count();
    if count > requests.len() {
        problems.push(format!("{count} writing requests, the reference makes {}", requests.len()));
    }
    problems
}

async fn apply(harness: &Harness, desired: &Zone) -> Result<(), String> {
    let planned = harness.plan(desired).await.map_err(|report: Report| render(&report))?;
    let Some(plan) = planned else { return Ok(()) };
    let applied = harness.apply(&plan).await;
    applied.result.map(drop).map_err(|error| chain(&error))
}

/// The files that a recording needs, in a temporary folder.
struct Files(tempfile::TempDir, Vec<String>);

impl Files {
    fn write(cassette: &Cassette) -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        for (name, content) in &cassette.files {
            let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
            std::fs::write(folder.path().join(name), text)?;
        }
        Ok(Self(folder, cassette.files.keys().cloned().collect()))
    }

    /// Points the options that name one of the files to the real path.
    fn point_to(&self, config: &mut Json) {
        for value in config.as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
            if let Some(name) = value.as_str().filter(|name| self.1.iter().any(|of| of == name)) {
                *value = self.0.path().join(name).to_string_lossy().into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_spells_the_own_name_and_makes_up_values() {
        let zone = ZoneName::new("example.com.").unwrap();
        let of = |name: &str, of: &str, value: Json| serde_json::json!({"name": name, "type": of, "value": value});
        let caa = of("", "CAA", serde_json::json!({"flags": 0, "tag": "issue", "value": "odd"}));
        let mx = |name: &str| of("", "MX", serde_json::json!({"preference": 1, "exchange": name}));
        let expected =
            [caa.clone(), of("c", "CNAME", "@".into()), mx("@"), of("t", "TXT", "@".into())];
        let read = [
            of("c", "CNAME", "example.com.".into()),
            mx("example.com."),
            of("t", "TXT", "@".into()),
        ];
        let mut report = Report::new();
        let all = as_read_here(&expected, &zone, &[], &report);
        assert_eq!(all, [&[caa.clone()][..], &read].concat());
        let unreadable =
            octodns_core::Diagnostic::warning("record", "a value that cannot be read: odd");
        report.push(unreadable.about("example.com. CAA"));
        assert_eq!(as_read_here(&expected, &zone, &[], &report), read);
        // A record that is read all the same has to be right.
        assert_eq!(as_read_here(&expected, &zone, std::slice::from_ref(&caa), &report).len(), 4);
    }

    #[test]
    fn requests_say_which_host_was_recorded() {
        let (login, api) = ("https://auth.example.com/login", "https://api.example.com/v2");
        let cassettes = Cassettes::in_folder("").endpoint("login", login).endpoint("api", api);
        for (urls, expected) in [
            (vec![login, "https://api.example.com/v2/zones?page=1"], api),
            (vec![login, "https://test.example.com/v2/zones"], "https://test.example.com/v2"),
            // A link that the service gave.
            (vec!["http://api.example.com/v2/zones", "https://api.example.com/v2/zones"], api),
            (vec!["https://test.example.com/v21/zones"], api),
            (vec![], api),
        ] {
            let exchange = |url| {
                serde_json::from_value(
                    serde_json::json!({"method": "GET", "url": url, "status": 200}),
                )
            };
            let exchanges: Result<_, _> = urls.iter().map(exchange).collect();
            let cassette = Cassette { exchanges: exchanges.unwrap(), ..Cassette::default() };
            assert_eq!(cassettes.endpoint_of(&cassette, api), expected, "{urls:?}");
        }
    }
}
