//! `SpfDnsLookupProcessor`, which is in the crate for DNS queries.

use octodns_core::Registry;
use octodns_core::registry::BuildError;
use octodns_dns::spf::SpfDnsLookupProcessor;

use crate::version::VERSION;

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.spf.SpfDnsLookupProcessor";
    registry.processor(path, &["spf-dns-lookup"], VERSION, |id, options| {
        Ok::<_, BuildError>(SpfDnsLookupProcessor::new(id, options))
    });
}
