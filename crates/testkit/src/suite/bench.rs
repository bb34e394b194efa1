//! The service and the provider of a suite, for tests of what only this service does.

use std::time::{Duration, Instant};

use octodns_core::{Plan, ZoneName};
use serde_json::Value as Json;

use super::{Suite, quick};
use crate::fake::{Api, Fake, Faults, InjectedFault, Response, Seen};
use crate::run::{Applied, Harness, render};
use crate::store::{Pick, Store};

/// The service of a suite with one zone, `unit.tests.`, and a provider for it.
pub struct Bench<A = Store> {
    /// The service.
    pub fake: Fake<A>,
    /// The provider.
    pub harness: Harness,
    /// The zone.
    pub zone: ZoneName,
}

impl Suite {
    /// The service of this suite, and a provider with these options besides its own; null takes one away. A zone is
    /// provided if the service cannot create one.
    ///
    /// # Panics
    ///
    /// If the provider cannot be built.
    pub async fn bench(&self, options: &Json) -> Bench {
        self.bench_of(options, |store| store).await
    }

    /// The same with another service, which is made of that of the suite.
    ///
    /// # Panics
    ///
    /// If the provider cannot be built.
    pub async fn bench_of<A: Api>(
        &self,
        options: &Json,
        service: impl FnOnce(Store) -> A,
    ) -> Bench<A> {
        let zone = ZoneName::new("unit.tests.").unwrap_or_else(|error| panic!("{error}"));
        let mut store = self.store.clone();
        let build = |url: &str| self.build(&with(self.config_at(url, &quick()), options));
        // Nothing is sent before the first read.
        if build("http://127.0.0.1:9").provider().capabilities().fixed_zones {
            store.provide_zone(zone.without_dot());
        }
        let fake = Fake::start(service(store)).await;
        let harness = build(fake.url());
        Bench { fake, harness, zone }
    }

    /// Builds the provider with each of these options besides its own, null taking one away. All are taken but those
    /// with a text, which the message that refuses them has.
    ///
    /// # Panics
    ///
    /// If one is taken or refused otherwise, or a message shows a secret.
    pub fn check_options(&self, cases: &[(Json, Option<&str>)]) {
        let options = self.config.as_object().into_iter().flatten();
        let secrets = options.filter(|(option, _)| self.is_secret(option));
        let secrets: Vec<_> = secrets.filter_map(|(_, value)| value.as_str()).collect();
        for (options, refusal) in cases {
            let config = with(self.config.clone(), options);
            let built = Harness::build(&*self.register, &self.class, &config);
            let message = built.err().map(|error| error.message);
            match (&message, refusal) {
                (None, None) => {}
                (Some(message), Some(part)) if message.contains(part) => {
                    assert!(!secrets.iter().any(|secret| message.contains(secret)), "{message}");
                }
                _ => panic!("{options}: {message:?}, not {refusal:?}"),
            }
        }
    }

    /// Looks for the class under these names: short ones, and paths of older versions.
    ///
    /// # Panics
    ///
    /// If it is not known by one of them.
    pub fn check_names(&self, names: &[&str]) {
        let mut registry = octodns_core::Registry::default();
        (self.register)(&mut registry);
        for name in names.iter().chain([&&*self.class]) {
            assert!(registry.providers.get(name).is_some(), "{name} is not known");
        }
    }
}

/// A configuration with other options; null takes one away.
pub(super) fn with(mut config: Json, options: &Json) -> Json {
    for (option, value) in options.as_object().into_iter().flatten() {
        match value {
            Json::Null => drop(config.as_object_mut().and_then(|config| config.remove(option))),
            value => config[option] = value.clone(),
        }
    }
    config
}

impl<A: Api> Bench<A> {
    /// The same with `strict_supports: false`.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self { harness: self.harness.lenient_supports(), ..self }
    }

    /// The plan that makes the zone hold these records.
    ///
    /// # Errors
    ///
    /// Everything that stands against it, as lines.
    pub async fn plan(&self, records: &[Json]) -> Result<Option<Plan>, String> {
        let desired = self.harness.zone(&self.zone, records);
        self.harness.plan(&desired).await.map_err(|report| render(&report))
    }

    /// Plans and applies.
    ///
    /// # Panics
    ///
    /// If it cannot be planned, or there is nothing to do.
    pub async fn apply(&self, records: &[Json]) -> Applied {
        self.apply_after(records, || {}).await
    }

    /// Plans, lets something else happen, and applies.
    ///
    /// # Panics
    ///
    /// If it cannot be planned, or there is nothing to do.
    pub async fn apply_after(&self, records: &[Json], meanwhile: impl FnOnce()) -> Applied {
        let plan = self.plan(records).await.unwrap_or_else(|problem| panic!("{problem}"));
        let Some(plan) = plan else { panic!("there is nothing to do") };
        meanwhile();
        self.harness.apply(&plan).await
    }

    /// Plans and applies, and plans again: then there is nothing to do.
    ///
    /// # Panics
    ///
    /// If one of them fails, or there is something to do in the end.
    pub async fn converge(&self, records: &[Json]) {
        if let Err(error) = self.apply(records).await.result {
            panic!("{}", error.with_causes());
        }
        self.is_settled(records).await;
    }

    /// Plans in vain.
    ///
    /// # Panics
    ///
    /// If it cannot be planned, or there is something to do.
    pub async fn is_settled(&self, records: &[Json]) {
        match self.plan(records).await {
            Ok(None) => {}
            other => panic!("there is still something to do: {other:?}"),
        }
    }

    /// Plans what is refused, for a reason with these words.
    ///
    /// # Panics
    ///
    /// If it is not refused, or for another reason.
    pub async fn is_refused(&self, records: &[Json], words: &str) {
        match self.plan(records).await {
            Ok(plan) => panic!("it is not refused: {plan:?}"),
            Err(problem) => assert!(problem.contains(words), "{problem}, not {words}"),
        }
    }

    /// Why the zone cannot be read, as lines.
    ///
    /// # Panics
    ///
    /// If it can.
    pub async fn read_error(&self) -> String {
        match self.harness.read(&self.zone).await {
            Ok(_) => panic!("{} was read", self.zone),
            Err(report) => render(&report),
        }
    }

    /// How long reading the zone takes if its first request gets this response, such as one that says to wait.
    ///
    /// # Panics
    ///
    /// If it is not read in the end.
    pub async fn read_after(&self, response: Response) -> Duration {
        self.faults().next(1, InjectedFault::Response(response));
        let start = Instant::now();
        let read = self.harness.read(&self.zone).await;
        read.unwrap_or_else(|report| panic!("{}", render(&report)));
        start.elapsed()
    }

    /// The faults to inject.
    pub fn faults(&self) -> &Faults {
        self.fake.control().faults()
    }

    /// Method and target of each request since the last call, or since the start.
    pub fn asked(&self) -> Vec<String> {
        let seen = self.fake.seen();
        self.fake.control().measured().clear();
        seen.iter().map(line).collect()
    }
}

impl Bench {
    /// The same of those that write, without logins.
    pub fn writes(&self) -> Vec<String> {
        let (_, others) = self.logins_and_others();
        others.iter().filter(|seen| seen.is_write()).map(line).collect()
    }

    /// The number of logins since the last call, or since the start.
    pub fn logins(&self) -> usize {
        self.logins_and_others().0.len()
    }

    fn logins_and_others(&self) -> (Vec<Seen>, Vec<Seen>) {
        let seen = self.fake.seen();
        self.fake.control().measured().clear();
        let api = self.fake.api();
        seen.into_iter().partition(|seen| api.is_login(&seen.method, seen.path()))
    }

    /// All items that the zone has at the service.
    pub fn all_items(&self) -> Vec<Json> {
        let api = self.fake.api();
        api.zone(self.zone.without_dot())
            .map(|zone| zone.items().cloned().collect())
            .unwrap_or_default()
    }

    /// The items of a type that the zone has at the service.
    pub fn items(&self, record_type: &str) -> Vec<Json> {
        let mut items = self.all_items();
        items.retain(|item| item["type"] == record_type);
        items
    }

    /// The item of a name and type that the zone has at the service, each as the service spells it.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn set(&self, name: &str, record_type: &str) -> Json {
        let api = self.fake.api();
        let found = api.item(self.zone.without_dot(), Pick::Set(name, record_type));
        found.unwrap_or_else(|refusal| panic!("{name} {record_type}: {}", refusal.message))
    }

    /// Adds an item to the zone, as somebody else does.
    ///
    /// # Panics
    ///
    /// If there is no zone yet.
    pub fn plant(&self, item: Json) {
        let planted = self.fake.api().plant(self.zone.without_dot(), item);
        planted.unwrap_or_else(|refusal| panic!("{}", refusal.message));
    }
}

fn line(seen: &Seen) -> String {
    format!("{} {}", seen.method, seen.target)
}
