//! The floors of the core, and arrows that are not refused.

/// The modules of `octodns-core` by floor, the uppermost first: each uses its own floor and those below it.
/// A module without a floor of its own stands where the module stands that it is in.
pub(super) const CORE: &[&[&str]] = &[
    &["engine"],
    &["registry", "schema"],
    &["apply_log", "provider"],
    &["capabilities", "change", "plan", "zone"],
    &["record", "validate"],
    &[
        "record::value_error",
        "record::number",
        "record::rdata",
        "record::record_type",
        "record::text",
    ],
    &["diagnostic"],
    &["name", "per_run", "secret", "value"],
];

/// Arrows that are not refused yet: the crate's sources, a module, and what it uses.
pub(super) const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("crates/core/src/", "apply_log", "provider"),
    ("crates/core/src/", "engine::texts", "engine::adapt"),
    ("crates/core/src/", "engine::values", "engine::adapt"),
    ("crates/core/src/", "plan", "provider"),
    ("crates/core/src/", "provider", "engine"),
    ("crates/core/src/", "record", "schema"),
    ("crates/core/src/", "record", "validate"),
    ("crates/core/src/", "record::custom", "record::data"),
    ("crates/core/src/", "record::custom", "record::registry"),
    ("crates/core/src/", "record::routing", "record::registry"),
    ("crates/core/src/", "record::routing", "record::types"),
    ("crates/core/src/", "record::text", "record"),
    ("crates/core/src/", "record::types", "record::data"),
    ("crates/core/src/", "record::types", "record::registry"),
    ("crates/core/src/", "validate", "registry"),
    ("crates/core/src/", "validate", "zone"),
    ("crates/core/src/", "value", "diagnostic"),
    ("crates/core/src/", "value::print", "value::pformat"),
    ("crates/core/src/", "zone", "registry"),
    ("crates/kit/src/", "account", "api"),
    ("crates/octodns/src/", "config", "manager"),
    ("crates/providers/cloudflare/src/", "apply", "provider"),
    ("crates/providers/powerdns/src/", "client", "provider"),
    ("crates/providers/route53/src/", "apply", "provider"),
    ("crates/providers/route53/src/", "client::login", "client::http"),
    ("crates/providers/route53/src/", "health_checks", "client"),
    ("crates/providers/route53/src/", "rrset", "records"),
    ("crates/testkit/src/", "store::keep", "store::declare"),
    ("crates/yaml/src/", "read::events", "read::characters"),
    ("crates/yaml/src/", "read::session", "read::construct"),
];
