//! The login of the Azure CLI: `az account get-access-token`
//! (<https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>).

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, UNIX_EPOCH};

use octodns_core::registry::BuildError;
use octodns_core::value::visible;
use octodns_core::{ProviderError, async_trait};
use octodns_files::blocking;
use octodns_http::{Error, Host, Token, TokenSource};
use octodns_kit::{Connector, Json};

use crate::options::Options;

/// The program, where no option names it.
const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// How often, and how long each time, an answer is waited for: a minute.
const WAITS: u32 = 1200;
const WAIT: Duration = Duration::from_millis(50);

/// The Azure CLI, as whoever has logged in there.
pub(crate) struct Cli {
    program: PathBuf,
    arguments: Vec<String>,
}

/// What the program said.
struct Said {
    is_success: bool,
    output: String,
    errors: String,
}

impl Cli {
    pub(crate) fn new(options: &Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let program = match &options.cli_path {
            Some(path) => connector.path(path)?,
            None => PathBuf::from(PROGRAM),
        };
        // A login may know several directories.
        let whose = match &options.directory_id {
            Some(directory) => ["--tenant", directory.as_str()],
            None => ["--subscription", options.sub_id.as_str()],
        };
        let command = ["account", "get-access-token", "--output", "json", "--resource"];
        let arguments = command.into_iter().chain([options.management()]).chain(whose);
        Ok(Self { program, arguments: arguments.map(str::to_owned).collect() })
    }

    /// Runs the program, which has nobody to ask.
    fn run(program: &PathBuf, arguments: &[String]) -> io::Result<Said> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        let mut waits = 0;
        let status = loop {
            if let Some(status) = process.try_wait()? {
                break status;
            }
            if waits == WAITS {
                process.kill()?;
                process.wait()?;
                return Err(io::Error::new(io::ErrorKind::TimedOut, "it does not end"));
            }
            waits += 1;
            sleep(WAIT);
        };
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        if let Some(mut pipe) = process.stdout.take() {
            pipe.read_to_end(&mut output)?;
        }
        if let Some(mut pipe) = process.stderr.take() {
            pipe.read_to_end(&mut errors)?;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said { is_success: status.success(), output: text(&output), errors: text(&errors) })
    }

    fn wrong(&self, why: &str) -> Error {
        let message = format!("{} account get-access-token: {why}", self.program.display());
        Error::Options { message, source: None }
    }
}

#[async_trait]
impl TokenSource for Cli {
    async fn fetch(&self, host: &Host) -> Result<Token, Error> {
        let (program, arguments) = (self.program.clone(), self.arguments.clone());
        let said: Result<io::Result<Said>, ProviderError> =
            blocking(move || Ok(Self::run(&program, &arguments))).await;
        let said = match said {
            Ok(Ok(said)) => said,
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.wrong(
                    "there is no such program: install the Azure CLI, or set cli_path or another \
                     client_credential_method",
                ));
            }
            Ok(Err(error)) => return Err(self.wrong(&error.to_string())),
            Err(error) => return Err(self.wrong(&error.to_string())),
        };
        if !said.is_success {
            let mut lines = said.errors.lines().map(str::trim).filter(|line| !line.is_empty());
            let words = lines.next().unwrap_or("it fails without a word");
            let words = visible(words.trim_start_matches("ERROR: ").trim_end_matches('.'));
            return Err(
                self.wrong(&format!("{words}; log in with az login, and try az account show"))
            );
        }
        let said: Json = said.output.parse().unwrap_or_default();
        let Some(token) = said["accessToken"].as_str().filter(|token| !token.is_empty()) else {
            return Err(self.wrong("it gives no token; try az account get-access-token"));
        };
        // Older versions tell the end in local time alone.
        let end = said["expires_on"].as_u64().map(|end| UNIX_EPOCH + Duration::from_secs(end));
        let lifetime = end.and_then(|end| end.duration_since(host.now()).ok());
        let token = Token::new(token);
        Ok(match lifetime {
            Some(lifetime) => token.lifetime(lifetime),
            None => token,
        })
    }
}
