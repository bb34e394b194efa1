//! Python, a child of a class, or our program is killed: nothing is left, and what is told of the changes is true.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use octodns_testkit::server::python;

use crate::programs::Ran;
use crate::support::Folder;

const CLASS: &str = include_str!("phases.py");

const CONFIG: &str = "\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
  target: {class: phases.Phases, phase: {phase}}
zones:
  example.com.: {sources: [config], targets: [target]}
";

/// Three changes; the class has made the first when it comes to its phase in `apply`.
const ZONE: &str = "\
a: {type: A, value: 192.0.2.1}
b: {type: A, value: 192.0.2.2}
c: {type: A, value: 192.0.2.3}
";

/// In place of octoDNS, for what happens when it is imported.
const SLEEPING_OCTODNS: &str = "
import os, sys
sys.modules['octodns.provider.base'] = sys.modules['octodns.record'] = sys
sys.BaseProvider = sys.Record = object
import phases
phases.wait()
";

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Victim {
    Python,
    Child,
    Engine,
}

use Victim::{Child, Engine, Python};

/// Changes that were applied, failed, may have been made, and were not tried.
type Told = [usize; 4];

/// What is told: of nothing, if nothing was to be applied yet.
const CASES: &[(Victim, &str, Option<Told>)] = &[
    (Python, "hello", None),
    (Python, "make", None),
    (Python, "populate", None),
    (Python, "plan", None),
    // Nobody can look, so nobody knows.
    (Python, "apply", Some([0, 0, 3, 0])),
    (Python, "bye", Some([3, 0, 0, 0])),
    (Child, "hello", None),
    (Child, "make", None),
    (Child, "populate", None),
    (Child, "plan", None),
    // The class fails, and what it did is looked up.
    (Child, "apply", Some([1, 2, 0, 0])),
    (Child, "bye", Some([3, 0, 0, 0])),
    (Engine, "hello", None),
    (Engine, "make", None),
    (Engine, "populate", None),
    (Engine, "plan", None),
    (Engine, "apply", Some([0, 0, 3, 0])),
    (Engine, "bye", Some([3, 0, 0, 0])),
];

#[test]
fn nothing_is_left_and_what_is_told_is_true() {
    let Some(python) = python() else { return };
    for (victim, phase, told) in CASES {
        let case = format!("{victim:?} killed in {phase}");
        let folder = folder(&python, phase);
        let (ran, pids) = run(&folder, *victim);
        until(&case, || !pids.iter().copied().any(is_alive));
        let is_done = *phase == "bye";
        let code = match victim {
            Engine => None,
            _ if is_done => Some(0),
            _ => Some(1),
        };
        assert_eq!(ran.code, code, "{case}: {ran:#?}");
        if *victim != Engine {
            assert_eq!(table(&ran), *told, "{case}: {ran:#?}");
        }
        let runs = folder.ours("sync --runs");
        assert_eq!(journaled(&runs), *told, "{case}: {runs:#?}");
        let rows = std::fs::read_to_string(folder.workspace.path("rows.json")).unwrap();
        let made =
            ["a", "b", "c"].iter().filter(|name| rows.contains(&format!("\"{name}\""))).count();
        let expected = match *phase {
            "apply" => 1,
            "bye" => 3,
            _ => 0,
        };
        assert_eq!(made, expected, "{case}: {rows}");
    }
}

/// What is not known is looked up by the next run.
#[test]
fn a_run_that_was_killed_is_finished() {
    let Some(python) = python() else { return };
    for victim in [Python, Engine] {
        let folder = folder(&python, "apply");
        let (_, pids) = run(&folder, victim);
        until("the end", || !pids.iter().copied().any(is_alive));
        folder.workspace.write("config.yaml", CONFIG.replace("{phase}", "none"));
        let ran = folder.ours("sync --config-file=config.yaml --resume --doit --force");
        ran.expect(0, &[]);
        let again = folder.ours("sync --config-file=config.yaml");
        again.expect(0, &["No changes were planned"]);
    }
}

fn folder(python: &Path, phase: &str) -> Folder {
    let folder = Folder::new(python);
    folder.workspace.write("config.yaml", CONFIG.replace("{phase}", phase));
    folder.workspace.write("zones/example.com.yaml", ZONE);
    folder.workspace.write("rows.json", "{}");
    folder.workspace.write("start/phases.py", CLASS);
    if phase == "hello" {
        std::fs::create_dir(folder.workspace.path("start/octodns")).unwrap();
        folder.workspace.write("start/octodns/__init__.py", SLEEPING_OCTODNS);
    }
    folder
}

/// Runs our program until the class has come to its phase, and kills; returns who was there as well.
fn run(folder: &Folder, victim: Victim) -> (Ran, [u32; 3]) {
    let line = "octodns sync --config-file=config.yaml --doit --force";
    let mut command = folder.command(line);
    let engine = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let told = folder.workspace.path("told");
    until("the phase", || told.is_file());
    let told = std::fs::read_to_string(told).unwrap();
    let pids: Vec<u32> = told.split(' ').map(|pid| pid.parse().unwrap()).collect();
    let pids = [pids[0], pids[1], engine.id()];
    let [python, child, engine_id] = pids;
    let pid = match victim {
        Python => python,
        Child => child,
        Engine => engine_id,
    };
    let status = Command::new("/bin/kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(status.success());
    let output = engine.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (Ran { line: line.to_owned(), code: output.status.code(), stdout, stderr }, pids)
}

/// The numbers of the zone in the table of what was applied.
fn table(ran: &Ran) -> Option<Told> {
    let line =
        ran.stderr.lines().find(|line| line.trim_start().starts_with("example.com.  target  "))?;
    let numbers = line.split_whitespace().skip(2).take(4).map(|number| number.parse().unwrap());
    numbers.collect::<Vec<_>>().try_into().ok()
}

/// The numbers of the only run that was written down.
fn journaled(ran: &Ran) -> Option<Told> {
    ran.expect(0, &[]);
    let line = ran.stdout.lines().nth(1)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    // They are followed by the state.
    let end = words.iter().rposition(|word| word.parse::<usize>().is_ok())? + 1;
    let numbers = words[end - 4..end].iter().map(|number| number.parse().unwrap());
    numbers.collect::<Vec<_>>().try_into().ok()
}

/// Whether a process is there, other than as one that has ended.
fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(5), "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
