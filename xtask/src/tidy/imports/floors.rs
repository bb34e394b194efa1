//! The layers ("floors") of the core, and dependencies that are allowed as exceptions.

/// The modules of `octodns-core` by layer, the uppermost first: each uses its own layer and those below it. A
/// module that is not listed belongs to the layer of its parent.
pub(super) const CORE: &[&[&str]] = &[
    // Planning and applying, the shapes of services.
    &["engine"],
    // Classes and their options; JSON Schema of zone files.
    &["registry", "schema"],
    // Sources, targets and processors; the outcome of changes.
    &["apply_log", "processor", "provider", "target", "target_options"],
    // Whole zones, and changes to them.
    &["capabilities", "change", "plan", "zone"],
    // The contents of names: record types, routing, reading and checking.
    &["record"],
    // Findings of validation, and validators; the shapes of values, for editors.
    &["shape", "validate"],
    // Types, presentation format, texts, numbers.
    &["rdata"],
    // Options of classes; errors; findings.
    &["diagnostic", "error", "options"],
    &["escape", "name", "nearest", "per_run", "secret", "value"],
];

/// Dependencies that are not refused yet: the crate's sources, a module, and what it uses.
pub(super) const EXCEPTIONS: &[(&str, &str, &str)] = &[];
