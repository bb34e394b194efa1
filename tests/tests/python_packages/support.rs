//! A folder with a config that our program and octoDNS run, and the services that it is about.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use octodns_testkit::server::needed;

use crate::programs::{Ran, Workspace};

/// What Python runs at its start: requests to fixed addresses go where a variable says.
const REROUTE: &str = concat!(
    include_str!("../../../crates/testkit/src/two_clients/reroute.py"),
    include_str!("sitecustomize.py"),
);

/// The services of third-party packages.
const SERVICES: &str = include_str!("services.py");

/// Plans as texts that can be compared.
pub(crate) const OUTPUTS: &str = "\
manager:
  plan_outputs:
    json: {class: octodns.provider.plan.PlanJson, indent: 1}
";

/// The interpreter with the third-party packages, or `None` after saying that it is missing.
pub(crate) fn third_party() -> Option<PathBuf> {
    let python = std::env::var_os("OCTODNS_TEST_PYTHON_THIRD_PARTY").map(PathBuf::from);
    let what = "OCTODNS_TEST_PYTHON_THIRD_PARTY (Python with third-party packages)";
    needed(python.filter(|python| python.is_file()), what)
}

/// A process that serves on loopback until this is dropped.
pub(crate) struct Served {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl Served {
    /// A service of a third-party package.
    pub(crate) fn stub(python: &Path, name: &str) -> Self {
        Self::start(Command::new(python).args(["-c", SERVICES, name]))
    }

    fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let orders = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut url = String::new();
        answers.read_line(&mut url).unwrap();
        url.truncate(url.trim_end().len());
        assert!(url.starts_with("http://127.0.0.1:"), "{command:?} does not serve: {url:?}");
        Self { process, orders, answers, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What a stub holds.
    pub(crate) fn held(&mut self) -> String {
        self.orders.write_all(b"held\n").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder in which our program and octoDNS run.
pub(crate) struct Folder {
    pub(crate) workspace: Workspace,
    python: PathBuf,
    environment: BTreeMap<&'static str, String>,
}

impl Folder {
    pub(crate) fn new(python: &Path) -> Self {
        let workspace = Workspace::new();
        for folder in ["start", "zones", "target"] {
            std::fs::create_dir_all(workspace.path(folder)).unwrap();
        }
        workspace.write("start/sitecustomize.py", REROUTE);
        let text = |path: &Path| path.display().to_string();
        let environment = BTreeMap::from([
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("HOME", text(&workspace.path(""))),
            ("XDG_STATE_HOME", text(&workspace.path("state"))),
            ("PYTHONPATH", text(&workspace.path("start"))),
            ("OCTODNS_PYTHON", text(python)),
            // Metaname's client looks nowhere else.
            ("METANAME_ACCOUNT_REF", "me".to_owned()),
            ("METANAME_API_TOKEN", "hunter2".to_owned()),
        ]);
        Self { workspace, python: python.to_owned(), environment }
    }

    /// Sends what is meant for `origins`, which are the beginnings of URLs with blanks between them, to `url`.
    pub(crate) fn reroute(&mut self, origins: &str, url: &str) {
        // What is meant for the service itself stays so.
        let all = origins.split_whitespace().chain([url]);
        self.reroute_each(&all.map(|origin| (origin, url.to_owned())).collect::<Vec<_>>());
    }

    /// Sends what is meant for one beginning of URLs to another.
    pub(crate) fn reroute_each(&mut self, routes: &[(&str, String)]) {
        let routes: BTreeMap<_, _> =
            routes.iter().filter(|(_, url)| !url.is_empty()).cloned().collect();
        self.variable("OCTODNS_TEST_ROUTES", &serde_json::to_string(&routes).unwrap());
    }

    /// Sets a variable of both programs.
    pub(crate) fn variable(&mut self, name: &'static str, value: &str) {
        self.environment.insert(name, value.to_owned());
    }

    /// Takes a variable away.
    pub(crate) fn forget(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// A command with one of our programs.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = self.workspace.command(line);
        command.envs(&self.environment);
        command
    }

    /// Runs our program.
    pub(crate) fn ours(&self, line: &str) -> Ran {
        let line = format!("octodns {line}");
        Ran::of(&line, &mut self.command(&line))
    }

    /// Runs a command of octoDNS.
    pub(crate) fn theirs(&self, line: &str) -> Ran {
        let mut words = line.split_whitespace();
        let script = "import importlib, sys; importlib.import_module(f'octodns.cmds.{sys.argv.pop(1)}').main()";
        let mut command = self.workspace.command_at(&self.python);
        command.args(["-c", script, words.next().unwrap()]).args(words).envs(&self.environment);
        Ran::of(line, &mut command)
    }
}

/// A text with the address of a service in place of `{url}`, `{host}` and `{port}`.
pub(crate) fn filled(text: &str, url: &str) -> String {
    let (host, port) = url.trim_start_matches("http://").rsplit_once(':').unwrap_or_default();
    text.replace("{url}", url).replace("{host}", host).replace("{port}", port)
}

/// What was planned: what a run of [`OUTPUTS`] wrote.
pub(crate) fn planned(ran: &Ran) -> &str {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    &ran.stdout
}

/// Asserts that a run had nothing to do.
pub(crate) fn nothing(ran: &Ran, why: &str) {
    let planned = planned(ran);
    assert_eq!(planned.trim(), "{}", "{why}: {ran:#?}");
}
