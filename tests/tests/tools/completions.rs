//! `octodns completions`.

use std::io::Write;
use std::process::Stdio;

use octodns_cli::PROGRAMS;

use crate::support::Workspace;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

#[test]
fn every_shell_has_a_script() {
    let workspace = Workspace::new();
    for shell in SHELLS {
        let ran = workspace.run(&format!("octodns completions {shell}"));
        ran.expect(0, &[]);
        for part in &PROGRAMS {
            assert!(ran.stdout.contains(part.program()), "{shell}: {}", part.program());
        }
        let one = workspace.run(&format!("octodns completions {shell} --program octodns-dump"));
        one.expect(0, &[]);
        assert!(
            one.stdout.contains("output-dir") && one.stdout.len() < ran.stdout.len(),
            "{shell}"
        );
    }
    workspace.run("octodns completions tcsh").expect(2, &["'tcsh'", "fish"]);
    workspace.run("octodns completions").expect(2, &["<SHELL>"]);
    let wrong = workspace.run("octodns completions bash --program octodns-snyc");
    wrong.expect(2, &["octodns-snyc", "octodns-sync"]);
}

/// Other shells are not on every machine that has a Unix shell; this one is.
#[cfg(unix)]
#[test]
fn bash_completes_by_it() {
    let bash = std::path::Path::new("/bin/bash");
    if !bash.exists() {
        return;
    }
    let workspace = Workspace::new();
    let script = workspace.run("octodns completions bash").stdout;
    let mut parse = workspace.command_at(bash);
    let mut parse = parse.arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    parse.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(parse.wait().unwrap().success());

    workspace.write("octodns.bash", &script);
    for (line, expected) in [
        ("octodns sy", "sync"),
        ("octodns sync --doi", "--doit"),
        ("octodns completions ba", "bash"),
        ("octodns man --output-d", "--output-dir"),
        ("octodns-sync --doi", "--doit"),
        ("octodns-validate --fi", "--fix"),
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let (word, before) = (words[words.len() - 1], words[words.len() - 2]);
        let function = "$(complete -p \"${COMP_WORDS[0]}\" | sed 's/.*-F \\([^ ]*\\).*/\\1/')";
        let complete = format!(
            "source octodns.bash; COMP_WORDS=({line}); COMP_CWORD={}; \"{function}\" {} {word} {before}; \
             echo \"${{COMPREPLY[@]}}\"",
            words.len() - 1,
            words[0],
        );
        let mut bash = workspace.command_at(bash);
        let output = bash.env("PATH", "/usr/bin:/bin").args(["-c", &complete]).output().unwrap();
        let completed = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(completed.trim(), expected, "{line}: {stderr}");
    }
}
