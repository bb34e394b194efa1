//! The names of this crate's classes in configurations.

use std::sync::Arc;

use octodns_core::Registry;
use octodns_core::registry::NoOptions;
use octodns_http::Accounts;

use crate::alias::Route53Alias;
use crate::{AwsAcmProcessor, Ec2Source, ElbSource, Route53Provider};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Registers the provider, the sources and the alias type by their short names and octoDNS' classes.
pub fn register(registry: &mut Registry) {
    // Registering the type again has no effect.
    let _ = registry.types.register(Arc::new(Route53Alias));
    registry
        .types
        .register_section("octodns.route53.healthcheck", crate::health_check::SECTION_KEYS);
    let (uuid, accounts) = (Arc::clone(&registry.host.uuid), Accounts::default());
    registry.provider(
        "octodns_route53.Route53Provider",
        &["route53"],
        VERSION,
        move |id, given| Route53Provider::new(id, given, Arc::clone(&uuid), &accounts),
    );
    registry.source("octodns_route53.Ec2Source", &["ec2"], VERSION, Ec2Source::new);
    registry.source("octodns_route53.ElbSource", &["elb"], VERSION, ElbSource::new);
    registry.processor(
        "octodns_route53.processor.AwsAcmMangingProcessor",
        &["aws-acm"],
        VERSION,
        |id, _: NoOptions| Ok(AwsAcmProcessor::new(id)),
    );
    for (path, also) in [
        ("octodns_route53.Route53Provider", "octodns_route53.provider.Route53Provider"),
        ("octodns_route53.Ec2Source", "octodns_route53.source.Ec2Source"),
        ("octodns_route53.ElbSource", "octodns_route53.source.ElbSource"),
    ] {
        registry.providers.also(path, &[also]);
    }
    let old = ["octodns.provider.route53.Route53Provider"];
    registry.providers.formerly("octodns_route53.Route53Provider", &old);
    let old = ["octodns.processor.awsacm.AwsAcmMangingProcessor"];
    registry.processors.formerly("octodns_route53.processor.AwsAcmMangingProcessor", &old);
}
