//! The fake of a service, which runs as a program and counts requests.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::run::{failed, target};

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

/// A running fake, which ends when it is dropped.
pub(super) struct Fake {
    child: Child,
    /// Present until it is dropped.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(super) url: String,
}

impl Fake {
    /// Starts the program `fake-NAME`, which is built first, with so many zones.
    pub(super) fn start(name: &str, zones: usize) -> io::Result<Self> {
        let mut command = Command::new(target().join(format!("debug/examples/fake-{name}")));
        command.args((0..zones).map(|zone| format!("zone-{zone}.example")));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
        let orders = child.stdin.take();
        let answers = child.stdout.take().ok_or_else(|| failed(&command, "it has no output"))?;
        let mut fake = Self { child, orders, answers: BufReader::new(answers), url: String::new() };
        fake.url = fake.line()?;
        Ok(fake)
    }

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
        // It serves until its input ends.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}
