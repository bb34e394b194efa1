//! `octodns fmt`.

use std::fs;
use std::process::Stdio;

use crate::support::{CONFIG, Workspace};

const WRONG: &str = "\
---
# the web server
www:
  value: 192.0.2.1 # one
  type: A
mail:
  type: CNAME
  value: mail.example.net.
";

const RIGHT: &str = "\
---
mail:
  type: CNAME
  value: mail.example.net.
# the web server
www:
  type: A
  value: 192.0.2.1 # one
";

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", WRONG);
    workspace
}

fn read(workspace: &Workspace, file: &str) -> String {
    fs::read_to_string(workspace.path(file)).unwrap()
}

#[test]
fn files_are_put_in_order_once() {
    for arguments in ["--config-file config.yaml", "zones", "zones/unit.tests.yaml", "."] {
        let workspace = workspace();
        let before = workspace.list();
        let ran = workspace.run(&format!("octodns fmt {arguments}"));
        ran.expect(0, &["sorted: ", "zones/unit.tests.yaml\n"]);
        assert_eq!((ran.stderr.lines().count(), &*ran.stdout), (1, ""), "{ran:#?}");
        assert_eq!(read(&workspace, "zones/unit.tests.yaml"), RIGHT);
        assert_eq!(read(&workspace, "config.yaml"), CONFIG, "a config is no zone file");
        let again = workspace.run(&format!("octodns fmt {arguments}"));
        again.expect(0, &[]);
        assert_eq!((&*again.stderr, &*again.stdout), ("", ""), "{again:#?}");
        assert_eq!(read(&workspace, "zones/unit.tests.yaml"), RIGHT);
        assert_eq!(workspace.list(), before);
    }
}

#[test]
fn it_does_what_validate_does_with_fix() {
    let (fmt, fix) = (workspace(), workspace());
    fmt.run("octodns fmt --config-file config.yaml").expect(0, &[]);
    fix.run("octodns validate --config-file config.yaml --fix").expect(0, &[]);
    assert_eq!(read(&fmt, "zones/unit.tests.yaml"), read(&fix, "zones/unit.tests.yaml"));
}

#[test]
fn check_names_files_and_writes_nothing() {
    let workspace = workspace();
    let line = "octodns fmt --check --config-file config.yaml";
    let ran = workspace.run(line);
    ran.expect(1, &["error[yaml-order]", "zones/unit.tests.yaml", "`octodns fmt`"]);
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), WRONG);
    let json = workspace.run(&format!("{line} --format json"));
    json.expect(1, &[]);
    assert!(json.stdout.contains("\"yaml-order\""), "{json:#?}");
    workspace.write("zones/unit.tests.yaml", RIGHT);
    let ran = workspace.run(line);
    ran.expect(0, &[]);
    assert_eq!((&*ran.stderr, &*ran.stdout), ("", ""));
}

#[cfg(unix)]
#[test]
fn a_diff_can_be_applied() {
    let workspace = workspace();
    let ran = workspace.run("octodns fmt --diff zones");
    ran.expect(1, &[]);
    insta::assert_snapshot!(ran.stdout, @r"
    --- zones/unit.tests.yaml
    +++ zones/unit.tests.yaml
    @@ -1,8 +1,8 @@
     ---
    +mail:
    +  type: CNAME
    +  value: mail.example.net.
     # the web server
     www:
    +  type: A
       value: 192.0.2.1 # one
    -  type: A
    -mail:
    -  type: CNAME
    -  value: mail.example.net.
    ");
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), WRONG);
    workspace.write("fmt.patch", &ran.stdout);
    let patch = std::path::Path::new("/usr/bin/patch");
    if patch.exists() {
        let mut patch = workspace.command_at(patch);
        let patched = patch.args(["-p0", "-i", "fmt.patch"]).stdout(Stdio::null()).status();
        assert!(patched.unwrap().success());
        assert_eq!(read(&workspace, "zones/unit.tests.yaml"), RIGHT);
        workspace.run("octodns fmt --diff zones").expect(0, &[]);
    }
}

#[test]
fn a_config_limits_what_is_named_to_its_files() {
    let workspace = workspace();
    workspace.write("zones/other.yaml", WRONG);
    let line = "octodns fmt --config-file config.yaml";
    let ran = workspace.run(&format!("{line} zones/other.yaml"));
    ran.expect(1, &["zones/other.yaml", "a zone file of the config"]);
    workspace.run(&format!("{line} zones")).expect(0, &["sorted: ", "unit.tests.yaml"]);
    assert_eq!(read(&workspace, "zones/other.yaml"), WRONG);
}

/// Files that providers do not want in order stay as they are.
#[test]
fn a_config_says_what_is_in_order() {
    let workspace = workspace();
    let unordered = CONFIG.replace("./zones\n", "./zones\n    enforce_order: false\n");
    assert_ne!(unordered, CONFIG);
    workspace.write("config.yaml", unordered);
    workspace.run("octodns fmt --check --config-file config.yaml").expect(0, &[]);
    workspace.run("octodns fmt --check zones").expect(1, &[]);
}

#[test]
fn what_cannot_be_put_in_order_is_told_and_stays() {
    for (zone, told) in [
        ("www: [\n", "zones/unit.tests.yaml:"),
        ("b: &x {type: A, value: 192.0.2.1}\na: *x\n", "before its anchor"),
    ] {
        let workspace = workspace();
        workspace.write("zones/unit.tests.yaml", zone);
        for arguments in ["--config-file config.yaml", "zones", "--check zones", "--diff zones"] {
            workspace.run(&format!("octodns fmt {arguments}")).expect(1, &[told]);
            assert_eq!(read(&workspace, "zones/unit.tests.yaml"), zone);
        }
    }
    let workspace = workspace();
    workspace.run("octodns fmt gone").expect(1, &["gone", "cannot be read"]);
    workspace.run("octodns fmt").expect(2, &["--config-file", "Usage: octodns fmt"]);
}

/// Names and lines of files are shown, and nobody obeys them.
#[cfg(unix)]
#[test]
fn hostile_files_are_harmless() {
    let workspace = workspace();
    let name = "zones/a\u{1b}[2K\n::error::x.yaml";
    workspace.write(name, "b: '##[error]x'\na: 1\n");
    let ran = workspace.run("octodns fmt --diff zones");
    ran.expect(1, &[]);
    assert!(ran.stdout.contains(r"--- zones/a\x1b[2K\n:\x3aerror::x.yaml"), "{ran:#?}");
    assert!(ran.stdout.contains(r"b: '#\x23[error]x'"), "{ran:#?}");
    let ran = workspace.run("octodns fmt zones");
    ran.expect(0, &[r"sorted: zones/a\x1b[2K\n:\x3aerror::x.yaml"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:#?}");
}
