//! Progress: at a terminal, elsewhere, and at nobody's.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::disallowed_methods, reason = "cargo tells by the environment where it is")]

#[path = "../../../crates/cli/src/progress/emulator.rs"]
mod emulator;
#[expect(dead_code, reason = "it is made for other tests as well")]
#[path = "../programs/support.rs"]
mod support;
mod world;

use std::thread;
use std::time::Duration;

use octodns_testkit::fake::{InjectedFault, Response, Seen};
use serde_json::json;

use world::{World, messages};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

#[test]
fn bars_are_drawn_on_a_terminal_and_leave_the_log_and_the_plan_alone() {
    let world = World::new(3);
    let elsewhere = world.run(&format!("{SYNC} --plan-format diff"));
    elsewhere.expect(0, &[]);
    world.slow(Duration::from_millis(700));
    let Some(at) = world.at_terminal(&format!("{SYNC} --plan-format diff"), "") else { return };
    assert_eq!((at.code, &at.stdout), (Some(0), &elsewhere.stdout), "{at:#?}");
    for drawn in ["planning  [>", "0 of 1 zone, 1 s so far", "  unit.tests."] {
        assert!(at.written.contains(drawn), "{drawn}: {at:#?}");
    }
    let rows = at.rows.iter().map(String::as_str);
    assert_eq!(messages(rows), messages(elsewhere.stderr.lines()), "{at:#?}");
}

#[test]
fn changes_and_waits_are_shown_on_a_terminal() {
    let world = World::new(30);
    world.slow(Duration::from_millis(300));
    let throttled =
        Response::json(429, json!({"message": "later"})).with_header("retry-after", "3");
    let faults = world.service.control().faults();
    faults.after(14, |request| request.method == "POST", InjectedFault::Response(throttled));
    thread::scope(|threads| {
        let run = threads.spawn(|| world.at_terminal(&format!("{SYNC} --doit"), ""));
        let writes = || {
            let is_write = world.service.control().measured().of_each(Seen::is_write);
            is_write.into_iter().filter(|is_write| *is_write).count()
        };
        while writes() < 16 && !run.is_finished() {
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(500));
        faults.clear();
        let Some(at) = run.join().unwrap() else { return };
        assert_eq!(at.code, Some(0), "{at:#?}");
        for drawn in ["applying  [", " of 30 changes, about ", "until gandi takes more requests"] {
            assert!(at.written.contains(drawn), "{drawn}: {at:#?}");
        }
        assert!(
            at.written.contains("  waiting 3 s") || at.written.contains("  waiting 2 s"),
            "{at:#?}"
        );
        assert!(at.rows.iter().any(|row| row.contains("sync:   30 total changes")), "{at:#?}");
        assert!(!at.rows.iter().any(|row| row.contains("applying  [")), "{at:#?}");
    });
    assert_eq!(world.service.api().count("unit.tests", "A"), 30);
}

#[test]
fn ctrl_c_leaves_nothing_of_the_bars() {
    let world = World::new(12);
    world.slow(Duration::from_secs(2));
    let dump = "octodns-dump --config-file=config.yaml --output-dir=out unit.tests. target";
    for (line, until) in [(SYNC, "planning"), (dump, "dumping")] {
        let Some(at) = world.at_terminal(line, until) else { return };
        assert_eq!(at.code, Some(130), "{at:#?}");
        assert!(at.rows.iter().all(|row| row.starts_with("20")), "{at:#?}");
    }

    world.slow(Duration::from_millis(700));
    let Some(at) = world.at_terminal(&format!("{SYNC} --doit"), "applying  [") else { return };
    assert_eq!(at.code, Some(130), "{at:#?}");
    let told = "stopping: what is under way is brought to its end; a second signal ends it at once";
    assert!(at.rows.iter().any(|row| row.ends_with(told)), "{at:#?}");
    assert!(!at.rows.iter().any(|row| row.contains("applying  [")), "{at:#?}");
}

/// Whatever the flag says.
#[test]
fn a_short_run_elsewhere_says_nothing_of_its_progress() {
    let world = World::new(3);
    let run = |how: &str| {
        let ran = world.run(&format!("{SYNC}{how}"));
        ran.expect(0, &["Manager plan: unit.tests. on target"]);
        (ran.stdout.clone(), messages(ran.stderr.lines()))
    };
    let default = run("");
    assert!(default.1.iter().all(|line| !line.contains('\u{1b}')), "{default:#?}");
    for how in [" --progress auto", " --progress=plain", " --progress none"] {
        assert_eq!(run(how), default, "{how}");
    }
    world.run(&format!("{SYNC} --progress sometimes")).expect(2, &["auto, plain, none"]);
}

#[test]
fn a_long_run_elsewhere_says_a_line_every_ten_seconds() {
    let world = World::new(1);
    let flags = [
        (" --progress plain", true),
        ("", true),
        (" --progress none", false),
        (" --progress plain --quiet", false),
    ];
    world.slow(Duration::from_secs(11));
    thread::scope(|threads| {
        let runs = flags.map(|(how, is_told)| {
            let world = &world;
            (how, is_told, threads.spawn(move || world.run(&format!("{SYNC}{how}"))))
        });
        // One request of each takes long.
        world.wait_for(flags.len());
        world.slow(Duration::ZERO);
        for (how, is_told, run) in runs {
            let ran = run.join().unwrap();
            ran.expect(0, &[]);
            let said = messages(ran.stderr.lines());
            let is_progress = |line: &str| {
                line.starts_with("INFO    Manager plan: 0 of 1 zone, ")
                    && line.ends_with(" s so far")
            };
            let has_told = said.iter().any(|line| is_progress(line));
            assert_eq!(has_told, is_told, "{how}: {ran:#?}");
        }
    });
}

#[test]
fn a_workflow_is_no_terminal_for_people() {
    let world = World::new(1);
    world.slow(Duration::from_millis(700));
    for (flag, variables) in [
        ("", &[("CI", "true")][..]),
        ("", &[("TERM", "dumb")]),
        (" --progress none", &[]),
        (" --progress plain", &[]),
        (" --quiet", &[]),
    ] {
        let line = format!("{SYNC}{flag}");
        let Some(at) = world.at_terminal_with(&line, "", variables) else { return };
        assert_eq!(at.code, Some(0), "{at:#?}");
        assert!(!at.written.contains('\u{1b}'), "{flag} {variables:?}: {at:#?}");
    }
}
