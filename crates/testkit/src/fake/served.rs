//! A fake of a test as a separate process, for measuring programs against it.

use std::io::{self, BufReader};
use std::net::TcpStream;

use super::{Api, serve};

/// Who wants it: an address, and the zones that the fake has from the start, with blanks between them.
const ASKED_BY: &str = "OCTODNS_TEST_SERVE";

/// Somebody who wants the fake instead of the test.
pub struct Asked {
    address: String,
    /// The zones that the fake has from the start, for services whose API creates none.
    pub zones: Vec<String>,
}

impl Asked {
    /// Who asks; `None` in an ordinary run.
    #[expect(clippy::disallowed_methods, reason = "test support: whoever runs tests says it")]
    pub fn by() -> Option<Self> {
        Self::read(&std::env::var(ASKED_BY).ok()?)
    }

    fn read(asked: &str) -> Option<Self> {
        let mut words = asked.split_whitespace().map(str::to_owned);
        Some(Self { address: words.next()?, zones: words.collect() })
    }

    /// Connects to who asked, and obeys there until the connection ends: see [`serve`](super::serve()).
    ///
    /// # Errors
    ///
    /// Fails if nobody listens, and where [`serve`](super::serve()) does.
    pub async fn serve(&self, api: impl Api) -> io::Result<()> {
        let stream = TcpStream::connect(&self.address)?;
        let orders = BufReader::new(stream.try_clone()?);
        tokio::task::spawn_blocking(move || serve(api, orders, stream)).await?
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, Write as _};
    use std::net::TcpListener;

    use super::super::{Request, Response};
    use super::*;

    #[test]
    fn zones_follow_the_address() {
        let asked = Asked::read("127.0.0.1:53 a.example b.example").unwrap();
        assert_eq!(asked.address, "127.0.0.1:53");
        assert_eq!(asked.zones, ["a.example", "b.example"]);
        assert!(Asked::read("").is_none());
    }

    #[tokio::test]
    async fn it_obeys_until_the_connection_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let asked = Asked::read(&listener.local_addr().unwrap().to_string()).unwrap();
        let ordering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            writeln!(stream, "latency 0").unwrap();
            let lines = BufReader::new(stream).lines().take(2);
            lines.map(Result::unwrap).collect::<Vec<_>>()
        });
        asked.serve(|_: &Request| Response::empty(204)).await.unwrap();
        let lines = ordering.join().unwrap();
        assert!(lines[0].starts_with("http://127.0.0.1:"), "{lines:?}");
        assert_eq!(lines[1], "latency 0");
    }
}
