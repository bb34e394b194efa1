//! `bench --report`: how many answers per second `octodns-report` gets from local servers, and the reference
//! from the same servers; and `dnsperf`, which only counts answers, from one.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::measure::{Usage, measure};
use crate::run::{cargo, check, failed, succeeds, target};

const ZONE: &str = "bench.test.";

/// The questions of a report, as `dnsperf` reads them.
const QUERIES: &str = "queries";

/// The servers that are queried together, by their names in the program that starts them.
const SEVERAL: [&str; 4] = ["bind", "knot", "nsd", "powerdns"];

/// From this many queries on the reference runs once, since it takes minutes.
const REPEATED_BELOW: usize = 20_000;

/// The reference only knows servers by address, at port 53: it gets a substitute address for each, and the
/// real address before it starts.
const REFERENCE: &str = "\
import sys
from dns.nameserver import Do53Nameserver
from dns.resolver import BaseResolver
ports = dict(pair.split('=') for pair in sys.argv.pop(1).split(','))
plain = BaseResolver.nameservers
def at_port(self, servers):
    plain.fset(self, [Do53Nameserver('127.0.0.1', int(ports[server])) for server in servers])
BaseResolver.nameservers = property(plain.fget, at_port)
from octodns.cmds.report import main
main()
";

/// Measures zones with this many records, and prints a table of each: with one server, and with several at
/// once.
pub(super) fn run(
    ours: &Path,
    records: &[usize],
    runs: usize,
    reference: Option<&Path>,
) -> io::Result<()> {
    check(&mut cargo(&["build", "--package", "octodns-testkit", "--example", "serve"]))?;
    for records in records {
        compare(ours, *records, &SEVERAL[..1], runs, reference)?;
        compare(ours, *records, &SEVERAL, runs, reference)?;
    }
    Ok(())
}

/// Queries servers for every record of a zone, with all programs in turn.
fn compare(
    ours: &Path,
    records: usize,
    servers: &[&str],
    runs: usize,
    reference: Option<&Path>,
) -> io::Result<()> {
    let folder = target().join("bench").join(format!("report-{records}"));
    write_zone(records, &folder)?;
    let serving = Serving::start(&folder, servers)?;
    let contestants = contestants(ours, &serving.addresses, reference);

    let mut figures: Vec<Vec<Usage>> = contestants.iter().map(|_| Vec::new()).collect();
    let mut texts = Vec::new();
    for contestant in contestants.iter().filter(|contestant| contestant.reports) {
        texts.push((contestant.name, contestant.report(&folder, &serving.addresses)?));
    }
    if let Some((name, _)) = texts.iter().find(|(_, text)| *text != texts[0].1) {
        return Err(io::Error::other(format!("the report of {name} is another")));
    }
    let questions = records * servers.len();
    for run in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            if run == 0 || !contestant.slow || questions < REPEATED_BELOW {
                let args: Vec<&str> = contestant.args.iter().map(String::as_str).collect();
                figures.push(measure(&contestant.program, &args, &folder)?);
            }
        }
    }
    println!(
        "\n| {records} records, {} | answers/s | CPU s | wall s | peak MB |",
        servers.join(", ")
    );
    println!("|---|--:|--:|--:|--:|");
    for (contestant, figures) in contestants.iter().zip(&figures) {
        if let Some(usage) = Usage::median(figures) {
            println!("{}", row(contestant.name, questions, &usage));
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people: three digits are enough")]
fn row(name: &str, questions: usize, usage: &Usage) -> String {
    let (cpu, wall) = (usage.cpu.as_secs_f64(), usage.wall.as_secs_f64());
    let (rate, peak) = (questions as f64 / wall, usage.peak_bytes as f64 / 1e6);
    format!("| {name} | {rate:.0} | {cpu:.2} | {wall:.2} | {peak:.1} |")
}

/// A program and its arguments.
struct Contestant {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    /// Whether it prints a report.
    reports: bool,
    /// Whether it runs only once if there are many queries.
    slow: bool,
}

impl Contestant {
    /// Its output, with a substitute address for each server.
    fn report(&self, folder: &Path, servers: &[String]) -> io::Result<String> {
        let mut command = Command::new(&self.program);
        let output = command.args(&self.args).current_dir(folder).output()?;
        if !output.status.success() {
            return Err(failed(&command, &String::from_utf8_lossy(&output.stderr)));
        }
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        for (server, stand_in) in stand_ins(servers) {
            text = text.replace(server, &stand_in);
        }
        Ok(text)
    }
}

/// Each server with a substitute address for the reference.
fn stand_ins(servers: &[String]) -> impl Iterator<Item = (&str, String)> {
    servers.iter().zip(1..).map(|(server, number)| (&**server, format!("192.0.2.{number}")))
}

fn contestants(ours: &Path, servers: &[String], reference: Option<&Path>) -> Vec<Contestant> {
    let common = |more: &[&str]| {
        let args = ["--config-file=config.yaml", "--zone", ZONE, "--source=config", "--quiet"];
        args.iter().chain(more).map(ToString::to_string).collect::<Vec<String>>()
    };
    let mut args = common(&["--timeout=5"]);
    args.extend_from_slice(servers);
    let program = ours.join("octodns-report");
    let mut all =
        vec![Contestant { name: "octodns-report", program, args, reports: true, slow: false }];
    all.extend(dnsperf(servers));
    let Some(bin) = reference else { return all };
    let port = |server: &str| server.rsplit_once(':').map_or("53", |(_, port)| port).to_owned();
    let ports: Vec<String> =
        stand_ins(servers).map(|(server, name)| format!("{name}={}", port(server))).collect();
    for (name, concurrency) in
        [("reference", "--concurrency=4"), ("reference, 64 at once", "--concurrency=64")]
    {
        let mut args = vec!["-c".to_owned(), REFERENCE.to_owned(), ports.join(",")];
        args.extend(common(&["--timeout=5", concurrency]));
        args.extend(stand_ins(servers).map(|(_, name)| name));
        let program = bin.join("python");
        all.push(Contestant { name, program, args, reports: true, slow: true });
    }
    all
}

/// `dnsperf`, if it is installed and there is one server.
fn dnsperf(servers: &[String]) -> Option<Contestant> {
    let [server] = servers else { return None };
    let (address, port) = server.rsplit_once(':')?;
    if !succeeds(Command::new("dnsperf").arg("-h")) {
        return None;
    }
    let args = ["-s", address, "-p", port, "-d", QUERIES, "-n", "1"].map(str::to_owned).into();
    let program = "dnsperf".into();
    Some(Contestant { name: "dnsperf", program, args, reports: false, slow: false })
}

/// A config, a YAML zone as octoDNS writes them, the same zone as a zone file, and the questions about it.
fn write_zone(records: usize, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("zones"))?;
    let (mut yaml, mut queries) = (String::from("---\n"), String::new());
    let mut master = String::from("$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n");
    master.push_str("ns A 192.0.2.53\n");
    for number in 0..records {
        let (high, low) = (number / 250 % 250, number % 250 + 1);
        let (of, value, rows) = match number % 4 {
            0 => (
                "MX",
                format!("value:\n    exchange: mx{low}.example.net.\n    preference: 10"),
                vec![format!("10 mx{low}.example.net.")],
            ),
            1 => (
                "TXT",
                format!("value: text number {number}"),
                vec![format!("\"text number {number}\"")],
            ),
            _ => (
                "A",
                format!("values:\n  - 10.0.{high}.{low}\n  - 10.1.{high}.{low}"),
                vec![format!("10.0.{high}.{low}"), format!("10.1.{high}.{low}")],
            ),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(yaml, "h{number}:\n  type: {of}\n  {value}");
        let _ = writeln!(queries, "h{number}.{ZONE} {of}");
        for row in rows {
            let _ = writeln!(master, "h{number} {of} {row}");
        }
    }
    let config = format!(
        "providers:\n  config:\n    class: octodns.provider.yaml.YamlProvider\n    directory: ./zones\n    \
         enforce_order: false\nzones:\n  {ZONE}:\n    sources: [config]\n"
    );
    fs::write(folder.join("config.yaml"), config)?;
    fs::write(folder.join(format!("zones/{ZONE}yaml")), yaml)?;
    fs::write(folder.join(QUERIES), queries)?;
    fs::write(folder.join("master"), master)
}

/// Servers that end when this is dropped.
struct Serving {
    child: Child,
    addresses: Vec<String>,
}

impl Serving {
    fn start(folder: &Path, servers: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(target().join("debug/examples/serve"));
        command.arg(ZONE).arg("master").args(servers).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
        let lines = child.stdout.take().map(|out| BufReader::new(out).lines());
        let addresses = lines.into_iter().flatten().take(servers.len()).collect::<Result<_, _>>();
        let server = Self { child, addresses: addresses? };
        if server.addresses.len() < servers.len() {
            return Err(failed(&command, "no servers: `cargo xtask install` installs them"));
        }
        Ok(server)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // They run until their input ends.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
