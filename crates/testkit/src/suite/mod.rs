//! One test suite for every provider whose service is declared as a [`Store`].
//!
//! ```no_run
//! use octodns_testkit::store::Store;
//! use octodns_testkit::suite::Suite;
//! use serde_json::json;
//! # fn register(_: &mut octodns_core::Registry) {}
//! # fn service() -> Store { Store::rows() }
//! # async fn test() {
//! // As a configuration has it; `endpoint` is filled in.
//! let config = json!({"class": "octodns_alder.AlderProvider", "token": "hunter2"});
//! Suite::new(register, config)
//!     .endpoint("endpoint", "https://api.alder.example/v1")
//!     .fake(service())
//!     .cassettes("alder")
//!     .reference("octodns-alder")
//!     .run()
//!     .await;
//! # }
//! ```
//!
//! Its parts, by the names that failures have:
//!
//! | part | what is tested |
//! |---|---|
//! | `behaviour` | every case of [`crate::behaviour`]: types, names, texts, faults, hidden records, lost pages ... |
//! | `limits` | the rate and the number of requests at once that the options of `http` allow |
//! | `secrets` | no credential in a log line, an error or a plan, while the service repeats what it was sent |
//! | `calls` | how many requests change the addresses of 1,000 names, if that is declared |
//! | `shared-account` | two providers with the same credentials, together, to the stricter of their limits |
//! | `tokens` | one login for all requests, and another only when its token has ended |
//! | `waits` | the time from which on requests are taken again, if the header with it is named |
//! | `cassettes` | recordings of the reference, errors included |
//! | `two-clients` | the reference's provider at the same service, both ways |
//!
//! `OCTODNS_TEST_PART` selects a single part, and `OCTODNS_TEST_SERVE` asks for the fake itself. What is skipped is
//! reported with its reason; what is missing (recordings, Python) is a failure if `OCTODNS_TEST_REQUIRE` is set.

mod bench;
mod calls;
mod limits;
mod parts;
mod secrets;
mod tokens;
mod waits;

use std::sync::Arc;

use octodns_core::{RecordType, Registry, ServiceErrorKind, ZoneName, async_trait};
use serde_json::{Value as Json, json};

pub use crate::behaviour::samples::{addresses, record};
pub use bench::Bench;

use crate::behaviour::samples::{self, Sample};
use crate::behaviour::{self, Fixture, Service};
use crate::cassette::{Cassettes, caught};
use crate::fake::{Asked, Control, Fake};
use crate::run::Harness;
use crate::store::Store;

/// Registers a provider.
type Register = Arc<dyn Fn(&mut Registry) + Send + Sync>;

/// Changes how the recordings are played.
type Playing = Arc<dyn Fn(Cassettes) -> Cassettes + Send + Sync>;

/// The tests of a provider, and what they need.
#[derive(Clone)]
pub struct Suite {
    register: Register,
    class: String,
    config: Json,
    store: Store,
    served: Option<Store>,
    endpoints: Vec<(String, String)>,
    cassettes: Option<String>,
    playing: Vec<Playing>,
    reference: Option<String>,
    reference_config: Json,
    reference_except: Vec<(&'static str, &'static str)>,
    reference_needs_zones: bool,
    except: Vec<(&'static str, &'static str)>,
    default_records: fn(&ZoneName) -> Vec<Json>,
    sample: fn(RecordType) -> Option<Sample>,
    credential: &'static str,
    other_credential: Json,
    read_cost: Option<usize>,
    resets: Option<&'static str>,
    thousand_changes: Option<(usize, usize)>,
    dynamic_sample: fn(&str, Json) -> Option<Json>,
    dynamic_writes: Option<usize>,
}

impl Suite {
    /// A suite for the provider that `register` has under the `class` of a configuration.
    pub fn new(register: impl Fn(&mut Registry) + Send + Sync + 'static, mut config: Json) -> Self {
        let class = config.as_object_mut().and_then(|config| config.remove("class"));
        let class = class.and_then(|class| class.as_str().map(str::to_owned)).unwrap_or_default();
        Self {
            register: Arc::new(register),
            class,
            config,
            store: Store::rows(),
            served: None,
            endpoints: Vec::new(),
            cassettes: None,
            playing: Vec::new(),
            reference: None,
            reference_config: json!({}),
            reference_except: Vec::new(),
            reference_needs_zones: false,
            except: Vec::new(),
            default_records: |_| Vec::new(),
            sample: samples::of,
            credential: "token",
            other_credential: json!("of another account"),
            read_cost: None,
            resets: None,
            thousand_changes: None,
            dynamic_sample: |_, record| Some(record),
            dynamic_writes: None,
        }
    }

    /// The same with these options besides its own; null takes one away.
    #[must_use]
    pub fn options(mut self, options: &Json) -> Self {
        self.config = bench::with(self.config, options);
        self
    }

    /// The option for the endpoint, and its real URL: the path of that is the same at the fake. Once for each
    /// endpoint of the provider.
    #[must_use]
    pub fn endpoint(mut self, option: &str, real: &str) -> Self {
        self.endpoints.push((option.to_owned(), real.to_owned()));
        self
    }

    /// The fake service, as it is when new.
    #[must_use]
    pub fn fake(mut self, store: Store) -> Self {
        self.store = store;
        self
    }

    /// Another form of the fake for measurements, if the reference cannot use that of the tests.
    #[must_use]
    pub fn served(mut self, store: Store) -> Self {
        self.served = Some(store);
        self
    }

    /// The recordings: a folder name among all recordings, or the path of a folder.
    #[must_use]
    pub fn cassettes(mut self, folder: &str) -> Self {
        self.cassettes = Some(folder.to_owned());
        self
    }

    /// How to play the recordings, if that needs more than the following.
    #[must_use]
    pub fn playing(
        mut self,
        playing: impl Fn(Cassettes) -> Cassettes + Send + Sync + 'static,
    ) -> Self {
        self.playing.push(Arc::new(playing));
        self
    }

    /// A recording that must differ, by file or title, and why: see [`Cassettes::differs`].
    #[must_use]
    pub fn differs(self, recording: &'static str, reason: &'static str) -> Self {
        self.playing(move |cassettes| cassettes.differs(recording, reason))
    }

    /// A recording that must differ, and what has to be put right in it so that the rest agrees: see
    /// [`Cassettes::corrected`].
    #[must_use]
    pub fn corrected(self, file: &'static str, correct: fn(&mut Json)) -> Self {
        self.playing(move |cassettes| cassettes.corrected(file, correct))
    }

    /// The error kind of a recording, if its own words do not say.
    #[must_use]
    pub fn fault(self, recording: &'static str, fault: ServiceErrorKind) -> Self {
        self.playing(move |cassettes| cassettes.fault(recording, fault))
    }

    /// A recording in which the reference takes a missing zone for an existing one: see
    /// [`Cassettes::zone_is_missing`].
    #[must_use]
    pub fn zone_is_missing(self, file: &'static str) -> Self {
        self.playing(move |cassettes| cassettes.zone_is_missing(file))
    }

    /// The package with the reference's provider, which has the same class.
    #[must_use]
    pub fn reference(mut self, package: &str) -> Self {
        self.reference = Some(package.to_owned());
        self
    }

    /// Options that differ for the reference's provider; null for one that it does not have.
    #[must_use]
    pub fn reference_config(mut self, options: Json) -> Self {
        self.reference_config = options;
        self
    }

    /// A type, or the name of a record, to leave out with the two clients, and why.
    #[must_use]
    pub fn reference_except(mut self, what: &'static str, reason: &'static str) -> Self {
        self.reference_except.push((what, reason));
        self
    }

    /// The reference's provider cannot create zones, so those of the two clients are there before.
    #[must_use]
    pub fn reference_needs_zones(mut self) -> Self {
        self.reference_needs_zones = true;
        self
    }

    /// A case of the behaviour suite to skip, and why.
    #[must_use]
    pub fn except(mut self, case: &'static str, reason: &'static str) -> Self {
        self.except.push((case, reason));
        self
    }

    /// Records that the service puts in each new zone and that cannot be removed.
    #[must_use]
    pub fn default_records(mut self, default_records: fn(&ZoneName) -> Vec<Json>) -> Self {
        self.default_records = default_records;
        self
    }

    /// Samples of types, if the service cannot hold the usual ones.
    #[must_use]
    pub fn sample(mut self, sample: fn(RecordType) -> Option<Sample>) -> Self {
        self.sample = sample;
        self
    }

    /// The option with the credentials: usually `token`. Providers with different values have different
    /// accounts.
    #[must_use]
    pub fn credential(mut self, option: &'static str) -> Self {
        self.credential = option;
        self
    }

    /// A value of that option that is valid, and of another account. Default: any text.
    #[must_use]
    pub fn other_credential(mut self, value: Json) -> Self {
        self.other_credential = value;
        self
    }

    /// The header of a throttled response that says, in seconds since 1970, when requests are taken again.
    #[must_use]
    pub fn resets(mut self, header: &'static str) -> Self {
        self.resets = Some(header);
        self
    }

    /// How many requests reading a small zone takes.
    #[must_use]
    pub fn read_cost(mut self, requests: usize) -> Self {
        self.read_cost = Some(requests);
        self
    }

    /// How many requests read a zone of 1,000 names and how many change the addresses of all, as the provider's page
    /// says.
    #[must_use]
    pub fn thousand_changes(mut self, reads: usize, writes: usize) -> Self {
        self.thousand_changes = Some((reads, writes));
        self
    }

    /// The dynamic record of a feature (see [`DYNAMIC_FEATURES`](crate::behaviour::DYNAMIC_FEATURES)) in a form
    /// that the service can hold, such as with options of its own; `None` if it cannot.
    #[must_use]
    pub fn dynamic_sample(mut self, sample: fn(&str, Json) -> Option<Json>) -> Self {
        self.dynamic_sample = sample;
        self
    }

    /// The most writing requests that changing one value of a pool may take.
    #[must_use]
    pub fn dynamic_writes(mut self, requests: usize) -> Self {
        self.dynamic_writes = Some(requests);
        self
    }

    /// Runs every part; or serves the fake, if somebody has [asked](Asked) for it.
    ///
    /// # Panics
    ///
    /// If a rule is broken; all broken rules are reported, each with its part.
    pub async fn run(self) {
        let class = self.class.clone();
        if let Some(asked) = Asked::by() {
            let mut store = self.served.unwrap_or(self.store);
            asked.zones.iter().for_each(|zone| store.provide_zone(zone));
            let served = asked.serve(store).await;
            assert!(served.is_ok(), "{class}: {served:?}");
            return;
        }
        let broken = self.examine().await;
        assert!(
            broken.is_empty(),
            "\n{class} breaks {} rules:\n{}\n",
            broken.len(),
            broken.join("\n")
        );
    }

    /// Runs every part and returns the broken rules, each with its part.
    #[expect(clippy::disallowed_methods, reason = "test support: whoever runs tests says which")]
    pub async fn examine(self) -> Vec<String> {
        let only = std::env::var("OCTODNS_TEST_PART").ok();
        let mut broken = Vec::new();
        for (name, part) in parts::PARTS {
            if only.as_ref().is_some_and(|only| only != name) {
                continue;
            }
            let result = caught(part(self.clone())).await;
            let problems = result.unwrap_or_else(|panic| vec![panic]);
            broken.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
        }
        broken
    }

    /// The service on loopback.
    async fn serve(&self) -> Served {
        Served { fake: Fake::start(self.store.clone()).await, suite: self.clone() }
    }

    fn build(&self, config: &Json) -> Harness {
        let built = Harness::build(&*self.register, &self.class, config);
        built.unwrap_or_else(|error| panic!("{}: {}", self.class, error.message))
    }

    /// The configuration for a service on loopback, with options for HTTP.
    fn config_at(&self, url: &str, http: &Json) -> Json {
        let mut config = self.config.clone();
        for (option, real) in &self.endpoints {
            config[option] = json!(at(url, real));
        }
        config["root_ns_warnings"] = json!(false);
        let mut all = config["http"].as_object().cloned().unwrap_or_default();
        all.extend(http.as_object().cloned().unwrap_or_default());
        config["http"] = all.into();
        config
    }
}

/// The URL on loopback for the real URL `real`.
fn at(url: &str, real: &str) -> String {
    let path = url::Url::parse(real).map_or(String::new(), |real| real.path().to_owned());
    format!("{url}{}", if path == "/" { "" } else { &path })
}

/// The service on loopback, and how to build its provider.
struct Served {
    fake: Fake<Store>,
    suite: Suite,
}

impl Served {
    /// A separate provider.
    fn provider(&self, http: &Json) -> Harness {
        let config = self.suite.config_at(self.fake.url(), http);
        self.suite.build(&config)
    }
}

/// Options without any waiting.
fn quick() -> Json {
    json!({"requests_per_second": 100_000, "retry_wait": 0})
}

impl Served {
    /// Creates a zone at a service whose API cannot do it.
    fn provide(&self, zone: &ZoneName) {
        let harness = self.provider(&quick());
        if harness.provider().capabilities().fixed_zones {
            self.fake.api().provide_zone(zone.without_dot());
        }
    }
}

#[async_trait]
impl Fixture for Served {
    async fn harness(&self) -> Harness {
        self.provider(&quick())
    }

    async fn prepare(&self, zone: &ZoneName) {
        self.provide(zone);
    }

    fn control(&self) -> Option<&Control> {
        Some(self.fake.control())
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(&self.fake)
    }

    fn default_records(&self, zone: &ZoneName) -> Vec<Json> {
        (self.suite.default_records)(zone)
    }

    fn except(&self) -> &[(&str, &str)] {
        &self.suite.except
    }

    fn sample(&self, record_type: RecordType) -> Option<Sample> {
        (self.suite.sample)(record_type)
    }

    fn min_ttl(&self) -> u32 {
        self.suite.store.min_ttl()
    }

    fn dynamic_sample(&self, feature: &str, record: Json) -> Option<Json> {
        (self.suite.dynamic_sample)(feature, record)
    }

    fn dynamic_writes(&self) -> Option<usize> {
        self.suite.dynamic_writes
    }
}

/// The cases of the behaviour suite.
async fn behave(suite: Suite) -> Vec<String> {
    behaviour::examine(&suite.serve().await, &[]).await
}

/// Says why a part is skipped.
#[expect(clippy::print_stderr, reason = "test support: it says what is left out")]
fn not_tried(part: &str, why: &str) -> Vec<String> {
    eprintln!("{part}: does not apply: {why}");
    Vec::new()
}
