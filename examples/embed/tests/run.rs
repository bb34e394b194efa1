//! The programs are run, and do what they say.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::process::Command;

use octodns_testkit::server::Setup;
use octodns_testkit::server::powerdns::{self, API_KEY};

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_zone_in_code_is_planned_and_applied_in_memory() {
    let text = run(env!("CARGO_BIN_EXE_zone-in-code"), &[]);
    assert!(
        text.contains("Create <ARecord A 300, www.example.com., ['192.0.2.1', '192.0.2.2']>"),
        "{text}"
    );
    assert!(text.ends_with("in memory: 2 records\n"), "{text}");
}

#[test]
fn a_zone_in_code_is_planned_and_applied_at_powerdns() {
    let Some(server) = powerdns::start(&Setup::default()) else { return };
    let program = env!("CARGO_BIN_EXE_zone-in-code");
    let url = server.api().unwrap();
    let args = [&*url, API_KEY];
    let text = run(program, &args);
    assert_eq!(text.matches("Create <ARecord A 300, www.example.com.").count(), 2, "{text}");
    // The server keeps it; memory is of one run.
    let text = run(program, &args);
    assert_eq!(text.matches("Create <ARecord A 300, www.example.com.").count(), 1, "{text}");
}

#[test]
fn classes_of_its_own_are_named_in_a_config_text() {
    let text = run(env!("CARGO_BIN_EXE_own-classes"), &[]);
    assert_eq!(text, "2 changes\nmail 600 A [192.0.2.25]\nwww 600 A [192.0.2.80]\n");
}
