//! The fakes of the providers' tests, each in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value as Json;

/// The tests of which a provider has one, which serves the fake when it is asked to, instead of what it does otherwise.
const TESTS: [&str; 2] = ["it_does_what_every_provider_must", "it_passes_the_behaviour_suite"];

/// A fake that serves on loopback until this is dropped.
pub(crate) struct ServedFake {
    process: Child,
    url: String,
    _connection: BufReader<TcpStream>,
}

impl ServedFake {
    /// The fake of a provider's tests, with zones that its API cannot create.
    pub(crate) fn start(provider: &str, zones: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut asked = vec![listener.local_addr().unwrap().to_string()];
        asked.extend(zones.iter().map(|zone| (*zone).to_owned()));
        let mut command = Command::new(test_program(provider));
        command.args(TESTS).env("OCTODNS_TEST_SERVE", asked.join(" ")).stdout(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut connection = BufReader::new(accepted(&listener, &mut process));
        let mut url = String::new();
        connection.read_line(&mut url).unwrap();
        url.truncate(url.trim_end().len());
        assert!(url.starts_with("http://127.0.0.1:"), "{provider} does not serve: {url:?}");
        Self { process, url, _connection: connection }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for ServedFake {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The connection of a process, unless it ends without one.
fn accepted(listener: &TcpListener, process: &mut Child) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                return stream;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
        }
        let ended = process.try_wait().unwrap();
        assert!(ended.is_none(), "none of the tests {TESTS:?} serves: {ended:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The program with the tests of a provider, which is built if necessary.
fn test_program(provider: &str) -> &'static Path {
    static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        // Whoever runs all tests has them built, and says where they are.
        match std::env::var("OCTODNS_TEST_PROVIDERS") {
            Ok(told) => serde_json::from_str(&told).unwrap(),
            Err(_) => built(),
        }
    });
    programs.get(provider).unwrap_or_else(|| panic!("{provider} has no tests"))
}

/// The programs with the tests of all providers, as cargo builds them.
fn built() -> BTreeMap<String, PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args = ["test", "--workspace", "--no-run", "--quiet", "--message-format=json"];
    let mut build = Command::new(cargo);
    let output = build.current_dir(workspace).args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the tests of the providers cannot be built");
    let program = |line: &[u8]| {
        let message: Json = serde_json::from_slice(line).ok()?;
        let manifest = Path::new(message["manifest_path"].as_str()?);
        let name = manifest.parent()?.strip_prefix(workspace.join("crates/providers")).ok()?;
        let is_one = message["target"]["name"] == "provider" && message["profile"]["test"] == true;
        is_one.then_some((name.to_str()?.to_owned(), message["executable"].as_str()?.into()))
    };
    output.stdout.split(|byte| *byte == b'\n').filter_map(program).collect()
}
