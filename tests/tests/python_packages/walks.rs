//! The classes of the octoDNS project that we have ourselves, run by Python as well.
//!
//! The native provider, the Python class in our program, and octoDNS write to one service in turn. After each, the
//! others find nothing to change.

use octodns_testkit::server::python;

use crate::fakes::ServedFake;
use crate::programs::Ran;
use crate::support::{Folder, OUTPUTS, filled, nothing, planned};

/// A provider of both.
#[derive(Clone, Copy)]
struct Provider {
    /// The name of its fake.
    name: &'static str,
    class: &'static str,
    credentials: &'static str,
    /// The beginnings of URLs in requests of the Python class, with blanks between them.
    origins: &'static str,
    /// The place of the API at the fake, for the native provider.
    below: &'static str,
    /// Options of the native provider alone, and of the Python class alone.
    ours: &'static str,
    theirs: &'static str,
    /// Whether the fake has the zone from the start.
    has_zone: bool,
    /// Names of records that one of them cannot hold, and names of dynamic ones that it can.
    except: &'static str,
    dynamic: &'static str,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Writer {
    /// The native provider.
    Native,
    /// The class in Python, run by our program.
    Bridged,
    /// octoDNS.
    Reference,
}

use Writer::{Bridged, Native, Reference};

/// Who makes each state: the Python class creates, changes and deletes, also what others made.
const STATES: [Writer; 5] = [Bridged, Native, Bridged, Reference, Bridged];

/// Records, and the data of each in every state; without any where it is not there.
const RECORDS: &[(&str, &str, [&str; 5])] = &[
    (
        "a",
        "A",
        [
            "ttl: 300, values: [192.0.2.1, 192.0.2.2]",
            "ttl: 300, values: [192.0.2.2, 192.0.2.3]",
            "ttl: 600, values: [192.0.2.2, 192.0.2.3]",
            "ttl: 600, value: 192.0.2.3",
            "",
        ],
    ),
    (
        "aaaa",
        "AAAA",
        [
            "ttl: 300, value: '2001:db8::1'",
            "",
            "ttl: 300, values: ['2001:db8::2', '2001:db8::3']",
            "ttl: 600, value: '2001:db8::2'",
            "ttl: 600, value: '2001:db8::2'",
        ],
    ),
    (
        "caa",
        "CAA",
        [
            "ttl: 300, value: {flags: 0, tag: issue, value: ca.example.net}",
            "ttl: 300, value: {flags: 0, tag: issue, value: ca.example.org}",
            "",
            "ttl: 300, value: {flags: 0, tag: issue, value: ca.example.net}",
            "",
        ],
    ),
    (
        "cname",
        "CNAME",
        [
            "ttl: 300, value: one.example.net.",
            "ttl: 300, value: two.example.net.",
            "ttl: 300, value: three.example.net.",
            "",
            "ttl: 300, value: two.example.net.",
        ],
    ),
    (
        "mx",
        "MX",
        [
            "ttl: 300, value: {preference: 10, exchange: mx1.example.net.}",
            "ttl: 300, values: [{preference: 10, exchange: mx1.example.net.}, {preference: 20, exchange: mx2.example.net.}]",
            "ttl: 600, value: {preference: 20, exchange: mx2.example.net.}",
            "ttl: 600, value: {preference: 30, exchange: mx2.example.net.}",
            "",
        ],
    ),
    ("pool", "A", [POOL, POOL, POOL_CHANGED, POOL_CHANGED, ""]),
    (
        "sub",
        "NS",
        [
            "",
            "ttl: 300, value: ns1.example.net.",
            "ttl: 300, values: [ns1.example.net., ns2.example.net.]",
            "",
            "",
        ],
    ),
    (
        "txt",
        "TXT",
        [
            "ttl: 300, value: one",
            "ttl: 300, values: [one, two words]",
            "ttl: 300, value: two words",
            "ttl: 600, value: two words",
            "",
        ],
    ),
];

const POOL: &str = "ttl: 60, value: 192.0.2.9, dynamic: {\
    pools: {one: {fallback: two, values: [{value: 192.0.2.10}]}, two: {values: [{value: 192.0.2.11}]}}, \
    rules: [{geos: [EU], pool: two}, {pool: one}]}";
const POOL_CHANGED: &str = "ttl: 60, value: 192.0.2.9, dynamic: {\
    pools: {one: {fallback: two, values: [{value: 192.0.2.12}]}, two: {values: [{value: 192.0.2.11}]}}, \
    rules: [{geos: [NA], pool: two}, {pool: one}]}";

const ZONE: &str = "example.com";

impl Provider {
    const fn new(name: &'static str, class: &'static str, credentials: &'static str) -> Self {
        Self {
            name,
            class,
            credentials,
            origins: "",
            below: "",
            ours: "",
            theirs: "",
            has_zone: false,
            except: "",
            dynamic: "",
        }
    }

    const fn at(self, origins: &'static str, below: &'static str) -> Self {
        Self { origins, below, ..self }
    }

    fn zone(&self, state: usize) -> String {
        let is_in = |words: &str, name: &str| words.split_whitespace().any(|word| word == name);
        let is_held =
            |name: &str| !is_in(self.except, name) && (name != "pool" || is_in(self.dynamic, name));
        let lines =
            RECORDS.iter().filter(|(name, _, data)| is_held(name) && !data[state].is_empty());
        let lines =
            lines.map(|(name, of, data)| format!("{name}: {{type: {of}, {}}}\n", data[state]));
        format!("---\n{}", lines.collect::<String>())
    }

    fn config(&self, writer: Writer, url: &str) -> String {
        let prefix = if writer == Bridged { "python:" } else { "" };
        let own = match writer {
            Native => format!("endpoint: '{url}{}'{}", self.below, filled(self.ours, url)),
            _ => self.theirs.trim_start_matches(", ").to_owned(),
        };
        let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let credentials = self.credentials.replace("{root}", &workspace.to_string_lossy());
        format!(
            "{OUTPUTS}providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: ./zones, enforce_order: false}}
  service: {{class: '{prefix}{}', {credentials}, {own}}}
zones:
  {ZONE}.: {{sources: [config], targets: [service]}}
",
            self.class
        )
    }

    fn run(&self) {
        let Some(python) = python() else { return };
        let fake = ServedFake::start(self.name, if self.has_zone { &[ZONE] } else { &[] });
        let mut folder = Folder::new(&python);
        folder.reroute(self.origins, fake.url());
        let run = |folder: &Folder, writer: Writer, apply: &str| -> Ran {
            folder.workspace.write("config.yaml", self.config(writer, fake.url()));
            let line = format!("sync --config-file=config.yaml{apply}");
            if writer == Reference { folder.theirs(&line) } else { folder.ours(&line) }
        };
        for (state, writer) in STATES.into_iter().enumerate() {
            folder.workspace.write(&format!("zones/{ZONE}.yaml"), self.zone(state));
            let done = run(&folder, writer, " --force --doit");
            assert!(
                planned(&done).contains("record_type"),
                "{}: state {state} changes nothing",
                self.name
            );
            for other in [Native, Bridged, Reference].into_iter().filter(|other| *other != writer) {
                let why = format!(
                    "{}: what {writer:?} made of state {state}, {other:?} would change",
                    self.name
                );
                nothing(&run(&folder, other, ""), &why);
            }
        }
    }
}

macro_rules! walks {
    ($($name:ident: $class:literal, $credentials:expr, $more:expr;)*) => {$(
        #[test]
        fn $name() {
            let more: fn(Provider) -> Provider = $more;
            more(Provider::new(stringify!($name), $class, $credentials)).run();
        }
    )*};
}

walks! {
    azure: "octodns_azure.AzureProvider",
        "sub_id: 11111111-2222-3333-4444-555555555555, resource_group: test-rg, \
         directory_id: 99999999-8888-7777-6666-555555555555, \
         client_id: 77777777-7777-7777-7777-777777777777, key: test-key",
        |it| Provider { ours: ", authority: '{url}'", ..it }
            .at("https://management.azure.com https://login.microsoftonline.com", "");
    cloudflare: "octodns_cloudflare.CloudflareProvider", "token: let-me-in",
        |it| it.at("https://api.cloudflare.com", "/client/v4");
    digitalocean: "octodns_digitalocean.DigitalOceanProvider", "token: dop_v1_hunter2",
        |it| it.at("https://api.digitalocean.com", "/v2");
    dnsimple: "octodns_dnsimple.DnsimpleProvider", "token: hunter2, account: 42",
        |it| it.at("https://api.dnsimple.com", "/v2");
    dnsmadeeasy: "octodns_dnsmadeeasy.DnsMadeEasyProvider", "api_key: api-key, secret_key: hunter2",
        |it| it.at("https://api.dnsmadeeasy.com", "/V2.0/dns/managed");
    edgecenter: "octodns_edgecenter.EdgeCenterProvider", "token: hunter2",
        |it| it.at("https://api.edgecenter.ru", "/dns/v2");
    gandi: "octodns_gandi.GandiProvider", "token: hunter2",
        |it| it.at("https://api.gandi.net", "/v5");
    gcore: "octodns_gcore.GCoreProvider", "token: hunter2",
        |it| it.at("https://api.gcore.com", "/dns/v2");
    hetzner: "octodns_hetzner.HetznerProvider", "token: hunter2, backend: hcloud",
        |it| it.at("https://api.hetzner.cloud", "/v1");
    ns1: "octodns_ns1.Ns1Provider", "api_key: hunter2, monitor_regions: [lga]",
        |it| Provider { dynamic: "pool", ..it }.at("https://api.nsone.net", "/v1");
    powerdns: "octodns_powerdns.PowerDnsProvider", "host: powerdns.invalid, api_key: let-me-in",
        |it| it.at("http://powerdns.invalid:8081", "");
    // Of several texts, octoDNS's class reads the first.
    scaleway: "octodns_scaleway.ScalewayProvider", "token: hunter2, create_zone: true",
        |it| Provider { except: "txt", ..it }.at("https://api.scaleway.com", "/domain/v2beta1");
    transip: "octodns_transip.TransipProvider",
        "account: octodns, key_file: '{root}/crates/providers/transip/tests/key.pem'",
        |it| Provider { has_zone: true, ..it }.at("https://api.transip.nl", "/v6");
    ultra: "octodns_ultra.UltraProvider", "account: example, username: me, password: hunter2",
        |it| it.at("https://api.ultradns.com", "");
}
