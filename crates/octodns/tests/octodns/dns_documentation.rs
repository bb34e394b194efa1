//! The examples of the pages about DNS servers, zone files and hosts files: each is run, on a server where it
//! needs one, and does what the page says.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{Manager, ManagerOptions, SyncOptions};
use octodns_core::registry::Host;
use octodns_testkit::server::{Allow, Key, ServedZone, Setup, bind};
use tempfile::TempDir;

const BIND: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers/bind.md"));
const ETCHOSTS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers/etchosts.md"));

/// The code block of a page in which `part` stands.
fn block<'p>(page: &'p str, language: &str, part: &str) -> &'p str {
    let start = format!("```{language}\n");
    let blocks = page.split(&*start).skip(1);
    let mut blocks = blocks.map(|rest| rest.split_once("```").unwrap().0);
    blocks.find(|block| block.contains(part)).unwrap()
}

/// A folder with a file below it.
fn folder(file: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    folder
}

/// Applies a config in a folder: the changes that its plan shows.
#[expect(clippy::disallowed_methods, reason = "the servers have the same clock")]
async fn sync(folder: &TempDir, config: &str, secret: &str) -> Vec<String> {
    let secret = secret.to_owned();
    let mut host = Host::default();
    host.env = Arc::new(move |name| (name == "TSIG_SECRET").then(|| secret.clone()));
    host.clock = Arc::new(|| Some(std::time::SystemTime::now()));
    let path = folder.path().join("config.yaml");
    let config = config.replace("./", &format!("{}/", folder.path().display()));
    let outputs = "plan_outputs: {table: {class: octodns.provider.plan.PlanMarkdown}}";
    fs::write(&path, format!("manager: {{{outputs}}}\n{config}")).unwrap();
    let text = Arc::new(Mutex::new(Vec::new()));
    let registry = octodns::registry(None, host);
    let mut options = ManagerOptions::new(registry);
    options.plan_writer = text.clone();
    let manager = Arc::new(Manager::from_config_file(&path, &options).unwrap());
    manager
        .sync(&SyncOptions::forced())
        .await
        .unwrap_or_else(|failure| panic!("{:?}", failure.report));
    let text = String::from_utf8(text.lock().unwrap().clone()).unwrap();
    let heading = ["| Operation", "| Create | Zone<"];
    let is_change = |line: &&str| {
        line.starts_with("| ") && !heading.iter().any(|start| line.starts_with(start))
    };
    text.lines().filter(is_change).map(str::to_owned).collect()
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

const YAML: &str = "\
'': {ttl: 3600, type: NS, value: ns1.example.net.}
www: {ttl: 300, type: A, value: 192.0.2.1}
";

/// What is written by update is what is read by transfer.
#[tokio::test]
async fn the_examples_of_servers_write_and_read() {
    let master =
        "@ 3600 SOA ns1.example.net. root 1 3600 600 86400 60\n@ 3600 NS ns1.example.net.\n";
    let key = Key::new("octodns", "hmac-sha256");
    let allow = Allow::Key(key.name.clone());
    let zone = ServedZone::private("example.com.", master);
    let zone = ServedZone { transfer: allow.clone(), update: allow, ..zone };
    let Some(server) = bind::start(&Setup { zones: vec![zone], keys: vec![key.clone()] }) else {
        return;
    };
    let here = |config: &str| {
        let (host, port) = ("host: 192.0.2.53", server.address().port());
        assert!(config.contains(host));
        config.replace(host, &format!("host: 127.0.0.1\n    port: {port}"))
    };

    let written = folder("config/example.com.yaml", YAML);
    let config = here(block(BIND, "yaml", "class: octodns_bind.BindProvider"));
    let changes = sync(&written, &config, &key.secret).await;
    assert_eq!(changes, ["| Create | www | A | 300 | 192.0.2.1 | config |"]);
    assert_eq!(sync(&written, &config, &key.secret).await, [""; 0]);
    // The other name of the class means the same.
    let other_name = config.replace("BindProvider", "Rfc2136Provider");
    assert_eq!(sync(&written, &other_name, &key.secret).await, [""; 0]);

    let copied = folder("config/example.com.yaml", "{}\n");
    let config = here(block(BIND, "yaml", "class: octodns_bind.AxfrSource"));
    assert_eq!(sync(&copied, &config, &key.secret).await.len(), 2);
    let text = read(copied.path(), "config/example.com.yaml");
    assert!(text.contains("www:\n  ttl: 300\n  type: A\n  value: 192.0.2.1\n"), "{text}");
    assert_eq!(sync(&copied, &config, &key.secret).await, [""; 0]);
}

#[tokio::test]
async fn the_example_of_zone_files_writes_one_with_every_option() {
    let folder = folder("config/example.com.yaml", YAML);
    let config = block(BIND, "yaml", "class: octodns_bind.ZoneFileProvider");
    assert_eq!(sync(&folder, config, "").await.len(), 2);
    let text = read(folder.path(), "zones/example.com.zone");
    for part in [
        "@ 3600 IN SOA ns1.example.net. dns.example.com. (",
        " 3600 ; Refresh\n",
        " 600 ; Retry\n",
        " 604800 ; Expire\n",
        " 3600 ; NXDOMAIN ttl\n",
        "www      300 IN A        192.0.2.1\n",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// The page names the records that it shows the file of.
#[tokio::test]
async fn the_example_of_hosts_files_writes_the_file_of_its_page() {
    let yaml = "\
'*.dev': {type: A, value: 192.0.2.2}
one: {type: CNAME, value: one.dev.example.com.}
web: {type: CNAME, value: www.example.com.}
www: {type: A, value: 192.0.2.1}
";
    let folder = folder("config/example.com.yaml", yaml);
    let config = block(ETCHOSTS, "yaml", "class: octodns_etchosts.EtcHostsProvider");
    assert_eq!(sync(&folder, config, "").await.len(), 4);
    let text = read(folder.path(), "hosts/example.com.hosts");
    assert_eq!(text, block(ETCHOSTS, "text", "octoDNS hosts"));
}
