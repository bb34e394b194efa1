//! `octodns init`.

use std::fs;

use serde_json::json;

use crate::service::{KEY, Service, Zones, set};
use crate::support::{Ran, Workspace};

/// A folder with nothing in it.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    fs::remove_dir_all(workspace.path("zones")).unwrap();
    fs::remove_file(workspace.path("config.yaml")).unwrap();
    workspace
}

fn read(workspace: &Workspace, file: &str) -> String {
    fs::read_to_string(workspace.path(file)).unwrap()
}

/// Runs it, and looks for the secret in all that came of it.
fn run(workspace: &Workspace, line: &str, variables: &[(&str, &str)]) -> Ran {
    let ran = workspace.run_with(line, variables);
    let files = workspace.list().into_iter().filter(|file| workspace.path(file).is_file());
    let texts = files.map(|file| read(workspace, &file));
    for text in texts.chain([ran.stdout.clone(), ran.stderr.clone()]) {
        assert!(!text.contains(KEY), "a secret: {text}");
        assert!(!text.contains('\u{1b}'), "raw: {text}");
    }
    ran
}

#[test]
fn a_repository_has_what_the_provider_has() {
    let service = Service::new(Zones::two());
    let variables = service.variables();
    for flags in
        ["--yes", "--provider powerdns", "--provider octodns_powerdns.PowerDnsProvider=powerdns"]
    {
        let workspace = workspace();
        let ran = run(&workspace, &format!("octodns init {flags}"), &variables);
        ran.expect(0, &[]);
        assert_eq!(
            workspace.list(),
            ["config.yaml", "zones", "zones/example.com.yaml", "zones/example.org.yaml"]
        );
        insta::assert_snapshot!("config", read(&workspace, "config.yaml"));
        insta::assert_snapshot!("zone", read(&workspace, "zones/example.com.yaml"));
        insta::assert_snapshot!("told", ran.stdout);
        assert_eq!(ran.stderr, "");

        // What it is for: all is in order, and there is nothing to do.
        let sync = run(&workspace, "octodns sync --config-file config.yaml --quiet", &variables);
        sync.expect(0, &["No changes were planned"]);
        run(&workspace, "octodns validate --config-file config.yaml", &variables).expect(0, &[]);
        run(&workspace, "octodns fmt --check --config-file config.yaml", &variables).expect(0, &[]);
        run(&workspace, "octodns check --config-file config.yaml --resolver off", &variables)
            .expect(0, &[]);
    }
    assert!(service.is_only_read());
}

#[test]
fn places_ids_and_zones_can_be_chosen() {
    let service = Service::new(Zones::two());
    let workspace = workspace();
    let line = "octodns init --provider powerdns=a --provider powerdns=b --zone example.org \
                --config-file dns/config.yaml --directory dns/data/zones";
    run(&workspace, line, &service.variables()).expect(0, &[]);
    let files =
        ["dns", "dns/config.yaml", "dns/data", "dns/data/zones", "dns/data/zones/example.org.yaml"];
    assert_eq!(workspace.list(), files);
    let config = read(&workspace, "dns/config.yaml");
    assert!(config.contains("directory: dns/data/zones\n"), "{config}");
    assert!(config.contains("    targets:\n    - a\n    - b\n"), "{config}");
    let sync = "octodns sync --config-file dns/config.yaml --quiet";
    run(&workspace, sync, &service.variables()).expect(0, &["No changes were planned"]);
}

#[test]
fn what_is_there_is_not_replaced() {
    let service = Service::new(Zones::two());
    for (file, told) in [
        ("config.yaml", "config.yaml"),
        ("zones/other.yaml", "zones/other.yaml"),
        ("zones", "zones"),
    ] {
        let workspace = workspace();
        if file.contains('/') {
            fs::create_dir(workspace.path("zones")).unwrap();
        }
        workspace.write(file, "mine\n");
        let before = workspace.list();
        let ran = run(&workspace, "octodns init --yes", &service.variables());
        ran.expect(1, &[told, "is there already", "--"]);
        assert_eq!(read(&workspace, file), "mine\n");
        assert_eq!(workspace.list(), before);
    }
    assert!(service.fake.seen().is_empty(), "nobody is asked in vain");
    // An empty folder holds nothing that could be replaced.
    let workspace = workspace();
    fs::create_dir(workspace.path("zones")).unwrap();
    run(&workspace, "octodns init --yes", &service.variables()).expect(0, &[]);
}

#[test]
fn nothing_is_left_of_a_failure() {
    let mut zones = Zones::two();
    zones.all.push(("example.net.", json!([set("example.net.", "A", 60, &["not an address"])])));
    let service = Service::new(zones);
    let [host, port, _] = service.variables();
    let all = service.variables();
    for (line, variables, told) in [
        (
            "octodns init --yes",
            &[host, port, ("POWERDNS_API_KEY", "wrong")],
            &["401", "credentials"][..],
        ),
        ("octodns init --yes", &all, &["example.net", "--lenient"]),
        ("octodns init --yes --zone none.tests.", &all, &["none.tests.", "has this zone"]),
        ("octodns init --yes --zone a..b", &all, &["a..b"]),
        ("octodns init --provider gandi", &all, &["GANDI_TOKEN is not set"]),
        ("octodns init --provider nobody", &all, &["there is no class \"nobody\""]),
    ] {
        let workspace = workspace();
        let ran = run(&workspace, line, variables);
        ran.expect(1, told);
        assert_eq!(workspace.list(), [] as [&str; 0], "{line}");
        assert!(ran.stdout.is_empty(), "{ran:#?}");
    }
    let workspace = workspace();
    let ran = run(&workspace, "octodns init --yes", &[]);
    ran.expect(1, &["no provider", "CLOUDFLARE_TOKEN"]);
    assert!(service.is_only_read());
}

#[test]
fn invalid_records_are_taken_when_that_is_asked_for() {
    let mut zones = Zones::two();
    let both = json!([
        set("example.net.", "NS", 3600, &["ns1.example.net.", "ns2.example.net."]),
        set("www.example.net.", "A", 300, &["192.0.2.1"]),
        set("www.example.net.", "CNAME", 300, &["other.example.net."]),
    ]);
    zones.all.push(("example.net.", both));
    let service = Service::new(zones);
    let workspace = workspace();
    let ran = run(&workspace, "octodns init --yes", &service.variables());
    ran.expect(1, &["cname-coexistence", "--lenient"]);
    assert_eq!(workspace.list(), [] as [&str; 0]);
    let ran = run(&workspace, "octodns init --yes --lenient", &service.variables());
    ran.expect(0, &["WARNING", " zones/example.net.yaml:"]);
    assert!(ran.stdout.contains("The plan is empty"), "{ran:#?}");
    assert!(read(&workspace, "config.yaml").contains("lenient: true"));
    let sync = "octodns sync --config-file config.yaml --quiet";
    run(&workspace, sync, &service.variables()).expect(0, &["No changes were planned"]);
}

/// Somebody changes zones while they are read.
#[test]
fn a_plan_that_is_not_empty_is_told() {
    let mut zones = Zones::two();
    zones.grow = true;
    let service = Service::new(zones);
    let workspace = workspace();
    let ran = run(&workspace, "octodns init --yes --zone example.org", &service.variables());
    ran.expect(1, &[]);
    assert!(ran.stdout.contains("The plan is not empty"), "{ran:#?}");
    assert!(ran.stdout.contains("  example.org. (powerdns): 1 change\n"), "{ran:#?}");
    assert_eq!(workspace.list(), ["config.yaml", "zones", "zones/example.org.yaml"]);
}

#[test]
fn without_a_terminal_somebody_has_to_say_what_to_take() {
    let service = Service::new(Zones::two());
    let workspace = workspace();
    let ran = run(&workspace, "octodns init", &service.variables());
    ran.expect(2, &["--provider", "--yes", "Usage: octodns init"]);
    run(&workspace, "octodns init --yes --provider powerdns", &[]).expect(2, &["--yes"]);
    run(&workspace, "octodns init --provider powerdns=", &[]).expect(2, &["is not an id"]);
    assert_eq!(workspace.list(), [] as [&str; 0]);
}

/// Ctrl-C while a service is slow.
#[cfg(unix)]
#[test]
fn nothing_is_left_when_it_is_stopped() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let service = Service::new(Zones::two());
    service.fake.control().set_latency(Duration::from_millis(300));
    let workspace = workspace();
    let mut init = workspace.command("octodns init --yes");
    let init = init.envs(service.variables()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut init = init.spawn().unwrap();
    // The folder is there when zones are read.
    while !workspace.path("zones").exists() {
        assert!(init.try_wait().unwrap().is_none(), "it ended before");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &init.id().to_string()]).status();
    assert!(killed.unwrap().success());
    assert_eq!(init.wait().unwrap().code(), Some(130));
    assert_eq!(workspace.list(), [] as [&str; 0]);
}

/// At a terminal it asks.
#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_it_asks() {
    use std::io::Write;
    use std::path::Path;
    use std::process::Stdio;

    let script = Path::new("/usr/bin/script");
    if !script.exists() {
        return;
    }
    let service = Service::new(Zones::two());
    for (answer, files) in [("9\n1\n", 4), ("\n", 4), ("\u{4}", 1)] {
        let workspace = workspace();
        let octodns = crate::support::programs().join("octodns");
        let line = format!("{} init", octodns.display());
        let mut at_terminal = workspace.command_at(script);
        at_terminal.args(["--quiet", "--return", "--command", &line, "typescript"]);
        at_terminal.env("PATH", "/usr/bin:/bin").envs(service.variables());
        let mut at_terminal =
            at_terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        at_terminal.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let output = at_terminal.wait_with_output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        fs::remove_file(workspace.path("typescript")).unwrap();
        assert!(shown.contains("1  powerdns (POWERDNS_HOST, POWERDNS_API_KEY)"), "{shown}");
        assert_eq!(shown.contains("no list of these numbers"), answer.starts_with('9'), "{shown}");
        let made = if files == 4 { workspace.list().len() } else { 1 + workspace.list().len() };
        assert_eq!((output.status.code(), made), (Some(i32::from(files == 1)), files), "{shown}");
    }
}
