//! Every provider with credentials: its id, its class and its options, in which `{url}`, `{http}` and the like are filled
//! in.

/// The sources; all others are targets.
pub(super) const SOURCES: [&str; 3] = ["ec2", "elb", "transfer"];

pub(super) const PROVIDERS: &[(&str, &str, &str)] = &[
    ("cloudflare", "octodns_cloudflare.CloudflareProvider", "token: {cf_token}, {cloudflare}"),
    (
        "cloudflare-key",
        "octodns_cloudflare.CloudflareProvider",
        "email: me@example.com, token: {cf_key}, {cloudflare}",
    ),
    (
        "constellix",
        "octodns_constellix.ConstellixProvider",
        r#"api_key: env/DO_TOKEN, secret_key: {cf_key}, endpoint: "{url}/cx", sonar_endpoint: "{url}/sonar", {http}"#,
    ),
    (
        "digitalocean",
        "octodns_digitalocean.DigitalOceanProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/do", {http}"#,
    ),
    (
        "dnsimple",
        "octodns_dnsimple.DnsimpleProvider",
        r#"token: env/DO_TOKEN, account: 42, endpoint: "{url}/simple", {http}"#,
    ),
    (
        "dnsmadeeasy",
        "octodns_dnsmadeeasy.DnsMadeEasyProvider",
        r#"api_key: env/DO_TOKEN, secret_key: {cf_key}, endpoint: "{url}/easy", {http}"#,
    ),
    (
        "dyn",
        "octodns_dyn.DynProvider",
        r#"customer: c, username: u, password: {cf_key}, endpoint: "{url}/dyn", {http}"#,
    ),
    (
        "easydns",
        "octodns_easydns.EasyDnsProvider",
        r#"token: env/DO_TOKEN, api_key: {cf_key}, endpoint: "{url}/ez", {http}"#,
    ),
    (
        "edgecenter",
        "octodns_edgecenter.EdgeCenterProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/edgecenter", {http}"#,
    ),
    (
        "edgedns",
        "octodns_edgedns.AkamaiProvider",
        r#"client_secret: env/DO_TOKEN, access_token: {cf_key}, client_token: {cf_token}, endpoint: "{url}/edge", {http}"#,
    ),
    (
        "gandi",
        "octodns_gandi.GandiProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/gandi", {http}"#,
    ),
    (
        "gcore",
        "octodns_gcore.GCoreProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/gcore", {http}"#,
    ),
    (
        "gcore-login",
        "octodns_gcore.GCoreProvider",
        r#"login: me, password: {cf_key}, auth_url: "{url}/id", endpoint: "{url}/gcore", {http}"#,
    ),
    (
        "googlecloud",
        "octodns_googlecloud.GoogleCloudProvider",
        r#"project: p, credentials: '{"type": "authorized_user", "client_id": "c", "client_secret": {cf_key}, "refresh_token": {cf_token}}', token_endpoint: "{url}/gtoken", endpoint: "{url}/gdns", {http}"#,
    ),
    (
        "hetzner",
        "octodns_hetzner.HetznerProvider",
        r#"token: env/DO_TOKEN, backend: hcloud, endpoint: "{url}/hcloud", {http}"#,
    ),
    (
        "hetzner-old",
        "octodns_hetzner.HetznerProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/hetzner", {http}"#,
    ),
    (
        "mythicbeasts",
        "octodns_mythicbeasts.MythicBeastsProvider",
        r#"api_key: env/DO_TOKEN, api_secret: {cf_key}, endpoint: "{url}/myth", auth_endpoint: "{url}/login", {http}"#,
    ),
    (
        "ns1",
        "octodns_ns1.Ns1Provider",
        r#"api_key: env/DO_TOKEN, monitor_regions: [lga], endpoint: "{url}/ns1", {http}"#,
    ),
    (
        "ovh",
        "octodns_ovh.OvhProvider",
        r#"application_key: key, application_secret: {cf_key}, consumer_key: {cf_token}, endpoint: "{url}/ovh", {http}"#,
    ),
    (
        "powerdns",
        "octodns_powerdns.PowerDnsProvider",
        r#"host: x, api_key: {pdns_key}, endpoint: "{url}/pdns", {http}"#,
    ),
    (
        "rackspace",
        "octodns_rackspace.RackspaceProvider",
        r#"username: me, api_key: {cf_key}, identity_endpoint: "{url}/id", endpoint: "{url}/rax", {http}"#,
    ),
    ("route53", "octodns_route53.Route53Provider", "{aws}, requests_per_second: 0"),
    (
        "scaleway",
        "octodns_scaleway.ScalewayProvider",
        r#"token: env/DO_TOKEN, create_zone: true, endpoint: "{url}/scw", {http}"#,
    ),
    (
        "selectel",
        "octodns_selectel.SelectelProvider",
        r#"token: env/DO_TOKEN, endpoint: "{url}/selectel", {http}"#,
    ),
    (
        "selectel-login",
        "octodns_selectel.SelectelProvider",
        r#"username: me, password: {cf_key}, account_id: 1, project_id: p, identity_endpoint: "{url}/identity", endpoint: "{url}/selectel", {http}"#,
    ),
    (
        "selectel-legacy",
        "octodns_selectel.SelectelProviderLegacy",
        r#"token: {cf_token}, endpoint: "{url}/legacy", {http}"#,
    ),
    (
        "ultra",
        "octodns_ultra.UltraProvider",
        r#"account: a, username: u, password: {cf_key}, endpoint: "{url}/ultra", {http}"#,
    ),
    (
        "transip",
        "octodns_transip.TransipProvider",
        r#"account: me, key: {rsa_key}, endpoint: "{url}/transip", {http}"#,
    ),
    ("ec2", "octodns_route53.Ec2Source", "{aws}, region: us-east-1"),
    ("elb", "octodns_route53.ElbSource", "{aws}, region: us-east-1"),
    ("update", "octodns_bind.Rfc2136Provider", "{tsig}"),
    ("transfer", "octodns_bind.AxfrSource", "{tsig}"),
    (
        "proxied",
        "octodns_digitalocean.DigitalOceanProvider",
        r#"token: {cf_token}, endpoint: "http://service.invalid", http: {attempts: 1, proxy: "http://me:{proxy_password}@127.0.0.1:{port}"}"#,
    ),
];

/// What several of them have.
pub(super) const SHARED: [(&str, &str); 4] = [
    ("{cloudflare}", r#"api_url: "{url}/cf", retry_count: 1, retry_period: 0, {http}"#),
    (
        "{aws}",
        r#"endpoint: "{url}/aws", access_key_id: AKIDEXAMPLE, secret_access_key: {aws_secret}, session_token: {aws_token}, client_max_attempts: 0"#,
    ),
    (
        "{tsig}",
        "host: 127.0.0.1, port: {port}, timeout: 5, key_name: k., key_secret: env/TSIG_SECRET",
    ),
    ("{http}", "http: {attempts: 1, retry_wait: 0, timeout: 20, requests_per_second: 100000}"),
];
