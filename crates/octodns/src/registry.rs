//! Everything that is compiled in. The one place that names the provider crates.

use std::path::PathBuf;

use octodns_core::Registry;
use octodns_core::registry::Run;

/// What each feature brings: what the names of its classes start with, and its short names.
const FEATURES: &[(&str, &[&str])] = &[
    ("bind", &["octodns_bind.", "axfr", "bind", "rfc2136", "zone-file"]),
    ("cloudflare", &["octodns_cloudflare.", "cloudflare", "cloudflare-internal"]),
    ("digitalocean", &["octodns_digitalocean.", "digitalocean"]),
    ("envvar", &["octodns.source.envvar.", "envvar"]),
    ("etchosts", &["octodns_etchosts.", "etchosts"]),
    ("powerdns", &["octodns_powerdns.", "powerdns"]),
    ("route53", &["octodns_route53.", "route53", "ec2", "elb"]),
    ("spf", &["octodns_spf.", "spf"]),
    ("tinydns", &["octodns.source.tinydns.", "tinydns"]),
    ("yaml", &["octodns.provider.yaml.", "yaml", "split-yaml"]),
];

/// The feature that would bring a class.
pub(crate) fn feature_of(class: &str) -> Option<&'static str> {
    let brings = |name: &&str| class == *name || (name.ends_with('.') && class.starts_with(name));
    FEATURES.iter().find(|(_, names)| names.iter().any(brings)).map(|(feature, _)| *feature)
}

/// The providers, sources and processors of this build; `home` is what `~` means in their files, `run`
/// what they may know of the run and its environment, with this crate's version unless it says another.
pub fn registry(home: Option<PathBuf>, mut run: Run) -> Registry {
    run.version = run.version.or(Some(env!("CARGO_PKG_VERSION")));
    let mut registry = Registry { home, run, ..Registry::default() };
    octodns_core::validate::register(&mut registry);
    #[cfg(feature = "yaml")]
    octodns_yaml::register(&mut registry);
    octodns_processors::register(&mut registry);
    #[cfg(feature = "bind")]
    octodns_bind::register(&mut registry);
    #[cfg(feature = "cloudflare")]
    octodns_cloudflare::register(&mut registry);
    #[cfg(feature = "digitalocean")]
    octodns_digitalocean::register(&mut registry);
    #[cfg(feature = "envvar")]
    octodns_envvar::register(&mut registry);
    #[cfg(feature = "etchosts")]
    octodns_etchosts::register(&mut registry);
    #[cfg(feature = "powerdns")]
    octodns_powerdns::register(&mut registry);
    #[cfg(feature = "route53")]
    octodns_route53::register(&mut registry);
    #[cfg(feature = "spf")]
    octodns_spf::register(&mut registry);
    #[cfg(feature = "tinydns")]
    octodns_tinydns::register(&mut registry);
    registry
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever builds less is told what is missing: every class of this build has its feature.
    #[test]
    fn every_class_of_a_provider_has_its_feature() {
        let registry = registry(None, Run::default());
        for name in registry.providers.names() {
            assert!(feature_of(name).is_some(), "{name}");
        }
        assert_eq!(feature_of("octodns_cloudflare.CloudflareProvider"), Some("cloudflare"));
        assert_eq!(feature_of("octodns_other.Provider"), None);
    }
}
