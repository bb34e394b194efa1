//! Other kinds of classes: a processor that calls its target, and secrets of a keyring.

use std::path::Path;

use crate::programs::Ran;
use crate::support::{Folder, OUTPUTS, Served, filled, planned, third_party};

const SYNC: &str = "sync --config-file=config.yaml --force --doit";

/// A folder for our program and one for octoDNS, each with a service of its own.
struct Pair {
    ours: (Folder, Served),
    theirs: (Folder, Served),
}

impl Pair {
    /// With these files in both, in which `{url}`, `{host}` and `{port}` are of the service.
    fn new(python: &Path, service: &str, files: &[(&str, &str)]) -> Self {
        let one = || {
            let mut folder = Folder::new(python);
            let service = Served::stub(python, service);
            for (name, text) in files {
                folder.workspace.write(name, filled(text, service.url()));
            }
            folder.reroute("", service.url());
            (folder, service)
        };
        Self { ours: one(), theirs: one() }
    }

    fn run(&self, line: &str) -> [Ran; 2] {
        [self.ours.0.ours(line), self.theirs.0.theirs(line)]
    }

    /// A file of each.
    fn files(&self, name: &str) -> [String; 2] {
        [&self.ours.0, &self.theirs.0]
            .map(|folder| std::fs::read_to_string(folder.workspace.path(name)).unwrap())
    }
}

const VIEWS: &str = "\
processors:
  views: {class: octodns_views.Views, views: {inside: [box, files]}}
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
  box: {class: octodns_adguard.AdGuardProvider, url: '{url}', username: me, password: hunter2}
  files: {class: octodns.provider.yaml.YamlProvider, directory: ./target}
  world: {class: octodns.provider.yaml.YamlProvider, directory: ./world}
zones:
  example.com.: {sources: [config], processors: [views], targets: [box, files, world]}
";

const VIEWED: &str = "\
moved:
  octodns: {views: {inside: {type: CNAME, value: www.example.com.}}}
  type: A
  value: 192.0.2.2
www:
  octodns:
    views:
      inside: {ttl: 60, value: 10.0.0.1}
  type: A
  value: 192.0.2.1
";

/// Native targets and one of Python, in a view and outside.
#[test]
fn a_processor_gives_each_target_its_view() {
    let Some(python) = third_party() else { return };
    let config = format!("{OUTPUTS}{VIEWS}");
    let files = [("config.yaml", &*config), ("zones/example.com.yaml", VIEWED)];
    let mut pair = Pair::new(&python, "adguard", &files);
    let [ours, theirs] = pair.run(SYNC);
    assert_eq!(planned(&ours), planned(&theirs), "{ours:#?}");
    let (ours, theirs) = (pair.ours.1.held(), pair.theirs.1.held());
    assert_eq!(ours, theirs);
    assert!(ours.contains("10.0.0.1") && !ours.contains("192.0.2.1"), "{ours}");
    for (name, address) in [("target", "10.0.0.1"), ("world", "192.0.2.1")] {
        let [ours, theirs] = pair.files(&format!("{name}/example.com.yaml"));
        assert_eq!(ours, theirs, "{name}");
        assert!(ours.contains(address) && !ours.contains("views"), "{name}: {ours}");
    }
}

/// It objects, and so does what it has the target look at again.
#[test]
fn what_a_processor_objects_to_is_told() {
    let Some(python) = third_party() else { return };
    let config = format!("{OUTPUTS}{VIEWS}");
    for (from, to, told) in [
        ("inside", "outside", "override for unknown view outside"),
        (
            "{type: CNAME, value: www.example.com.}",
            "{type: MX, value: {exchange: a.b., preference: 1}}",
            "MX",
        ),
        ("10.0.0.1", "nonsense", "invalid IPv4 address"),
    ] {
        let zone = VIEWED.replacen(from, to, 1);
        let files = [("config.yaml", &*config), ("zones/example.com.yaml", &zone)];
        let mut pair = Pair::new(&python, "adguard", &files);
        for ran in pair.run(SYNC) {
            ran.expect(1, &[told]);
        }
        assert_eq!([pair.ours.1.held(), pair.theirs.1.held()], ["[]\n", "[]\n"], "{told}");
    }
}

/// In place of the keyring of a desktop.
const RING: &str = "
from keyring.backends import null


class Ring(null.Keyring):
    prefix = ''

    def get_password(self, service, name):
        return {'dns/token': f'{self.prefix}2', 'dns/port': '{port}'}.get(f'{service}/{name}')
";

const SECRET: &str = "\
secret_handlers:
  ring: {class: octodns_keyring.KeyringSecrets, backend: own_ring.Ring, prefix: hunter}
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
  box: {class: octodns_technitiumdns.TechnitiumDnsProvider, host: '{host}', port: ring/dns/port, token: ring/dns/token}
zones:
  example.com.: {sources: [config], targets: [box]}
";

#[test]
fn secrets_are_those_of_the_keyring() {
    let Some(python) = third_party() else { return };
    let config = format!("{OUTPUTS}{SECRET}");
    let zone = "www: {type: A, value: 192.0.2.1}\n";
    let files =
        [("config.yaml", &*config), ("start/own_ring.py", RING), ("zones/example.com.yaml", zone)];
    let mut pair = Pair::new(&python, "technitium", &files);
    let [ours, theirs] = pair.run(SYNC);
    assert_eq!(planned(&ours), planned(&theirs), "{ours:#?}");
    let held = pair.ours.1.held();
    assert_eq!(held, pair.theirs.1.held());
    assert!(held.contains("192.0.2.1"), "{held}");
    assert!(!ours.stderr.contains("hunter2"), "{ours:#?}");
}

#[test]
fn a_secret_that_the_keyring_does_not_have_is_told() {
    let Some(python) = third_party() else { return };
    let config =
        format!("{OUTPUTS}{SECRET}").replace("own_ring.Ring", "keyring.backends.null.Keyring");
    let pair = Pair::new(&python, "technitium", &[("config.yaml", &config)]);
    for ran in pair.run(SYNC) {
        ran.expect(1, &["failed to find dns/port"]);
    }
}
