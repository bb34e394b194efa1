//! A fake as a separate process, for measuring programs against it.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use serde_json::json;

use super::{Api, Control, Fake};

/// Serves a fake until the input ends. The first line of the output is its URL; each line of the input is a
/// command, and gets one line in reply:
///
/// - `latency MILLISECONDS`: delays each response by this long from now on. The reply repeats it.
/// - `measured`: the requests since the last such command, as a JSON object with `requests`, `max_at_once`,
///   `max_in_a_second` and `max_in_a_minute`.
///
/// # Errors
///
/// Fails on an unknown command, and if the input or output fails.
pub fn serve(
    api: impl Api,
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let fake = Fake::start(api).await;
        let (url, control) = (fake.url().to_owned(), fake.control().clone());
        tokio::task::spawn_blocking(move || obey(&url, &control, input, output)).await?
    })
}

fn obey(
    url: &str,
    control: &Control,
    input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    writeln!(output, "{url}")?;
    output.flush()?;
    for line in input.lines() {
        let line = line?;
        let response = match line.split_once(' ').unwrap_or((&line, "")) {
            ("latency", text) => {
                let milliseconds = text.parse().map_err(io::Error::other)?;
                control.set_latency(Duration::from_millis(milliseconds));
                line
            }
            ("measured", "") => {
                let measured = control.measured();
                let response = json!({
                    "requests": measured.count(),
                    "most_at_once": measured.max_at_once(),
                    "most_in_a_second": measured.max_in(Duration::from_secs(1)),
                    "most_in_a_minute": measured.max_in(Duration::from_secs(60)),
                });
                measured.clear();
                response.to_string()
            }
            _ => return Err(io::Error::other(format!("`{line}` is no order"))),
        };
        writeln!(output, "{response}")?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Request, Response};
    use super::*;

    #[tokio::test]
    async fn orders_are_obeyed() {
        let fake = Fake::start(|_: &Request| Response::empty(204)).await;
        drop(fake.control().measured().arrived(&Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            segments: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        }));
        let mut output = Vec::new();
        let orders: &[u8] = b"latency 50\nmeasured\nmeasured\n";
        obey("http://fake", fake.control(), orders, &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        let [url, latency, first, second] = &*output.lines().collect::<Vec<_>>() else {
            panic!("{output}")
        };
        assert_eq!((*url, *latency), ("http://fake", "latency 50"));
        for (line, many) in [(first, 1), (second, 0)] {
            let told: serde_json::Value = serde_json::from_str(line).unwrap();
            let expected = json!({
                "requests": many,
                "most_at_once": many,
                "most_in_a_second": many,
                "most_in_a_minute": many,
            });
            assert_eq!(told, expected);
        }
        assert_eq!(fake.control().latency(), Duration::from_millis(50));
        for unknown in ["faster", "latency", "measured now"] {
            assert!(obey("", fake.control(), unknown.as_bytes(), Vec::new()).is_err(), "{unknown}");
        }
    }
}
