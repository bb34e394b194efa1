//! Numbers that nobody can guess.

use std::io;

/// How many bytes are drawn at a time.
const BYTES: usize = 512;

/// Random numbers of the system.
#[derive(Debug)]
pub(super) struct Random {
    bytes: [u8; BYTES],
    /// How many of them have been used.
    used: usize,
}

impl Random {
    pub(super) fn new() -> Self {
        Self { bytes: [0; BYTES], used: BYTES }
    }

    pub(super) fn number(&mut self) -> io::Result<u16> {
        if self.used + 2 > BYTES {
            getrandom::fill(&mut self.bytes).map_err(io::Error::other)?;
            self.used = 0;
        }
        let number = [self.bytes[self.used], self.bytes[self.used + 1]];
        self.used += 2;
        Ok(u16::from_be_bytes(number))
    }
}
