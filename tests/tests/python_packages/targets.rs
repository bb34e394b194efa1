//! Targets: planned and applied by our program and by octoDNS, each at a service of its own.

use crate::programs::Ran;
use crate::support::{Folder, OUTPUTS, Served, filled, nothing, planned, third_party};

/// Records, and what becomes of each: its data in three states, without any where it is not there.
const RECORDS: &[(&str, &str, [&str; 3])] = &[
    (
        "a",
        "A",
        [
            "ttl: 300, values: [192.0.2.1, 192.0.2.2]",
            "ttl: 300, values: [192.0.2.2, 192.0.2.3]",
            "",
        ],
    ),
    (
        "aaaa",
        "AAAA",
        [
            "ttl: 300, value: '2001:db8::1'",
            "ttl: 600, value: '2001:db8::2'",
            "ttl: 600, value: '2001:db8::2'",
        ],
    ),
    (
        "caa",
        "CAA",
        [
            "ttl: 300, value: {flags: 0, tag: issue, value: ca.example.net}",
            "ttl: 300, value: {flags: 128, tag: issue, value: ca.example.net}",
            "",
        ],
    ),
    (
        "cname",
        "CNAME",
        ["ttl: 300, value: one.example.net.", "ttl: 300, value: two.example.net.", ""],
    ),
    ("deleted", "A", ["ttl: 300, value: 192.0.2.4", "", "ttl: 300, value: 192.0.2.5"]),
    (
        "mx",
        "MX",
        [
            "ttl: 300, value: {preference: 10, exchange: mx1.example.net.}",
            "ttl: 300, values: [{preference: 10, exchange: mx1.example.net.}, {preference: 20, exchange: mx2.example.net.}]",
            "ttl: 600, value: {preference: 20, exchange: mx2.example.net.}",
        ],
    ),
    (
        "redirect",
        "KatapultProvider/HTTPRedirect",
        [
            "ttl: 300, value: {url: 'https://one.example.net/', http_status: '301'}",
            "ttl: 300, value: {url: 'https://two.example.net/', http_status: 307}",
            "",
        ],
    ),
    ("single", "A", ["ttl: 300, value: 192.0.2.6", "ttl: 300, value: 192.0.2.7", ""]),
    (
        "txt",
        "TXT",
        [
            "ttl: 300, value: one",
            "ttl: 300, values: [one, two words]",
            "ttl: 300, value: two words",
        ],
    ),
    (
        "vm",
        "KatapultProvider/VirtualMachine",
        ["", "ttl: 300, values: [vm_two, vm_one]", "ttl: 300, value: vm_two"],
    ),
];

/// A class that is a target.
#[derive(Clone, Copy)]
struct Target {
    class: &'static str,
    /// Its options, with `{url}`, `{host}` and `{port}` of the service in them.
    options: &'static str,
    /// Its service; none if it writes files.
    service: Option<&'static str>,
    /// The beginning of URLs that go to the service; empty if an option says its address.
    origin: &'static str,
    /// The types of the records.
    types: &'static str,
    /// Names of records that it cannot hold though their type is one of these.
    except: &'static str,
    /// What it prints to standard output when it applies begins so.
    prints: Option<&'static str>,
}

const TARGET: Target = Target {
    class: "",
    options: "",
    service: None,
    origin: "",
    types: "A AAAA CNAME MX TXT",
    except: "",
    prints: None,
};

impl Target {
    /// The zone in a state.
    fn zone(&self, state: usize) -> String {
        let is_in = |words: &str, word: &str| words.split_whitespace().any(|other| other == word);
        let wanted = RECORDS.iter().filter(|(name, of, data)| {
            is_in(self.types, of) && !is_in(self.except, name) && !data[state].is_empty()
        });
        let lines =
            wanted.map(|(name, of, data)| format!("{name}: {{type: {of}, {}}}\n", data[state]));
        format!("---\n{}", lines.collect::<String>())
    }

    fn config(&self, url: &str) -> String {
        let options = filled(self.options, url);
        format!(
            "{OUTPUTS}providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: ./zones, enforce_order: false}}
  target: {{class: {}, {options}}}
zones:
  example.com.: {{sources: [config], targets: [target]}}
",
            self.class
        )
    }

    /// Both planned the same; what the class printed is in our log, and in no plan.
    fn same_plan(&self, we: &Ran, they: &Ran, state: usize) {
        let printed = |line: &&str| self.prints.is_some_and(|prints| line.starts_with(prints));
        let lines = planned(they).lines().filter(|line| !printed(line));
        let said = lines.map(|line| format!("{line}\n"));
        assert_eq!(planned(we), said.collect::<String>(), "state {state}: {we:#?}");
        assert!(we.stdout.contains("record_type"), "state {state} changes nothing: {we:#?}");
        if let Some(prints) = self.prints {
            assert!(we.stderr.contains(prints), "state {state}: what it prints is lost: {we:#?}");
        }
    }

    /// In each state, what we plan, do and leave is what octoDNS does.
    fn run(&self) {
        let Some(python) = third_party() else { return };
        let mut places = [(); 2].map(|()| {
            let mut folder = Folder::new(&python);
            let service = self.service.map(|name| Served::stub(&python, name));
            let url = service.as_ref().map(Served::url).unwrap_or_default();
            folder.workspace.write("config.yaml", self.config(url));
            folder.reroute(self.origin, url);
            (folder, service)
        });
        for state in 0..3 {
            let [(ours, our_service), (theirs, their_service)] = &mut places;
            for folder in [&*ours, theirs] {
                folder.workspace.write("zones/example.com.yaml", self.zone(state));
            }
            let (we, they) = (ours.ours(APPLY), theirs.theirs(APPLY));
            self.same_plan(&we, &they, state);
            let Some((our_service, their_service)) =
                our_service.as_mut().zip(their_service.as_mut())
            else {
                let file = |folder: &Folder| {
                    std::fs::read_to_string(folder.workspace.path("target/example.com.yaml"))
                };
                assert_eq!(file(ours).unwrap(), file(theirs).unwrap(), "state {state}");
                continue;
            };
            assert_eq!(our_service.held(), their_service.held(), "state {state}");
            nothing(&ours.ours(PLAN), "what we applied, we would change");
            nothing(&ours.theirs(PLAN), "what we applied, octoDNS would change");
        }
    }
}

const APPLY: &str = "sync --config-file=config.yaml --force --doit";
const PLAN: &str = "sync --config-file=config.yaml";

macro_rules! targets {
    ($($name:ident: $target:expr;)*) => {$(
        #[test]
        fn $name() {
            $target.run();
        }
    )*};
}

targets! {
    // No TTLs: `_include_change` leaves changes of these alone out.
    adguard: Target {
        class: "octodns_adguard.AdGuardProvider",
        options: "url: '{url}', username: me, password: hunter2",
        service: Some("adguard"),
        types: "A AAAA CNAME",
        ..TARGET
    };
    // Prints each row, and deletes by ids that it kept when it read.
    bunny: Target {
        class: "octodns_bunny.BunnyProvider",
        options: "api_key: hunter2",
        service: Some("bunny"),
        origin: "https://api.bunny.net",
        types: "A AAAA CAA CNAME MX TXT",
        prints: Some("example.com: {"),
        ..TARGET
    };
    // Record types of its own, ids that it kept when it read.
    katapult: Target {
        class: "octodns_katapult.KatapultProvider",
        options: "token: hunter2, organization: acme",
        service: Some("katapult"),
        origin: "https://api.katapult.io",
        types: "A AAAA CAA CNAME MX TXT KatapultProvider/HTTPRedirect KatapultProvider/VirtualMachine",
        ..TARGET
    };
    // Overrides `apply`, which returns a truth value.
    metaname: Target {
        class: "octodns_metaname.MetanameProvider",
        options: "base_url: '{url}'",
        service: Some("metaname"),
        except: "a",
        ..TARGET
    };
    // Keeps what it read as long as it lives.
    mikrotik: Target {
        class: "octodns_mikrotik.MikroTikProvider",
        options: "host: '{host}', port: {port}, scheme: http, user: me, password: hunter2",
        service: Some("mikrotik"),
        ..TARGET
    };
    // Asks the service what it supports, and hangs references on records and zones.
    octoblox: Target {
        class: "octoblox.InfoBloxProvider",
        options: "endpoint: infoblox.invalid, username: me, password: hunter2, create_zones: true",
        service: Some("infoblox"),
        origin: "https://infoblox.invalid",
        ..TARGET
    };
    // Changes what is desired: no TTLs.
    pihole: Target {
        class: "octodns_pihole.PiholeProvider",
        options: "url: '{url}', password: hunter2",
        service: Some("pihole"),
        types: "A AAAA CNAME",
        ..TARGET
    };
    technitium: Target {
        class: "octodns_technitiumdns.TechnitiumDnsProvider",
        options: "host: '{host}', port: {port}, token: hunter2",
        service: Some("technitium"),
        types: "A AAAA CAA CNAME MX TXT",
        ..TARGET
    };
    // A copy of `YamlProvider`, with properties for what it supports.
    yamlimproved: Target {
        class: "octodns_yamlimproved.YamlProvider",
        options: "directory: ./target",
        types: "A AAAA CAA CNAME MX TXT",
        ..TARGET
    };
}
