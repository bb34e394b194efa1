#![doc = include_str!("../README.md")]

mod options;
mod policy;
mod source;

use octodns_core::Registry;
use octodns_core::registry::BuildError;
use octodns_dns::spf::SpfDnsLookupProcessor;

pub use options::Options;
pub use source::SpfSource;

/// Registers the source by its octoDNS class and short name, and the processor by its octoDNS class.
pub fn register(registry: &mut Registry) {
    let version = env!("CARGO_PKG_VERSION");
    registry.source("octodns_spf.SpfSource", &["spf"], version, |id, options| {
        Ok::<_, BuildError>(SpfSource::new(id, options))
    });
    let path = "octodns_spf.SpfDnsLookupProcessor";
    registry.processor(path, &[], version, |id, options| {
        Ok::<_, BuildError>(SpfDnsLookupProcessor::new(id, options))
    });
    registry.providers.also("octodns_spf.SpfSource", &["octodns_spf.source.SpfSource"]);
    registry.processors.also(path, &["octodns_spf.processor.SpfDnsLookupProcessor"]);
}
