//! `octodns`: all programs in one, each by a subcommand or by a link that is called as the program.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::all(octodns::BUILT_IN)
}
