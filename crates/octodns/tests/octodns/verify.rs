//! What is applied is read back, and name servers are asked for it: what a service or a server does not do is found.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use octodns::verification::{
    DnsOptions, ServerCheck, Serving, Verification, VerifyChoice, VerifyOptions,
};
use octodns::{
    Failure, Manager, ManagerOptions, MemoryProvider, PlanFileOptions, PlanOptions, Stop,
    SyncOptions, SyncResult, ZoneOptions,
};
use octodns_core::provider::Answers;
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Record, RecordName, Source, Zone,
    ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_testkit::dns::{self, FakeDns};
use tokio::time::Instant;

const ZONE: &str = "example.com.";

/// What a service does with what it says yes to.
#[derive(Clone, Copy, Default)]
enum Habit {
    #[default]
    Honest,
    /// It does nothing.
    Ignores,
    /// It keeps all but the last value of a set.
    DropsAValue,
    /// It takes back what it did after so many seconds.
    ForgetsAfter(u64),
    /// It shows what it did after so many seconds.
    ShowsAfter(u64),
    /// It adds a record of its own.
    AddsARecord,
    /// It cannot be read any more.
    Breaks,
}

/// A service that keeps zones in memory and has a habit.
#[derive(Default)]
struct Service {
    habit: Habit,
    settles_within: Duration,
    proxied: Option<&'static str>,
    /// What is there from which time on, by zone.
    zones: Mutex<BTreeMap<ZoneName, BTreeMap<Instant, Zone>>>,
    reads: AtomicUsize,
}

impl Service {
    fn of(habit: Habit, settles_within: u64) -> Arc<Self> {
        let settles_within = Duration::from_secs(settles_within);
        Arc::new(Self { habit, settles_within, ..Self::default() })
    }

    fn now(&self, zone: &ZoneName) -> Option<Zone> {
        let zones = self.zones.lock().unwrap();
        zones.get(zone)?.range(..=Instant::now()).next_back().map(|(_, zone)| zone.clone())
    }

    fn set(&self, seconds: u64, zone: Zone) {
        let at = Instant::now() + Duration::from_secs(seconds);
        let mut zones = self.zones.lock().unwrap();
        zones.entry(zone.name().clone()).or_default().insert(at, zone);
    }
}

#[async_trait]
impl Source for Service {
    fn id(&self) -> &'static str {
        "service"
    }

    fn class_name(&self) -> &'static str {
        "Service"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let reads = self.reads.fetch_add(1, Ordering::Relaxed);
        if reads > 0 && matches!(self.habit, Habit::Breaks) {
            return Err(ProviderError::failed("the service is gone"));
        }
        Ok(self.now(zone.name).map(|zone| {
            let mut read = ZoneRead::default();
            read.records = zone.records().cloned().collect();
            read
        }))
    }
}

#[async_trait]
impl Provider for Service {
    fn settles_within(&self) -> Duration {
        self.settles_within
    }

    fn answers(&self, record: &Record) -> Answers {
        match self.proxied {
            Some(name) if record.name().as_str() == name => Answers::Otherwise("proxied"),
            _ => Answers::AsWritten,
        }
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let changes: Vec<_> = (0..plan.changes.len()).collect();
        let attempt = log.begin(&changes).await?;
        let (before, mut after) = (plan.held().clone(), plan.outcome());
        match self.habit {
            Habit::Honest | Habit::Breaks => self.set(0, after),
            Habit::Ignores => self.set(0, before),
            Habit::DropsAValue => {
                for record in plan.outcome().records() {
                    let mut values = record.split_values();
                    if values.len() > 1 {
                        after.set(values.remove(0));
                    }
                }
                self.set(0, after);
            }
            Habit::ForgetsAfter(seconds) => {
                self.set(0, after);
                self.set(seconds, before);
            }
            Habit::ShowsAfter(seconds) => {
                self.set(0, before);
                self.set(seconds, after);
            }
            Habit::AddsARecord => {
                after.set(record("added", "A", &["192.0.2.99"]));
                self.set(0, after);
            }
        }
        attempt.applied();
        Ok(())
    }
}

fn record(name: &str, of: &str, values: &[&str]) -> Record {
    let types = RecordTypes::default();
    let entry = types.get(of).unwrap();
    let values: Vec<_> = values.iter().map(|value| entry.parse(value).unwrap()).collect();
    Record::new(RecordName::new(name).unwrap(), 60, entry.read(&values).unwrap())
}

fn zone(records: impl IntoIterator<Item = Record>) -> Zone {
    let mut zone = Zone::new(ZoneName::new(ZONE).unwrap());
    records.into_iter().for_each(|record| zone.set(record));
    zone
}

fn wanted() -> Zone {
    zone([record("www", "A", &["192.0.2.1", "192.0.2.2"]), record("text", "TXT", &["one"])])
}

/// Syncs a zone to a service, with `verify` in the config, and as the run asks for.
async fn sync(
    desired: Zone,
    service: &Arc<Service>,
    verify: &str,
    choice: VerifyChoice,
) -> Result<SyncResult, Failure> {
    let manager = manager(desired, service, verify, &octodns::options())?;
    let mut options = SyncOptions::forced();
    options.verify = choice;
    manager.sync(&options).await
}

fn manager(
    desired: Zone,
    service: &Arc<Service>,
    verify: &str,
    options: &ManagerOptions,
) -> Result<Arc<Manager>, Failure> {
    let source = MemoryProvider::new("source");
    source.put(desired);
    let config = format!("manager: {{verify: {verify}}}\nproviders: {{}}\nzones: {{}}\n");
    let manager = Manager::builder()
        .config_text("config.yaml", config)
        .source(Arc::new(source))
        .provider(Arc::clone(service) as Arc<_>)
        .zone(ZONE, ZoneOptions::new(["source"], ["service"]))
        .build(options)?;
    Ok(Arc::new(manager))
}

async fn read_back(service: &Arc<Service>, verify: &str) -> Result<SyncResult, Failure> {
    sync(wanted(), service, verify, VerifyChoice::default()).await
}

/// What is said to be wrong, with its code.
fn said(failure: &Failure) -> Vec<String> {
    failure.report.iter().map(|found| format!("{}: {}", found.code, found.message)).collect()
}

fn of(verification: Option<Verification>) -> octodns::verification::VerifiedZone {
    verification.unwrap().zones.remove(0)
}

#[tokio::test(start_paused = true)]
async fn what_an_honest_service_did_is_there() {
    let result = read_back(&Service::of(Habit::Honest, 0), "true").await.unwrap();
    let read = of(result.verification).read_back.unwrap();
    assert!(read.is_there() && read.others.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_service_does_not_do_is_an_error_with_the_change() {
    let (www, text) = ("create www.example.com. A", "create text.example.com. TXT");
    for (habit, left) in [
        (Habit::Ignores, vec![text, www]),
        (Habit::DropsAValue, vec![www]),
        (Habit::ShowsAfter(5), vec![text, www]),
    ] {
        let failure = read_back(&Service::of(habit, 0), "true").await.unwrap_err();
        let expected: Vec<_> = left
            .iter()
            .map(|change| format!("not-there: applied, but not there: {change}"))
            .collect();
        assert_eq!(said(&failure), expected);
        // What was done and what is missing is there for whoever looks at the failure.
        assert_eq!(failure.applied.unwrap().total(), 2);
        assert_eq!(of(failure.verification).read_back.unwrap().left, left);
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_takes_time_is_read_until_it_had_it() {
    for (habit, settles_within, is_there) in [
        (Habit::ShowsAfter(5), 0, false),
        (Habit::ShowsAfter(5), 6, true),
        (Habit::ShowsAfter(5), 5, true),
        (Habit::ShowsAfter(5), 4, false),
    ] {
        let result = read_back(&Service::of(habit, settles_within), "true").await;
        assert_eq!(result.is_ok(), is_there, "{settles_within}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_forgets_is_found_by_looking_once_more() {
    let forgets = Habit::ForgetsAfter(10);
    for (settles_within, verify, is_found) in [
        (0, "true", false),
        (0, "{read_back: true, dns: false, hold: 9}", false),
        (0, "{read_back: true, dns: false, hold: 10}", true),
        (12, "true", true),
    ] {
        let result = read_back(&Service::of(forgets, settles_within), verify).await;
        assert_eq!(result.is_err(), is_found, "{settles_within} {verify}");
        let Err(failure) = result else { continue };
        assert_eq!(failure.report.iter().filter(|found| found.code == "not-there").count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn other_changes_of_a_second_plan_are_told_and_are_no_error() {
    let result = read_back(&Service::of(Habit::AddsARecord, 0), "true").await.unwrap();
    let verification = result.verification.unwrap();
    let report = verification.report();
    let told: Vec<_> = report.iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].contains("delete added.example.com. A"), "{told:?}");
    assert!(!report.has_errors());
    assert!(verification.to_string().contains("1 changes"), "{verification}");
}

/// A plan file has no sources, and a second plan says nevertheless what else the target holds otherwise.
#[tokio::test(start_paused = true)]
async fn what_else_a_service_changes_is_told_of_plan_files() {
    for (habit, other) in [(Habit::Honest, None), (Habit::AddsARecord, Some("added"))] {
        let service = Service::of(habit, 0);
        let left = record("left", "MX", &["10 mx.example.net."]);
        service.set(0, zone([left.clone()]));
        let desired = zone([left, record("www", "A", &["192.0.2.1"])]);
        let manager = manager(desired, &service, "true", &octodns::options()).unwrap();
        let plans = manager.plan(&PlanOptions::default()).await.unwrap();
        let file = manager.plan_file(&plans);
        let mut options = PlanFileOptions::default();
        options.apply = true;
        let result = manager.sync_file(&file, &options).await.unwrap();
        let read = of(result.verification).read_back.unwrap();
        let others = read.others.clone().unwrap();
        assert!(read.is_there() && others.len() == usize::from(other.is_some()), "{read:?}");
        assert!(other.is_none_or(|other| others[0].contains(other)), "{read:?}");
    }
}

/// Whoever stops a run does not wait for what is not there yet.
#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_verifies_no_longer() {
    let server = server(usize::MAX);
    let dns = format!("{{nameservers: ['{}'], timeout: 3600}}", server.address());
    for (habit, settles_within, verify, codes) in [
        (Habit::Honest, 0, "true", &[][..]),
        (Habit::Honest, 60, "true", &["stopped"]),
        (Habit::Honest, 0, "{read_back: true, dns: false, hold: 60}", &["stopped"]),
        (Habit::Ignores, 60, "true", &["not-there", "not-there", "stopped"]),
        (Habit::Honest, 0, &*dns, &["not-served", "stopped"]),
    ] {
        let mut options = octodns::options();
        options.stop = Stop::new();
        let service = Service::of(habit, settles_within);
        let manager = manager(wanted(), &service, verify, &options).unwrap();
        let begin = Instant::now();
        let (run, stop) = (SyncOptions::forced(), options.stop);
        let stopping = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            stop.stop();
        };
        let result = futures::join!(manager.sync(&run), stopping).0;
        assert!(begin.elapsed() < Duration::from_secs(40), "{verify}");
        let found = result.as_ref().err().map(|failure| failure.report.iter()).into_iter();
        let found: Vec<_> = found.flatten().map(|found| &*found.code).collect();
        assert_eq!(found, codes, "{verify}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_cannot_be_read_back_is_an_error() {
    let failure = read_back(&Service::of(Habit::Breaks, 0), "true").await.unwrap_err();
    assert!(said(&failure)[0].contains("the service is gone"), "{:?}", said(&failure));
}

#[tokio::test(start_paused = true)]
async fn a_run_may_ask_for_more_or_less_than_the_config_says() {
    let mut choice = VerifyChoice::default();
    choice.read_back = Some(true);
    for (config, choice, is_verified) in [
        ("false", VerifyChoice::default(), false),
        ("true", VerifyChoice::default(), true),
        ("true", VerifyChoice::nothing(), false),
        ("~", choice, true),
    ] {
        let result = sync(wanted(), &Service::of(Habit::Ignores, 0), config, choice).await;
        assert_eq!(result.is_err(), is_verified, "{config} {choice:?}");
    }
}

#[test]
fn what_the_config_says_about_verifying_is_checked() {
    for (verify, said) in [
        ("maybe", "must be true or false"),
        ("{timeout: -1}", "manager.verify.timeout must be a number of seconds"),
        ("{hold: x}", "manager.verify.hold must be a number of seconds"),
        ("{timeuot: 1}", "has no key \"timeuot\""),
        ("{nameservers: ns1}", "manager.verify.nameservers"),
        ("{nameservers: ['a b']}", "\"a b\" is neither an address nor a name"),
        ("{nameservers: {service: ['a b']}}", "\"a b\" is neither an address nor a name"),
        ("{nameservers: {other: [ns1]}}", "names the target \"other\", which is not configured"),
        ("{dns: maybe}", "must be true or false"),
    ] {
        let config = format!("manager: {{verify: {verify}}}\nproviders: {{}}\nzones: {{}}\n");
        let made = Manager::builder()
            .config_text("config.yaml", config)
            .provider(Service::of(Habit::Honest, 0))
            .build(&octodns::options());
        let told: Vec<_> = made.err().unwrap().report.iter().map(ToString::to_string).collect();
        assert!(told[0].contains(said), "{verify}: {told:?}");
    }
}

/// A server that answers for `www` with the first address, until it was asked so many times; then with both.
fn server(lags_for: usize) -> FakeDns {
    let asked = AtomicUsize::new(0);
    let server = FakeDns::start(move |question, mut message| {
        if question.name != "www.example.com." {
            return dns::send(&dns::nxdomain(message));
        }
        message.add_answer(dns::record("www.example.com.", 60, 1, &[192, 0, 2, 1]));
        if asked.fetch_add(1, Ordering::Relaxed) >= lags_for {
            message.add_answer(dns::record("www.example.com.", 60, 1, &[192, 0, 2, 2]));
        }
        dns::send(&message)
    });
    server.unwrap()
}

/// Changes `www` from one address to two, deletes `gone` and asks the servers.
async fn ask(servers: &[&FakeDns], timeout: u64) -> Result<SyncResult, Failure> {
    let service = Service::of(Habit::Honest, 0);
    let gone = record("gone", "A", &["192.0.2.1"]);
    service.set(0, zone([record("www", "A", &["192.0.2.1"]), gone]));
    let addresses: Vec<_> =
        servers.iter().map(|server| format!("'{}'", server.address())).collect();
    let verify = format!("{{nameservers: [{}], timeout: {timeout}}}", addresses.join(", "));
    let www = record("www", "A", &["192.0.2.1", "192.0.2.2"]);
    sync(zone([www]), &service, &verify, VerifyChoice::default()).await
}

#[tokio::test]
async fn servers_are_asked_until_they_serve_what_was_changed() {
    let (quick, slow) = (server(0), server(2));
    let result = ask(&[&quick, &slow], 3600).await.unwrap();
    let verification = result.verification.unwrap();
    assert!(verification.is_fine());
    assert_eq!(slow.asked().iter().filter(|asked| asked.name == "www.example.com.").count(), 3);
    assert_eq!(quick.asked().len(), 2);
}

#[tokio::test]
async fn one_of_two_servers_that_lags_is_named() {
    let (quick, slow) = (server(0), server(usize::MAX));
    let failure = ask(&[&quick, &slow], 0).await.unwrap_err();
    let slow = slow.address();
    let expected = format!(
        "not-served: {slow} does not serve 1 of 2 changes: update www.example.com. A (old)"
    );
    assert_eq!(said(&failure), [expected]);
    let dns = of(failure.verification.clone()).dns.unwrap();
    assert_eq!(
        dns.servers.iter().map(|server| server.failing().count()).collect::<Vec<_>>(),
        [0, 1]
    );
    assert_eq!(dns.servers[1].changes[1].1, Serving::Old);
    let shown = failure.verification.unwrap().to_string();
    assert!(
        shown.contains(&format!("example.com. at {slow}:\n  update www.example.com. A: old")),
        "{shown}"
    );
}

#[tokio::test]
async fn what_is_not_there_and_what_does_not_answer_is_told_apart() {
    let empty = FakeDns::start(|_, message| dns::send(&dns::nxdomain(message))).unwrap();
    let other = FakeDns::start(|question, mut message| {
        message.add_answer(dns::record(&question.name, 60, 1, &[192, 0, 2, 77]));
        dns::send(&message)
    });
    let refusing = FakeDns::start(|_, mut message| {
        message.metadata.response_code = hickory_proto::op::ResponseCode::Refused;
        dns::send(&message)
    });
    for (server, states) in [
        (empty, ["served", "missing"]),
        (other.unwrap(), ["other", "other"]),
        (refusing.unwrap(), ["no answer", "no answer"]),
    ] {
        let failure = ask(&[&server], 0).await.unwrap_err();
        let dns = of(failure.verification).dns.unwrap();
        let found: Vec<_> =
            dns.servers[0].changes.iter().map(|(_, state)| state.to_string()).collect();
        assert_eq!(found, states);
    }
}

#[tokio::test]
async fn what_cannot_be_seen_is_left_out_by_name() {
    let server = server(0);
    let service = Arc::new(Service { proxied: Some("front"), ..Service::default() });
    let www = record("www", "A", &["192.0.2.1", "192.0.2.2"]);
    let desired = zone([
        www,
        record("front", "A", &["192.0.2.3"]),
        record("alias", "ALIAS", &["www.example.com."]),
    ]);
    let verify = format!("{{nameservers: {{service: ['{}']}}, timeout: 0}}", server.address());
    let result = sync(desired, &service, &verify, VerifyChoice::default()).await.unwrap();
    let shown = result.verification.unwrap().to_string();
    for line in [
        "\n  create alias.example.com. ALIAS: left out: ALIAS records are not queried",
        "\n  create front.example.com. A: left out: proxied",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
}

/// Applies a zone to a service and verifies it with library calls; what came of the first change at each server.
async fn first_states(desired: Zone, how: DnsOptions) -> (Vec<(String, Serving)>, Option<String>) {
    let source = MemoryProvider::new("source");
    source.put(desired);
    let manager = Manager::builder()
        .source(Arc::new(source))
        .provider(Service::of(Habit::Honest, 0))
        .zone(ZONE, ZoneOptions::new(["source"], ["service"]))
        .build(&octodns::options());
    let manager = Arc::new(manager.unwrap());
    let plans = manager.plan(&PlanOptions::default()).await.unwrap().approve().unwrap();
    let unverified = plans.unverified();
    let summary = manager.apply(plans).await.unwrap();
    let mut options = VerifyOptions::default();
    options.dns = Some(how);
    let verification = manager.verify(&unverified, &summary, &options).await;
    let dns = of(Some(verification)).dns.unwrap();
    let first = |server: &ServerCheck| (server.server.clone(), server.changes[0].1.clone());
    (dns.servers.iter().map(first).collect(), dns.failed)
}

/// One round of questions.
fn once() -> DnsOptions {
    let mut how = DnsOptions::default();
    how.timeout = Duration::ZERO;
    how
}

/// One is no name of a host, the address of the other is in the zone, and nobody listens there.
#[tokio::test]
async fn the_servers_of_a_zone_are_those_of_its_ns_record() {
    let desired = zone([
        record("", "NS", &["*.invalid.", "ns1.example.com."]),
        record("ns1", "A", &["127.53.53.53"]),
    ]);
    let (servers, failed) = first_states(desired, once()).await;
    assert_eq!(failed, None);
    for ((server, state), (name, told)) in servers.iter().zip([
        ("*.invalid", "\"*.invalid\" is neither an address nor a name"),
        ("ns1.example.com", "127.53.53.53:53"),
    ]) {
        assert_eq!(server, name);
        let Serving::Silent(why) = state else { panic!("{state:?}") };
        assert!(why.contains(told), "{why}");
    }
}

#[tokio::test]
async fn servers_that_a_target_does_not_show_are_looked_up() {
    let resolver = |has_servers: bool| {
        FakeDns::start(move |question, mut message| {
            assert_eq!((&*question.name, question.number), (ZONE, 2));
            if has_servers {
                message.add_answer(dns::record(ZONE, 60, 2, b"\x01*\x07invalid\0"));
            }
            dns::send(&message)
        })
    };
    for (has_servers, names, failed) in
        [(true, vec!["*.invalid"], None), (false, vec![], Some("the zone has no name servers"))]
    {
        let resolver = resolver(has_servers).unwrap();
        let mut how = once();
        how.resolvers = vec![resolver.address()];
        let (servers, why) = first_states(wanted(), how).await;
        assert_eq!(servers.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), names);
        assert_eq!(why.as_deref(), failed);
    }
}

/// The config says how servers are asked when a run asks for it.
#[tokio::test]
async fn a_run_may_ask_servers_that_the_config_only_names() {
    let server = server(0);
    let verify = format!("{{dns: false, nameservers: ['{}'], timeout: 0}}", server.address());
    let www = || zone([record("www", "A", &["192.0.2.1", "192.0.2.2"])]);
    let service = Service::of(Habit::Honest, 0);
    let result = sync(www(), &service, &verify, VerifyChoice::default()).await.unwrap();
    assert!(result.verification.is_none() && server.asked().is_empty());
    let mut choice = VerifyChoice::default();
    choice.dns = Some(true);
    let service = Service::of(Habit::Honest, 0);
    let result = sync(www(), &service, &verify, choice).await.unwrap();
    assert!(result.verification.unwrap().is_fine() && !server.asked().is_empty());
}

/// However many zones there are, their service settles once.
#[tokio::test(start_paused = true)]
async fn many_zones_are_waited_for_together() {
    let source = MemoryProvider::new("source");
    let mut builder = Manager::builder().provider(Service::of(Habit::Honest, 60));
    for index in 0..100 {
        let mut zone = Zone::new(ZoneName::new(&format!("z{index}.test.")).unwrap());
        wanted().records().for_each(|record| zone.set(Arc::clone(record)));
        builder = builder.zone(zone.name().as_str(), ZoneOptions::new(["source"], ["service"]));
        source.put(zone);
    }
    let manager = builder.source(Arc::new(source)).build(&octodns::options()).unwrap();
    let mut options = SyncOptions::forced();
    options.verify.read_back = Some(true);
    // By the clock of the test.
    let once = Duration::from_secs(61);
    tokio::time::timeout(once, Arc::new(manager).sync(&options)).await.unwrap().unwrap();
}

/// Somebody else may use a manager from any thread.
#[tokio::test]
async fn verifying_may_be_done_on_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let service = Service::of(Habit::Honest, 0);
    sendable(sync(wanted(), &service, "true", VerifyChoice::default())).await.unwrap();
}
