//! The programs to compare: ours as it is, ours with tighter limits, and the reference, each with its own
//! config.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::fake::Measured;
use super::{APPLYING, BOUNDED, Limits, Service, config_file};
use crate::bench::measure::{Usage, measure};
use crate::bench::plans;
use crate::bench::workload::Shape;
use crate::run::{failed, root, with_own_state};

/// The script for the reference: its requests to the service are redirected to the fake.
const REFERENCE: &str = concat!(
    include_str!("../../../../crates/testkit/src/two_clients/reroute.py"),
    r"

import sys

origins, url = sys.argv.pop(1), sys.argv.pop(1)
# Some services say themselves where the rest of them is.
reroute({origin: url for origin in [*origins.split(), url]})
from octodns.cmds.sync import main

main()
"
);

/// A program and its arguments.
pub(super) struct Contestant {
    pub(super) name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    /// The limits of its requests; `None` for the reference.
    pub(super) limits: Option<Limits>,
    /// Requests that they do not count.
    logins: u64,
}

impl Contestant {
    /// Its plan, without measuring.
    pub(super) fn plan(&self, folder: &Path) -> io::Result<String> {
        plans::plan(&self.program, &self.args(), folder)
    }

    pub(super) fn measure(&self, folder: &Path) -> io::Result<Usage> {
        measure(&self.program, &self.args(), folder)
    }

    fn args(&self) -> Vec<&str> {
        self.args.iter().map(String::as_str).collect()
    }

    /// Refuses measurements above its limits.
    pub(super) fn within_limits(&self, measured: Measured) -> io::Result<Measured> {
        if self.limits.is_none_or(|limits| limits.allow(measured.without(self.logins))) {
            return Ok(measured);
        }
        Err(io::Error::other(format!("{} asked more than it may: {measured:?}", self.name)))
    }
}

/// Writes the configs and returns the programs, ours first; the reference needs its Python interpreter.
pub(super) fn all(
    service: &Service,
    shape: Shape,
    url: &str,
    folder: &Path,
    program: &Path,
    python: Option<&Path>,
) -> io::Result<Vec<Contestant>> {
    let own = service.ours.replace("{url}", url);
    let endpoint = format!("endpoint: \"{url}{}\"{own}", service.below);
    let [(a_second, _)] = BOUNDED.rates else { return Err(io::Error::other("one rate")) };
    let bounds =
        format!("http: {{concurrency: {}, requests_per_second: {a_second}}}", BOUNDED.at_once);
    for (name, source, further) in [
        // With as many concurrent requests as possible: only planning is measured.
        ("fill", "target", format!(", {endpoint}, http: {{requests_per_second: 100000}}")),
        ("ours", "source", format!(", {endpoint}")),
        ("bounded", "source", format!(", {endpoint}, {bounds}")),
        ("reference", "source", service.theirs.to_owned()),
    ] {
        fs::write(config_file(folder, name), config(service, shape, source, &further))?;
    }
    let ours = |name, config: &str, limits| Contestant {
        name,
        program: program.to_owned(),
        args: vec![format!("--config-file={config}.yaml")],
        limits: Some(limits),
        logins: service.logins,
    };
    let mut all = vec![ours("ours", "ours", service.limits)];
    all.push(ours("ours, at most 4 at once and 50 a second", "bounded", BOUNDED));
    all.extend(python.filter(|_| service.has_reference).map(|python| {
        Contestant {
            name: "reference",
            program: python.to_owned(),
            args: ["-c", REFERENCE, service.origin, url, "--config-file=reference.yaml"]
                .map(str::to_owned)
                .to_vec(),
            limits: None,
            logins: 0,
        }
    }));
    Ok(all)
}

/// The name of ours without a journal.
pub(super) const WITHOUT_JOURNAL: &str = "ours, without a journal";

/// The name of ours with a journal in memory.
pub(super) const IN_MEMORY: &str = "ours, its journal in memory";

/// The programs that apply, ours first: each as many requests at the same time as [`APPLYING`] says. `memory` is a
/// folder in memory for journals.
pub(super) fn applying(
    service: &Service,
    shape: Shape,
    url: &str,
    folder: &Path,
    (program, python): (&Path, Option<&Path>),
    memory: Option<&Path>,
) -> io::Result<Vec<Contestant>> {
    let own = service.ours.replace("{url}", url);
    let endpoint = format!("endpoint: \"{url}{}\"{own}", service.below);
    let at_once = APPLYING.at_once;
    let bounds = format!("http: {{concurrency: {at_once}, requests_per_second: 100000}}");
    for (name, source, further) in [
        ("fill", "target", format!(", {endpoint}, {bounds}")),
        ("ours", "source", format!(", {endpoint}, {bounds}")),
        ("reference", "source", service.theirs.to_owned()),
    ] {
        let workers = format!("manager: {{max_workers: {at_once}}}\n");
        let text = workers + &config(service, shape, source, &further);
        fs::write(config_file(folder, name), text)?;
    }
    let flags = |name: &str, more: Option<String>| {
        let flags = [&format!("--config-file={name}.yaml"), "--doit", "--force", "--quiet"];
        flags.map(str::to_owned).into_iter().chain(more).collect()
    };
    let ours = |name, more| Contestant {
        name,
        program: program.to_owned(),
        args: flags("ours", more),
        limits: Some(APPLYING),
        logins: service.logins,
    };
    let mut all = vec![ours("ours", None), ours(WITHOUT_JOURNAL, Some("--no-journal".to_owned()))];
    let journal = memory.map(|memory| format!("--journal={}", memory.display()));
    all.extend(journal.map(|journal| ours(IN_MEMORY, Some(journal))));
    all.extend(python.filter(|_| service.has_reference).map(|python| {
        let script = ["-c", REFERENCE, service.origin, url].map(str::to_owned);
        let flags: Vec<_> = flags("reference", None);
        Contestant {
            name: "reference",
            program: python.to_owned(),
            args: script.into_iter().chain(flags).collect(),
            limits: None,
            logins: 0,
        }
    }));
    Ok(all)
}

/// Makes the zones at the service what the target is, whatever they are.
pub(super) fn fill(program: &Path, folder: &Path) -> io::Result<()> {
    let mut command = Command::new(program);
    with_own_state(&mut command);
    command.args(["--config-file=fill.yaml", "--doit", "--force", "--quiet"]).current_dir(folder);
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(&command, &String::from_utf8_lossy(&output.stderr)))
}

fn config(service: &Service, shape: Shape, source: &str, further: &str) -> String {
    let credentials = service.credentials.replace("{root}", &root().to_string_lossy());
    let mut text = format!(
        "providers:\n  config: {{class: octodns.provider.yaml.YamlProvider, directory: ./{source}}}\n  \
         service: {{class: {}, {}{further}}}\nzones:\n",
        service.class, credentials
    );
    for zone in 0..shape.zones {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  zone-{zone}.example.: {{sources: [config], targets: [service]}}");
    }
    text
}
