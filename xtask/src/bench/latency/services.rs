//! The services, and what they allow.

use std::time::Duration;

use super::fake::Measured;

/// The latency of each response.
pub(super) const LATENCY: Duration = Duration::from_millis(50);

/// How many times as long as ours the reference is to take at least.
const AIM: f64 = 10.0;

/// A service, and the limits of our provider for it.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: &'static str,
    /// The class of the provider, which is the same in octoDNS.
    pub(super) class: &'static str,
    /// Options of both providers; `{root}` is the folder of the workspace.
    pub(super) credentials: &'static str,
    /// Options of ours alone, in which `{url}` is the URL of the fake, and of the reference alone.
    pub(super) ours: &'static str,
    pub(super) theirs: &'static str,
    /// The beginnings of the URLs in the reference's requests, which are redirected, with blanks between them.
    pub(super) origin: &'static str,
    /// The path of the API at the fake, for the option `endpoint`.
    pub(super) below: &'static str,
    /// Whether requests of the reference can be redirected: those of Dyn are not made by `requests`.
    pub(super) has_reference: bool,
    /// Requests of a run that no limit counts: logins at another host.
    pub(super) logins: u64,
    /// How many times as long as ours the reference is to take at least.
    pub(super) aim: f64,
    /// Whether its API creates no zones: then the fake has them from the start.
    pub(super) has_fixed_zones: bool,
    pub(super) limits: Limits,
}

impl Service {
    const fn new(name: &'static str, class: &'static str, credentials: &'static str) -> Self {
        Self {
            name,
            class,
            credentials,
            ours: "",
            theirs: "",
            below: "",
            origin: "",
            has_reference: true,
            logins: 0,
            aim: AIM,
            has_fixed_zones: false,
            limits: Limits { at_once: 12, rates: &[] },
        }
    }

    const fn at(self, origin: &'static str, below: &'static str) -> Self {
        Self { origin, below, ..self }
    }

    const fn ours(self, ours: &'static str) -> Self {
        Self { ours, ..self }
    }

    const fn theirs(self, theirs: &'static str) -> Self {
        Self { theirs, ..self }
    }

    const fn fixed_zones(self) -> Self {
        Self { has_fixed_zones: true, ..self }
    }

    const fn logs_in_elsewhere(self) -> Self {
        Self { logins: 1, ..self }
    }

    const fn aim(self, aim: f64) -> Self {
        Self { aim, ..self }
    }

    const fn alone(self) -> Self {
        Self { has_reference: false, ..self }
    }

    const fn limits(self, at_once: u64, rates: &'static [Rate]) -> Self {
        Self { limits: Limits { at_once, rates }, ..self }
    }
}

/// So many requests in so many seconds.
pub(super) type Rate = (u64, u64);

/// Limits on requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) at_once: u64,
    pub(super) rates: &'static [Rate],
}

impl Limits {
    /// Whether a run kept within the limits.
    pub(super) fn allow(self, measured: Measured) -> bool {
        measured.max_at_once <= self.at_once
            && measured.max_in_a_second <= self.most_in(1)
            && measured.max_in_a_minute <= self.most_in(60)
    }

    /// The most requests in so many seconds.
    fn most_in(self, seconds: u64) -> u64 {
        let of = |(requests, period): &Rate| requests.saturating_mul(seconds.div_ceil(*period));
        self.rates.iter().map(of).min().unwrap_or(u64::MAX)
    }

    /// The time that so many requests take at least: one for the list of zones, then as many at once as allowed;
    /// where a rate makes the last of them wait, these as well are only as many at once.
    pub(super) fn least(self, requests: u64) -> Duration {
        let rounds = |requests: u64| {
            let rounds = requests.div_ceil(self.at_once);
            LATENCY.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
        };
        let after = requests.saturating_sub(1);
        let of = |(most, period): &Rate| match after / most {
            0 => Duration::ZERO,
            waits => Duration::from_secs(waits * period) + rounds(requests - waits * most),
        };
        self.rates.iter().map(of).fold(LATENCY + rounds(after), Duration::max)
    }
}

pub(super) const SERVICES: &[Service] = &[
    Service::new("cloudflare", "octodns_cloudflare.CloudflareProvider", "token: let-me-in")
        .at("https://api.cloudflare.com", "/client/v4")
        .limits(16, &[(200, 1), (1200, 300)]),
    Service::new(
        "digitalocean",
        "octodns_digitalocean.DigitalOceanProvider",
        "token: dop_v1_hunter2",
    )
    .at("https://api.digitalocean.com", "/v2")
    .limits(12, &[(250, 60), (5000, 3600)]),
    Service::new(
        "powerdns",
        "octodns_powerdns.PowerDnsProvider",
        "host: powerdns.invalid, api_key: let-me-in",
    )
    .at("http://powerdns.invalid:8081", "")
    .limits(16, &[]),
    Service::new("dnsimple", "octodns_dnsimple.DnsimpleProvider", "token: hunter2, account: 42")
        .at("https://api.dnsimple.com", "/v2")
        .limits(12, &[(2400, 3600)]),
    Service::new(
        "dnsmadeeasy",
        "octodns_dnsmadeeasy.DnsMadeEasyProvider",
        "api_key: api-key, secret_key: hunter2",
    )
    .at("https://api.dnsmadeeasy.com", "/V2.0/dns/managed")
    .limits(12, &[(150, 300)]),
    Service::new("easydns", "octodns_easydns.EasyDnsProvider", "token: my-token, api_key: hunter2")
        .at("https://rest.easydns.net", "")
        .ours(", domain_create_sleep: 0"),
    Service::new("edgecenter", "octodns_edgecenter.EdgeCenterProvider", "token: hunter2")
        .at("https://api.edgecenter.ru", "/dns/v2"),
    Service::new("gcore", "octodns_gcore.GCoreProvider", "token: hunter2")
        .at("https://api.gcore.com", "/dns/v2"),
    Service::new("ns1", "octodns_ns1.Ns1Provider", "api_key: hunter2")
        .at("https://api.nsone.net", "/v1"),
    Service::new(
        "ovh",
        "octodns_ovh.OvhProvider",
        "application_key: 7kbG7Bk7S9Nt7ZSV, \
         application_secret: EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF, \
         consumer_key: MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1",
    )
    .at("https://eu.api.ovh.com", "/1.0")
    .theirs(", endpoint: ovh-eu")
    .fixed_zones()
    .limits(12, &[(20, 1)]),
    Service::new(
        "scaleway",
        "octodns_scaleway.ScalewayProvider",
        "token: hunter2, create_zone: true",
    )
    .at("https://api.scaleway.com", "/domain/v2beta1"),
    Service::new(
        "transip",
        "octodns_transip.TransipProvider",
        "account: octodns, key_file: {root}/crates/providers/transip/tests/key.pem",
    )
    .at("https://api.transip.nl", "/v6")
    .fixed_zones()
    .limits(16, &[(1000, 900)]),
    Service::new(
        "constellix",
        "octodns_constellix.ConstellixProvider",
        "api_key: api-key, secret_key: hunter2",
    )
    .at("https://api.dns.constellix.com https://api.sonar.constellix.com", "/v1")
    .ours(", sonar_endpoint: \"{url}/rest/api\""),
    Service::new(
        "rackspace",
        "octodns_rackspace.RackspaceProvider",
        "username: me, api_key: hunter2",
    )
    .at("https://identity.api.rackspacecloud.com", "/v1.0/110011")
    .ours(", identity_endpoint: \"{url}/v2.0\"")
    .logs_in_elsewhere()
    .limits(12, &[(15, 1), (300, 60)]),
    Service::new(
        "mythicbeasts",
        "octodns_mythicbeasts.MythicBeastsProvider",
        "api_key: my-key-id, api_secret: hunter2",
    )
    .at("https://api.mythic-beasts.com https://auth.mythic-beasts.com", "/dns/v2")
    .ours(", auth_endpoint: \"{url}/login\"")
    .logs_in_elsewhere()
    // Ours reads each zone twice, to tell records of the template from others.
    .aim(5.0)
    .fixed_zones(),
    Service::new(
        "dyn",
        "octodns_dyn.DynProvider",
        "customer: cust, username: user, password: hunter2",
    )
    .at("https://api.dynect.net", "/REST")
    .alone()
    .limits(1, &[(5, 1), (300, 60)]),
    Service::new("gandi", "octodns_gandi.GandiProvider", "token: hunter2")
        .at("https://api.gandi.net", "/v5")
        .limits(12, &[(1000, 60)]),
    Service::new("selectel", "octodns_selectel.SelectelProvider", "token: hunter2")
        .at("https://api.selectel.ru", "/domains/v2"),
    Service::new(
        "edgedns",
        "octodns_edgedns.AkamaiProvider",
        "client_secret: SOMESECRET, host: akab-test.luna.akamaiapis.net, \
         access_token: akab-access-token, client_token: akab-client-token, contract_id: C-TEST1",
    )
    .at("https://akab-test.luna.akamaiapis.net", "/config-dns/v2"),
    Service::new("hetzner", "octodns_hetzner.HetznerProvider", "token: hunter2, backend: hcloud")
        .at("https://api.hetzner.cloud", "/v1"),
    Service::new(
        "ultra",
        "octodns_ultra.UltraProvider",
        "account: example, username: me, password: hunter2",
    )
    .at("https://api.ultradns.com", ""),
    Service::new(
        "googlecloud",
        "octodns_googlecloud.GoogleCloudProvider",
        "project: test-project, \
         credentials_file: {root}/crates/providers/googlecloud/tests/same-host.json",
    )
    .at("https://dns.googleapis.com", "/dns/v1")
    .ours(", token_endpoint: \"{url}/token\"")
    .logs_in_elsewhere()
    .limits(16, &[]),
    Service::new(
        "azure",
        "octodns_azure.AzureProvider",
        "sub_id: 11111111-2222-3333-4444-555555555555, resource_group: test-rg, \
         directory_id: 99999999-8888-7777-6666-555555555555, \
         client_id: 77777777-7777-7777-7777-777777777777, key: test-key",
    )
    .at("https://management.azure.com https://login.microsoftonline.com", "")
    .ours(", authority: \"{url}\"")
    .logs_in_elsewhere()
    .limits(12, &[(250, 10), (10_000, 300)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { at_once: 4, rates: &[(50, 1), (60, 60), (100, 300)] };

    #[test]
    fn measurements_are_within_limits_if_none_is_exceeded() {
        for (at_once, second, minute, kept) in
            [(4, 50, 60, true), (5, 1, 1, false), (1, 51, 51, false), (1, 1, 61, false)]
        {
            let measured = Measured {
                requests: minute,
                max_at_once: at_once,
                max_in_a_second: second,
                max_in_a_minute: minute,
            };
            assert_eq!(LIMITS.allow(measured), kept, "{measured:?}");
        }
    }

    #[test]
    fn limits_have_a_least_time() {
        for (requests, seconds) in [(1, 0.05), (41, 0.55), (60, 1.15), (61, 60.05), (101, 300.05)] {
            let least = LIMITS.least(requests).as_secs_f64();
            assert!((least - seconds).abs() < 0.001, "{requests}: {least}");
        }
    }
}
