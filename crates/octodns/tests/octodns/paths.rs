//! Paths of classes: those that octoDNS's packages import from, and those of octoDNS before 1.0.

use octodns::core::registry::Host;

/// Every path finds the class of its path; the old ones name it.
#[test]
fn classes_have_the_paths_that_octodns_takes() {
    let registry = octodns::registry(None, Host::default());
    for (name, path, is_old) in [
        ("octodns_route53.provider.Route53Provider", "octodns_route53.Route53Provider", false),
        ("octodns_route53.source.Ec2Source", "octodns_route53.Ec2Source", false),
        ("octodns_route53.source.ElbSource", "octodns_route53.ElbSource", false),
        ("octodns_spf.source.SpfSource", "octodns_spf.SpfSource", false),
        (
            "octodns_selectel.v2.provider.SelectelProvider",
            "octodns_selectel.SelectelProvider",
            false,
        ),
        (
            "octodns_selectel.v1.provider.SelectelProvider",
            "octodns_selectel.SelectelProviderLegacy",
            false,
        ),
        ("octodns_powerdns.PowerDnsBaseProvider", "octodns_powerdns.PowerDnsProvider", false),
        (
            "octodns.provider.cloudflare.CloudflareProvider",
            "octodns_cloudflare.CloudflareProvider",
            true,
        ),
        (
            "octodns.provider.digitalocean.DigitalOceanProvider",
            "octodns_digitalocean.DigitalOceanProvider",
            true,
        ),
        (
            "octodns.provider.constellix.ConstellixProvider",
            "octodns_constellix.ConstellixProvider",
            true,
        ),
        ("octodns.provider.etc_hosts.EtcHostsProvider", "octodns_etchosts.EtcHostsProvider", true),
        ("octodns.provider.dnsimple.DnsimpleProvider", "octodns_dnsimple.DnsimpleProvider", true),
        ("octodns.provider.dyn.DynProvider", "octodns_dyn.DynProvider", true),
        ("octodns.provider.hetzner.HetznerProvider", "octodns_hetzner.HetznerProvider", true),
        ("octodns.provider.ns1.Ns1Provider", "octodns_ns1.Ns1Provider", true),
        ("octodns.provider.ovh.OvhProvider", "octodns_ovh.OvhProvider", true),
        ("octodns.provider.easydns.EasyDNSProvider", "octodns_easydns.EasyDnsProvider", true),
        ("octodns.provider.easydns.EasyDnsProvider", "octodns_easydns.EasyDnsProvider", true),
        (
            "octodns.provider.dnsmadeeasy.DnsMadeEasyProvider",
            "octodns_dnsmadeeasy.DnsMadeEasyProvider",
            true,
        ),
        ("octodns.provider.edgedns.AkamaiProvider", "octodns_edgedns.AkamaiProvider", true),
        ("octodns.provider.fastdns.AkamaiProvider", "octodns_edgedns.AkamaiProvider", true),
        ("octodns.provider.gandi.GandiProvider", "octodns_gandi.GandiProvider", true),
        ("octodns.provider.gcore.GCoreProvider", "octodns_gcore.GCoreProvider", true),
        (
            "octodns.provider.googlecloud.GoogleCloudProvider",
            "octodns_googlecloud.GoogleCloudProvider",
            true,
        ),
        (
            "octodns.provider.mythicbeasts.MythicBeastsProvider",
            "octodns_mythicbeasts.MythicBeastsProvider",
            true,
        ),
        ("octodns.provider.powerdns.PowerDnsProvider", "octodns_powerdns.PowerDnsProvider", true),
        ("octodns.provider.route53.Route53Provider", "octodns_route53.Route53Provider", true),
        (
            "octodns.provider.rackspace.RackspaceProvider",
            "octodns_rackspace.RackspaceProvider",
            true,
        ),
        ("octodns.provider.selectel.SelectelProvider", "octodns_selectel.SelectelProvider", true),
        ("octodns.provider.transip.TransipProvider", "octodns_transip.TransipProvider", true),
        ("octodns.source.axfr.AxfrSource", "octodns_bind.AxfrSource", true),
        ("octodns.source.axfr.ZoneFileSource", "octodns_bind.ZoneFileSource", true),
    ] {
        assert_eq!(registry.providers.get(name).map(|class| class.path), Some(path), "{name}");
        assert_eq!(registry.providers.instead_of(name), is_old.then_some(path), "{name}");
    }
    for (name, path, is_old) in [
        ("octodns_spf.processor.SpfDnsLookupProcessor", "octodns_spf.SpfDnsLookupProcessor", false),
        (
            "octodns.processor.awsacm.AwsAcmMangingProcessor",
            "octodns_route53.processor.AwsAcmMangingProcessor",
            true,
        ),
    ] {
        assert_eq!(registry.processors.get(name).map(|class| class.path), Some(path), "{name}");
        assert_eq!(registry.processors.instead_of(name), is_old.then_some(path), "{name}");
    }
}
