//! The tests' fake of OVH as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[expect(dead_code, reason = "tests look at more of it")]
#[path = "../tests/provider/fake.rs"]
mod fake;

use std::io;

/// The arguments are the zones, which the API cannot create.
fn main() -> io::Result<()> {
    let mut service = fake::service();
    std::env::args().skip(1).for_each(|zone| service.provide_zone(&zone));
    octodns_testkit::fake::serve(service, io::BufReader::new(io::stdin()), io::stdout())
}
