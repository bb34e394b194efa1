//! `octodns-report`: reports what DNS servers answer for the records of a zone.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::report(octodns::BUILT_IN)
}
