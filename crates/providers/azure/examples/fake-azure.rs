//! The tests' fake of Azure DNS as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#![expect(dead_code, reason = "what only the tests need")]

#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    let service = service::with_discovery(service::trusting(service::service()));
    octodns_testkit::fake::serve(service, io::BufReader::new(io::stdin()), io::stdout())
}
