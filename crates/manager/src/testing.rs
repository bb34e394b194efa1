//! What unit tests share.

use octodns_core::Registry;
use octodns_core::registry::Host;

use crate::{ManagerOptions, built_in};

/// What is built in, octoDNS' own providers, and one of a service.
pub(crate) fn registry(host: Host) -> Registry {
    let mut registry = built_in(None, host);
    for register in [
        octodns_yaml::register,
        octodns_envvar::register,
        octodns_powerdns::register,
        octodns_tinydns::register,
    ] {
        register(&mut registry);
    }
    registry
}

/// Options of a manager with these classes.
pub(crate) fn options() -> ManagerOptions {
    ManagerOptions::new(registry(Host::default()))
}
