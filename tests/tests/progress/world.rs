//! A slow service, a folder with a config for it, and a terminal.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use octodns_testkit::fake::Fake;
use octodns_testkit::server::python;
use octodns_testkit::store::Store;

use crate::emulator::Picture;
use crate::support::{Ran, Workspace, programs};

#[path = "../../../crates/providers/gandi/tests/provider/service.rs"]
mod gandi;

/// As many columns as the longest line of a log has, so that none is broken.
const COLUMNS: usize = 400;

pub(crate) struct World {
    pub(crate) workspace: Workspace,
    pub(crate) service: Fake<Store>,
    /// Serves it.
    _runtime: tokio::runtime::Runtime,
}

/// What came of a program at a terminal.
#[derive(Debug)]
pub(crate) struct AtTerminal {
    pub(crate) code: Option<i32>,
    /// What it wrote to standard output, which is a file.
    pub(crate) stdout: String,
    /// What it wrote to the terminal.
    pub(crate) written: String,
    /// What is seen there in the end.
    pub(crate) rows: Vec<String>,
}

impl World {
    /// A zone with so many records, which the service does not hold.
    pub(crate) fn new(records: usize) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let service = runtime.block_on(Fake::start(gandi::service()));
        service.api().provide_zone("unit.tests");
        let workspace = Workspace::new();
        let options = format!(
            "class: gandi, token: hunter2, replace: false, endpoint: '{}/v5'",
            service.url()
        );
        let config = format!(
            "providers:\n  zones: {{class: yaml, directory: ./zones}}\n  target: {{{options}}}\n\
             zones:\n  unit.tests.: {{sources: [zones], targets: [target]}}\n"
        );
        workspace.write("config.yaml", config);
        let record = |number| format!("r{number:02}: {{ttl: 300, type: A, value: 192.0.2.1}}\n");
        workspace.write("zones/unit.tests.yaml", (0..records).map(record).collect::<String>());
        Self { workspace, service, _runtime: runtime }
    }

    pub(crate) fn slow(&self, latency: Duration) {
        self.service.control().set_latency(latency);
    }

    /// Runs a program where nothing is a terminal.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let home = self.workspace.path("home").display().to_string();
        self.workspace.run_with(line, &[("HOME", &home), ("TERM", "xterm")])
    }

    /// Runs a program whose standard error is a terminal; at a text Ctrl-C is pressed. `None` where there is no Python.
    pub(crate) fn at_terminal(&self, line: &str, until: &str) -> Option<AtTerminal> {
        self.at_terminal_with(line, until, &[])
    }

    pub(crate) fn at_terminal_with(
        &self,
        line: &str,
        until: &str,
        variables: &[(&str, &str)],
    ) -> Option<AtTerminal> {
        let (stdout, script) = (self.workspace.path("stdout"), self.workspace.path("terminal.py"));
        self.workspace.write("terminal.py", include_str!("terminal.py"));
        let mut words = line.split_whitespace();
        let mut terminal = self.workspace.command_at(&python()?);
        terminal.arg(script).arg(&stdout).arg(COLUMNS.to_string()).arg(until);
        terminal.arg(programs().join(words.next().unwrap())).args(words);
        terminal.env("HOME", self.workspace.path("home"));
        terminal.envs([("TERM", "xterm"), ("NO_COLOR", "1")]).envs(variables.iter().copied());
        Some(AtTerminal::of(line, &mut terminal, &stdout))
    }

    /// Waits until so many requests have arrived.
    pub(crate) fn wait_for(&self, requests: usize) {
        let start = Instant::now();
        while self.service.control().measured().count() < requests {
            assert!(start.elapsed() < Duration::from_mins(5), "nothing is asked");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl AtTerminal {
    fn of(line: &str, terminal: &mut Command, stdout: &std::path::Path) -> Self {
        let ran = Ran::of(line, terminal);
        assert_eq!(ran.stderr, "", "{ran:#?}");
        let mut picture = Picture::default();
        picture.write(&ran.stdout);
        let rows = picture.rows(COLUMNS);
        let stdout = fs::read_to_string(stdout).unwrap();
        Self { code: ran.code, stdout, written: ran.stdout, rows }
    }
}

/// The lines of a log without what is another in each run, in order.
pub(crate) fn messages<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<String> {
    let message = |line: &str| match line.split_once("] ") {
        Some((time, message)) if time.starts_with("20") => message.to_owned(),
        _ => line.trim_end().to_owned(),
    };
    let mut messages: Vec<_> = lines.map(message).collect();
    messages.sort();
    messages
}
