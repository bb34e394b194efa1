//! `octodns-validate`: checks a configuration and its zone files.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::validate(octodns::BUILT_IN)
}
