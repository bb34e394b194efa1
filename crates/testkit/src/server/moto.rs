//! moto: AWS's Route 53 of one's own, from PyPI.

use std::fs;

use super::{Port, Prepared, Program, Readiness, Server, python};

/// Starts the server with what the API's clients need and moto leaves out.
const SCRIPT: &str = include_str!("moto.py");

/// Starts it, or `None` where Python or moto is not installed; its URL is [`Server::api`].
///
/// It keeps all accounts' zones in memory; `POST /moto-api/reset` empties it.
///
/// # Panics
///
/// When it does not start.
pub fn start() -> Option<Server> {
    let python = python()?;
    Server::launch("moto", &[], "moto", |_, folder, _| {
        let port = Port::free()?;
        let script = folder.join("start_moto.py");
        fs::write(&script, SCRIPT)?;
        let arguments = [script.into_os_string(), port.number().to_string().into()];
        let program = Program::new(python, folder, arguments);
        Ok(Prepared {
            program: program.with_variable("AWS_EC2_METADATA_DISABLED", "true"),
            readiness: Readiness::Http(port.address(), "/moto-api/data.json"),
            api: Some(port),
            leftovers: Vec::new(),
        })
    })
}
