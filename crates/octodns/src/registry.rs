//! Everything that is compiled in. The one place that names the provider crates.

use std::path::PathBuf;

use octodns_core::Registry;

/// The providers, sources and processors of this build; `home` is what `~` means in their files.
pub fn registry(home: Option<PathBuf>) -> Registry {
    let mut registry = Registry { home, ..Registry::default() };
    octodns_core::validate::register(&mut registry);
    #[cfg(feature = "yaml")]
    octodns_yaml::register(&mut registry);
    octodns_processors::register(&mut registry);
    registry
}
