//! Hands what libFuzzer makes up to the target that `OCTODNS_FUZZ_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use octodns_fuzz::{Target, named};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("OCTODNS_FUZZ_TARGET").unwrap_or_default();
    named(&name).unwrap_or_else(|| panic!("OCTODNS_FUZZ_TARGET: no target \"{name}\""))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
