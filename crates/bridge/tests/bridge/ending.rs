//! The end: whoever ends, nothing of the process is left.

use std::path::Path;
use std::process::{Command, Stdio};

use octodns_bridge::client::Host;
use octodns_bridge::error::BridgeError;
use octodns_bridge::python::Python;
use octodns_bridge::requests::{Apply, Kind, PlanRequest};

use crate::support::{
    Bridge, block_on, head, is_alive, json, make, options, pids, plan_request, populate, python,
    read, record, until, variable,
};

#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let Some(bridge) = Bridge::start().await else { return };
    let pid = bridge.host.hello().pid;
    assert!(is_alive(pid));
    bridge.host.end().await;
    assert!(!is_alive(pid));
    // Twice is once.
    bridge.host.end().await;
}

/// What holds it up is ended after five seconds.
#[tokio::test]
async fn it_ends_though_a_class_is_at_work() {
    let Some(bridge) = Bridge::start().await else { return };
    let value = bridge.told().display().to_string();
    let what = json(&format!(r#"{{"what": "sleeping_child", "value": "{value}"}}"#));
    bridge.provider("hostile", "Hostile", what).await;
    let host = bridge.host.clone();
    let (read, pids) = tokio::join!(bridge.read("hostile"), async {
        let pids = pids(&bridge.told()).await;
        assert!(pids.iter().copied().all(is_alive));
        host.end().await;
        pids
    });
    let error = read.unwrap_err().to_string();
    assert_eq!(
        error,
        "Python ended while hostile was reading example.com. (this program ended it)"
    );
    assert!(!pids.into_iter().any(is_alive));
}

#[tokio::test]
async fn it_ends_when_nobody_has_it_any_more() {
    let Some(bridge) = Bridge::start().await else { return };
    let pid = bridge.host.hello().pid;
    bridge.hostile("fork").await.unwrap();
    let members = move || group(pid);
    assert_eq!(members().len(), 2);
    drop(bridge);
    until("the end", || members().is_empty()).await;
}

/// The processes of a group that have not ended.
fn group(leader: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is_member = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = stat.rsplit(')').next().unwrap_or_default();
        rest.split_whitespace().nth(2) == Some(&leader.to_string()) && is_alive(*pid)
    };
    pids.filter(is_member).collect()
}

/// Where a class is when everything ends.
const PHASES: [&str; 6] = ["hello", "make", "populate", "plan", "apply", "bye"];

/// In place of octoDNS, for what happens when it is imported.
const SLEEPING_OCTODNS: &str = "
import os, subprocess
child = subprocess.Popen(['/bin/sleep', '600'])
told = os.path.join(os.path.dirname(os.path.dirname(__file__)), 'told')
with open(f'{told}.new', 'w') as fh:
    fh.write(f'{os.getpid()} {child.pid}')
os.rename(f'{told}.new', told)
if child.wait():
    raise RuntimeError('the child was killed')
";

/// A child that a class started is ended with it, in every phase.
#[tokio::test]
async fn nothing_is_left_when_python_is_killed() {
    for phase in PHASES {
        let Some(python) = python() else { return };
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let (outcome, pids) = tokio::join!(work(&python, phase, folder.path()), async {
            let pids = pids(&told).await;
            kill(pids[0]);
            pids
        });
        if phase == "bye" {
            assert_eq!(outcome, Ok(()));
        } else {
            let error = outcome.unwrap_err();
            assert!(error.contains("(signal 9: out of memory?)"), "{phase}: {error}");
        }
        until("the end", || !pids.iter().copied().any(is_alive)).await;
    }
}

/// The class hears of it, and nothing else does.
#[tokio::test]
async fn nothing_is_left_when_a_child_is_killed() {
    for phase in PHASES {
        let Some(python) = python() else { return };
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let (outcome, pids) = tokio::join!(work(&python, phase, folder.path()), async {
            let pids = pids(&told).await;
            kill(pids[1]);
            pids
        });
        if phase == "bye" {
            assert_eq!(outcome, Ok(()));
        } else {
            let error = outcome.unwrap_err();
            assert!(error.contains("RuntimeError: the child was killed"), "{phase}: {error}");
        }
        until("the end", || !pids.iter().copied().any(is_alive)).await;
    }
}

/// Who drops what it waits for wants nothing to be left either.
#[tokio::test]
async fn nothing_is_left_when_nobody_waits() {
    for phase in PHASES {
        let Some(python) = python() else { return };
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let pids = tokio::select! {
            outcome = work(&python, phase, folder.path()) => panic!("{outcome:?}"),
            pids = pids(&told) => pids,
        };
        until("the end", || !pids.iter().copied().any(is_alive)).await;
    }
}

/// The engine in a process of its own, which is killed: it cannot end anything then.
#[tokio::test]
async fn nothing_is_left_when_the_engine_is_killed() {
    for phase in PHASES {
        if python().is_none() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let mut engine = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ending::engine", "--nocapture"])
            .env("BRIDGE_PHASE", phase)
            .env("BRIDGE_FOLDER", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let pids = pids(&told).await;
        engine.kill().unwrap();
        engine.wait().unwrap();
        until("the end", || !pids.iter().copied().any(is_alive)).await;
    }
}

/// Ctrl-C of a terminal goes to the group of the engine alone.
#[tokio::test]
async fn python_is_in_a_group_of_its_own() {
    let Some(bridge) = Bridge::start().await else { return };
    let pid = bridge.host.hello().pid;
    assert_eq!(group(pid), [pid]);
}

/// Not a test by itself: what [`nothing_is_left_when_the_engine_is_killed`] runs.
#[test]
fn engine() {
    let (Some(phase), Some(folder)) = (variable("BRIDGE_PHASE"), variable("BRIDGE_FOLDER")) else {
        return;
    };
    let (python, folder) = (python().unwrap(), std::path::PathBuf::from(folder));
    let outcome = block_on(work(&python, phase.to_str().unwrap(), &folder));
    panic!("{outcome:?}");
}

/// Works until a phase in which Python starts a child, tells of it and waits for it.
async fn work(python: &Python, phase: &str, folder: &Path) -> Result<(), String> {
    let words = |error: BridgeError| error.words();
    let told = folder.join("told");
    let options = options(folder);
    if phase == "hello" {
        std::fs::create_dir(folder.join("octodns")).unwrap();
        std::fs::write(folder.join("octodns/__init__.py"), SLEEPING_OCTODNS).unwrap();
    }
    let host = Host::start(python, options).await.map_err(words)?;
    let what = match phase {
        "bye" => "late_child@make".to_owned(),
        _ => format!("waiting_child@{phase}"),
    };
    let what = json(&format!(r#"{{"what": "{what}", "value": "{}"}}"#, told.display()));
    host.make(make(Kind::Provider, "hostile", "Hostile", &what)).await.map_err(words)?;
    let zone = host.zone();
    read(&host, populate("hostile", zone.number(), true)).await.map_err(words)?;
    let desired = host.zone();
    let wanted = record("www", "TXT", r#"{"ttl": 1, "value": "a"}"#);
    host.send_zone(&desired, &head(), &mut std::iter::once(wanted)).await.map_err(words)?;
    let plan = host.plan_number();
    let request = plan_request("hostile", desired.number(), plan.number());
    let request = PlanRequest { read: Some(zone.number()), exists: Some(true), ..request };
    host.plan(request, None).await.map_err(words)?;
    let (provider, more) = ("hostile".to_owned(), Vec::new());
    let request = Apply { provider, plan: plan.number(), keep: None, more };
    host.apply(request).await.map_err(words)?;
    host.end().await;
    Ok(())
}

fn kill(pid: u32) {
    let status = Command::new("/bin/kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(status.success());
}
