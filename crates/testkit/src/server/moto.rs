//! moto: a local Route 53, from PyPI.

use std::fs;

use super::{Port, Prepared, Program, Readiness, Server, python};

/// Starts the server with the parts of the API that clients need and moto lacks.
const SCRIPT: &str = include_str!("moto.py");

/// Starts it, or `None` if Python or moto is not installed; its URL is [`Server::api`].
///
/// It keeps the zones of all accounts in memory; `POST /moto-api/reset` empties it.
///
/// # Panics
///
/// If it does not start.
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
