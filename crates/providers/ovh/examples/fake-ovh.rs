//! The tests' fake of OVH as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[expect(dead_code, reason = "tests look at more of it")]
#[path = "../tests/provider/fake.rs"]
mod fake;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(fake::service(), io::BufReader::new(io::stdin()), io::stdout())
}
