//! The floors of the core, and arrows that are not refused.

/// The modules of `octodns-core` by floor, the uppermost first: each uses its own floor and those below it.
/// A module without a floor of its own stands where the module stands that it is in.
pub(super) const CORE: &[&[&str]] = &[
    // Planning and applying, the shapes of services.
    &["engine"],
    // Classes and what they are made from; JSON Schema of zone files.
    &["registry", "schema"],
    // What is read from, written to and put between; what was tried and what came of it.
    &["apply_log", "processor", "provider", "target"],
    // Whole zones, and what is to be done to them.
    &["capabilities", "change", "plan", "zone"],
    // What a name holds: record types, routing, reading and checking.
    &["record"],
    // What may be objected to, and who is at work to do so; what a value may be, for editors.
    &["shape", "validate"],
    // Types, presentation format, texts, numbers.
    &["rdata"],
    // Options of classes; errors; findings.
    &["diagnostic", "error", "options"],
    &["name", "nearest", "per_run", "secret", "value"],
];

/// Arrows that are not refused yet: the crate's sources, a module, and what it uses.
pub(super) const EXCEPTIONS: &[(&str, &str, &str)] = &[];
