//! `octodns man`.

use std::fs;
use std::path::Path;

use octodns_cli::{PROGRAMS, TOOLS};

use crate::support::{Ran, Workspace};

#[test]
fn there_is_a_page_for_octodns_and_for_every_subcommand() {
    let workspace = Workspace::new();
    let ran = workspace.run("octodns man --output-dir share/man1");
    ran.expect(0, &[]);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
    let parts = PROGRAMS.iter().chain(&TOOLS);
    let mut names: Vec<_> = parts.clone().map(|part| format!("{}.1", part.program())).collect();
    names.push("octodns.1".to_owned());
    names.sort();
    let entries = fs::read_dir(workspace.path("share/man1")).unwrap();
    let mut written: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    written.sort();
    assert_eq!(written, names);
    let page = |name: &str| fs::read_to_string(workspace.path("share/man1").join(name)).unwrap();
    for part in parts {
        let one = workspace.run(&format!("octodns man {}", part.name()));
        one.expect(0, &[]);
        assert_eq!(one.stdout, page(&format!("{}.1", part.program())));
    }
    assert_eq!(workspace.run("octodns man").stdout, page("octodns.1"));
    assert_eq!(workspace.run("octodns man octodns-sync").stdout, page("octodns-sync.1"));
    workspace.run("octodns man snyc").expect(2, &["'snyc'", "'sync'"]);
    workspace.write("file", "");
    workspace.run("octodns man --output-dir file").expect(1, &["cannot write the man pages"]);
}

/// What a reader sees.
#[cfg(unix)]
#[test]
fn pages_can_be_read() {
    let groff = Path::new("/usr/bin/groff");
    if !groff.exists() {
        return;
    }
    let workspace = Workspace::new();
    workspace.run("octodns man --output-dir pages").expect(0, &[]);
    for part in PROGRAMS.iter().chain(&TOOLS) {
        let file = format!("pages/{}.1", part.program());
        let mut command = workspace.command_at(groff);
        command.env("PATH", "/usr/bin:/bin").args(["-man", "-Tascii", "-P-cbou", "-ww", &file]);
        let ran = Ran::of(&file, &mut command);
        ran.expect(0, &[]);
        assert_eq!(ran.stderr, "", "{ran:#?}");
        // Lines are as wide as the page, and filled.
        let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = format!("{} - ", part.program());
        let synopsis = format!("octodns {} ", part.name());
        for expected in ["NAME", &*name, "SYNOPSIS", &*synopsis, "OPTIONS", "EXIT STATUS"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
}
