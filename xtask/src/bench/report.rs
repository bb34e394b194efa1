//! `bench --report`: how many answers a second `octodns-report` gets from a server beside it, and the
//! reference of the same server.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::measure::{Usage, measure};
use crate::run::{cargo, check, failed, target};

const ZONE: &str = "bench.test.";

/// The reference asks port 53 only; this sets another before it starts.
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

/// Measures zones of so many records, and prints a table of each.
pub(super) fn run(records: &[usize], runs: usize, reference: Option<&Path>) -> io::Result<()> {
    check(&mut cargo(&["build", "--release", "--package", "octodns-report"]))?;
    check(&mut cargo(&["build", "--package", "octodns-testkit", "--example", "serve"]))?;
    records.iter().try_for_each(|records| compare(*records, runs, reference))
}

/// Asks one server for every record of a zone, both programs in turn.
fn compare(records: usize, runs: usize, reference: Option<&Path>) -> io::Result<()> {
    let folder = target().join("bench").join(format!("report-{records}"));
    write_zone(records, &folder)?;
    let server = Serving::start(&folder)?;
    let contestants = contestants(&server.address, reference);

    let mut texts = Vec::new();
    for contestant in &contestants {
        texts.push(contestant.report(&folder, &server.address)?);
    }
    if let Some(other) = texts.iter().position(|text| *text != texts[0]) {
        let name = contestants[other].name;
        return Err(io::Error::other(format!("the report of {name} is another")));
    }
    let mut figures: Vec<Vec<Usage>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            let args: Vec<&str> = contestant.args.iter().map(String::as_str).collect();
            figures.push(measure(&contestant.program, &args, &folder)?);
        }
    }
    println!("\n| {records} records, one server | answers/s | CPU s | wall s | peak MB |");
    println!("|---|--:|--:|--:|--:|");
    for (contestant, figures) in contestants.iter().zip(&figures) {
        if let Some(usage) = Usage::median(figures) {
            println!("{}", row(contestant.name, records, &usage));
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people: three digits are enough")]
fn row(name: &str, records: usize, usage: &Usage) -> String {
    let (cpu, wall) = (usage.cpu.as_secs_f64(), usage.wall.as_secs_f64());
    let (rate, peak) = (records as f64 / wall, usage.peak_bytes as f64 / 1e6);
    format!("| {name} | {rate:.0} | {cpu:.2} | {wall:.2} | {peak:.1} |")
}

/// A program and how it is called.
struct Contestant {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
}

impl Contestant {
    /// What it prints, the port of the server left out; the reference has none.
    fn report(&self, folder: &Path, server: &str) -> io::Result<String> {
        let mut command = Command::new(&self.program);
        let output = command.args(&self.args).current_dir(folder).output()?;
        if !output.status.success() {
            return Err(failed(&command, &String::from_utf8_lossy(&output.stderr)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.replace(server, host(server)))
    }
}

fn host(server: &str) -> &str {
    server.rsplit_once(':').map_or(server, |(host, _)| host)
}

fn contestants(server: &str, reference: Option<&Path>) -> Vec<Contestant> {
    let common = |more: &[&str]| {
        let args = ["--config-file=config.yaml", "--zone", ZONE, "--source=config", "--quiet"];
        args.iter().chain(more).map(ToString::to_string).collect::<Vec<String>>()
    };
    let mut all = vec![Contestant {
        name: "octodns-report",
        program: target().join("release/octodns-report"),
        args: common(&["--timeout=5", server]),
    }];
    let Some(bin) = reference else { return all };
    let port = server.rsplit_once(':').map_or("53", |(_, port)| port);
    let started = ["-c", REFERENCE, port].map(str::to_owned);
    for (name, concurrency) in
        [("reference", "--concurrency=4"), ("reference, 64 at once", "--concurrency=64")]
    {
        let args = common(&["--timeout=5", concurrency, host(server)]);
        let args = started.iter().cloned().chain(args).collect();
        all.push(Contestant { name, program: bin.join("python"), args });
    }
    all
}

/// A config, a zone file, and the same zone as a master file.
fn write_zone(records: usize, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("zones"))?;
    let mut yaml = String::from("---\n");
    let mut master = String::from("$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n");
    master.push_str("ns A 192.0.2.53\n");
    for number in 0..records {
        let (high, low) = (number / 250 % 250, number % 250 + 1);
        let (value, rows) = match number % 4 {
            0 => (
                format!("{{type: MX, value: {{preference: 10, exchange: mx{low}.example.net.}}}}"),
                vec![format!("MX 10 mx{low}.example.net.")],
            ),
            1 => (
                format!("{{type: TXT, value: text number {number}}}"),
                vec![format!("TXT \"text number {number}\"")],
            ),
            _ => (
                format!("{{type: A, values: [10.0.{high}.{low}, 10.1.{high}.{low}]}}"),
                vec![format!("A 10.0.{high}.{low}"), format!("A 10.1.{high}.{low}")],
            ),
        };
        // Writing to text cannot fail.
        let _ = writeln!(yaml, "h{number}: {value}");
        for row in rows {
            let _ = writeln!(master, "h{number} {row}");
        }
    }
    let config = format!(
        "providers:\n  config:\n    class: octodns.provider.yaml.YamlProvider\n    directory: ./zones\n    \
         enforce_order: false\nzones:\n  {ZONE}:\n    sources: [config]\n"
    );
    fs::write(folder.join("config.yaml"), config)?;
    fs::write(folder.join(format!("zones/{ZONE}yaml")), yaml)?;
    fs::write(folder.join("master"), master)
}

/// A server that ends with its value.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(target().join("debug/examples/serve"));
        command.arg(ZONE).arg("master").current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
        let mut address = String::new();
        if let Some(out) = &mut child.stdout {
            BufReader::new(out).read_line(&mut address)?;
        }
        let address = address.trim().to_owned();
        let server = Self { child, address };
        if server.address.is_empty() {
            return Err(failed(&command, "no server: `cargo xtask install` installs BIND"));
        }
        Ok(server)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It serves until its input ends.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
