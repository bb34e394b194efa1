//! `octodns-report` with a real server, compared with the reference if that is installed.

use std::fs;
use std::process::{Command, Stdio};

use octodns_testkit::dns::FakeDns;
use octodns_testkit::server::{self, ServedZone, Server, Setup, bind};

use crate::support::{Ran, Workspace};

const CONFIG: &str = "\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./zones, enforce_order: false}
zones:
  lab.test.: {sources: [config]}
";

/// Every type that octoDNS and the server support, and every kind of missing record.
const MASTER_FILE: &str = r#"
$TTL 3600
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
www 300 A 192.0.2.1
www 300 A 192.0.2.10
www AAAA ::ffff:192.0.2.1
six AAAA 2001:db8::1
caa CAA 0 issue "ca.example; policy=x"
alias CNAME www
away CNAME www.example.net.
dn DNAME other.example.
ds NS ns1
ds DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
h HTTPS 1 . alpn=h2 port=443 ipv4hint=192.0.2.1
loc LOC 31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m
loc2 LOC 31 58 52.1 S 115 49 11.7 E -2.5m
mx MX 10 Mail.Example.com.
np NAPTR 100 50 "S" "SIP+D2U" "!^.*$!sip:info@example.com!" _sip._udp
np2 NAPTR 100 50 "" "" "!^(.*)$!sip:\\1@example.com!" .
key OPENPGPKEY mQENBFVHm5sBCACqQ1yHRzoXJ0aX
ptr PTR www
spf SPF "v=spf1 -all"
_sip._tcp SRV 10 20 5060 www
ssh SSHFP 4 2 a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401
sv SVCB 1 foo mandatory=alpn alpn=h2 key65280=abc
_443._tcp TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
_25._tcp TLSA 3 1 2 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
txt TXT "say \"hi\" \\ \009" "two"
_u._tcp URI 10 1 "https://www.example.com/"
* TXT "wild"
xn--4ca A 192.0.2.9
sub NS ns.sub
ns.sub A 192.0.2.99
"#;

/// First the same records as in octoDNS, then those that the server lacks or has differently.
const ZONE: &str = r#"
'': {type: NS, ttl: 3600, values: [ns1.lab.test., ns2.lab.test.]}
ns1: {type: A, ttl: 3600, value: 192.0.2.53}
ns2: {type: A, ttl: 3600, value: 192.0.2.54}
www:
  - {type: A, ttl: 300, values: [192.0.2.1, 192.0.2.10]}
  - {type: AAAA, ttl: 3600, value: '::ffff:192.0.2.1'}
six: {type: AAAA, ttl: 3600, value: '2001:db8::1'}
caa: {type: CAA, ttl: 3600, value: {flags: 0, tag: issue, value: 'ca.example; policy=x'}}
alias: {type: CNAME, ttl: 3600, value: www.lab.test.}
away: {type: CNAME, ttl: 3600, value: www.example.net.}
dn: {type: DNAME, ttl: 3600, value: other.example.}
ds:
  - type: DS
    ttl: 3600
    value: {key_tag: 60485, algorithm: 5, digest_type: 1, digest: 2bb183af5f22588179a53b0a98631fad1a292118}
  - {type: NS, ttl: 3600, value: ns1.lab.test.}
h:
  type: HTTPS
  ttl: 3600
  value:
    svcpriority: 1
    targetname: .
    svcparams: {alpn: [h2], port: 443, ipv4hint: [192.0.2.1]}
loc:
  type: LOC
  ttl: 3600
  value: {lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.1, lat_direction: S, long_degrees: 115, long_minutes: 49,
          long_seconds: 11.7, long_direction: E, altitude: 20, size: 10, precision_horz: 10, precision_vert: 2}
loc2:
  type: LOC
  ttl: 3600
  value: {lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.1, lat_direction: S, long_degrees: 115, long_minutes: 49,
          long_seconds: 11.7, long_direction: E, altitude: -2.5, size: 1, precision_horz: 10000, precision_vert: 10}
mx: {type: MX, ttl: 3600, value: {preference: 10, exchange: mail.example.com.}}
np:
  type: NAPTR
  ttl: 3600
  value: {order: 100, preference: 50, flags: S, service: SIP+D2U, regexp: '!^.*$!sip:info@example.com!',
          replacement: _sip._udp.lab.test.}
np2:
  octodns: {lenient: true}
  type: NAPTR
  ttl: 3600
  value: {order: 100, preference: 50, flags: '', service: '', regexp: '!^(.*)$!sip:\\1@example.com!', replacement: .}
key: {type: OPENPGPKEY, ttl: 3600, value: mQENBFVHm5sBCACqQ1yHRzoXJ0aX}
ptr: {type: PTR, ttl: 3600, value: www.lab.test.}
spf: {type: SPF, ttl: 3600, value: v=spf1 -all}
_sip._tcp: {type: SRV, ttl: 3600, value: {priority: 10, weight: 20, port: 5060, target: www.lab.test.}}
ssh:
  type: SSHFP
  ttl: 3600
  value: {algorithm: 4, fingerprint_type: 2, fingerprint: a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401}
sv:
  type: SVCB
  ttl: 3600
  value: {svcpriority: 1, targetname: foo.lab.test., svcparams: {mandatory: [alpn], alpn: [h2], key65280: abc}}
_443._tcp:
  type: TLSA
  ttl: 3600
  value: {certificate_usage: 3, selector: 1, matching_type: 1,
          certificate_association_data: d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971}
_25._tcp:
  type: TLSA
  ttl: 3600
  value: {certificate_usage: 3, selector: 1, matching_type: 2,
          certificate_association_data: d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971}
txt: {type: TXT, ttl: 3600, value: "say \"hi\" \\ \ttwo"}
_u._tcp: {type: URI, ttl: 3600, value: {priority: 10, weight: 1, target: 'https://www.example.com/'}}
'*': {type: TXT, ttl: 3600, value: wild}
ä: {type: A, ttl: 3600, value: 192.0.2.9}
sub: {type: NS, ttl: 3600, value: ns.sub.lab.test.}
ns.sub: {type: A, ttl: 3600, value: 192.0.2.99}
above.sub: {type: A, ttl: 3600, value: 192.0.2.99}
changed: {type: TXT, ttl: 60, values: [one, wild]}
gone.alias: {type: A, ttl: 60, value: 192.0.2.98}
"#;

fn start() -> Option<(Workspace, Server)> {
    let setup =
        Setup { zones: vec![ServedZone::private("lab.test.", MASTER_FILE)], keys: Vec::new() };
    let server = bind::start(&setup)?;
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG);
    workspace.write("zones/lab.test.yaml", ZONE);
    Some((workspace, server))
}

/// The reference with another port than 53, for which it has no flag.
const REFERENCE: &str = "\
import sys
import dns.resolver
port = int(sys.argv.pop(1))
reset = dns.resolver.BaseResolver.reset
def reset_with_port(self):
    reset(self)
    self.port = port
dns.resolver.BaseResolver.reset = reset_with_port
from octodns.cmds.report import main
main()
";

fn run(workspace: &Workspace, arguments: &str) -> Ran {
    workspace.run(&format!(
        "octodns-report --config-file=config.yaml --quiet --lenient --zone=lab.test. --source=config \
         {arguments}"
    ))
}

#[test]
fn the_report_is_identical_to_that_of_the_reference() {
    let Some((workspace, server)) = start() else { return };
    let Some(python) = server::python() else { return };
    let port = server.address().port();
    for format in ["csv", "json"] {
        let ours = run(
            &workspace,
            &format!("--output-format={format} 127.0.0.1:{port} 127.0.0.1:{port} [::1]:{port}"),
        );
        ours.expect(0, &[]);
        // If there is no `::1`, both say that it does not answer.
        let theirs = Command::new(&python)
            .current_dir(workspace.path("."))
            .args(["-c", REFERENCE, &port.to_string(), "--config-file=config.yaml", "--quiet"])
            .args(["--lenient", "--zone=lab.test.", "--source=config"])
            .args([&format!("--output-format={format}"), "127.0.0.1", "0:0:0:0:0:0:0:1"])
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&theirs.stderr);
        assert!(theirs.status.success(), "{stderr}");
        let without_port = ours
            .stdout
            .replace(&format!("127.0.0.1:{port}"), "127.0.0.1")
            .replace(&format!("[::1]:{port}"), "::1");
        assert_eq!(without_port, String::from_utf8(theirs.stdout).unwrap());
    }
}

/// Every type is read from the server as written in its zone file.
#[test]
fn differences_of_the_server_are_shown_and_checked() {
    let Some((workspace, server)) = start() else { return };
    let address = server.address();
    let ran = run(&workspace, &format!("--format table --check {address}"));
    ran.expect(1, &[]);
    let by_the_other_flag = run(&workspace, &format!("--output-format=table {address}"));
    assert_eq!(by_the_other_flag.stdout, ran.stdout);
    let rows: Vec<Vec<&str>> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with('│'))
        .map(|line| line.trim_matches('│').split('┆').map(str::trim).collect())
        .collect();
    let address = address.to_string();
    assert_eq!(
        rows,
        [
            ["Name", "Type", "TTL", "Values", &address],
            ["above.sub.lab.test.", "A", "3600", "192.0.2.99", "(delegated to sub.lab.test.)"],
            ["changed.lab.test.", "TXT", "60", "\"one\"", "-\"one\""],
            ["", "", "", "\"wild\"", "TTL 3600, not 60"],
            ["gone.alias.lab.test.", "A", "60", "192.0.2.98", "no such name"],
        ]
    );
    let closing = "32 correct, 2 different, 1 unknown\n";
    assert!(ran.stdout.ends_with(closing), "{}", ran.stdout);

    // Without the differences the check passes, and says so.
    let zone: String = ZONE
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("changed") && !line.starts_with("gone"))
        .collect();
    workspace.write("zones/lab.test.yaml", zone);
    let ran = run(&workspace, &format!("--output-format=table --check {address}"));
    ran.expect(0, &[]);
    assert!(ran.stdout.contains("32 correct, 1 unknown"), "{}", ran.stdout);
    // A server without an address fails the check, not the report.
    let ran = run(&workspace, &format!("--check {address} -- no/server"));
    ran.expect(1, &[]);
    run(&workspace, &format!("{address} -- no/server")).expect(0, &[]);
}

#[test]
fn without_a_zone_a_source_or_a_server_there_is_no_report() {
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG);
    workspace.write("zones/lab.test.yaml", "{}\n");
    for (arguments, told) in [
        ("no/server", "there is no DNS server to query (no/server)"),
        ("--source=nope 192.0.2.53", "nope"),
        ("--zone=other.test. 192.0.2.53", "other.test."),
    ] {
        let ran = run(&workspace, arguments);
        ran.expect(1, &[told]);
        assert!(ran.stdout.is_empty());
    }
    for arguments in ["", "--concurrency=0 192.0.2.53", "--timeout=0 192.0.2.53", "--timeout=x ::1"]
    {
        run(&workspace, arguments).expect(2, &[]);
    }
    // Errors are shown as `--format` says; a format of reports means text.
    let ran = run(&workspace, "--format=json no/server");
    ran.expect(1, &[]);
    assert!(ran.stdout.contains("there is no DNS server to query (no/server)"), "{}", ran.stdout);
    let ran = run(&workspace, "--format=table no/server");
    ran.expect(1, &["there is no DNS server to query (no/server)"]);
    run(&workspace, "--format=xml 192.0.2.53")
        .expect(2, &["csv, table, json, text, sarif, github"]);
    // An empty zone has an empty report.
    let ran = run(&workspace, "192.0.2.53");
    ran.expect(0, &[]);
    assert_eq!(ran.stdout, "Name,Type,TTL,192.0.2.53,Consistent\r\n\n");
}

/// The output of a program on a terminal; the text before it on the command line sets its environment.
fn on_a_terminal(workspace: &Workspace, line: &str) -> Option<String> {
    let script = server::program("script")?;
    let program = workspace.command("octodns-report");
    let program = program.get_program().to_string_lossy();
    let line = line.replace("octodns-report", &program);
    let mut command = Command::new(script);
    command.current_dir(workspace.path(".")).env_clear().env("TERM", "xterm");
    // Its own input is empty, and the terminal that it creates for the program has no height.
    let output = command.args(["-qefc", &line, "/dev/null"]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The progress is for people: only on a terminal, on standard error, and erased at the end.
#[test]
fn progress_is_shown_on_a_terminal() {
    // Nothing is shown of a report that takes no time.
    let silent = FakeDns::start(|_, _| Vec::new()).unwrap();
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG);
    workspace.write("zones/lab.test.yaml", ZONE);
    let line = format!(
        "octodns-report --config-file=config.yaml --lenient --zone=lab.test. --source=config \
         --output-format=json {}",
        silent.address()
    );
    let result = workspace.run(&format!("{line} --quiet")).stdout;
    let has_progress = |text: &str| text.contains("asking  [") && text.contains(" of 35 answers, ");
    let Some(shown) = on_a_terminal(&workspace, &format!("{line} >report.json")) else { return };
    assert!(has_progress(&shown), "{shown}");
    assert_eq!(fs::read_to_string(workspace.path("report.json")).unwrap(), result);
    assert!(shown.ends_with("\r\x1b[J"), "{shown:?}");

    // A code that ends in `m` is a color.
    let is_colour = |code: &str| code.chars().find(char::is_ascii_alphabetic) == Some('m');
    let has_colours = |text: &str| text.split("\x1b[").skip(1).any(is_colour);
    let plain = on_a_terminal(&workspace, &format!("NO_COLOR=1 {line} >report.json")).unwrap();
    assert!(has_progress(&plain) && !has_colours(&plain), "{plain:?}");

    for (quiet, line) in [
        ("told to be", format!("{line} --quiet >report.json")),
        ("piped", format!("{line} 2>&1 >report.json | cat")),
        ("a terminal that knows nothing", format!("TERM=dumb {line} >report.json")),
    ] {
        let shown = on_a_terminal(&workspace, &line).unwrap();
        assert!(!has_progress(&shown), "{quiet}: {shown}");
    }
}
