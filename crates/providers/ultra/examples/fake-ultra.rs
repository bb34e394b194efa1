//! The tests' fake of UltraDNS as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[expect(dead_code, reason = "tests use the rest")]
#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(service::service(), io::BufReader::new(io::stdin()), io::stdout())
}
