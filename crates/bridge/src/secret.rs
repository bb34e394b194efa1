//! Secret handlers whose classes are written in Python.

use std::sync::Arc;

use octodns_core::OwnedValue;
use octodns_core::registry::{BuildError, SecretHandler};
use octodns_core::value::Position;

use crate::session::Session;
use crate::wait::wait;

/// A secret handler in the host.
#[derive(Debug)]
pub(crate) struct PythonSecrets {
    session: Arc<Session>,
    id: String,
}

impl PythonSecrets {
    /// The handler that goes by `id` in the host.
    pub(crate) fn new(session: Arc<Session>, id: &str) -> Self {
        Self { session, id: id.to_owned() }
    }
}

impl SecretHandler for PythonSecrets {
    fn fetch(&self, name: &str, place: &str) -> Result<OwnedValue, BuildError> {
        let fetched = wait(self.session.host.fetch(&self.id, name, Some(place)));
        fetched.map_err(|error| error.into_build_error(Position::NONE))
    }
}
