//! How the programs handle invalid input: they say what is wrong and where, exit with 1, and leave nothing
//! half done.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;

use crate::support::{CONFIG, Workspace, ZONE};

const SYNC: &str = "octodns-sync --config-file=config.yaml --doit --force";
const VALIDATE: &str = "octodns-validate --config-file=config.yaml";
const DUMP: &str = "octodns-dump --config-file=config.yaml --output-dir=out * zones";

/// Nested lists that are a gigabyte when all aliases are expanded.
fn bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{inner}]").unwrap();
    }
    text
}

/// Contents that are not YAML, and a part of the message.
fn not_yaml() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let deep = |count: usize, open: &str, close: &str| {
        format!("a: {}{}", open.repeat(count), close.repeat(count)).into_bytes()
    };
    let blocks = (0..2_000).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    let garbage = (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    vec![
        ("truncated", b"www:\n  type: A\n  value: \"192.0.2".to_vec(), "unclosed quote"),
        ("a truncated list", b"www: {type: A, values: [192.0.2.1,".to_vec(), "error[yaml]"),
        ("bomb", bomb().into_bytes(), "repeats too much through aliases"),
        ("flow lists", deep(10_000, "[", "]"), "nested too deeply"),
        ("open flow lists", deep(10_000, "[", ""), "nested too deeply"),
        ("flow mappings", deep(10_000, "{a: ", "}"), "nested too deeply"),
        ("block lists", b"- ".repeat(10_000), "nested too deeply"),
        ("block mappings", blocks.into_bytes(), "nested too deeply"),
        ("garbage", garbage, "not UTF-8"),
        ("NUL", b"www:\n  type: A\n  value: 192.0.2.1\0\n".to_vec(), "yaml:3:19"),
        ("Latin 1", b"www:\n  type: TXT\n  value: caf\xe9\n".to_vec(), "yaml:3:"),
        ("UTF-16", b"\xff\xfew\0w\0w\0:\0".to_vec(), "UTF-16"),
    ]
}

#[test]
fn a_zone_file_that_is_not_yaml() {
    for (case, content, told) in not_yaml() {
        println!("{case}");
        let workspace = Workspace::new();
        workspace.write("zones/unit.tests.yaml", content);
        let before = workspace.list();
        for line in [SYNC, VALIDATE] {
            workspace.run(line).expect(1, &["zones/unit.tests.yaml:", told]);
            assert_eq!(workspace.list(), before, "{case}: {line}");
        }
    }
}

#[test]
fn a_config_that_is_not_yaml() {
    for (case, content, told) in not_yaml() {
        println!("{case}");
        let workspace = Workspace::new();
        workspace.write("config.yaml", content);
        let told = told.replace("yaml:", "config.yaml:");
        workspace.run(SYNC).expect(1, &["config.yaml:", &told]);
    }
}

#[test]
fn a_target_file_that_is_not_yaml_is_not_replaced() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("target")).unwrap();
    workspace.write("target/unit.tests.yaml", "www: [");
    workspace.run(SYNC).expect(1, &["target/unit.tests.yaml:1:"]);
    assert_eq!(fs::read(workspace.path("target/unit.tests.yaml")).unwrap(), b"www: [");
}

#[test]
fn a_zone_file_with_other_content() {
    for (content, told) in [
        ("- a\n- b\n", "a zone file maps names to records, this is a list"),
        ("just text\n", "a zone file maps names to records, this is text"),
        ("www: 3\n", "yaml:1:"),
        ("www:\n  - 3\n", "yaml:2:"),
        ("www:\n  type: [A]\n  value: 192.0.2.1\n", "yaml:2:"),
        ("www:\n  type: A\n  ttl: {}\n  value: 192.0.2.1\n", "yaml:"),
        ("[a]: {type: A, value: 192.0.2.1}\n", "yaml:1:"),
        ("www:\n  type: A\n  value: {a: [b]}\n", "yaml:"),
    ] {
        let workspace = Workspace::new();
        workspace.write("zones/unit.tests.yaml", content);
        workspace.run(SYNC).expect(1, &["zones/unit.tests.yaml:", told]);
        assert!(!workspace.path("target").exists());
    }
}

/// A config whose provider treats a zone without a file as empty.
fn forgiving() -> String {
    let option = "directory: ./zones\n    ignore_missing_zones: true";
    CONFIG.replace("directory: ./zones", option)
}

#[cfg(unix)]
#[test]
fn a_missing_or_invalid_zone_file_is_not_an_empty_zone() {
    use std::os::unix::fs::symlink;
    for config in [CONFIG, &forgiving()] {
        let workspace = Workspace::new();
        workspace.write("config.yaml", config);
        workspace.run(SYNC).expect(0, &[]);
        let file = workspace.path("zones/unit.tests.yaml");
        fs::remove_file(&file).unwrap();

        symlink("nowhere.yaml", &file).unwrap();
        workspace.run(SYNC).expect(1, &["cannot read \"./zones/unit.tests.yaml\""]);
        fs::remove_file(&file).unwrap();

        symlink("unit.tests.yaml", &file).unwrap();
        workspace.run(SYNC).expect(1, &["cannot read \"./zones/unit.tests.yaml\""]);
        fs::remove_file(&file).unwrap();

        symlink("/dev/null", &file).unwrap();
        workspace.run(SYNC).expect(1, &["\"./zones/unit.tests.yaml\" is not a file"]);
        fs::remove_file(&file).unwrap();

        fs::create_dir(&file).unwrap();
        workspace.run(SYNC).expect(1, &["\"./zones/unit.tests.yaml\" is not a file"]);
        fs::remove_dir(&file).unwrap();

        fs::remove_dir(workspace.path("zones")).unwrap();
        workspace.write("zones", "a file");
        workspace.run(SYNC).expect(1, &["./zones"]);
        let target = fs::read_to_string(workspace.path("target/unit.tests.yaml")).unwrap();
        assert!(target.contains("192.0.2.1"));
    }
}

#[test]
fn a_missing_zone_file() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.path("zones/unit.tests.yaml")).unwrap();
    workspace.run(SYNC).expect(1, &["unit.tests.", "./zones/unit.tests.yaml"]);
    fs::remove_dir(workspace.path("zones")).unwrap();
    workspace.run(SYNC).expect(1, &["unit.tests.", "./zones/unit.tests.yaml"]);
}

#[test]
fn an_unwritable_folder() {
    // A file where the folder should be: permissions would not stop every user.
    let workspace = Workspace::new();
    workspace.write("target", "in the way");
    workspace.write("out", "in the way");
    let before = workspace.list();
    workspace.run(SYNC).expect(1, &["./target"]);
    workspace.run(DUMP).expect(1, &["\"out/unit.tests.yaml\""]);
    assert_eq!(workspace.list(), before);

    let workspace = Workspace::new();
    fs::create_dir_all(workspace.path("target/unit.tests.yaml")).unwrap();
    fs::create_dir_all(workspace.path("out/unit.tests.yaml")).unwrap();
    let before = workspace.list();
    workspace.run(SYNC).expect(1, &["./target/unit.tests.yaml"]);
    workspace.run(DUMP).expect(1, &["out/unit.tests.yaml"]);
    assert_eq!(workspace.list(), before);
}

#[cfg(unix)]
#[test]
fn a_device_is_not_replaced_by_a_file() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("out")).unwrap();
    // A pipe tests the same as a device, and is harmless to replace.
    let made = std::process::Command::new("mkfifo").arg(workspace.path("pipe")).status();
    assert!(made.unwrap().success());
    symlink("../pipe", workspace.path("out/unit.tests.yaml")).unwrap();
    workspace.run(DUMP).expect(1, &["out/unit.tests.yaml"]);
    assert!(fs::metadata(workspace.path("pipe")).unwrap().file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    let workspace = Workspace::new();
    let zone = (0..2_000).fold(String::new(), |text, number| {
        text + &format!("www{number}:\n  type: A\n  value: 192.0.2.1\n")
    });
    workspace.write("zones/unit.tests.yaml", zone);
    for folder in ["target", "out"] {
        fs::create_dir(workspace.path(folder)).unwrap();
        workspace.write(&format!("{folder}/unit.tests.yaml"), ZONE);
    }
    let before = workspace.list();
    // A limit on the size of files fails like a full disk, once its signal is ignored.
    let full = "trap '' XFSZ; ulimit -f 4";
    for (line, file) in [
        (SYNC, "target/unit.tests.yaml"),
        (&*DUMP.replace('*', "unit.tests."), "out/unit.tests.yaml"),
    ] {
        workspace.run_after(full, line).expect(1, &[file, "too large"]);
        assert_eq!(fs::read_to_string(workspace.path(file)).unwrap(), ZONE);
        assert_eq!(workspace.list(), before);
    }
}

#[test]
fn a_missing_config() {
    let workspace = Workspace::new();
    for name in ["nope.yaml", "zones"] {
        for program in ["sync", "validate", "versions"] {
            let line = format!("octodns-{program} --config-file={name}");
            workspace.run(&line).expect(1, &[name, "cannot read the config file"]);
        }
    }
}

#[test]
fn a_config_of_the_wrong_shape() {
    let zone =
        |settings: &str| CONFIG.split("zones:\n  unit").next().unwrap().to_owned() + settings;
    for (config, told) in [
        (String::new(), "the config must be a mapping, not nothing"),
        ("- a\n".to_owned(), "the config must be a mapping, not a list"),
        ("text".to_owned(), "the config must be a mapping, not text"),
        ("providers: {}\n".to_owned(), "the section \"zones\" is missing"),
        ("providers: [a]\nzones: {}\n".to_owned(), "config.yaml:1:12"),
        ("providers: {}\nzones: [a]\n".to_owned(), "config.yaml:2:8"),
        ("providers: {a: 3}\nzones: {}\n".to_owned(), "provider a: must be a mapping"),
        ("providers: {a: {}}\nzones: {}\n".to_owned(), "provider a: missing key \"class\""),
        ("providers: {a: {class: [b]}}\nzones: {}\n".to_owned(), "provider a: unknown class"),
        (CONFIG.replace("YamlProvider", "YamlProvdier"), "did you mean"),
        (CONFIG.replace("./zones", "[a]"), "provider zones: "),
        (format!("{CONFIG}manager: [a]\n"), "manager must be a mapping"),
        (format!("{CONFIG}manager: {{max_workers: lots}}\n"), "whole number"),
        (format!("{CONFIG}manager: {{plan_outputs: [a]}}\n"), "plan_outputs must be a mapping"),
        (
            format!("{CONFIG}manager: {{plan_outputs: {{a: {{class: b}}}}}}\n"),
            "unknown class \"b\"",
        ),
        (format!("{CONFIG}processors: {{a: {{class: b}}}}\n"), "unknown class \"b\""),
        (zone("zones:\n  unit.tests.: a\n"), "zone unit.tests."),
        (zone("zones:\n  unit.tests:\n    sources: [zones]\n"), "write \"unit.tests.\""),
        (zone("zones:\n  unit.tests.: {sources: zones, targets: 3}\n"), "must be a list of names"),
        (zone("zones:\n  unit.tests.: {sources: [zonse], targets: [target]}\n"), "\"zones\"?"),
    ] {
        let workspace = Workspace::new();
        workspace.write("config.yaml", &config);
        let before = workspace.list();
        let ran = workspace.run(SYNC);
        println!("{config}\n{}", ran.stderr);
        ran.expect(1, &["config.yaml", told]);
        assert_eq!(workspace.list(), before);
    }
}

#[test]
fn wrong_usage() {
    let workspace = Workspace::new();
    for line in [
        "octodns-sync",
        "octodns-sync --config-file=config.yaml --nope",
        "octodns-sync --config-file=config.yaml -x",
        "octodns-dump --config-file=config.yaml unit.tests. zones",
        "octodns-dump --config-file=config.yaml --output-dir=out unit.tests.",
        "octodns-validate --config-file",
        "octodns-validate --config-file=config.yaml extra",
        "octodns-compare --config-file=config.yaml --a=zones --zone=unit.tests.",
        "octodns-versions --nope",
        "octodns-schema --kind=nope",
        "octodns-schema --indent=two",
    ] {
        let ran = workspace.run(line);
        ran.expect(2, &["error: ", "--help"]);
        assert!(ran.stdout.is_empty(), "{ran:#?}");
    }
}

#[test]
fn arguments_that_name_something_missing() {
    let workspace = Workspace::new();
    for (line, told) in [
        ("octodns-sync --config-file=config.yaml other.tests.", "other.tests."),
        ("octodns-dump --config-file=config.yaml --output-dir=out unit.tests. nope", "nope"),
        ("octodns-compare --config-file=config.yaml --a=zones --b=no --zone=unit.tests.", "no"),
        ("octodns-compare --config-file=config.yaml --a=zones --b=zones --zone=x", "x"),
        ("octodns-sync --config-file=config.yaml --logging-config=nope.yaml", "nope.yaml"),
        ("octodns-schema --output=nope/schema.json", "nope/schema.json"),
    ] {
        let ran = workspace.run(line);
        println!("{line}\n{}", ran.stderr);
        ran.expect(1, &["error", told]);
    }
    assert!(!workspace.path("out").exists());
}

/// A config whose plan goes to the standard output.
fn with_json() -> String {
    format!("{CONFIG}manager: {{plan_outputs: {{a: {{class: octodns.provider.plan.PlanJson}}}}}}\n")
}

#[test]
fn nobody_reads_the_output() {
    let workspace = Workspace::new();
    workspace.write("config.yaml", with_json());
    for line in [
        "octodns-sync --config-file=config.yaml",
        "octodns-versions --config-file=config.yaml",
        "octodns-sync --help",
    ] {
        let mut command = workspace.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {log}");
        assert!(!log.contains("panicked"), "{line}: {log}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_output_cannot_be_written() {
    let workspace = Workspace::new();
    workspace.write("config.yaml", with_json());
    let full = "exec >/dev/full";
    workspace.run_after(full, &format!("{SYNC} --quiet")).expect(1, &["cannot write the plan"]);
    assert!(!workspace.path("target").exists(), "a plan that nobody saw must not be applied");
    // Neither output nor log works: it must exit, but not with a panic.
    let full = "exec >/dev/full 2>/dev/full";
    assert_eq!(workspace.run_after(full, SYNC).code, Some(1));
}

#[test]
fn secrets_are_not_told() {
    let workspace = Workspace::new();
    for option in ["default_ttl", "enforce_order", "order_mode"] {
        let directory = "directory: ./zones";
        let options = format!("{directory}\n    {option}: env/SECRET");
        workspace.write("config.yaml", CONFIG.replace(directory, &options));
        for secret in ["hunter2", "say \"hunter2\"", "hunter2\nhunter2", "-18446744073709551.6"] {
            let line = "octodns-sync --config-file=config.yaml --debug";
            let output = workspace.command(line).env("SECRET", secret).output().unwrap();
            let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(1), "{told}");
            assert!(told.contains("the value of \"env/SECRET\" does not fit"), "{told}");
            assert!(told.contains("config.yaml:5:"), "{told}");
            assert!(!told.contains("hunter") && !told.contains("18446744"), "{told}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_include_of_a_device_neither_hangs_nor_reveals_the_environment() {
    let workspace = Workspace::new();
    for (name, told) in [
        ("/dev/zero", "the file is outside"),
        (".", "it is not a file"),
        ("nope.yaml", "cannot include \"./zones/nope.yaml\""),
        ("unit.tests.yaml", "includes itself"),
        ("/proc/self/environ", "the file is outside"),
    ] {
        workspace.write("zones/unit.tests.yaml", format!("www: !include {name}\n"));
        let ran = workspace.run_after("SECRET=hunter2; export SECRET", SYNC);
        ran.expect(1, &[told]);
        assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
    }
}
