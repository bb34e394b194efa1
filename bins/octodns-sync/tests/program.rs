//! `octodns-sync` as a process: exit codes, what goes to which stream, logging.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const CONFIG: &str = "\
providers:
  zones:
    class: octodns.provider.yaml.YamlProvider
    directory: ./zones
  target:
    class: octodns.provider.yaml.YamlProvider
    directory: ./target
zones:
  unit.tests.:
    sources: [zones]
    targets: [target]
";

/// A folder with a config and a zone of one record.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("config.yaml"), CONFIG).unwrap();
    let zone = "---\nwww:\n  ttl: 60\n  type: A\n  value: 192.0.2.1\n";
    fs::write(folder.path().join("zones/unit.tests.yaml"), zone).unwrap();
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_octodns-sync"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn help_is_a_result_and_wrong_usage_is_exit_code_2() {
    let folder = workspace();
    let help = run(folder.path(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("--config-file"));
    for args in [&[][..], &["--config-file"], &["--config-file=config.yaml", "--nope"]] {
        let wrong = run(folder.path(), args);
        assert_eq!(wrong.status.code(), Some(2), "{args:?}");
        assert!(wrong.stdout.is_empty());
    }
}

#[test]
fn a_plan_is_logged_and_the_standard_output_stays_empty() {
    let folder = workspace();
    let output = run(folder.path(), &["--config-file=config.yaml", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let log = text(&output.stderr);
    // `2024-01-02T03:04:05  [1] INFO    Plan `
    let (before, plan) = log.split_once("] INFO    Plan \n").unwrap();
    let first = before.lines().last().unwrap();
    assert_eq!(&first[10..11], "T", "{first}");
    assert!(first[19..].starts_with("  ["), "{first}");
    assert!(plan.contains("* unit.tests.\n"), "{plan}");
    assert!(
        plan.contains("Create <ARecord A 60, www.unit.tests., ['192.0.2.1']> (zones)"),
        "{plan}"
    );
    assert!(!folder.path().join("target").exists());
}

#[test]
fn the_log_goes_to_the_standard_output_when_asked() {
    let folder = workspace();
    let output = run(folder.path(), &["--config=config.yaml", "--log-stream-stdout"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    assert!(text(&output.stdout).contains("INFO    Manager "));
}

#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let folder = workspace();
    let mut command = command(folder.path(), &["--config-file=config.yaml", "--log-stream-stdout"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_config_that_cannot_be_used_is_exit_code_1_with_its_place() {
    let folder = workspace();
    let missing = run(folder.path(), &["--config-file=nope.yaml"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("nope.yaml"), "{}", text(&missing.stderr));

    fs::write(
        folder.path().join("zones/unit.tests.yaml"),
        "www:\n  ttl: 60\n  type: A\n  value: foo\n",
    )
    .unwrap();
    let faulty = run(folder.path(), &["--config-file=config.yaml"]);
    assert_eq!(faulty.status.code(), Some(1));
    let log = text(&faulty.stderr);
    assert!(log.contains("error["), "{log}");
    assert!(log.contains("zones/unit.tests.yaml:"), "{log}");
    assert!(log.ends_with("1 error\n"), "{log}");
}

#[test]
fn doit_applies_and_the_second_run_has_nothing_to_do() {
    let folder = workspace();
    let first = run(folder.path(), &["--config-file=config.yaml", "--doit"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    assert!(folder.path().join("target/unit.tests.yaml").is_file());
    let second = run(folder.path(), &["--config-file=config.yaml", "--quiet"]);
    assert!(text(&second.stderr).contains("No changes were planned"), "{}", text(&second.stderr));
}

#[test]
fn logging_follows_a_config_file() {
    let folder = workspace();
    let config = "\
version: 1
formatters:
  short: {format: '%(levelname)s %(name)s %(message)s'}
handlers:
  file: {class: logging.FileHandler, filename: run.log, formatter: short}
root: {level: INFO, handlers: [file]}
";
    fs::write(folder.path().join("logging.yaml"), config).unwrap();
    let args = ["--config-file=config.yaml", "--logging-config=logging.yaml"];
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let log = fs::read_to_string(folder.path().join("run.log")).unwrap();
    assert!(log.contains("INFO Plan \n"), "{log}");

    fs::write(folder.path().join("logging.yaml"), config.replace("FileHandler", "HTTPHandler"))
        .unwrap();
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("logging.yaml:5:"), "{}", text(&output.stderr));
}

#[cfg(unix)]
#[test]
fn syslog_gets_the_log_as_well() {
    let folder = workspace();
    let device = folder.path().join("syslog");
    let daemon = std::os::unix::net::UnixDatagram::bind(&device).unwrap();
    let args = ["--config-file=config.yaml", "--log-syslog", "--syslog-device=syslog"];
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut packet = [0; 2048];
    let length = daemon.recv(&mut packet).unwrap();
    let message = text(&packet[..length]);
    // local0 is facility 16, informational is severity 6.
    assert!(message.starts_with("<134>octodns["), "{message}");
    assert!(text(&output.stderr).contains("INFO    Manager "));
}
