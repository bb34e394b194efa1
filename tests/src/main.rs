//! `conformance`: compares this implementation with the corpus.

use std::process::ExitCode;

fn main() -> ExitCode {
    octodns_tests::main()
}
