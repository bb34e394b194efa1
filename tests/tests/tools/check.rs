//! `octodns check`.

use std::time::Duration;

use octodns_testkit::dns::{FakeDns, send};
use octodns_testkit::server::ClosedPort;
use serde_json::Value as Json;

use crate::service::{KEY, Service, Zones};
use crate::support::{Ran, Workspace};

const CHECK: &str = "octodns check --config-file config.yaml --resolver off";

/// A config with files, a PowerDNS, and zones of which one is not there.
fn config(port: &str, key: &str) -> String {
    format!(
        "\
providers:
  zones: {{class: yaml, directory: ./zones}}
  dns:
    class: octodns_powerdns.PowerDnsProvider
    host: 127.0.0.1
    port: {port}
    api_key: {key}
    http: {{attempts: 1}}
zones:
  example.com.: {{sources: [zones], targets: [dns]}}
  unit.tests.: {{sources: [zones], targets: [dns]}}
"
    )
}

fn workspace(port: &str, key: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("config.yaml", config(port, key));
    workspace.write("zones/example.com.yaml", "{}\n");
    workspace
}

fn run(workspace: &Workspace, line: &str) -> Ran {
    let ran = workspace.run_with(line, &[("KEY", KEY)]);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(KEY) && !text.contains("hunter3"), "a secret: {ran:#?}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "raw: {ran:#?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::error")), "{ran:#?}");
    }
    ran
}

/// The cells of the row that starts with an id.
fn row(ran: &Ran, id: &str) -> Vec<String> {
    let cells = |line: &str| -> Vec<String> {
        line.split(['│', '┆', '|']).map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = ran.stdout.lines().map(cells);
    rows.find(|cells| cells.get(1).is_some_and(|cell| cell == id)).unwrap()
}

#[test]
fn providers_that_can_be_used_are_fine() {
    let service = Service::new(Zones::two());
    let workspace = workspace(service.port(), "env/KEY");
    let before = workspace.list();
    let ran = run(&workspace, CHECK);
    ran.expect(0, &[]);
    assert_eq!(ran.stderr, "");
    let dns = row(&ran, "dns");
    assert_eq!(dns[2..5], ["octodns_powerdns.PowerDnsProvider", "2", "unit.tests."], "{ran:#?}");
    assert!(dns[5].contains("zones at a time") && dns[7].starts_with("ok, "), "{ran:#?}");
    assert_eq!(dns[6], "the same", "{ran:#?}");
    assert_eq!(row(&ran, "zones")[2..7], ["yaml", "2", "", "", ""], "{ran:#?}");
    assert!(ran.stdout.ends_with("2 providers: 2 fine\n"), "{ran:#?}");
    assert!(service.is_only_read());
    assert_eq!(workspace.list(), before);
}

#[test]
fn a_wrong_key_is_told_with_advice() {
    let service = Service::new(Zones::two());
    for key in ["hunter3", "env/WRONG/hunter3"] {
        let workspace = workspace(service.port(), key);
        let ran = run(&workspace, CHECK);
        ran.expect(1, &["provider dns", "401", "check the credentials"]);
        assert_eq!(row(&ran, "dns")[7], "1 error");
        assert!(row(&ran, "zones")[7].starts_with("ok"));
        assert!(ran.stdout.ends_with("2 providers: 1 fine, 1 not\n"), "{ran:#?}");
    }
    assert!(service.is_only_read());
}

#[test]
fn a_server_that_is_not_there_is_told_with_advice() {
    let closed = ClosedPort::hold().unwrap();
    let workspace = workspace(&closed.number().to_string(), "env/KEY");
    let ran = run(&workspace, CHECK);
    ran.expect(1, &["provider dns", "check the host and the port"]);
    let alone = run(&workspace, &format!("{CHECK} zones"));
    alone.expect(0, &[]);
    assert!(alone.stdout.ends_with("1 provider: 1 fine\n"), "{alone:#?}");
}

/// Signatures and tokens of another time are refused, so that a clock that is wrong is told with whatever else is wrong.
#[test]
fn a_clock_that_is_wrong_is_told() {
    for (date, shown) in
        [("Sun, 06 Nov 1994 08:49:37 GMT", "behind"), ("Thu, 06 Nov 2594 08:49:37 GMT", "ahead")]
    {
        let service = Service::new(Zones { date: Some(date), ..Zones::two() });
        for (key, code) in [("env/KEY", 0), ("hunter3", 1)] {
            let workspace = workspace(service.port(), key);
            let ran = run(&workspace, CHECK);
            ran.expect(code, &["warning[clock]: provider dns: the clock of the service", shown]);
            assert!(row(&ran, "dns")[6].ends_with(shown), "{ran:#?}");
            let ran = run(&workspace, &format!("{CHECK} --format json"));
            let document: Json = serde_json::from_str(&ran.stdout).unwrap();
            let seconds = document["providers"][0]["clock_seconds_ahead"].as_i64().unwrap();
            assert_eq!(seconds > 0, shown == "ahead", "{seconds}");
        }
    }
}

/// One provider that cannot be made does not keep the others from being asked.
#[test]
fn a_missing_variable_is_told_and_the_others_are_asked() {
    let service = Service::new(Zones::two());
    let workspace = workspace(service.port(), "env/KEY");
    let more = "  other: {class: octodns_gandi.GandiProvider, token: env/GANDI_TOKEN}\n  \
                third: {class: octodns_none.NoProvider}\nzones:\n";
    workspace.write(
        "config.yaml",
        config(service.port(), "env/KEY").replace("zones:\n  ex", &format!("{more}  ex")),
    );
    let ran = run(&workspace, &format!("{CHECK} --python off"));
    ran.expect(1, &["GANDI_TOKEN is not set", "provider other", "provider third", "octodns_none"]);
    assert!(row(&ran, "dns")[7].starts_with("ok, "), "{ran:#?}");
    assert_eq!((&*row(&ran, "other")[7], &*row(&ran, "third")[7]), ("1 error", "1 error"));
    run(&workspace, &format!("{CHECK} --python off dns zones")).expect(0, &[]);
}

#[test]
fn a_service_that_does_not_answer_is_not_waited_for() {
    let service = Service::new(Zones::two());
    service.fake.control().set_latency(Duration::from_mins(10));
    let workspace = workspace(service.port(), "env/KEY");
    let ran = run(&workspace, &format!("{CHECK} --timeout 0.2"));
    ran.expect(1, &["provider dns", "did not answer within 0.2 s", "--timeout"]);
}

/// A folder that zones are only written to is made by the first sync; one that they are read from has to be there.
#[test]
fn folders_of_targets_may_be_missing() {
    let workspace = Workspace::new();
    let ran = run(&workspace, CHECK);
    ran.expect(0, &[]);
    assert_eq!(row(&ran, "target")[3..5], ["0", "unit.tests."], "{ran:#?}");
    std::fs::remove_dir_all(workspace.path("zones")).unwrap();
    run(&workspace, CHECK).expect(1, &["provider zones", "cannot list \"./zones\"", "create it"]);
}

#[test]
fn wrong_configs_and_names_are_told() {
    let workspace = workspace("1", "env/KEY");
    run(&workspace, &format!("{CHECK} dsn")).expect(1, &["\"dsn\" is not configured", "\"dns\""]);
    run(&workspace, "octodns check --config-file none.yaml").expect(1, &["none.yaml"]);
    run(&workspace, "octodns check").expect(2, &["--config-file"]);
    workspace.write("config.yaml", "providers: [\n");
    run(&workspace, CHECK).expect(1, &["config.yaml:"]);
}

#[test]
fn programs_read_json() {
    let service = Service::new(Zones::two());
    let workspace = workspace(service.port(), "hunter3");
    let ran = run(&workspace, &format!("{CHECK} --format json"));
    ran.expect(1, &[]);
    assert_eq!(ran.stderr, "");
    let document: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&document["version"], &document["fine"]), (&1.into(), &false.into()));
    let [dns, zones] = document["providers"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(
        (&dns["id"], &dns["fine"], &dns["zones"]),
        (&"dns".into(), &false.into(), &Json::Null)
    );
    assert!(dns["findings"][0]["help"].as_str().unwrap().contains("credentials"), "{dns}");
    assert_eq!((&zones["fine"], &zones["zones"]), (&true.into(), &2.into()));
    assert_eq!(document["resolver"], Json::Null);
    let broken = workspace.run("octodns check --config-file none.yaml --format json");
    broken.expect(1, &[]);
    let document: Json = serde_json::from_str(&broken.stdout).unwrap();
    assert_eq!((&document["version"], &document["fine"]), (&1.into(), &false.into()));
    assert_eq!(document["providers"].as_array().unwrap().len(), 0);
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn a_dns_server_is_tried() {
    let workspace = workspace("1", "env/KEY");
    let server = FakeDns::start(|_, answer| send(&answer)).unwrap();
    let line =
        format!("octodns check --config-file config.yaml zones --resolver {}", server.address());
    let ran = run(&workspace, &line);
    ran.expect(0, &[]);
    let told = format!("DNS servers, {}: ok, ", server.address());
    assert!(ran.stdout.contains(&told), "{ran:#?}");
    let asked = server.asked();
    assert_eq!((asked.len(), &*asked[0].name, asked[0].number), (1, ".", 2));

    let line = "octodns check --config-file config.yaml zones --resolver 127.0.0.1:1";
    run(&workspace, line).expect(1, &["DNS does not work", "check its address and port"]);
    let line = "octodns check --config-file config.yaml zones --resolver not/a/server";
    run(&workspace, line).expect(1, &["not/a/server", "write an address"]);
}
