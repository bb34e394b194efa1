//! The fake of a service, which the program with the tests of its provider serves, and which counts requests.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::programs;
use crate::run::failed;

/// The tests of which a provider has one, which serves the fake when it is asked to: of a suite, and of a fake of its
/// own kind.
const TESTS: [&str; 2] = ["it_does_what_every_provider_must", "it_passes_the_behaviour_suite"];

/// The requests of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) requests: u64,
    pub(super) max_at_once: u64,
    pub(super) max_in_a_second: u64,
    pub(super) max_in_a_minute: u64,
}

impl Measured {
    /// The figures without so many requests, which may be in any second.
    pub(super) fn without(self, requests: u64) -> Self {
        Self {
            requests: self.requests.saturating_sub(requests),
            max_at_once: self.max_at_once,
            max_in_a_second: self.max_in_a_second.saturating_sub(requests),
            max_in_a_minute: self.max_in_a_minute.saturating_sub(requests),
        }
    }

    /// The maximum of each figure.
    pub(super) fn most(self, other: Self) -> Self {
        Self {
            requests: self.requests.max(other.requests),
            max_at_once: self.max_at_once.max(other.max_at_once),
            max_in_a_second: self.max_in_a_second.max(other.max_in_a_second),
            max_in_a_minute: self.max_in_a_minute.max(other.max_in_a_minute),
        }
    }
}

/// The programs that serve the fakes, by the names of the providers.
pub(super) struct Fakes(BTreeMap<String, PathBuf>);

impl Fakes {
    /// Builds them with all tests: of a smaller selection all dependencies would be compiled anew.
    pub(super) fn build() -> io::Result<Self> {
        Ok(Self(programs::of_providers(&programs::build()?)))
    }

    /// Starts the fake of a provider's tests with so many zones.
    pub(super) fn start(&self, name: &str, zones: usize) -> io::Result<Fake> {
        let program = self.0.get(name);
        let program = program.ok_or_else(|| io::Error::other(format!("{name} has no tests")))?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut asked = listener.local_addr()?.to_string();
        asked.extend((0..zones).map(|zone| format!(" zone-{zone}.example")));
        let mut command = Command::new(program);
        command.args(TESTS).env("OCTODNS_TEST_SERVE", asked).stdout(Stdio::null());
        let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
        let orders = accepted(&listener, &mut child)?;
        let answers = BufReader::new(orders.try_clone()?);
        let mut fake = Fake { child, orders: Some(orders), answers, url: String::new() };
        fake.url = fake.line()?;
        Ok(fake)
    }
}

/// The connection of a process, unless it ends without one.
fn accepted(listener: &TcpListener, process: &mut Child) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    while process.try_wait()?.is_none() {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("none of the tests {TESTS:?} serves")))
}

/// A running fake, which ends when it is dropped.
pub(super) struct Fake {
    child: Child,
    /// Present until it is dropped.
    orders: Option<TcpStream>,
    answers: BufReader<TcpStream>,
    pub(super) url: String,
}

impl Fake {
    /// Sends a command, and returns its reply.
    pub(super) fn order(&mut self, order: &str) -> io::Result<String> {
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "{order}")?;
        }
        self.line()
    }

    /// The requests since the last call.
    pub(super) fn measured(&mut self) -> io::Result<Measured> {
        let answer: Value = serde_json::from_str(&self.order("measured")?)?;
        let number = |name: &str| {
            let number = answer[name].as_u64();
            number.ok_or_else(|| io::Error::other(format!("the fake does not say {name}")))
        };
        Ok(Measured {
            requests: number("requests")?,
            max_at_once: number("most_at_once")?,
            max_in_a_second: number("most_in_a_second")?,
            max_in_a_minute: number("most_in_a_minute")?,
        })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(io::Error::other("the fake ended"));
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // It serves until the connection ends.
        if let Some(orders) = self.orders.take() {
            let _ = orders.shutdown(Shutdown::Both);
        }
        let _ = self.child.wait();
    }
}
