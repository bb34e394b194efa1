//! `octodns-sync`: exit codes, output streams, logging.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use octodns_testkit::dns::{self, FakeDns};

use crate::support::{CONFIG, Ran, Workspace, programs};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

#[test]
fn help_is_a_result_and_wrong_usage_is_exit_code_2() {
    let workspace = Workspace::new();
    let help = workspace.run("octodns-sync --help");
    help.expect(0, &[]);
    assert!(help.stdout.contains("--config-file"));
    for line in ["octodns-sync", "octodns-sync --config-file", &format!("{SYNC} --nope")] {
        let wrong = workspace.run(line);
        wrong.expect(2, &[]);
        assert!(wrong.stdout.is_empty());
    }
}

#[test]
fn a_plan_is_logged_and_the_standard_output_stays_empty() {
    let workspace = Workspace::new();
    let ran = workspace.run(&format!("{SYNC} --quiet"));
    ran.expect(0, &[]);
    assert!(ran.stdout.is_empty());
    // `2024-01-02T03:04:05  [1] INFO    Plan `
    let (before, plan) = ran.stderr.split_once("] INFO    Plan \n").unwrap();
    let first = before.lines().last().unwrap();
    assert_eq!(&first[10..11], "T", "{first}");
    assert!(first[19..].starts_with("  ["), "{first}");
    assert!(plan.contains("* unit.tests.\n"), "{plan}");
    let change = "Create <ARecord A 3600, www.unit.tests., ['192.0.2.1']> (zones)";
    assert!(plan.contains(change), "{plan}");
    assert!(!workspace.path("target").exists());
}

/// Who asks for a checksum reads it for the next run, whatever else is logged.
#[test]
fn checksums_are_logged_all_the_same() {
    let workspace = Workspace::new();
    workspace.write("config.yaml", format!("manager: {{enable_checksum: true}}\n{CONFIG}"));
    let logging = "version: 1\nhandlers: {all: {class: logging.StreamHandler}}\n\
                   root: {level: WARNING, handlers: [all]}\n";
    workspace.write("logging.yaml", logging);
    let checksum = |flags: &str| {
        let ran = workspace.run(&format!("{SYNC}{flags}"));
        ran.expect(0, &["checksum="]);
        let line = ran.stderr.lines().find(|line| line.contains("checksum=")).unwrap();
        line.split_once("checksum=").unwrap().1.to_owned()
    };
    let usual = checksum("");
    for flags in [" --quiet", " --debug", " --logging-config=logging.yaml"] {
        assert_eq!(checksum(flags), usual, "{flags}");
    }
    workspace.run(&format!("{SYNC} --quiet --checksum {usual}")).expect(0, &["checksum="]);
    assert!(workspace.path("target/unit.tests.yaml").exists());
}

#[test]
fn the_log_goes_to_the_standard_output_when_asked() {
    let workspace = Workspace::new();
    let ran = workspace.run("octodns-sync --config=config.yaml --log-stream-stdout");
    ran.expect(0, &[]);
    assert!(ran.stderr.is_empty());
    assert!(ran.stdout.contains("INFO    Manager "));
}

#[test]
fn a_closed_output_is_not_an_error() {
    let workspace = Workspace::new();
    let mut command = workspace.command(&format!("{SYNC} --log-stream-stdout"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// A plan that nobody could read was not approved by anybody.
#[cfg(target_os = "linux")]
#[test]
fn a_plan_that_cannot_be_shown_is_not_applied() {
    // The reader of standard output is gone when the program starts.
    let gone = "{ sleep 0.1; PROGRAM; echo $? >code; } | true";
    let output = |options| {
        format!("manager: {{plan_outputs: {{plan: {{class: markdown{options}}}}}}}\n{CONFIG}")
    };
    let (markdown, file, full) = (
        output(""),
        output(", output_filename: gone/plan.md"),
        output(", output_filename: /dev/full"),
    );
    for (config, shell) in [
        (&*markdown, gone),
        (CONFIG, &gone.replace("PROGRAM", "PROGRAM 2>&1")),
        (CONFIG, &gone.replace("PROGRAM", "PROGRAM --log-stream-stdout")),
        (&markdown, "PROGRAM >/dev/full; echo $? >code"),
        (CONFIG, "PROGRAM 2>/dev/full; echo $? >code"),
        (&file, "PROGRAM; echo $? >code"),
        (&full, "PROGRAM; echo $? >code"),
    ] {
        let workspace = Workspace::new();
        workspace.write("config.yaml", config);
        let run = |arguments: &str| {
            let program = programs().join("octodns-sync");
            let program = format!("{} --config-file config.yaml{arguments}", program.display());
            let script = shell.replace("PROGRAM", &program);
            let mut sh = workspace.command_at(Path::new("/bin/sh"));
            Ran::of(&script, sh.env("PATH", "/usr/bin:/bin").args(["-c", &script]));
            fs::read_to_string(workspace.path("code")).unwrap().trim().to_owned()
        };
        assert_eq!(run(" --doit"), "1", "{shell}");
        assert!(!workspace.path("target").exists(), "{shell}");
        // Without --doit, a reader that has seen enough may leave.
        assert_eq!(run(""), if shell.contains("sleep") { "0" } else { "1" }, "{shell}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_plan_file_is_written_whole_or_not_at_all() {
    let workspace = Workspace::new();
    let output = "manager: {plan_outputs: {plan: {class: json, output_filename: plan.json}}}\n";
    workspace.write("config.yaml", format!("{output}{CONFIG}"));
    workspace.write("plan.json", "the old plan");
    let small = workspace.run_after("trap '' XFSZ; ulimit -f 0", SYNC);
    small.expect(1, &["plan-output", "plan.json"]);
    assert_eq!(fs::read_to_string(workspace.path("plan.json")).unwrap(), "the old plan");
    assert!(!workspace.list().iter().any(|name| name.contains(".tmp")), "{:?}", workspace.list());
    workspace.run(SYNC).expect(0, &[]);
    assert!(fs::read_to_string(workspace.path("plan.json")).unwrap().contains("192.0.2.1"));
}

/// A server that says yes to an update and does nothing.
#[test]
fn a_target_that_lies_is_exit_code_1() {
    const NAMES: &[u8] = b"\x02ns\x04unit\x05tests\0\x04root\x04unit\x05tests\0";
    let soa = [NAMES, &[0, 0, 0, 7].repeat(5)].concat();
    let server = FakeDns::start(move |question, mut answer| {
        // Updates are about the SOA of their zone.
        if question.number == 252 {
            let soa = dns::record("unit.tests.", 60, 6, &soa);
            let ns = dns::record("unit.tests.", 60, 2, b"\x02ns\x05other\x05tests\0");
            answer.add_answers([soa.clone(), ns, soa]);
        }
        dns::send(&answer)
    });
    let server = server.unwrap();
    let workspace = Workspace::new();
    let (host, port) = (server.address().ip(), server.address().port());
    let target = format!("{{class: rfc2136, host: {host}, port: {port}}}");
    let config = CONFIG.replace(
        "\n    class: octodns.provider.yaml.YamlProvider\n    directory: ./target",
        &format!(" {target}"),
    );
    assert!(config.contains("rfc2136"));
    workspace.write("config.yaml", config);
    let zone = "'': {ttl: 60, type: NS, value: ns.other.tests.}\nwww: {ttl: 60, type: A, value: 192.0.2.1}\n";
    workspace.write("zones/unit.tests.yaml", zone);
    workspace.run(SYNC).expect(0, &["Creates=1"]);
    let ran = workspace.run(&format!("{SYNC} --doit --force"));
    ran.expect(1, &["www.unit.tests. A", "failed"]);
    let updates = server.asked().iter().filter(|question| question.number == 6).count();
    assert!(updates > 0, "{ran:#?}");
}

/// Only errors fail a run.
#[test]
fn warnings_alone_are_exit_code_0() {
    let workspace = Workspace::new();
    let zone =
        "www: {tll: 60, type: A, value: 192.0.2.1}\nwww.unit.tests: {type: A, value: 192.0.2.1}\n";
    workspace.write("zones/unit.tests.yaml", zone);
    for line in [SYNC.to_owned(), format!("{SYNC} --doit --force")] {
        let ran = workspace.run(&line);
        ran.expect(0, &["WARNING", "tll"]);
        assert!(!ran.stderr.contains("error["), "{ran:#?}");
    }
    assert!(workspace.path("target/unit.tests.yaml").is_file());
}

#[test]
fn an_invalid_config_is_exit_code_1_with_its_position() {
    let workspace = Workspace::new();
    workspace.run("octodns-sync --config-file=nope.yaml").expect(1, &["nope.yaml"]);

    let zone = "www:\n  ttl: 60\n  type: A\n  value: foo\n";
    workspace.write("zones/unit.tests.yaml", zone);
    let faulty = workspace.run(SYNC);
    faulty.expect(1, &["error[", "zones/unit.tests.yaml:4:10"]);
    assert!(faulty.stderr.ends_with("1 error\n"), "{faulty:#?}");
}

#[test]
fn doit_applies_and_the_second_run_has_nothing_to_do() {
    let workspace = Workspace::new();
    workspace.run(SYNC).expect(0, &["nothing was changed; run again with --doit"]);
    workspace.run(&format!("{SYNC} --doit")).expect(0, &[]);
    assert!(workspace.path("target/unit.tests.yaml").is_file());
    workspace.run(&format!("{SYNC} --quiet")).expect(0, &["No changes were planned"]);
}

#[test]
fn logging_follows_a_config_file() {
    let workspace = Workspace::new();
    let config = "\
version: 1
formatters:
  short: {format: '%(levelname)s %(name)s %(message)s'}
handlers:
  file: {class: logging.FileHandler, filename: run.log, formatter: short}
root: {level: INFO, handlers: [file]}
";
    workspace.write("logging.yaml", config);
    let line = format!("{SYNC} --logging-config=logging.yaml");
    let ran = workspace.run(&line);
    ran.expect(0, &[]);
    assert!(ran.stderr.is_empty(), "{ran:#?}");
    let log = fs::read_to_string(workspace.path("run.log")).unwrap();
    assert!(log.contains("INFO Plan \n"), "{log}");

    workspace.write("logging.yaml", config.replace("FileHandler", "HTTPHandler"));
    workspace.run(&line).expect(1, &["logging.yaml:5:"]);
}

#[cfg(unix)]
#[test]
fn syslog_gets_the_log_as_well() {
    let workspace = Workspace::new();
    let device = workspace.path("syslog");
    let daemon = std::os::unix::net::UnixDatagram::bind(&device).unwrap();
    let ran = workspace.run(&format!("{SYNC} --log-syslog --syslog-device=syslog"));
    ran.expect(0, &["INFO    Manager "]);
    let mut packet = [0; 2048];
    let length = daemon.recv(&mut packet).unwrap();
    let message = std::str::from_utf8(&packet[..length]).unwrap();
    // local0 is facility 16, informational is severity 6.
    assert!(message.starts_with("<134>octodns["), "{message}");
}
