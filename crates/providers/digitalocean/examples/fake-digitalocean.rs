//! The fake of DigitalOcean that tests have, as a program for others to be measured against: see
//! [`octodns_testkit::fake::serve`].

#[expect(dead_code, reason = "tests look at more of it")]
#[path = "../tests/provider/fake.rs"]
mod fake;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(
        fake::Service::new(),
        io::BufReader::new(io::stdin()),
        io::stdout(),
    )
}
