//! Recordings of the reference at work, played to a provider over loopback.
//!
//! A folder holds the recordings of one provider: what its service answered, and what the reference read
//! from that and sent. [`Cassettes`] holds a provider to them: it must read the same records, plan the
//! same changes, and either send the same requests or, where it does better, leave a fake of the service
//! in the same state with no more calls.
//!
//! ```no_run
//! use octodns_core::{Registry, ServiceFault};
//! use octodns_testkit::cassette::Cassettes;
//! # fn register(_: &mut Registry) {}
//!
//! # async fn test() {
//! let Some(cassettes) = Cassettes::of("example") else { return };
//! cassettes
//!     .register(register)
//!     // The option that points the provider elsewhere, and where it points by default.
//!     .endpoint("endpoint", "https://api.example.com/v2")
//!     .fault("errors.json", ServiceFault::Unauthorized)
//!     .run()
//!     .await;
//! # }
//! ```

mod check;
mod model;
mod player;
mod state;
mod tolerance;

use std::path::PathBuf;

use octodns_core::{Registry, ServiceFault};
use serde_json::{Value as Json, json};

use crate::server::needed;

pub use model::{Cassette, Exchange, Sent};
pub use player::Player;
pub use state::Replayed;

/// Makes a service with what a recording's first answers have.
type MakeReplayed = Box<dyn Fn(&Cassette) -> Box<dyn Replayed> + Send + Sync>;

/// The recordings of one provider, and how it is held to them.
pub struct Cassettes {
    pub(crate) folder: PathBuf,
    pub(crate) register: Option<fn(&mut Registry)>,
    pub(crate) endpoint: Option<(String, String)>,
    pub(crate) options: Json,
    pub(crate) options_of: Vec<(String, Json)>,
    pub(crate) faults: Vec<(String, ServiceFault)>,
    pub(crate) ignored_query: Vec<String>,
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) replayed: Option<MakeReplayed>,
}

impl Cassettes {
    /// The recordings of `provider`, below the folder that `OCTODNS_CASSETTES` names, or else
    /// `../shared/cassettes` beside the workspace; `None` after saying so where there are none.
    ///
    /// # Panics
    ///
    /// When they are missing and `OCTODNS_TEST_REQUIRE` is set.
    #[expect(
        clippy::disallowed_methods,
        reason = "test support: the environment says where they are"
    )]
    pub fn of(provider: &str) -> Option<Self> {
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cassettes");
        let folder =
            std::env::var_os("OCTODNS_CASSETTES").map_or_else(|| beside.into(), PathBuf::from);
        let folder = folder.join(provider);
        let found = folder.is_dir().then(|| Self::in_folder(folder));
        needed(found, format_args!("OCTODNS_CASSETTES (the recordings of {provider})"))
    }

    /// The recordings in a folder: every `*.json` in it.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            register: None,
            endpoint: None,
            options: json!({}),
            options_of: Vec::new(),
            faults: Vec::new(),
            ignored_query: Vec::new(),
            skipped: Vec::new(),
            replayed: None,
        }
    }

    /// Who makes the provider known.
    #[must_use]
    pub fn register(mut self, register: fn(&mut Registry)) -> Self {
        self.register = Some(register);
        self
    }

    /// The option that says where the service is, and what the recordings have before every path.
    #[must_use]
    pub fn endpoint(mut self, option: &str, recorded: &str) -> Self {
        self.endpoint = Some((option.to_owned(), recorded.to_owned()));
        self
    }

    /// Options beside those of a recording's configuration.
    #[must_use]
    pub fn options(mut self, options: Json) -> Self {
        self.options = options;
        self
    }

    /// Options for one file alone.
    #[must_use]
    pub fn options_of(mut self, file: &str, options: Json) -> Self {
        self.options_of.push((file.to_owned(), options));
        self
    }

    /// What kind of no a recorded error is.
    #[must_use]
    pub fn fault(mut self, file: &str, fault: ServiceFault) -> Self {
        self.faults.push((file.to_owned(), fault));
        self
    }

    /// A parameter of the query that we send and the reference does not.
    #[must_use]
    pub fn ignoring_query(mut self, name: &str) -> Self {
        self.ignored_query.push(name.to_owned());
        self
    }

    /// A file that is not played, and why.
    #[must_use]
    pub fn skip(mut self, file: &str, why: &str) -> Self {
        self.skipped.push((file.to_owned(), why.to_owned()));
        self
    }

    /// Compares what becomes of a service that keeps state, not the requests themselves: for a provider
    /// that reaches the same in a better way. `make` gives a service with what the recording's first
    /// answers have.
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
    /// When one differs; all of them are told.
    #[expect(clippy::print_stderr, reason = "test support: it says what is left out")]
    pub async fn run(&self) {
        let cassettes = model::all(&self.folder);
        assert!(!cassettes.is_empty(), "{}: no recordings", self.folder.display());
        let mut problems = Vec::new();
        for (file, _) in &self.faults {
            if !cassettes.iter().any(|cassette| cassette.file == *file) {
                problems.push(format!("{file}: there is no such recording"));
            }
        }
        for cassette in &cassettes {
            if let Some((_, why)) = self.skipped.iter().find(|(file, _)| *file == cassette.file) {
                eprintln!("{}: left out: {why}", cassette.title());
                continue;
            }
            let found = check::cassette(self, cassette).await;
            problems.extend(
                found.into_iter().map(|problem| format!("{}: {problem}", cassette.title())),
            );
        }
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    }
}
