//! `octodns-sync`: waves, where changes come from, and drift since a git revision.

use std::process::Command;

use crate::support::{Workspace, ZONE};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

/// A workspace with these zones beside `unit.tests.`, each with a record.
fn workspace(zones: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    let mut config = crate::support::CONFIG.to_owned();
    for zone in zones {
        config.extend(["  ", zone, ": {sources: [zones], targets: [target]}\n"]);
        workspace.write(&format!("zones/{zone}yaml"), ZONE);
    }
    workspace.write("config.yaml", config);
    workspace
}

#[test]
fn waves_are_applied_in_order_and_those_after_a_failure_are_not_begun() {
    let workspace = workspace(&["first.tests.", "last.tests."]);
    workspace
        .write("waves.yaml", "- zones: [first.tests.]\n- {zones: [\"*\"], targets: [target]}\n");
    let ran = workspace.run(&format!("{SYNC} --doit --waves waves.yaml"));
    ran.expect(0, &["wave 1 of 2: 1 plans", "wave 2 of 2: 2 plans"]);
    assert!(workspace.path("target/last.tests.yaml").exists());

    // What stands where the file is to be cannot be replaced.
    for file in ["first.tests.yaml", "last.tests.yaml", "unit.tests.yaml"] {
        std::fs::remove_file(workspace.path(&format!("target/{file}"))).unwrap();
    }
    workspace.write("zones/first.tests.yaml", "'a/b': {type: A, value: 192.0.2.1}\n");
    let split = crate::support::CONFIG.replace("./target\n", "./target\n    split_extension: .\n");
    let zones = "  first.tests.: {sources: [zones], targets: [target]}\n";
    workspace.write("config.yaml", split + zones);
    let ran = workspace.run(&format!("{SYNC} --doit --waves waves.yaml"));
    ran.expect(1, &["not begun: an earlier wave failed"]);
    assert!(!workspace.path("target/unit.tests.").exists());
}

#[test]
fn what_is_no_wave_is_told() {
    let workspace = workspace(&[]);
    workspace.write("waves.yaml", "- zones: [no dot]\n");
    for (waves, words) in [
        ("0", "there are no 0 waves"),
        ("99999999999999999999999", "cannot read \"99999999999999999999999\""),
        ("gone.yaml", "cannot read \"gone.yaml\""),
        ("waves.yaml", "waves.yaml:1"),
    ] {
        workspace.run(&format!("{SYNC} --doit --waves {waves}")).expect(1, &[words]);
        assert!(!workspace.path("target").exists());
    }
}

#[test]
fn the_log_has_where_changes_come_from_when_asked() {
    let workspace = workspace(&[]);
    let plain = workspace.run(SYNC);
    assert!(!plain.stderr.contains("where the changes come from"));
    let ran = workspace.run(&format!("{SYNC} --show-origin"));
    ran.expect(
        0,
        &["unit.tests. on target:", "create www.unit.tests. A: zones, ./zones/unit.tests.yaml:"],
    );
}

/// Makes the workspace a git repository with one commit, tagged `then`.
pub(crate) fn commit(workspace: &Workspace) {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(workspace.path("")).args(["-c", "user.name=a"]);
        git.args(["-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]).args(args);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "then"]);
    git(&["tag", "then"]);
}

#[test]
fn what_was_done_to_a_target_by_hand_is_told_from_what_was_meant() {
    let workspace = workspace(&[]);
    commit(&workspace);
    workspace.run(&format!("{SYNC} --doit")).expect(0, &[]);

    // Meant: a record is added, and a zone. By hand: another address at the target.
    let target = ZONE.replace("192.0.2.1", "192.0.2.99");
    workspace.write("target/unit.tests.yaml", target.as_str());
    workspace
        .write("zones/unit.tests.yaml", format!("{ZONE}xyz:\n  type: A\n  value: 192.0.2.2\n"));
    workspace.write("zones/new.tests.yaml", ZONE);
    let zone = "  new.tests.: {sources: [zones], targets: [target]}\n";
    workspace.write("config.yaml", format!("{}{zone}", crate::support::CONFIG));

    let before = workspace.list();
    let ran = workspace.run(&format!("{SYNC} --since then"));
    ran.expect(0, &["since then (", "2 intended, 1 drift", "update www.unit.tests. A: zones, "]);
    assert!(ran.stderr.contains("(drift)") && ran.stderr.contains("(intended)"));
    assert_eq!(workspace.list(), before, "nothing is written, not to the repository either");

    let gate = workspace.run(&format!("{SYNC} --since then --fail-on drift --doit"));
    gate.expect(1, &["1 of 2 changes is drift: update www.unit.tests. A", "[drift]"]);
    assert_eq!(std::fs::read_to_string(workspace.path("target/unit.tests.yaml")).unwrap(), target);

    workspace.run(&format!("{SYNC} --doit --force")).expect(0, &[]);
    workspace.run(&format!("{SYNC} --since then --fail-on drift --doit")).expect(0, &[]);
}

/// `$INCLUDE` names files from the working directory, which has those of now.
#[test]
fn included_files_are_those_of_the_revision() {
    let workspace = workspace(&[]);
    let class = "class: octodns_bind.ZoneFileSource\n    file_extension: .zone";
    let config =
        crate::support::CONFIG.replacen("class: octodns.provider.yaml.YamlProvider", class, 1);
    workspace.write("config.yaml", config);
    let head = "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns.example.net.\n";
    let zone = format!("{head}$INCLUDE shared/www\n$INCLUDE beside\n");
    workspace.write("zones/unit.tests.zone", zone);
    workspace.write("zones/beside", "beside A 192.0.2.1\n");
    std::fs::create_dir(workspace.path("shared")).unwrap();
    workspace.write("shared/www", "www A 192.0.2.1\n");
    // Files of the same work tree may be included.
    commit(&workspace);
    workspace.run(&format!("{SYNC} --doit --force")).expect(0, &[]);
    for (file, told) in
        [("shared/www", "1 intended, 0 drift"), ("zones/beside", "2 intended, 0 drift")]
    {
        let name = file.rsplit('/').next().unwrap();
        workspace.write(file, format!("{name} A 192.0.2.9\n"));
        workspace.run(&format!("{SYNC} --since then")).expect(0, &[told]);
    }
}

#[test]
fn a_revision_that_is_not_there_is_told() {
    let workspace = workspace(&[]);
    let words = ["is in no git repository", "[since]"];
    workspace.run(&format!("{SYNC} --since HEAD")).expect(1, &words);
    commit(&workspace);
    let words = ["the repository has no revision \"nope\"", "[since]"];
    workspace.run(&format!("{SYNC} --since nope")).expect(1, &words);
    // Without a revision there is nothing to compare with.
    workspace.run(&format!("{SYNC} --fail-on drift")).expect(2, &[]);
}
