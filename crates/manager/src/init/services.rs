//! Which variables of the environment have the credentials of which provider: as data. A test holds it against the classes
//! that are registered, and against the examples of their pages below `docs/providers`.

use octodns_core::Registry;
use octodns_core::registry::Lookup;

/// A class of providers whose credentials are looked for in the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// The path of the class.
    pub class: &'static str,
    /// The id that its provider has in a new config, unless it is given another.
    pub id: &'static str,
    /// Its options.
    pub options: &'static [ServiceOption],
}

/// An option of a provider, and where its value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceOption {
    /// Its name in the config.
    pub name: &'static str,
    /// The variable of the environment; empty for a value that is always the same.
    pub variable: &'static str,
    /// What a new config has without the variable.
    pub without: Without,
}

/// What a config has for an option whose variable is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Without {
    /// Nothing can be done without it.
    Impossible,
    /// No such option.
    Nothing,
    /// This value.
    Value(&'static str),
}

impl Service {
    /// The variables that it needs, in order.
    pub fn needed(&self) -> impl Iterator<Item = &'static str> {
        let needed = self.options.iter().filter(|option| option.without == Without::Impossible);
        needed.map(|option| option.variable)
    }

    /// The variables it needs that are not set; set to nothing is not set.
    pub(super) fn missing(&self, env: &Lookup) -> Vec<&'static str> {
        self.needed().filter(|variable| !is_set(variable, env)).collect()
    }
}

/// Whether a variable of the environment has a value.
pub(super) fn is_set(variable: &str, env: &Lookup) -> bool {
    env(variable).is_some_and(|value| !value.is_empty())
}

/// The services of this build whose credentials are in the environment of the registry, in order.
pub fn services_in_environment(registry: &Registry) -> Vec<&'static Service> {
    let is_there = |service: &&Service| {
        let is_built_in = registry.providers.get(service.class).is_some();
        is_built_in && service.missing(&registry.host.env).is_empty()
    };
    SERVICES.iter().filter(is_there).collect()
}

const fn needed(name: &'static str, variable: &'static str) -> ServiceOption {
    ServiceOption { name, variable, without: Without::Impossible }
}

const fn optional(name: &'static str, variable: &'static str) -> ServiceOption {
    ServiceOption { name, variable, without: Without::Nothing }
}

const fn or(name: &'static str, variable: &'static str, value: &'static str) -> ServiceOption {
    ServiceOption { name, variable, without: Without::Value(value) }
}

const fn service(
    class: &'static str,
    id: &'static str,
    options: &'static [ServiceOption],
) -> Service {
    Service { class, id, options }
}

/// All services, by their ids.
#[rustfmt::skip]
pub const SERVICES: &[Service] = &[
    service("octodns_edgedns.AkamaiProvider", "akamai", &[
        needed("host", "AKAMAI_HOST"),
        needed("client_token", "AKAMAI_CLIENT_TOKEN"),
        needed("client_secret", "AKAMAI_CLIENT_SECRET"),
        needed("access_token", "AKAMAI_ACCESS_TOKEN"),
        optional("contract_id", "AKAMAI_CONTRACT_ID"),
    ]),
    service("octodns_azure.AzureProvider", "azure", &[
        needed("sub_id", "AZURE_SUBSCRIPTION_ID"),
        needed("resource_group", "AZURE_RESOURCE_GROUP"),
        needed("directory_id", "AZURE_DIRECTORY_ID"),
        needed("client_id", "AZURE_APPLICATION_ID"),
        needed("key", "AZURE_AUTHENTICATION_KEY"),
    ]),
    service("octodns_bind.BindProvider", "bind", &[
        needed("host", "BIND_HOST"),
        optional("port", "BIND_PORT"),
        optional("key_name", "TSIG_KEY_NAME"),
        optional("key_secret", "TSIG_SECRET"),
        optional("key_algorithm", "TSIG_ALGORITHM"),
    ]),
    service("octodns_cloudflare.CloudflareProvider", "cloudflare", &[
        needed("token", "CLOUDFLARE_TOKEN"),
        optional("email", "CLOUDFLARE_EMAIL"),
        optional("account_id", "CLOUDFLARE_ACCOUNT"),
    ]),
    service("octodns_constellix.ConstellixProvider", "constellix", &[
        needed("api_key", "CONSTELLIX_API_KEY"),
        needed("secret_key", "CONSTELLIX_SECRET_KEY"),
    ]),
    service("octodns_digitalocean.DigitalOceanProvider", "digitalocean", &[
        needed("token", "DIGITALOCEAN_TOKEN"),
    ]),
    service("octodns_dnsimple.DnsimpleProvider", "dnsimple", &[
        needed("token", "DNSIMPLE_TOKEN"),
        needed("account", "DNSIMPLE_ACCOUNT"),
    ]),
    service("octodns_dnsmadeeasy.DnsMadeEasyProvider", "dnsmadeeasy", &[
        needed("api_key", "DNSMADEEASY_API_KEY"),
        needed("secret_key", "DNSMADEEASY_SECRET_KEY"),
    ]),
    service("octodns_dyn.DynProvider", "dyn", &[
        needed("customer", "DYN_CUSTOMER"),
        needed("username", "DYN_USERNAME"),
        needed("password", "DYN_PASSWORD"),
    ]),
    service("octodns_easydns.EasyDnsProvider", "easydns", &[
        needed("token", "EASYDNS_TOKEN"),
        needed("api_key", "EASYDNS_API_KEY"),
    ]),
    service("octodns_edgecenter.EdgeCenterProvider", "edgecenter", &[
        needed("token", "EDGECENTER_TOKEN"),
    ]),
    service("octodns_gandi.GandiProvider", "gandi", &[
        needed("token", "GANDI_TOKEN"),
    ]),
    service("octodns_gcore.GCoreProvider", "gcore", &[
        needed("token", "GCORE_TOKEN"),
    ]),
    service("octodns_googlecloud.GoogleCloudProvider", "googlecloud", &[
        needed("project", "GOOGLE_CLOUD_PROJECT"),
        needed("credentials", "GOOGLE_ACCOUNT_KEY"),
    ]),
    service("octodns_hetzner.HetznerProvider", "hetzner", &[
        needed("token", "HETZNER_TOKEN"),
        or("backend", "", "hcloud"),
    ]),
    service("octodns_mythicbeasts.MythicBeastsProvider", "mythicbeasts", &[
        needed("api_key", "MYTHICBEASTS_API_KEY"),
        needed("api_secret", "MYTHICBEASTS_API_SECRET"),
    ]),
    service("octodns_ns1.Ns1Provider", "ns1", &[
        needed("api_key", "NS1_API_KEY"),
    ]),
    service("octodns_ovh.OvhProvider", "ovh", &[
        or("endpoint", "OVH_ENDPOINT", "ovh-eu"),
        needed("application_key", "OVH_APPLICATION_KEY"),
        needed("application_secret", "OVH_APPLICATION_SECRET"),
        needed("consumer_key", "OVH_CONSUMER_KEY"),
    ]),
    service("octodns_powerdns.PowerDnsProvider", "powerdns", &[
        needed("host", "POWERDNS_HOST"),
        needed("api_key", "POWERDNS_API_KEY"),
        optional("port", "POWERDNS_PORT"),
        optional("scheme", "POWERDNS_SCHEME"),
    ]),
    service("octodns_rackspace.RackspaceProvider", "rackspace", &[
        needed("username", "RACKSPACE_USERNAME"),
        needed("api_key", "RACKSPACE_API_KEY"),
    ]),
    service("octodns_route53.Route53Provider", "route53", &[
        needed("access_key_id", "AWS_ACCESS_KEY_ID"),
        needed("secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        optional("session_token", "AWS_SESSION_TOKEN"),
    ]),
    service("octodns_scaleway.ScalewayProvider", "scaleway", &[
        needed("token", "SCALEWAY_SECRET_KEY"),
    ]),
    service("octodns_selectel.SelectelProvider", "selectel", &[
        needed("username", "SELECTEL_USERNAME"),
        needed("password", "SELECTEL_PASSWORD"),
        needed("account_id", "SELECTEL_ACCOUNT_ID"),
        needed("project_id", "SELECTEL_PROJECT_ID"),
    ]),
    service("octodns_transip.TransipProvider", "transip", &[
        needed("account", "TRANSIP_ACCOUNT"),
        needed("key", "TRANSIP_PRIVATE_KEY"),
    ]),
    service("octodns_ultra.UltraProvider", "ultra", &[
        needed("account", "ULTRA_ACCOUNT"),
        needed("username", "ULTRA_USERNAME"),
        needed("password", "ULTRA_PASSWORD"),
    ]),
];
