//! Runs that are written down: listed, finished after a kill, taken back, stopped by signals, kept from each other.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use octodns_testkit::fake::Fake;
use octodns_testkit::store::Store;

use crate::support::{Ran, Workspace, programs};

#[path = "../../../crates/providers/gandi/tests/provider/service.rs"]
mod gandi;

const SYNC: &str = "octodns-sync --config-file=config.yaml";

/// As many records as a slow service takes a while for.
const RECORDS: usize = 12;

fn zone(last: usize) -> String {
    let record = |number| format!("r{number:02}: {{ttl: 300, type: A, value: 192.0.2.{last}}}");
    (0..RECORDS).map(record).collect::<Vec<_>>().join("\n")
}

/// A service over HTTP, its zone, and a folder with a config for it.
struct World {
    workspace: Workspace,
    service: Fake<Store>,
    /// Serves it.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    fn new() -> Self {
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
        workspace.write("zones/unit.tests.yaml", zone(1));
        Self { workspace, service, _runtime: runtime }
    }

    fn home(&self) -> String {
        self.workspace.path("home").display().to_string()
    }

    fn run(&self, line: &str) -> Ran {
        self.workspace
            .run_with(line, &[("HOME", &self.home()), ("USER", "me"), ("HOSTNAME", "here")])
    }

    /// How many records the service holds.
    fn held(&self) -> usize {
        self.service.api().count("unit.tests", "A")
    }

    fn start(&self, line: &str) -> Child {
        let mut command = self.workspace.command(line);
        command.env("HOME", self.home()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Starts a slow sync, and waits until the service holds a few records.
    fn start_slowly(&self, line: &str) -> Child {
        self.service.control().set_latency(Duration::from_millis(100));
        let child = self.start(line);
        let start = Instant::now();
        while self.held() < 3 {
            assert!(start.elapsed() < Duration::from_mins(5), "nothing is applied");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    fn journals(&self) -> Vec<PathBuf> {
        journals(&self.workspace.path("home/.local/state/octodns/runs"))
    }
}

/// The journals of a folder, in which other things are as well.
fn journals(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|of| of == "jsonl"));
    paths
}

fn signal(child: &Child, name: &str) {
    let process = child.id().to_string();
    let mut kill = Command::new("/bin/sh");
    assert!(kill.args(["-c", "kill -$0 $1", name, &process]).status().unwrap().success());
}

fn ended(child: Child) -> (Output, String) {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    (output, said)
}

#[test]
fn a_run_is_listed_taken_back_and_made_again() {
    let world = World::new();
    world.run("octodns-sync --runs").expect(0, &[]);
    assert_eq!(world.run("octodns-sync --runs").stdout, "no runs\n");
    world.run(&format!("{SYNC} --quiet")).expect(0, &[]);
    assert!(world.journals().is_empty(), "nothing was applied");
    world.run(&format!("{SYNC} --doit")).expect(0, &["is written down in"]);
    let [journal] = &world.journals()[..] else { panic!("{:?}", world.journals()) };
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(journal), mode(journal.parent().unwrap())), (0o600, 0o700));
    let run = journal.file_stem().unwrap().to_str().unwrap();
    let listed = world.run(&format!("{SYNC} --runs")).stdout;
    let line = listed.lines().nth(1).unwrap();
    assert!(line.starts_with(run) && line.contains(" me@here "), "{listed}");
    assert!(line.ends_with("12       0        0          0  finished"), "{listed}");

    let shown = world.run(&format!("{SYNC} --undo {run} --force"));
    shown.expect(0, &["Deletes=12", "nothing was changed; run again with --doit"]);
    assert_eq!(world.held(), RECORDS);
    world.run(&format!("{SYNC} --undo {run} --doit --force")).expect(0, &[]);
    assert_eq!(world.held(), 0);
    let listed = world.run("octodns-sync --runs").stdout;
    assert!(listed.contains(&format!("undo of {run}")) && listed.contains("undone"), "{listed}");
    world.run(&format!("{SYNC} --resume --doit")).expect(0, &["no unfinished run"]);
    world.run(&format!("{SYNC} --resume nope")).expect(1, &["there is no run \"nope\""]);
}

/// Killed after each answer of the service.
#[test]
fn a_run_that_was_killed_is_finished() {
    for killed_at in [1, 2, 5, 9] {
        let world = World::new();
        world.service.control().set_latency(Duration::from_millis(40));
        let mut child = world.start(&format!("{SYNC} --doit"));
        while world.held() < killed_at {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it was killed before its end: {status}");
        world.service.control().set_latency(Duration::ZERO);
        std::thread::sleep(Duration::from_millis(100));
        let listed = world.run("octodns-sync --runs").stdout;
        assert!(listed.contains("unfinished: interrupted"), "{listed}");
        let resumed = world.run(&format!("{SYNC} --resume --doit"));
        resumed.expect(0, &["changes to make"]);
        assert_eq!(world.held(), RECORDS, "{resumed:#?}");
        world.run(&format!("{SYNC} --quiet")).expect(0, &["No changes were planned"]);
        world.run(&format!("{SYNC} --resume")).expect(0, &["no unfinished run"]);
    }
}

#[test]
fn a_signal_lets_what_is_under_way_come_to_its_end() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let world = World::new();
        let child = world.start_slowly(&format!("{SYNC} --doit"));
        signal(&child, name);
        let (output, said) = ended(child);
        assert_eq!(output.status.code(), Some(code), "{said}");
        for part in
            ["stopping: what is under way", "not tried", "the run was stopped", "--resume 2"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
        let held = world.held();
        assert!((3..RECORDS).contains(&held), "{held}");
        let listed = world.run("octodns-sync --runs").stdout;
        let line = listed.lines().nth(1).unwrap();
        assert!(line.ends_with("unfinished"), "{listed}");
        assert!(line.contains(&format!(" {held}       0        0 ")), "{held}: {listed}");
        world.service.control().set_latency(Duration::ZERO);
        world.run(&format!("{SYNC} --resume --doit")).expect(0, &[]);
        assert_eq!(world.held(), RECORDS);
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once() {
    let world = World::new();
    let child = world.start_slowly(&format!("{SYNC} --doit"));
    world.service.control().set_latency(Duration::from_mins(10));
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "TERM");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    let (output, said) = ended(child);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("ended at once"), "{said}");
    let listed = world.run("octodns-sync --runs").stdout;
    assert!(listed.contains("unfinished: interrupted"), "{listed}");
}

#[test]
fn a_second_run_on_the_same_zone_is_refused_or_waits() {
    let world = World::new();
    let child = world.start_slowly(&format!("{SYNC} --doit"));
    // It has the lock for as long as it is there.
    signal(&child, "STOP");
    world.service.control().set_latency(Duration::ZERO);
    let process = child.id();
    let told = format!("another run applies to it: process {process}");
    // Its journal may be anywhere; what it would do is something else.
    world.workspace.write("zones/unit.tests.yaml", zone(2));
    let refused = world.run(&format!("{SYNC} --doit --force --journal elsewhere"));
    refused.expect(1, &["unit.tests. (target)", &told, "since 2", "--wait-for-lock"]);
    world.run(&format!("{SYNC} --doit --force --no-journal")).expect(1, &[&told]);
    let running = world.run("octodns-sync --runs").stdout;
    assert!(running.lines().nth(1).unwrap().ends_with("running"), "{running}");
    world.run(&format!("{SYNC} --resume")).expect(0, &["no unfinished run"]);

    let mut waiting = world.start(&format!("{SYNC} --doit --force --wait-for-lock 50"));
    let mut log = BufReader::new(waiting.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting for another run") {
        assert_ne!(log.read_line(&mut said).unwrap(), 0, "{said}");
    }
    signal(&child, "CONT");
    log.read_to_string(&mut said).unwrap();
    assert!(waiting.wait().unwrap().success(), "{said}");
    for part in ["planned again", "Updates=12"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(ended(child).0.status.success());
    world.run(&format!("{SYNC} --quiet")).expect(0, &["No changes were planned"]);
}

#[test]
fn a_lock_does_not_outlive_its_process() {
    let world = World::new();
    let mut child = world.start_slowly(&format!("{SYNC} --doit"));
    child.kill().unwrap();
    child.wait().unwrap();
    world.service.control().set_latency(Duration::ZERO);
    world.run(&format!("{SYNC} --doit")).expect(0, &[]);
    assert_eq!(world.held(), RECORDS);
}

#[test]
fn a_journal_that_was_asked_for_is_a_condition() {
    let world = World::new();
    for place in ["config.yaml/runs", "/proc/octodns"] {
        let told = ["journal", "nothing was sent", "--no-journal"];
        world.run(&format!("{SYNC} --doit --journal {place}")).expect(1, &told);
    }
    // Not even the header fits.
    let program = programs().join("octodns-sync");
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; exec {} --config-file=config.yaml --doit --journal runs",
        program.display()
    );
    let mut shell = world.workspace.command_at(Path::new("/bin/sh"));
    let full = Ran::of(&script, shell.args(["-c", &script]));
    full.expect(1, &["nothing was sent"]);
    let is_journal = |name: &String| name.contains(".jsonl");
    assert!(!world.workspace.list().iter().any(is_journal), "nothing is left");
    assert_eq!(world.held(), 0);
    // The default one is not.
    world.workspace.write("file", "");
    let line = format!("{SYNC} --doit");
    let state = world.workspace.path("file/state").display().to_string();
    let done = world.workspace.run_with(&line, &[("XDG_STATE_HOME", &state)]);
    done.expect(0, &["the run is not written down"]);
    assert_eq!(world.held(), RECORDS);
}

#[test]
fn hostile_journals_are_a_line_in_the_list_and_an_error() {
    let world = World::new();
    world.run(&format!("{SYNC} --doit --journal runs")).expect(0, &[]);
    let file = journals(&world.workspace.path("runs")).remove(0);
    let (whole, run) = (fs::read_to_string(&file).unwrap(), file.file_stem().unwrap().to_owned());
    let run = run.to_str().unwrap();
    let header_end = whole.find('\n').unwrap() + 1;
    for (text, told) in [
        (String::new(), "it has no whole line"),
        (whole.replace("\"octodns-journal\":1", "\"octodns-journal\":9"), "newer version"),
        (whole.replacen("unit.tests.", "unit..tests", 1), "is not in IDNA form"),
        (whole.replace("192.0.2.1", "\\u001b[31m"), "cannot be read"),
        (whole.replace("192.0.2.1", "\u{1b}[31m"), "its first line is not the header"),
        (format!("{}{{}}\n{}", &whole[..header_end], &whole[header_end..]), "line 2 is no entry"),
        (whole.replace("\"plan\":0", "\"plan\":7"), "a plan that there is not"),
    ] {
        fs::write(&file, &text).unwrap();
        let listed = world.run("octodns-sync --runs --journal runs");
        listed.expect(0, &[]);
        assert!(!listed.stdout.contains('\u{1b}'));
        for flag in ["--undo", "--resume"] {
            let line = format!("{SYNC} --journal runs {flag} {run}");
            let failed = world.run(&line);
            if flag == "--undo" {
                failed.expect(1, &[told]);
            }
            assert!(!failed.stderr.contains('\u{1b}'), "{failed:#?}");
        }
    }
}
