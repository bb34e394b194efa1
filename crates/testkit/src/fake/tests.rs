//! What a client sees of a connection that breaks.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// Everything received until the connection is closed.
async fn received(url: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    // A reset ends the connection too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_connection_breaks_at_the_chosen_place() {
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let fake = Fake::start(move |_: &Request| {
        *count.lock().unwrap() += 1;
        Response::text(200, "whole")
    })
    .await;
    for (place, carried_out, start, end) in [
        (Place::Start, false, "", ""),
        (Place::Start, true, "", ""),
        (Place::Headers, false, "HTTP/1.1 200 OK\r\ncon", "con"),
        (Place::Body, true, "HTTP/1.1 200 OK\r\n", "\r\n\r\n{\"half\": "),
    ] {
        let before = *asked.lock().unwrap();
        fake.control().faults().next(1, InjectedFault::Break { place, carried_out });
        let text = received(fake.url()).await;
        assert!(text.starts_with(start) && text.ends_with(end), "{place:?}: {text:?}");
        assert_eq!(place == Place::Start, text.is_empty());
        assert_eq!(*asked.lock().unwrap() - before, u32::from(carried_out));
        // The next connection works.
        assert!(received(fake.url()).await.ends_with("whole"));
    }
}

/// Random faults must not make a test fail at random.
#[tokio::test]
async fn a_share_of_faults_lets_every_request_through_in_the_end() {
    let fake = Fake::start(|_: &Request| Response::text(200, "whole")).await;
    fake.control().faults().share(100, 1, InjectedFault::unavailable());
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(received(fake.url()).await.contains(" 503 "));
        }
        assert!(received(fake.url()).await.ends_with("whole"));
    }
}
