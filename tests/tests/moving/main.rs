//! `examples/compare-with-octodns.py`: octoDNS and our program on the same config.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::disallowed_methods, reason = "programs are given parts of the environment")]

#[path = "../programs/support.rs"]
#[expect(dead_code, reason = "the tests of the programs use all of it")]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Ran, Workspace, programs};

/// A folder with a config and zones, in which both programs run.
struct Setup {
    workspace: Workspace,
    python: PathBuf,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

impl Setup {
    /// A folder with `zones/unit.tests.yaml`, unless Python is missing and may be.
    fn new(zone: &str) -> Option<Self> {
        let setup =
            Self { python: octodns_testkit::server::python()?, workspace: Workspace::new() };
        setup.workspace.write("zones/unit.tests.yaml", zone);
        Some(setup)
    }

    /// Runs the script on `config.yaml` with more arguments.
    fn compare(&self, args: &[&str]) -> Ran {
        self.run(&programs().join("octodns"), args)
    }

    /// Runs the script with another program in the place of ours.
    fn run(&self, program: &Path, args: &[&str]) -> Ran {
        let mut command = Command::new(&self.python);
        command.current_dir(self.workspace.path(".")).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.arg(root().join("examples/compare-with-octodns.py"));
        command.args(["--config-file", "config.yaml", "--program"]).arg(program).args(args);
        Ran::of("compare-with-octodns.py", &mut command)
    }

    /// A program that is ours, but for what a shell command makes of its arguments afterwards.
    fn wrapped(&self, afterwards: &str) -> PathBuf {
        let ours = programs().join("octodns");
        let script =
            format!("#!/bin/sh\n{} \"$@\"\ncode=$?\n{afterwards}\nexit $code\n", ours.display());
        self.workspace.write("wrapped", script);
        let path = self.workspace.path("wrapped");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

#[track_caller]
fn expect(ran: &Ran, code: i32, told: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    for text in told {
        assert!(ran.stdout.contains(text), "\"{text}\" is not told: {ran:#?}");
    }
}

const ZONE: &str = "\
'':
  - {type: MX, value: {exchange: mail.example.net., preference: 10}}
  - {type: TXT, value: v=spf1 mx -all}
alias: {octodns: {lenient: true}, ttl: 60, type: CNAME, value: www.unit.tests.}
www: {ttl: 300, type: A, values: [192.0.2.2, 192.0.2.1]}
";

#[test]
fn the_quickstart_is_the_same_before_and_after_it_is_applied() {
    let Some(setup) = Setup::new(ZONE) else { return };
    let config = fs::read_to_string(root().join("examples/quickstart/config.yaml")).unwrap();
    let zones = root().join("examples/quickstart/zones");
    let config = config.replace("examples/quickstart/zones", zones.to_str().unwrap());
    setup.workspace.write("config.yaml", config);

    let before = setup.workspace.list();
    let ran = setup.compare(&[]);
    expect(
        &ran,
        0,
        &[
            "plans compared: 5 of octoDNS, 5 of ours",
            "dumps compared: 3, and 5 that neither can make",
            "both do the same",
        ],
    );
    assert_eq!(setup.workspace.list(), before, "something was written");

    let applied = setup.workspace.run("octodns sync --config-file config.yaml --doit --no-journal");
    applied.expect(0, &[]);
    let ran = setup.compare(&[]);
    expect(
        &ran,
        0,
        &["plans compared: 0 of octoDNS, 0 of ours", "dumps compared: 8", "both do the same"],
    );
    let ran = setup.compare(&["example.com."]);
    expect(&ran, 0, &["dumps compared: 3", "both do the same"]);
}

/// Texts with backslashes are the first difference in `docs/differences.md` that people may meet.
#[test]
fn a_listed_difference_is_shown() {
    let zone = "path: {type: TXT, value: 'C:\\dir'}\nwww: {type: A, value: 192.0.2.1}\n";
    let Some(setup) = Setup::new(zone) else { return };
    let ran = setup.compare(&["--keep", "kept"]);
    let told = [
        "plan of unit.tests. at target: path TXT",
        r#"octoDNS: {"after": {"ttl": 3600, "value": "C:\\dir"}}"#,
        r#"here:    {"after": {"ttl": 3600, "value": "C:\\\\dir"}}"#,
        "dump of unit.tests. from zones:",
        "differences",
    ];
    expect(&ran, 1, &told);
    for file in ["kept/plan.json", "kept/reference.json", "kept/here/0/unit.tests.yaml"] {
        assert!(setup.workspace.path(file).is_file(), "{file}");
    }
}

#[test]
fn a_refusal_of_one_alone_is_shown() {
    let Some(setup) = Setup::new(ZONE) else { return };
    // Only ours applies the thresholds of zones.
    let config = support::CONFIG
        .replace("targets: [target]", "targets: [target]\n    delete_pcent_threshold: 0.1");
    setup.workspace.write("config.yaml", config);
    fs::create_dir(setup.workspace.path("target")).unwrap();
    let records = |first: u8| {
        let records =
            (first..=20).map(|number| format!("n{number}: {{type: A, value: 192.0.2.1}}"));
        records.collect::<Vec<_>>().join("\n")
    };
    setup.workspace.write("target/unit.tests.yaml", records(10));
    setup.workspace.write("zones/unit.tests.yaml", records(12));
    let ran = setup.compare(&[]);
    expect(&ran, 1, &["only one refuses the plans", "octoDNS: not refused", "1 difference"]);
}

/// Whatever differs is found: of a program that plans something else, dumps something else, or cannot.
#[test]
fn differences_of_a_changed_program_are_found() {
    let Some(setup) = Setup::new(ZONE) else { return };
    let edit = |what: &str| {
        format!(
            "for file; do :; done\nfor arg; do [ -f \"$arg\" ] && sed -i '{what}' \"$arg\"; done"
        )
    };
    let in_dump = "while [ $# -gt 1 ]; do [ \"$1\" = --output-dir ] && folder=$2; shift; done\n\
                   [ -n \"${folder-}\" ] && sed -i s/192.0.2.2/192.0.2.3/ \"$folder\"/*";
    let in_plan = edit("s/\"192.0.2.2\"/\"192.0.2.3\"/");
    let existing = edit("s/\"exists\": false/\"exists\": true/");
    for (afterwards, code, told) in [
        ("", 0, vec!["both do the same"]),
        (&*in_plan, 1, vec!["plan of unit.tests. at target: www A", "1 difference\n"]),
        (
            in_dump,
            1,
            vec!["dump of unit.tests. from zones:", "+++ here/unit.tests.yaml", "1 difference\n"],
        ),
        (
            &*existing,
            1,
            vec!["whether the zone exists: octoDNS False, here True", "1 difference\n"],
        ),
        ("exit 1", 1, vec!["dump of unit.tests. from zones: only one can"]),
        ("exit 0", 1, vec!["dump of unit.tests. from target: only one can", "1 difference\n"]),
    ] {
        let ran = setup.run(&setup.wrapped(afterwards), &[]);
        expect(&ran, code, &told);
    }
}

#[test]
fn what_cannot_be_compared_is_told() {
    let Some(setup) = Setup::new(ZONE) else { return };
    let ran = setup.run(Path::new("/nowhere/octodns"), &[]);
    expect(&ran, 2, &["error: /nowhere/octodns does not start"]);
    let ran = setup.compare(&["--python", "/nowhere/python"]);
    expect(&ran, 2, &["error: /nowhere/python does not start"]);
    setup.workspace.write(
        "config.yaml",
        "providers: {}\nzones: {unit.tests.: {sources: [no], targets: [no]}}\n",
    );
    expect(&setup.compare(&[]), 2, &["error: neither can plan"]);
    setup.workspace.write("config.yaml", support::CONFIG);
    // A key that is there twice is an error in zones here, and none there.
    setup.workspace.write("zones/unit.tests.yaml", "www: {type: A, type: A, value: 192.0.2.1}\n");
    expect(&setup.compare(&[]), 1, &["only one can plan", "octoDNS: planned"]);
}
