//! Credentials are never in the output of the programs, whatever goes wrong and however much is logged.
//!
//! The services repeat everything they receive in their responses, in every encoding that texts can have.

mod echo;
mod embedder;
mod forms;

use std::fmt::Write as _;

use echo::{Echo, Mode};
use forms::{HEADER_SECRETS, SECRETS, leaks};

use crate::support::{Ran, Workspace};

const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

/// The environment variables with secrets, for configs that use them.
const ENVIRONMENT: [(&str, &str); 2] =
    [("DO_TOKEN", SECRETS.do_token), ("TSIG_SECRET", SECRETS.tsig_secret)];

/// Every provider with credentials, all with the same service.
fn config(url: &str, port: u16) -> String {
    let http = "http: {attempts: 1, retry_wait: 0, timeout: 20, requests_per_second: 100000}";
    let s = SECRETS.quoted();
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
    let aws = format!(
        "endpoint: \"{url}/aws\", access_key_id: AKIDEXAMPLE, secret_access_key: {}, session_token: {}, \
         client_max_attempts: 0",
        s.aws_secret, s.aws_token
    );
    let tsig = format!(
        "host: 127.0.0.1, port: {port}, timeout: 5, key_name: k., key_secret: env/TSIG_SECRET"
    );
    let cloudflare = format!("api_url: \"{url}/cf\", retry_count: 1, retry_period: 0, {http}");
    for (id, class, options) in [
        (
            "cloudflare",
            "octodns_cloudflare.CloudflareProvider",
            format!("token: {}, {cloudflare}", s.cf_token),
        ),
        (
            "cloudflare-key",
            "octodns_cloudflare.CloudflareProvider",
            format!("email: me@example.com, token: {}, {cloudflare}", s.cf_key),
        ),
        (
            "constellix",
            "octodns_constellix.ConstellixProvider",
            format!(
                "api_key: env/DO_TOKEN, secret_key: {}, endpoint: \"{url}/cx\", \
                 sonar_endpoint: \"{url}/sonar\", {http}",
                s.cf_key
            ),
        ),
        (
            "digitalocean",
            "octodns_digitalocean.DigitalOceanProvider",
            format!("token: env/DO_TOKEN, endpoint: \"{url}/do\", {http}"),
        ),
        (
            "dnsimple",
            "octodns_dnsimple.DnsimpleProvider",
            format!("token: env/DO_TOKEN, account: 42, endpoint: \"{url}/simple\", {http}"),
        ),
        (
            "dnsmadeeasy",
            "octodns_dnsmadeeasy.DnsMadeEasyProvider",
            format!(
                "api_key: env/DO_TOKEN, secret_key: {}, endpoint: \"{url}/easy\", {http}",
                s.cf_key
            ),
        ),
        (
            "dyn",
            "octodns_dyn.DynProvider",
            format!(
                "customer: c, username: u, password: {}, endpoint: \"{url}/dyn\", {http}",
                s.cf_key
            ),
        ),
        (
            "easydns",
            "octodns_easydns.EasyDnsProvider",
            format!("token: env/DO_TOKEN, api_key: {}, endpoint: \"{url}/ez\", {http}", s.cf_key),
        ),
        (
            "edgedns",
            "octodns_edgedns.AkamaiProvider",
            format!(
                "client_secret: env/DO_TOKEN, access_token: {}, client_token: {}, endpoint: \"{url}/edge\", {http}",
                s.cf_key, s.cf_token
            ),
        ),
        (
            "gandi",
            "octodns_gandi.GandiProvider",
            format!("token: env/DO_TOKEN, endpoint: \"{url}/gandi\", {http}"),
        ),
        (
            "hetzner",
            "octodns_hetzner.HetznerProvider",
            format!("token: env/DO_TOKEN, backend: hcloud, endpoint: \"{url}/hcloud\", {http}"),
        ),
        (
            "hetzner-old",
            "octodns_hetzner.HetznerProvider",
            format!("token: env/DO_TOKEN, endpoint: \"{url}/hetzner\", {http}"),
        ),
        (
            "mythicbeasts",
            "octodns_mythicbeasts.MythicBeastsProvider",
            format!(
                "api_key: env/DO_TOKEN, api_secret: {}, endpoint: \"{url}/myth\", \
                 auth_endpoint: \"{url}/login\", {http}",
                s.cf_key
            ),
        ),
        (
            "powerdns",
            "octodns_powerdns.PowerDnsProvider",
            format!("host: x, api_key: {}, endpoint: \"{url}/pdns\", {http}", s.pdns_key),
        ),
        (
            "rackspace",
            "octodns_rackspace.RackspaceProvider",
            format!(
                "username: me, api_key: {}, identity_endpoint: \"{url}/id\", endpoint: \"{url}/rax\", {http}",
                s.cf_key
            ),
        ),
        ("route53", "octodns_route53.Route53Provider", format!("{aws}, requests_per_second: 0")),
        (
            "selectel",
            "octodns_selectel.SelectelProvider",
            format!("token: env/DO_TOKEN, endpoint: \"{url}/selectel\", {http}"),
        ),
        (
            "selectel-login",
            "octodns_selectel.SelectelProvider",
            format!(
                "username: me, password: {}, account_id: 1, project_id: p, \
                 identity_endpoint: \"{url}/identity\", endpoint: \"{url}/selectel\", {http}",
                s.cf_key
            ),
        ),
        (
            "selectel-legacy",
            "octodns_selectel.SelectelProviderLegacy",
            format!("token: {}, endpoint: \"{url}/legacy\", {http}", s.cf_token),
        ),
        ("ec2", "octodns_route53.Ec2Source", format!("{aws}, region: us-east-1")),
        ("elb", "octodns_route53.ElbSource", format!("{aws}, region: us-east-1")),
        ("update", "octodns_bind.Rfc2136Provider", tsig.clone()),
        ("transfer", "octodns_bind.AxfrSource", tsig),
        (
            "proxied",
            "octodns_digitalocean.DigitalOceanProvider",
            format!(
                "token: {}, endpoint: \"http://service.invalid\", \
                 http: {{attempts: 1, proxy: \"http://me:{}@127.0.0.1:{port}\"}}",
                s.cf_token, SECRETS.proxy_password
            ),
        ),
    ] {
        // Writing to text cannot fail.
        let _ = writeln!(text, "  {id}: {{class: {class}, {options}}}");
    }
    text.push_str(
        "zones:
  unit.tests.:
    sources: [zones]
    targets:
      [cloudflare, cloudflare-key, constellix, digitalocean, dnsimple, dnsmadeeasy, dyn, easydns, edgedns, gandi,
       hetzner, hetzner-old, mythicbeasts, powerdns, rackspace, route53, selectel, selectel-login, selectel-legacy,
       update, proxied]
",
    );
    for source in ["ec2", "elb", "transfer"] {
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
