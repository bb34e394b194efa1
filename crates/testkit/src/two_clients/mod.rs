//! The reference's provider and ours at the same server: each reads what the other wrote, and finds nothing
//! to change. This keeps fakes honest.
//!
//! The reference runs in a separate process, in the Python that `OCTODNS_TEST_PYTHON` names; its requests to
//! the real service are redirected to the server on loopback.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{RecordType, ZoneName};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::behaviour::samples;
use crate::json::record_json;
use crate::run::{Harness, render};
use crate::server::{needed, python};

/// The program that drives the reference's provider.
const DRIVE: &str = concat!(include_str!("reroute.py"), "\n\n", include_str!("drive.py"));

/// The reference's provider, and where to redirect its requests.
#[derive(Clone, Debug)]
pub struct Reference {
    python: PathBuf,
    class: String,
    config: Json,
    reroute: Json,
    environment: Vec<(String, String)>,
    driver: Arc<Mutex<Option<Driver>>>,
}

/// The output of the driven provider.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    error: Option<String>,
    changes: Vec<String>,
    supports: Vec<String>,
}

impl Reference {
    /// The provider of a class, as octoDNS configures it; `None`, after saying so, if there is no Python that
    /// has it.
    ///
    /// # Panics
    ///
    /// If there is none and `OCTODNS_TEST_REQUIRE` is set.
    pub fn new(class: &str, config: Json) -> Option<Self> {
        let (class, reroute) = (class.to_owned(), json!({}));
        let (python, environment, driver) = (python()?, Vec::new(), Arc::default());
        Some(Self { python, class, config, reroute, environment, driver })
    }

    /// The provider of a class in a package, as octoDNS configures it; `None`, after saying so, if there is
    /// no Python that has it.
    ///
    /// # Panics
    ///
    /// If there is none and `OCTODNS_TEST_REQUIRE` is set.
    pub fn of_package(package: &str, class: &str, config: Json) -> Option<Self> {
        let reference = Self::new(class, config)?;
        let module = class.rsplit_once('.').map_or(class, |(module, _)| module);
        let mut command = Command::new(&reference.python);
        command.args(["-c", "import importlib, sys; importlib.import_module(sys.argv[1])", module]);
        let is_there = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        let python = reference.python.display().to_string();
        needed(is_there.then_some(reference), format_args!("{package} in {python}"))
    }

    /// Redirects requests for `origin` to `url`; both are the beginnings of URLs.
    #[must_use]
    pub fn reroute(mut self, origin: &str, url: &str) -> Self {
        self.reroute[origin] = json!(url);
        self
    }

    /// An environment variable for it.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The record types that it claims to support, and `dynamic` if it supports pools and rules.
    ///
    /// # Panics
    ///
    /// If it cannot be run.
    pub async fn supports(&self) -> Vec<String> {
        self.run("supports", "example.com.", &[]).await.supports
    }

    /// The changes it would plan for these records.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub async fn plan(&self, zone: &ZoneName, records: &[Json]) -> Vec<String> {
        self.run("plan", zone.as_str(), records).await.changes
    }

    /// Makes its service hold these records, and returns the changes.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub async fn apply(&self, zone: &ZoneName, records: &[Json]) -> Vec<String> {
        self.run("apply", zone.as_str(), records).await.changes
    }

    async fn run(&self, operation: &str, zone: &str, records: &[Json]) -> Said {
        let task = json!({
            "class": self.class, "config": self.config, "reroute": self.reroute,
            "operation": operation, "zone": zone, "records": records,
        });
        let reference = self.clone();
        let done = tokio::task::spawn_blocking(move || reference.drive(&task.to_string())).await;
        let said = done.unwrap_or_else(|error| panic!("{}: {error}", self.class));
        assert_eq!(said.error, None, "{} fails to {operation} {zone}", self.class);
        said
    }

    /// Runs a task in the process, which starts with the first task.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up fails")]
    fn drive(&self, task: &str) -> Said {
        let mut driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        let Driver { tasks, answers, .. } = driver.get_or_insert_with(|| self.start());
        writeln!(tasks, "{task}").expect("the driver reads");
        let mut line = String::new();
        answers.read_line(&mut line).expect("the driver answers");
        serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the driver says nonsense ({error}): {line}"))
    }

    #[expect(clippy::expect_used, reason = "a test that cannot be set up fails")]
    fn start(&self) -> Driver {
        let mut command = Command::new(&self.python);
        command.args(["-c", DRIVE]).stdin(Stdio::piped()).stdout(Stdio::piped());
        for name in
            ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"]
        {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut process = command.spawn().expect("OCTODNS_TEST_PYTHON runs");
        let tasks = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Driver { process, tasks, answers }
    }
}

/// The process that drives the reference's provider, task by task; it ends when this is dropped.
#[derive(Debug)]
struct Driver {
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Which of the two writes.
#[derive(Clone, Copy, Debug)]
enum Writer {
    Ours,
    Theirs,
}

/// Tests two clients of the same server against each other.
pub struct TwoClients<'t> {
    /// Our provider, at the server.
    pub ours: &'t Harness,
    /// The reference's, at the same server.
    pub theirs: &'t Reference,
    /// The names of the two zones to write; they may exist or not.
    pub zones: [ZoneName; 2],
    /// Record types or names of records to leave out, and why.
    pub except: &'t [(&'t str, &'t str)],
}

impl TwoClients<'_> {
    /// Each client writes, in a zone of its own, records of every type that both support, changes them and
    /// deletes them; after each step both clients must find nothing to change.
    ///
    /// # Panics
    ///
    /// If one finds something to change in what the other wrote.
    pub async fn run(&self) {
        self.run_with(|_| Vec::new()).await;
    }

    /// The same with dynamic records, of each of three steps, if the reference supports them.
    ///
    /// # Panics
    ///
    /// If one finds something to change in what the other wrote.
    pub async fn run_with(&self, dynamic: impl Fn(usize) -> Vec<Json>) {
        let supports = self.theirs.supports().await;
        let is_dynamic = supports.iter().any(|known| known == "dynamic");
        let [ours, theirs] = &self.zones;
        for (zone, writer) in [(ours, Writer::Ours), (theirs, Writer::Theirs)] {
            for step in 0..3 {
                let dynamic = if is_dynamic { dynamic(step) } else { Vec::new() };
                let records = self.records(zone, &supports, dynamic, step);
                self.write(writer, zone, &records).await;
                self.agree(writer, zone, &records).await;
            }
        }
    }

    async fn write(&self, writer: Writer, zone: &ZoneName, records: &[Json]) {
        match writer {
            Writer::Theirs => drop(self.theirs.apply(zone, records).await),
            Writer::Ours => {
                let desired = self.ours.zone(zone, records);
                let plan = self.ours.plan(&desired).await;
                let plan = plan.unwrap_or_else(|report| panic!("ours: {}", render(&report)));
                if let Some(plan) = plan {
                    let applied = self.ours.apply(&plan).await;
                    assert!(applied.result.is_ok(), "ours: {applied:?}");
                }
            }
        }
    }

    async fn agree(&self, writer: Writer, zone: &ZoneName, records: &[Json]) {
        let theirs = self.theirs.plan(zone, records).await;
        assert!(
            theirs.is_empty(),
            "what {writer:?} wrote, the reference would change: {theirs:#?}"
        );
        // The other client may have created the zone.
        self.ours.begin_run();
        let plan = self.ours.plan(&self.ours.zone(zone, records)).await;
        let plan = plan.unwrap_or_else(|report| panic!("ours: {}", render(&report)));
        let ours = plan.map(|plan| plan.changes).unwrap_or_default();
        assert!(ours.is_empty(), "what {writer:?} wrote, we would change: {ours:#?}");
    }

    /// The desired records of a step, of the types that both support.
    fn records(
        &self,
        zone: &ZoneName,
        supports: &[String],
        mut dynamic: Vec<Json>,
        step: usize,
    ) -> Vec<Json> {
        let capabilities = self.ours.provider().capabilities();
        let is_left_out = |what: &str| self.except.iter().any(|(name, _)| *name == what);
        let both = |of: RecordType| {
            capabilities.supports_type(of) && supports.iter().any(|known| known == of.as_str())
        };
        let samples = samples::all()
            .into_iter()
            .filter(|sample| both(sample.record_type) && !is_left_out(sample.record_type.as_str()));
        dynamic.retain(|record| !record["name"].as_str().is_some_and(is_left_out));
        let records = samples.flat_map(|sample| sample.state(step)).chain(dynamic);
        // Normalized by the engine, so that both get the same.
        let zone = self.ours.zone(zone, &records.collect::<Vec<_>>());
        zone.records().map(|record| record_json(record)).collect()
    }
}
