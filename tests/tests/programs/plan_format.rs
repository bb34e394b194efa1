//! `octodns-sync --plan-format`: what goes to standard output, and what stays as octoDNS has it.

use std::fs;
use std::path::Path;

use octodns_testkit::server::program;

use crate::support::{CONFIG, Ran, Workspace};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

/// The config with outputs of each kind.
fn with_outputs(workspace: &Workspace) {
    let outputs = "manager: {plan_outputs: {log: {class: logger}, table: {class: markdown}, page: {class: page, \
                   output_filename: plan.html}}}\n";
    workspace.write("config.yaml", format!("{outputs}{CONFIG}"));
}

#[test]
fn a_format_goes_to_standard_output_and_nothing_else_does() {
    for has_outputs in [false, true] {
        let workspace = Workspace::new();
        if has_outputs {
            with_outputs(&workspace);
        }
        for (format, start, end) in [
            ("diff", "Zone unit.tests. at target + new zone\n", "--doit\n"),
            ("classic", "\n****", "****\n\n"),
            ("json", "{\n  \"format\": \"octodns-plan\",", "}\n"),
            ("markdown", "<!-- octodns-plan -->\n", "</details>\n"),
            ("html", "<!doctype html>", "</html>\n"),
        ] {
            let ran = workspace.run(&format!("{SYNC} --plan-format {format}"));
            ran.expect(0, &["INFO    Manager "]);
            let stdout = &ran.stdout;
            assert!(stdout.starts_with(start) && stdout.ends_with(end), "{ran:#?}");
            assert!(
                stdout.contains("192.0.2.1") && !stdout.contains("| Create | www |"),
                "{ran:#?}"
            );
            assert!(!ran.stderr.contains("192.0.2.1"), "{ran:#?}");
            assert_eq!(workspace.path("plan.html").is_file(), has_outputs, "{format}");
            let _ = fs::remove_file(workspace.path("plan.html"));
        }
    }
}

#[test]
fn without_the_flag_all_is_as_octodns_has_it() {
    let workspace = Workspace::new();
    with_outputs(&workspace);
    let ran = workspace.run(SYNC);
    ran.expect(0, &["INFO    Plan \n", "<ARecord A 3600, www.unit.tests., ['192.0.2.1']>"]);
    assert!(ran.stdout.starts_with("## unit.tests.\n"), "{ran:#?}");
    assert!(workspace.path("plan.html").is_file());
}

#[test]
fn json_is_a_plan_file() {
    let workspace = Workspace::new();
    let ran = workspace.run(&format!("{SYNC} --plan-format json --plan-out plan.json"));
    ran.expect(0, &[]);
    assert_eq!(fs::read_to_string(workspace.path("plan.json")).unwrap(), ran.stdout);
    workspace.write("piped.json", &ran.stdout);
    let applied = workspace.run(&format!("{SYNC} --plan piped.json --doit --plan-format diff"));
    applied.expect(0, &["applying as reviewed: 1 of 1"]);
    assert!(applied.stdout.contains("+ www") && !applied.stdout.contains("--doit"), "{applied:#?}");
}

/// What the diff says to type makes the changes.
#[test]
fn the_command_of_a_diff_makes_its_changes() {
    let workspace = Workspace::new();
    let zone = "'': {ttl: 60, type: NS, value: ns1.example.net.}\nwww: {ttl: 60, type: A, value: 192.0.2.1}\n";
    workspace.write("zones/unit.tests.yaml", zone);
    fs::create_dir(workspace.path("target")).unwrap();
    workspace.write("target/unit.tests.yaml", zone.replace("ns1", "ns2"));
    let command = |ran: &Ran| {
        let (_, command) = ran.stdout.split_once("To make these changes: ").unwrap();
        command.trim().to_owned()
    };
    let ran = workspace.run(&format!("{SYNC} --plan-format diff unit.tests."));
    ran.expect(1, &["the NS record at the apex would change"]);
    assert_eq!(
        command(&ran),
        "octodns-sync --config-file=config.yaml --plan-format diff unit.tests. --doit --allow root-ns"
    );
    let done = workspace.run(&command(&ran));
    done.expect(0, &[]);
    assert!(!done.stdout.contains("To make"), "{done:#?}");
    let again = workspace.run(&format!("{SYNC} --plan-format diff"));
    again.expect(0, &[]);
    assert_eq!(again.stdout, "No changes are planned.\n");
}

#[test]
fn what_takes_a_run_back_is_shown_in_the_same_way() {
    let workspace = Workspace::new();
    let journal = "--journal runs";
    workspace.run(&format!("{SYNC} {journal} --doit")).expect(0, &[]);
    let list = workspace.run(&format!("octodns-sync {journal} --runs"));
    let run = list.stdout.split_whitespace().find(|word| word.starts_with("20")).unwrap();
    let undo = format!("{SYNC} {journal} --undo {run} --plan-format diff");
    let shown = workspace.run(&undo);
    shown.expect(0, &[]);
    assert!(shown.stdout.contains("- www") && shown.stdout.contains("--doit"), "{shown:#?}");
}

/// Findings are for machines as well, but not in the middle of a plan.
#[test]
fn findings_leave_standard_output_to_the_plan() {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", "www: {type: A, ttl: 60, value: nope}\n");
    let ran = workspace.run(&format!("{SYNC} --format json --plan-format html"));
    ran.expect(1, &["\"severity\""]);
    assert!(ran.stdout.is_empty(), "{ran:#?}");
}

#[test]
fn colours_are_asked_for() {
    let workspace = Workspace::new();
    for (flags, environment, is_coloured) in [
        ("", vec![], false),
        ("--color always", vec![("NO_COLOR", "1")], true),
        ("--color never", vec![], false),
    ] {
        let ran = workspace.run_with(&format!("{SYNC} --plan-format diff {flags}"), &environment);
        assert_eq!(ran.stdout.contains("\x1b["), is_coloured, "{flags}: {ran:#?}");
    }
}

/// A person at a terminal reads a difference, unless the config or a flag says otherwise.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_the_plan_is_a_difference() {
    let Some(script) = program("script") else { return };
    let typescript = |workspace: &Workspace, flags: &str, environment: &[(&str, &str)]| {
        let sync = workspace.command(SYNC);
        let line = format!("{} --config-file config.yaml {flags}", sync.get_program().display());
        let mut command = workspace.command_at(&script);
        command.args(["-qec", &line, "/dev/null"]).envs(environment.iter().copied());
        Ran::of(&line, &mut command).stdout
    };
    let workspace = Workspace::new();
    let shown = typescript(&workspace, "", &[]);
    assert!(shown.contains("Zone unit.tests.") && !shown.contains("ARecord"), "{shown}");
    assert!(shown.contains("\x1b[32m"), "{shown}");
    let plain = typescript(&workspace, "", &[("NO_COLOR", "1")]);
    assert!(plain.contains("Zone unit.tests.") && !plain.contains("\x1b[32m"), "{plain}");
    let classic = typescript(&workspace, "--plan-format classic", &[]);
    assert!(classic.contains("ARecord") && !classic.contains("Zone unit.tests."), "{classic}");
    // Whoever has set up logs finds the plan in them.
    workspace.write("logging.yaml", "version: 1\nhandlers: {all: {class: logging.FileHandler, filename: run.log}}\nroot: {level: INFO, handlers: [all]}\n");
    typescript(&workspace, "--logging-config logging.yaml", &[]);
    assert!(fs::read_to_string(workspace.path("run.log")).unwrap().contains("ARecord"));
    with_outputs(&workspace);
    let table = typescript(&workspace, "", &[]);
    assert!(table.contains("## unit.tests.") && table.contains("ARecord"), "{table}");
}

/// What the first command of the README shows at a terminal: each change with its place, totals, and what to type next.
#[test]
fn the_quickstart_shows_what_to_do_next() {
    let (workspace, quickstart) = (Workspace::new(), "examples/quickstart");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in [quickstart.to_owned(), format!("{quickstart}/zones")] {
        fs::create_dir_all(workspace.path(&folder)).unwrap();
        for file in fs::read_dir(root.join(&folder)).unwrap() {
            let file = file.unwrap().path();
            if file.is_file() {
                let name = file.file_name().unwrap().to_str().unwrap();
                workspace.write(&format!("{folder}/{name}"), fs::read_to_string(&file).unwrap());
            }
        }
    }
    let line = format!("octodns sync --config-file {quickstart}/config.yaml --plan-format diff");
    let ran = workspace.run(&line);
    ran.expect(0, &[]);
    insta::assert_snapshot!(ran.stdout);
}
