//! Lines of a pipe, none longer than it may be.

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// How much is read at a time.
const BUFFER: usize = 256 * 1024;

/// A line that is longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line has more than {0} bytes")]
pub struct TooLong(pub usize);

/// Reads lines. What is read of a line is kept when a future is dropped.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    is_done: bool,
    limit: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads lines of at most `limit` bytes.
    pub fn new(reader: R, limit: usize) -> Self {
        let reader = BufReader::with_capacity(BUFFER, reader);
        Self { reader, line: Vec::new(), is_done: false, limit }
    }

    /// The next line without its end; `None` at the end of the pipe. A last line that has no end is one.
    ///
    /// # Errors
    ///
    /// If a line is too long; the rest of it is the next line then.
    pub async fn next(&mut self) -> Result<Option<&[u8]>, TooLong> {
        if std::mem::take(&mut self.is_done) {
            self.line.clear();
        }
        loop {
            let (taken, is_done) = match self.reader.fill_buf().await {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A pipe that cannot be read is at its end.
                Ok([]) | Err(_) => break,
                Ok(bytes) => {
                    let end = bytes.iter().position(|&byte| byte == b'\n');
                    let part = &bytes[..end.unwrap_or(bytes.len())];
                    let room = self.limit - self.line.len();
                    self.line.extend_from_slice(&part[..part.len().min(room)]);
                    if part.len() > room {
                        self.reader.consume(room);
                        self.is_done = true;
                        return Err(TooLong(self.limit));
                    }
                    (end.map_or(part.len(), |end| end + 1), end.is_some())
                }
            };
            self.reader.consume(taken);
            if is_done {
                self.is_done = true;
                return Ok(Some(&self.line));
            }
        }
        self.is_done = true;
        Ok((!self.line.is_empty()).then_some(&self.line))
    }

    /// What is read of a line that is too long.
    pub fn part(&self) -> &[u8] {
        &self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_end_where_they_end_and_at_the_end() {
        let mut lines = Lines::new(&b"one\n\ntoolongfor\nlast"[..], 6);
        assert_eq!(lines.next().await, Ok(Some(&b"one"[..])));
        assert_eq!(lines.next().await, Ok(Some(&b""[..])));
        assert_eq!(lines.next().await, Err(TooLong(6)));
        assert_eq!(lines.part(), b"toolon");
        assert_eq!(lines.next().await, Ok(Some(&b"gfor"[..])));
        assert_eq!(lines.next().await, Ok(Some(&b"last"[..])));
        assert_eq!(lines.next().await, Ok(None));
        assert_eq!(lines.next().await, Ok(None));
    }
}
