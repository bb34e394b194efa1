//! Credentials are never in the output of the programs, whatever goes wrong and however much is logged.
//!
//! The services repeat everything they receive in their responses, in every encoding that texts can have.

mod echo;
mod embedder;
mod forms;
mod providers;

use std::fmt::Write as _;

use echo::{Echo, Mode};
use forms::{HEADER_SECRETS, SECRETS, leaks};
use providers::{PROVIDERS, SHARED, SOURCES};

use crate::support::{Ran, Workspace};

const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

/// The environment variables with secrets, for configs that use them.
const ENVIRONMENT: [(&str, &str); 2] =
    [("DO_TOKEN", SECRETS.do_token), ("TSIG_SECRET", SECRETS.tsig_secret)];

/// Every provider with credentials, all with the same service.
fn config(url: &str, port: u16) -> String {
    let mut text = "\
manager:
  plan_outputs:
    json: {class: octodns.provider.plan.PlanJson}
    html: {class: octodns.provider.plan.PlanHtml}
    markdown: {class: octodns.provider.plan.PlanMarkdown}
    log: {class: octodns.provider.plan.PlanLogger}
providers:
  zones: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
"
    .to_owned();
    let (s, port) = (SECRETS.quoted(), port.to_string());
    let own = [
        ("{url}", url),
        ("{port}", &port),
        ("{cf_token}", &s.cf_token),
        ("{cf_key}", &s.cf_key),
        ("{pdns_key}", &s.pdns_key),
        ("{aws_secret}", &s.aws_secret),
        ("{aws_token}", &s.aws_token),
        ("{proxy_password}", SECRETS.proxy_password),
        ("{rsa_key}", &s.rsa_key),
    ];
    for (id, class, options) in PROVIDERS {
        let filled = SHARED.iter().chain(&own);
        let options =
            filled.fold((*options).to_owned(), |text, (name, value)| text.replace(name, value));
        // Writing to text cannot fail.
        let _ = writeln!(text, "  {id}: {{class: {class}, {options}}}");
    }
    let targets = PROVIDERS.iter().map(|(id, ..)| *id).filter(|id| !SOURCES.contains(id));
    let targets = targets.collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "zones:\n  unit.tests.: {{sources: [zones], targets: [{targets}]}}");
    for source in SOURCES {
        let _ =
            writeln!(text, "  {source}.tests.: {{sources: [{source}], targets: [digitalocean]}}");
    }
    text
}

/// Runs a program; its output must not contain a secret.
fn run(workspace: &Workspace, line: &str) -> Ran {
    let ran = workspace.run_with(line, &ENVIRONMENT);
    for said in [&ran.stdout, &ran.stderr] {
        let leaks = leaks(said);
        assert!(leaks.is_empty(), "{line} says {leaks:#?}");
    }
    ran
}

fn everything(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

/// Counts how much of the service's text is shown, so that a program without output does not pass.
#[test]
fn credentials_repeated_by_services_are_redacted() {
    let echo = Echo::start();
    let workspace = Workspace::new();
    workspace.write("config.yaml", config(&echo.url(), echo.closed_port()));
    for (number, mode) in Mode::ALL.into_iter().enumerate() {
        echo.set(mode);
        let format = FORMATS[number % FORMATS.len()];
        let sync = format!(
            "octodns-sync --config-file=config.yaml --doit --force --debug --format={format}"
        );
        let said = everything(&run(&workspace, &sync));
        for secret in HEADER_SECRETS {
            assert!(echo.take_quoted(secret), "{mode:?}: {secret} was not quoted");
        }
        let told = said.matches("***").count();
        assert!(told >= mode.min_told(), "{mode:?}: quotes are told {told} times: {said}");
    }
}

/// What a service says when it refuses a change is written down; so are plans, and what is sent.
#[test]
fn journals_keep_secrets() {
    let echo = Echo::start();
    let workspace = Workspace::new();
    workspace.write("config.yaml", config(&echo.url(), echo.closed_port()));
    echo.set(Mode::Writes);
    for target in ["digitalocean", "powerdns", "cloudflare", "cloudflare-key", "route53"] {
        let line = format!(
            "octodns-sync --config-file=config.yaml --doit --force --journal=runs/{target} --target={target} unit.tests."
        );
        let ran = run(&workspace, &line);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let journals = workspace.list().into_iter().filter(|name| name.contains(".jsonl"));
        let journal = journals.into_iter().find(|name| name.contains(&format!("/{target}/")));
        let text = std::fs::read_to_string(workspace.path(&journal.unwrap())).unwrap();
        assert!(text.contains("\"failed\"") && text.contains("***"), "{target}: {text}");
        let leaks = leaks(&text);
        assert!(leaks.is_empty(), "the journal of {target} says {leaks:#?}");
    }
}

#[test]
fn every_program_and_format_keeps_secrets() {
    let echo = Echo::start();
    let workspace = Workspace::new();
    workspace.write("config.yaml", config(&echo.url(), echo.closed_port()));
    echo.set(Mode::Refused);
    for line in [
        "octodns-sync --config-file=config.yaml --debug --format=json",
        "octodns-sync --config-file=config.yaml --debug --format=sarif",
        "octodns-sync --config-file=config.yaml --debug --format=github",
        "octodns-sync --config-file=config.yaml --quiet",
        "octodns-validate --config-file=config.yaml --debug --all",
        "octodns-validate --config-file=config.yaml --debug --format=sarif",
        "octodns-dump --config-file=config.yaml --debug --output-dir=dumped unit.tests. digitalocean powerdns",
        "octodns-compare --config-file=config.yaml --debug --a=zones --b=cloudflare --zone=unit.tests.",
        "octodns-versions --config-file=config.yaml --debug",
        "octodns-schema --config-file=config.yaml",
    ] {
        let ran = run(&workspace, line);
        assert!(!everything(&ran).is_empty() || ran.code == Some(0), "{ran:?}");
    }
}

/// Findings quote what is wrong and show its line.
#[test]
fn invalid_configs_do_not_reveal_secrets() {
    let s = SECRETS;
    for (class, options, told) in [
        ("octodns_digitalocean.DigitalOceanProvider", format!("tokne: '{}'", s.do_token), "tokne"),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: ['{}']", s.do_token),
            "a secret",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: {{a: '{}'}}", s.do_token),
            "a secret",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!(
                "token: '{}', endpoint: 'https://me:{}@example.com'",
                s.do_token, s.proxy_password
            ),
            "endpoint",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: x, endpoint: 'https://example.com/?key={}'", s.do_token),
            "endpoint",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: x, http: {{proxy: 'http://u:{}@[x'}}", s.proxy_password),
            "proxy",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            "token: x, http: env/DO_TOKEN".to_owned(),
            "env/DO_TOKEN",
        ),
        (
            "octodns_cloudflare.CloudflareProvider",
            "token: x, retry_count: env/DO_TOKEN".to_owned(),
            "env/DO_TOKEN",
        ),
        (
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: \"{}\\n\"", s.do_token),
            "authorization",
        ),
        (
            "octodns_powerdns.PowerDnsProvider",
            format!("host: x, api_key: \"{}\\n\"", s.do_token),
            "api",
        ),
        (
            "octodns_transip.TransipProvider",
            format!("account: x, key: '{}'", s.do_token),
            "private key",
        ),
        (
            "octodns_bind.AxfrSource",
            format!("host: x, key_name: k., key_secret: '-{}'", s.do_token),
            "key_secret",
        ),
        (
            "octodns_bind.AxfrSource",
            format!("host: x, key_secret: '{}'", s.tsig_secret),
            "key_name",
        ),
        (
            "octodns_route53.Route53Provider",
            format!("secret_access_key: '{}'", s.aws_secret),
            "access_key_id",
        ),
    ] {
        let workspace = Workspace::new();
        let config = format!(
            "providers:\n  zones: {{class: yaml, directory: ./zones}}\n  wrong:\n    class: {class}\n    {}\n\
             zones:\n  unit.tests.: {{sources: [zones], targets: [wrong]}}\n",
            options.replace(", ", "\n    ")
        );
        workspace.write("config.yaml", config);
        for format in FORMATS {
            let line =
                format!("octodns-validate --config-file=config.yaml --debug --format={format}");
            let ran = run(&workspace, &line);
            assert_eq!(ran.code, Some(1), "{options}: {ran:#?}");
            assert!(everything(&ran).contains(told), "{options}: {ran:#?}");
        }
    }
}

/// A warning shows a line as well, here of an included file.
#[test]
fn included_files_do_not_reveal_secrets() {
    let s = SECRETS;
    for (included, told) in [
        (format!("class: digitalocean\ntoken: '{0}'\ntoken: '{0}'\n", s.do_token), "token"),
        (format!("class: digitalocean\ntokne: '{}'\n", s.do_token), "tokne"),
        (format!("class: digitalocean\ntoken: '{}\n", s.do_token), "included.yaml"),
    ] {
        let workspace = Workspace::new();
        let config = "providers:\n  zones: {class: yaml, directory: ./zones}\n  included: !include included.yaml\n\
                      zones:\n  unit.tests.: {sources: [zones], targets: [included]}\n";
        workspace.write("config.yaml", config);
        workspace.write("included.yaml", included);
        let ran = run(&workspace, "octodns-validate --config-file=config.yaml");
        assert!(everything(&ran).contains(told), "{ran:#?}");
    }
}

/// The provider of an embedding program may print its options, or panic while it holds them.
#[test]
fn a_panic_does_not_reveal_secrets() {
    let said = embedder::run();
    assert!(said.contains("the provider gives up: "), "{said}");
    assert!(said.matches("***").count() >= 12, "{said}");
    let leaks = leaks(&said);
    assert!(leaks.is_empty(), "{leaks:#?}");
}
