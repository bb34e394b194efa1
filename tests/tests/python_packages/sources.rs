//! Sources: dumped, and planned into files, by our program and by octoDNS.

use std::path::Path;

use crate::support::{Folder, OUTPUTS, Served, filled, planned, third_party};

/// What the zone has besides, from a source before it.
const STATIC: &str = "static: {type: A, value: 192.0.2.1}\n";

/// A class that is a source.
struct Source {
    class: &'static str,
    /// Its options, with `{url}`, `{host}` and `{port}` of the service in them.
    options: &'static str,
    service: Option<&'static str>,
    /// The beginnings of URLs that go to the service, and what comes behind its own address instead.
    routes: &'static [(&'static str, &'static str)],
    zones: &'static [&'static str],
    /// What has to be in the dump of the first zone.
    has: &'static str,
}

impl Source {
    fn config(&self, url: &str) -> String {
        let options = filled(self.options, url);
        let zone =
            |zone: &&str| format!("  {zone}: {{sources: [before, inventory], targets: [files]}}\n");
        let zones: String = self.zones.iter().map(zone).collect();
        format!(
            "{OUTPUTS}providers:
  before: {{class: octodns.provider.yaml.YamlProvider, directory: ./zones}}
  inventory: {{class: {}, {options}}}
  files: {{class: octodns.provider.yaml.YamlProvider, directory: ./target}}
zones:
{zones}",
            self.class
        )
    }

    fn run(&self) {
        let Some(python) = third_party() else { return };
        let mut folder = Folder::new(&python);
        let service = self.service.map(|name| Served::stub(&python, name));
        let url = service.as_ref().map(Served::url).unwrap_or_default();
        folder.workspace.write("config.yaml", self.config(url));
        let routes = self.routes.iter().map(|(origin, place)| (*origin, format!("{url}{place}")));
        folder.reroute_each(&routes.chain([(url, url.to_owned())]).collect::<Vec<_>>());
        for zone in self.zones {
            folder.workspace.write(&format!("zones/{zone}yaml"), STATIC);
        }
        for (name, text) in NESTED {
            folder.workspace.write(name, text);
        }
        self.dump(&folder);
        let command = "sync --config-file=config.yaml --force --doit";
        let ours = folder.ours(command);
        let our_files = taken(&folder.workspace.path("target"));
        let theirs = folder.theirs(command);
        assert_eq!(planned(&ours), planned(&theirs), "{ours:#?}");
        assert_eq!(our_files.len(), self.zones.len());
        assert_eq!(our_files, taken(&folder.workspace.path("target")));
    }

    fn dump(&self, folder: &Folder) {
        for zone in self.zones {
            let command = |to: &str| {
                format!(
                    "dump --config-file=config.yaml --lenient --output-dir=./{to} {zone} inventory"
                )
            };
            let (ours, theirs) = (folder.ours(&command("ours")), folder.theirs(&command("theirs")));
            assert_eq!((ours.code, theirs.code), (Some(0), Some(0)), "{ours:#?}\n{theirs:#?}");
        }
        let ours = taken(&folder.workspace.path("ours"));
        assert_eq!(ours, taken(&folder.workspace.path("theirs")));
        let first = ours.iter().find(|(name, _)| name.starts_with(self.zones[0])).unwrap();
        assert!(first.1.contains(self.has), "{first:?}");
    }
}

/// Zones that one source makes of several.
const NESTED: [(&str, &str); 2] = [
    ("start/example.com.yaml", "www: {type: A, value: 192.0.2.30}\n"),
    (
        "start/sub.example.com.yaml",
        "'': {type: A, value: 192.0.2.31}\nmail: {type: A, value: 192.0.2.32}\n",
    ),
];

/// The files of a folder, which is empty then.
fn taken(folder: &Path) -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut taken: Vec<_> = files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
        })
        .collect();
    taken.sort();
    taken
}

macro_rules! sources {
    ($($name:ident: $source:expr;)*) => {$(
        #[test]
        fn $name() {
            $source.run();
        }
    )*};
}

sources! {
    // Its addresses are those of others, whatever is configured.
    ddns: Source {
        class: "octodns_ddns.DdnsSource",
        options: "ttl: 30",
        service: Some("ipify"),
        routes: &[("https://api.ipify.org", "/v4"), ("https://api6.ipify.org", "/v6")],
        zones: &["example.com."],
        has: "192.0.2.77",
    };
    // Makes another class of its options.
    nested_zones: Source {
        class: "octodns_nested_zones.NestedSource",
        options: "source: {class: octodns.provider.yaml.YamlProvider, directory: ./start}, sub_zones: [sub]",
        service: None,
        routes: &[],
        zones: &["example.com."],
        has: "mail.sub:",
    };
    // A model of pydantic: nobody may set attributes of it.
    netbox: Source {
        class: "octodns_netbox.NetboxSource",
        options: "url: '{url}', token: hunter2, ttl: 60",
        service: Some("netbox"),
        routes: &[],
        zones: &["example.com.", "2.0.192.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa."],
        has: "deep.down:",
    };
    routeros: Source {
        class: "octodns_routeros.RouterOSSource",
        options: "host: '{host}', port: {port}, scheme: http, password: hunter2, resolution_strategy: disambiguate",
        service: Some("routeros"),
        routes: &[],
        zones: &["example.com."],
        has: "laptop-02-00-00-00-00-02:",
    };
}

/// What the class objects to is told by both.
#[test]
fn an_error_of_a_source_is_an_error() {
    let Some(python) = third_party() else { return };
    let mut folder = Folder::new(&python);
    let service = Served::stub(&python, "routeros");
    let source = Source {
        class: "octodns_routeros.RouterOSSource",
        options: "host: '{host}', port: {port}, scheme: http, password: hunter2",
        service: Some("routeros"),
        routes: &[],
        zones: &["example.com."],
        has: "",
    };
    folder.workspace.write("config.yaml", source.config(service.url()));
    folder.reroute_each(&[(service.url(), service.url().to_owned())]);
    folder.workspace.write("zones/example.com.yaml", STATIC);
    let command = "sync --config-file=config.yaml --force --doit";
    for ran in [folder.ours(command), folder.theirs(command)] {
        ran.expect(1, &["Multiple bound leases for \"laptop\": 192.0.2.20"]);
        assert!(!folder.workspace.path("target/example.com.yaml").exists());
    }
}
