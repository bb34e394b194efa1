//! A host with the classes of the tests.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use octodns_bridge::client::{Host, StartOptions};
use octodns_bridge::error::BridgeError;
use octodns_bridge::python::{NamedBy, Python};
use octodns_bridge::requests::{Kind, Made, Make, PlanRequest, Populate};
use octodns_bridge::wire::{RecordKey, WireRecord, ZoneDelta, ZoneHead};
use octodns_core::value::{Map, Value};
use octodns_core::{OwnedValue, Secret};
use octodns_testkit::server;

/// The zone of all tests.
pub(crate) const ZONE: &str = "example.com.";

/// The module that all classes are in.
pub(crate) const MODULE: &str = "bridge_classes";

/// A host, and the folder of its classes.
pub(crate) struct Bridge {
    pub(crate) host: Host,
    pub(crate) folder: tempfile::TempDir,
}

/// The interpreter with the reference, or `None` after saying that there is none.
pub(crate) fn python() -> Option<Python> {
    Some(Python::new(server::python()?, NamedBy::Argument))
}

/// How a host is started that finds the classes in `folder`.
pub(crate) fn options(folder: &Path) -> StartOptions {
    std::fs::write(folder.join(format!("{MODULE}.py")), include_str!("classes.py")).unwrap();
    let mut options = StartOptions::default();
    options.path = vec![folder.to_owned()];
    options.log_level = 20;
    options.environment =
        ["PATH", "HOME"].iter().filter_map(|&name| Some((name.into(), variable(name)?))).collect();
    options
}

#[expect(clippy::disallowed_methods, reason = "tests hand their environment on, as programs do")]
pub(crate) fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

impl Bridge {
    /// A host with the usual options, or `None` after saying that there is no Python.
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut StartOptions)) -> Option<Self> {
        Self::start_in(&python()?, change).await
    }

    pub(crate) async fn start_in(
        python: &Python,
        change: impl FnOnce(&mut StartOptions),
    ) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        let host = Host::start(python, options).await.unwrap();
        Some(Self { host, folder })
    }

    /// Makes a provider of a class of the tests.
    pub(crate) async fn provider(&self, name: &str, class: &str, options: OwnedValue) -> Made {
        self.make(Kind::Provider, name, class, options).await.unwrap()
    }

    pub(crate) async fn make(
        &self,
        kind: Kind,
        name: &str,
        class: &str,
        options: OwnedValue,
    ) -> Result<Made, BridgeError> {
        self.host.make(make(kind, name, class, &options)).await
    }

    /// Makes a hostile one, and reads.
    pub(crate) async fn hostile(&self, what: &str) -> Result<ZoneDelta, BridgeError> {
        self.provider("hostile", "Hostile", json(&format!(r#"{{"what": "{what}"}}"#))).await;
        self.read("hostile").await
    }

    /// Reads a zone of a source.
    pub(crate) async fn read(&self, provider: &str) -> Result<ZoneDelta, BridgeError> {
        let zone = self.host.zone();
        read(&self.host, populate(provider, zone.number(), false)).await.map(|(_, delta)| delta)
    }

    /// The file that a class tells in how far it got.
    pub(crate) fn told(&self) -> PathBuf {
        self.folder.path().join("told")
    }
}

pub(crate) fn make(kind: Kind, name: &str, class: &str, options: &OwnedValue) -> Make {
    let class = if class.contains('.') { class.to_owned() } else { format!("{MODULE}.{class}") };
    let kwargs = options.as_map().cloned().unwrap_or_default();
    Make { kind, name: name.to_owned(), id: None, class, kwargs, secrets: Vec::new() }
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text)
}

pub(crate) fn head() -> ZoneHead {
    ZoneHead { name: ZONE.to_owned(), ..ZoneHead::default() }
}

pub(crate) fn populate(provider: &str, into: u64, is_target: bool) -> Populate {
    let open = Some(head());
    Populate { provider: provider.to_owned(), open, into, is_target, is_lenient: false }
}

/// A plan of what is desired by a class that reads what is there itself.
pub(crate) fn plan_request(provider: &str, desired: u64, plan: u64) -> PlanRequest {
    let provider = provider.to_owned();
    PlanRequest { provider, desired, read: None, exists: None, plan, is_lenient: false }
}

pub(crate) async fn read(
    host: &Host,
    request: Populate,
) -> Result<(Option<bool>, ZoneDelta), BridgeError> {
    let mut all = ZoneDelta::default();
    let populated = host.populate(request, &mut |delta| all.extend(delta)).await?;
    all.records.sort_by(|one, other| one.key.cmp(&other.key));
    all.removed.sort();
    Ok((populated.exists, all))
}

/// A value from JSON.
pub(crate) fn json(text: &str) -> OwnedValue {
    let tree: octodns_bridge::wire::value::Tree = serde_json::from_str(text).unwrap();
    tree.0
}

pub(crate) fn key(name: &str, record_type: &str) -> RecordKey {
    RecordKey { name: name.to_owned(), record_type: record_type.to_owned() }
}

pub(crate) fn a(name: &str, address: &str) -> WireRecord {
    record(name, "A", &format!(r#"{{"ttl": 300, "value": "{address}"}}"#))
}

pub(crate) fn record(name: &str, record_type: &str, data: &str) -> WireRecord {
    WireRecord { key: key(name, record_type), data: json(data), source: None, context: None }
}

/// Names and values, a line each.
pub(crate) fn shown(records: &[WireRecord]) -> Vec<String> {
    let shown = |record: &WireRecord| {
        let data = serde_json::to_string(&octodns_bridge::wire::value::Tagged(&record.data));
        format!("{} {} {}", record.key.name, record.key.record_type, data.unwrap())
    };
    records.iter().map(shown).collect()
}

/// Options with one text.
pub(crate) fn option(name: &str, value: impl Into<Value<'static>>) -> OwnedValue {
    Map::from_iter([(name.to_owned(), value.into())]).into()
}

/// Runs a future to its end, without a runtime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

/// Whether a process is there, other than as one that has ended.
pub(crate) fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The processes that a class told of.
pub(crate) async fn pids(file: &Path) -> Vec<u32> {
    until("a class", || file.is_file()).await;
    let told = std::fs::read_to_string(file).unwrap();
    told.split(' ').map(|pid| pid.parse().unwrap()).collect()
}
