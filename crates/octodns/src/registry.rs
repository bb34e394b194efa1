//! Everything that is compiled in. The one place that names the provider crates.

use std::path::PathBuf;

use octodns_core::Registry;
use octodns_core::registry::Run;

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
    #[cfg(feature = "powerdns")]
    octodns_powerdns::register(&mut registry);
    #[cfg(feature = "route53")]
    octodns_route53::register(&mut registry);
    #[cfg(feature = "etchosts")]
    octodns_etchosts::register(&mut registry);
    #[cfg(feature = "spf")]
    octodns_spf::register(&mut registry);
    #[cfg(feature = "tinydns")]
    octodns_tinydns::register(&mut registry);
    registry
}
