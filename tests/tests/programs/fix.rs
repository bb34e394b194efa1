//! `octodns-validate --fix`.

use std::fs;

use crate::support::{CONFIG, Workspace};

const VALIDATE: &str = "octodns-validate --config-file=config.yaml";
const FIX: &str = "octodns-validate --config-file=config.yaml --fix";

const ZONE: &str = "\
---
# the web server
www:
  type: A
  value: 192.0.2.1 # one

# mail goes elsewhere
mail:
  type: CNAME
  ttl: 60
  value: mail.example.net.
";

const ORDERED: &str = "\
---
# mail goes elsewhere
mail:
  ttl: 60
  type: CNAME
  value: mail.example.net.

# the web server
www:
  type: A
  value: 192.0.2.1 # one
";

fn read(workspace: &Workspace, file: &str) -> String {
    fs::read_to_string(workspace.path(file)).unwrap()
}

#[test]
fn without_it_findings_say_where_keys_belong() {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", ZONE);
    let ran = workspace.run(VALIDATE);
    ran.expect(1, &[]);
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), ZONE);
}

#[test]
fn files_are_put_in_order_and_named() {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", ZONE);
    let before = workspace.list();
    let ran = workspace.run(FIX);
    ran.expect(0, &[]);
    assert_eq!(ran.stderr, "sorted: ./zones/unit.tests.yaml\n");
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), ORDERED);
    assert_eq!(workspace.list(), before, "nothing is left beside it");
    let again = workspace.run(FIX);
    again.expect(0, &[]);
    assert_eq!(again.stderr, "");
    workspace.run(VALIDATE).expect(0, &[]);
}

#[test]
fn other_errors_are_still_found() {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", ZONE.replace("192.0.2.1", "192.0.2.256"));
    workspace.run(FIX).expect(1, &["sorted: ./zones/unit.tests.yaml", "yaml:11:10", "1 error"]);
    let ran = workspace.run(&format!("{FIX} --format=github"));
    ran.expect(1, &[]);
    assert!(ran.stdout.starts_with("::error file=zones/unit.tests.yaml,line=11,"), "{ran:#?}");
}

#[test]
fn the_order_is_that_of_the_provider() {
    let zone = "www10:\n  type: A\n  value: 192.0.2.1\nwww9:\n  type: A\n  value: 192.0.2.1\n";
    let (ten, nine) = zone.split_once("www9").unwrap();
    for (option, ordered) in [
        ("order_mode: natural", format!("www9{nine}{ten}")),
        ("order_mode: simple", zone.to_owned()),
        ("enforce_order: false", zone.to_owned()),
    ] {
        let workspace = Workspace::new();
        let options = format!("directory: ./zones\n    {option}");
        workspace.write("config.yaml", CONFIG.replace("directory: ./zones", &options));
        workspace.write("zones/unit.tests.yaml", zone);
        workspace.run(FIX).expect(0, &[]);
        assert_eq!(read(&workspace, "zones/unit.tests.yaml"), ordered, "{option}");
    }
}

#[test]
fn split_shared_and_included_files_are_files_of_the_zone() {
    let workspace = Workspace::new();
    let options = "directory: ./zones\n    split_extension: .\n    shared_filename: shared.yaml";
    workspace.write("config.yaml", CONFIG.replace("directory: ./zones", options));
    fs::remove_file(workspace.path("zones/unit.tests.yaml")).unwrap();
    fs::create_dir(workspace.path("zones/unit.tests.")).unwrap();
    let record = |name: &str| format!("{name}:\n  value: 192.0.2.1\n  type: A\n");
    let ordered = |name: &str| format!("{name}:\n  type: A\n  value: 192.0.2.1\n");
    workspace.write("zones/unit.tests./www.yaml", record("www"));
    workspace.write("zones/shared.yaml", record("b") + &record("a"));
    workspace.write("zones/unit.tests./x.yaml", "x: !include ../included.yaml\n");
    workspace.write("zones/included.yaml", "value: 192.0.2.1\ntype: A\n");
    workspace.write("zones/other.yaml", record("b"));
    let ran = workspace.run(FIX);
    ran.expect(0, &["zones/unit.tests./www.yaml", "shared.yaml", "included.yaml"]);
    assert_eq!(ran.stderr.lines().count(), 3, "{ran:#?}");
    assert_eq!(read(&workspace, "zones/unit.tests./www.yaml"), ordered("www"));
    assert_eq!(read(&workspace, "zones/shared.yaml"), ordered("a") + &ordered("b"));
    assert_eq!(read(&workspace, "zones/included.yaml"), "type: A\nvalue: 192.0.2.1\n");
    assert_eq!(read(&workspace, "zones/other.yaml"), record("b"), "no zone's file stays");
}

#[test]
fn what_cannot_be_moved_is_told_and_stays() {
    let zone = "\
www:
  ttl: &ttl 60
  type: A
  value: 192.0.2.1
mail:
  ttl: *ttl
  type: CNAME
  value: mail.example.net.
";
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", zone);
    let ran = workspace.run(FIX);
    ran.expect(1, &["\"*ttl\" would come before its anchor", "yaml:6:8", "yaml:2:8"]);
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), zone);
}

/// Every refusal says what to do by hand, like its row in `docs/findings.md`.
#[test]
fn refusals_say_what_to_do_by_hand() {
    let page = include_str!("../../../docs/findings.md");
    let base = "a: &a\n  ttl: 1\n  type: A\n  value: 192.0.2.1\n";
    for (zone, message, help) in [
        (
            format!("{base}b:\n  <<: *a\n  <<: *a\n  octodns: {{}}\n"),
            "used twice in a mapping",
            "with a list of both, the last one first",
        ),
        (
            format!("{base}b:\n  <<: *a\n  tuck: 1\n"),
            "other keys belong between those that",
            "write out what is merged",
        ),
        (
            "b: {value: 192.0.2.1 # why\n  , type: A}\n".to_owned(),
            "it is not clear which entries in braces",
            "put each entry on a line of its own, and its comments above it or after its comma",
        ),
    ] {
        let workspace = Workspace::new();
        workspace.write("zones/unit.tests.yaml", &zone);
        let ran = workspace.run(FIX);
        ran.expect(1, &[message, help]);
        assert!(!ran.stderr.starts_with("sorted: "), "{}", ran.stderr);
        assert_eq!(read(&workspace, "zones/unit.tests.yaml"), zone);
        assert!(page.contains(message) && page.contains(help), "{message}");
    }
}

#[test]
fn comments_in_braces_move_along() {
    let workspace = Workspace::new();
    let entry = |key: &str, comment: &str| format!("  {key}, # {comment}\n");
    let (value, of) = (entry("value: 192.0.2.1", "the address"), entry("type: A", "IPv4"));
    workspace.write("zones/unit.tests.yaml", format!("www: {{\n{value}{of}}}\n"));
    let ran = workspace.run(FIX);
    ran.expect(0, &["sorted: ./zones/unit.tests.yaml"]);
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), format!("www: {{\n{of}{value}}}\n"));
    workspace.run(VALIDATE).expect(0, &[]);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    let workspace = Workspace::new();
    let zone = (0..2_000).rev().fold(String::new(), |text, number| {
        text + &format!("www{number}:\n  type: A\n  value: 192.0.2.1\n")
    });
    workspace.write("zones/unit.tests.yaml", &zone);
    let before = workspace.list();
    workspace.run_after("trap '' XFSZ; ulimit -f 4", FIX).expect(1, &["cannot write", "too large"]);
    assert_eq!(read(&workspace, "zones/unit.tests.yaml"), zone);
    assert_eq!(workspace.list(), before);
    workspace.run(FIX).expect(0, &[]);
}

#[cfg(unix)]
#[test]
fn links_and_modes_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let workspace = Workspace::new();
    let file = workspace.path("zones/unit.tests.yaml");
    fs::remove_file(&file).unwrap();
    workspace.write("zones/real.txt", ZONE);
    fs::set_permissions(workspace.path("zones/real.txt"), fs::Permissions::from_mode(0o640))
        .unwrap();
    symlink("real.txt", &file).unwrap();
    workspace.run(FIX).expect(0, &[]);
    assert!(file.is_symlink());
    assert_eq!(read(&workspace, "zones/real.txt"), ORDERED);
    let mode = fs::metadata(workspace.path("zones/real.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
