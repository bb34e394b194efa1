//! What `octodns` can do besides its programs: `fmt`, `check`, `init`, `completions` and `man`, run as from a shell.

#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::disallowed_methods, reason = "cargo tells by the environment where it is")]

mod check;
mod completions;
mod fmt;
mod init;
mod man;
mod page;
mod service;
#[expect(dead_code, reason = "it is made for other tests as well")]
#[path = "../programs/support.rs"]
mod support;

use octodns_cli::{PROGRAMS, TOOLS};
use support::Workspace;

#[test]
fn every_subcommand_has_its_help() {
    let workspace = Workspace::new();
    let help = workspace.run("octodns --help");
    for part in PROGRAMS.iter().chain(&TOOLS) {
        assert!(help.stdout.contains(&format!("\n  {} ", part.name())), "{help:#?}");
        let long = workspace.run(&format!("octodns {} --help", part.name()));
        long.expect(0, &[]);
        assert!(long.stdout.contains(&format!("Usage: octodns {}", part.name())), "{long:#?}");
        let other = workspace.run(&format!("octodns help {}", part.name()));
        assert_eq!((other.code, &other.stdout), (Some(0), &long.stdout), "{other:#?}");
    }
    for part in &TOOLS {
        let wrong = workspace.run(&format!("octodns {} --no-such-flag", part.name()));
        wrong.expect(2, &["--no-such-flag", "Usage: octodns "]);
    }
}
