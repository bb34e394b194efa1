//! The tests' fake of DigitalOcean as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[expect(unused_imports, reason = "tests hold the provider to it")]
#[path = "../tests/provider.rs"]
mod provider;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(provider::service(), io::BufReader::new(io::stdin()), io::stdout())
}
