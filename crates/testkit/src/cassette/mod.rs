//! Recordings of the reference, played to a provider over loopback.
//!
//! A folder has the recordings of one provider: what its service answered, and what the reference read from
//! that and sent. [`Cassettes`] checks a provider against them: it must read the same records, plan the same
//! changes, and either send the same requests or, where it does better, leave a fake of the service in the
//! same state with no more calls.
//!
//! ```no_run
//! use octodns_core::{Registry, ServiceErrorKind};
//! use octodns_testkit::cassette::Cassettes;
//! # fn register(_: &mut Registry) {}
//!
//! # async fn test() {
//! let Some(cassettes) = Cassettes::of("example") else { return };
//! cassettes
//!     .register(register)
//!     // The option for the endpoint, and its default.
//!     .endpoint("endpoint", "https://api.example.com/v2")
//!     // Where the words of a recording are ambiguous.
//!     .fault("errors-odd.json", ServiceErrorKind::Unauthorized)
//!     .run()
//!     .await;
//! # }
//! ```

mod check;
mod difference;
mod expect;
mod model;
mod player;
mod state;
mod tolerance;
mod verdicts;

use std::path::PathBuf;

use octodns_core::{Registry, ServiceErrorKind};
use serde_json::{Value as Json, json};

use crate::server::needed;

pub use model::{Cassette, Exchange, Sent};
pub use player::Player;
pub use state::Replayed;
pub(crate) use state::request_of;
pub use verdicts::Verdicts;
pub(crate) use verdicts::caught;

/// Registers the provider.
type Register = Box<dyn Fn(&mut Registry) + Send + Sync>;

/// Puts something right in a recording.
type Correct = Box<dyn Fn(&mut Json) + Send + Sync>;

/// Creates a service with the state that a recording's first answers show.
type MakeReplayed = Box<dyn Fn(&Cassette) -> Box<dyn Replayed> + Send + Sync>;

/// The recordings of one provider, and how to play them.
pub struct Cassettes {
    pub(crate) folder: PathBuf,
    pub(crate) register: Option<Register>,
    pub(crate) endpoints: Vec<(String, String)>,
    pub(crate) options: Json,
    pub(crate) options_of_errors: Json,
    pub(crate) options_of: Vec<(String, Json)>,
    pub(crate) faults: Vec<(String, ServiceErrorKind)>,
    pub(crate) ignored_query: Vec<String>,
    /// The paths of requests that may come again.
    pub(crate) repeated: Vec<String>,
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) exceptions: Vec<(String, String)>,
    /// Files that are played once more, and what is put right in them before.
    corrections: Vec<(String, Correct)>,
    /// Recordings in which the reference says that a zone exists which does not.
    pub(crate) missing: Vec<String>,
    /// Whether these are all recordings of the project; if so, every name in the lists of exceptions must
    /// exist.
    pub(crate) is_whole: bool,
    pub(crate) replayed: Option<MakeReplayed>,
}

impl Cassettes {
    /// The recordings of `provider`, in the folder `OCTODNS_CASSETTES`, or else in `../shared/cassettes` next
    /// to the workspace; `None`, after saying so, if there are none.
    ///
    /// # Panics
    ///
    /// If they are missing and `OCTODNS_TEST_REQUIRE` is set.
    #[expect(
        clippy::disallowed_methods,
        reason = "test support: the environment says where they are"
    )]
    pub fn of(provider: &str) -> Option<Self> {
        let given = std::env::var_os("OCTODNS_CASSETTES").map(PathBuf::from);
        let is_whole = given.is_none();
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cassettes");
        let folder = given.unwrap_or_else(|| beside.into()).join(provider);
        let found = folder.is_dir().then(|| Self { is_whole, ..Self::in_folder(folder.clone()) });
        needed(found, format_args!("OCTODNS_CASSETTES (the recordings of {provider})"))
    }

    /// The raw recordings of `provider` by file name, for a provider whose recordings have their own format;
    /// `None`, after saying so, if there are none.
    ///
    /// # Panics
    ///
    /// If one cannot be read; if they are missing and `OCTODNS_TEST_REQUIRE` is set.
    pub fn raw(provider: &str) -> Option<Vec<(String, Json)>> {
        Some(model::raw(&Self::of(provider)?.folder))
    }

    /// The recordings in a folder: every `*.json` in it.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            register: None,
            endpoints: Vec::new(),
            options: json!({}),
            options_of_errors: json!({}),
            options_of: Vec::new(),
            faults: Vec::new(),
            ignored_query: Vec::new(),
            repeated: Vec::new(),
            skipped: Vec::new(),
            exceptions: Vec::new(),
            corrections: Vec::new(),
            missing: Vec::new(),
            is_whole: false,
            replayed: None,
        }
    }

    /// The function that registers the provider.
    #[must_use]
    pub fn register(mut self, register: impl Fn(&mut Registry) + Send + Sync + 'static) -> Self {
        self.register = Some(Box::new(register));
        self
    }

    /// The option for the endpoint, and the URL that the recorded requests start with, once for each endpoint of the
    /// provider. Recordings of another host, such as that for tests, are played with its URL of the same path.
    #[must_use]
    pub fn endpoint(mut self, option: &str, recorded: &str) -> Self {
        self.endpoints.push((option.to_owned(), recorded.to_owned()));
        self
    }

    /// More options, in addition to those of the recordings and those that were given before.
    #[must_use]
    pub fn options(mut self, options: Json) -> Self {
        if let (Json::Object(all), Json::Object(more)) = (&mut self.options, options) {
            all.extend(more);
        }
        self
    }

    /// Options for recordings that end in an error.
    #[must_use]
    pub fn options_of_errors(mut self, options: Json) -> Self {
        self.options_of_errors = options;
        self
    }

    /// Options for one file alone.
    #[must_use]
    pub fn options_of(mut self, file: &str, options: Json) -> Self {
        self.options_of.push((file.to_owned(), options));
        self
    }

    /// The error kind of a recording, if its own words do not say.
    #[must_use]
    pub fn fault(mut self, file: &str, fault: ServiceErrorKind) -> Self {
        self.faults.push((file.to_owned(), fault));
        self
    }

    /// A query parameter that the provider sends and the reference does not.
    #[must_use]
    pub fn ignoring_query(mut self, name: &str) -> Self {
        self.ignored_query.push(name.to_owned());
        self
    }

    /// The path of a request that may come again though it is not a read, such as a login: it then gets the last
    /// response again.
    #[must_use]
    pub fn repeating(mut self, path: &str) -> Self {
        self.repeated.push(path.to_owned());
        self
    }

    /// A file to skip, and why.
    #[must_use]
    pub fn skip(mut self, file: &str, why: &str) -> Self {
        self.skipped.push((file.to_owned(), why.to_owned()));
        self
    }

    /// A recording that must differ, by file or title, and why. It is played, and fails if it agrees.
    #[must_use]
    pub fn differs(mut self, recording: &str, reason: &str) -> Self {
        self.exceptions.push((recording.to_owned(), reason.to_owned()));
        self
    }

    /// Plays a file that must differ once more, with a part of it put right: the rest has to agree.
    #[must_use]
    pub fn corrected(
        mut self,
        file: &str,
        correct: impl Fn(&mut Json) + Send + Sync + 'static,
    ) -> Self {
        self.corrections.push((file.to_owned(), Box::new(correct)));
        self
    }

    /// A recording, by file or title, in which the reference says that the zone exists, or fails, although the service
    /// does not have it: it must be read as missing.
    #[must_use]
    pub fn zone_is_missing(mut self, recording: &str) -> Self {
        self.missing.push(recording.to_owned());
        self
    }

    fn is_missing(&self, cassette: &Cassette) -> bool {
        self.missing.iter().any(|of| *of == cassette.file || *of == cassette.title())
    }

    /// Compares the final state of a service instead of the requests, for a provider that reaches the same
    /// state in a better way. `make` creates a service with the state that the recording's first answers
    /// show.
    #[must_use]
    pub fn replayed<R: Replayed + 'static>(
        mut self,
        make: impl Fn(&Cassette) -> R + Send + Sync + 'static,
    ) -> Self {
        self.replayed = Some(Box::new(move |cassette| Box::new(make(cassette))));
        self
    }

    /// Plays every recording.
    ///
    /// # Panics
    ///
    /// If one differs; all differences are reported.
    pub async fn run(&self) {
        self.examine().await.end();
    }

    /// Plays every recording and returns the verdict on each.
    pub async fn examine(&self) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let mut cassettes = Vec::new();
        for (file, read) in model::all(&self.folder) {
            match read {
                Ok(runs) => cassettes.extend(runs),
                Err(error) => verdicts.held(&file, vec![format!("it cannot be read: {error}")]),
            }
        }
        for problem in self.stale(&cassettes) {
            verdicts.wrong(problem);
        }
        for cassette in &cassettes {
            let title = cassette.title();
            let listed = |list: &'_ [(String, String)]| {
                let mut found = list.iter().filter(|(of, _)| *of == cassette.file || *of == title);
                found.next().map(|(_, why)| why.clone())
            };
            if let Some(why) = listed(&self.skipped) {
                verdicts.left_out(&title, &why);
            } else if cassette.class.is_empty() {
                verdicts.left_out(&title, "it is not about a provider at work");
            } else if let Some(why) = listed(&self.exceptions) {
                verdicts.excepted(&title, &why, &check::cassette(self, cassette).await);
            } else {
                verdicts.held(&title, check::cassette(self, cassette).await);
            }
        }
        // Another folder need not have all of them.
        let is_there = |file: &str| self.is_whole || self.folder.join(file).is_file();
        for (file, correct) in self.corrections.iter().filter(|(file, _)| is_there(file)) {
            let title = format!("{file} (corrected)");
            match model::corrected(&self.folder, file, correct) {
                Err(error) => verdicts.held(&title, vec![error]),
                Ok(runs) => {
                    for cassette in &runs {
                        verdicts.held(&title, check::cassette(self, cassette).await);
                    }
                }
            }
        }
        verdicts
    }

    /// The names in lists of exceptions that do not exist, if all recordings are present.
    fn stale(&self, cassettes: &[Cassette]) -> Vec<String> {
        let is_there = |name: &str| {
            cassettes.iter().any(|cassette| cassette.file == name || cassette.title() == name)
        };
        let listed = self.faults.iter().map(|(name, _)| name);
        let listed =
            listed.chain(self.skipped.iter().chain(&self.exceptions).map(|(name, _)| name));
        let corrected = self.corrections.iter().map(|(name, _)| name);
        let listed = listed.chain(&self.missing).chain(corrected);
        let stale = listed.filter(|name| self.is_whole && !is_there(name));
        stale.map(|name| format!("{name}: there is no such recording")).collect()
    }
}
