//! Plan outputs whose classes are written in Python.

use std::io::{self, Write};
use std::sync::Arc;

use octodns_core::registry::{PlanOutput, Planned};

use crate::error::BridgeError;
use crate::rebuild::rebuild;
use crate::session::Session;
use crate::wait::wait;

/// A plan output in the host.
#[derive(Debug)]
pub(crate) struct PythonOutput {
    session: Arc<Session>,
    id: String,
}

impl PythonOutput {
    /// The output that goes by `id` in the host.
    pub(crate) fn new(session: Arc<Session>, id: &str) -> Self {
        Self { session, id: id.to_owned() }
    }

    async fn text(&self, plans: &[Planned<'_>]) -> Result<String, BridgeError> {
        let host = &self.session.host;
        let (mut named, mut kept) = (Vec::new(), Vec::new());
        for (target, plan) in plans {
            let provider = &**target.provider();
            let name = self.session.name_of(host, provider, Some(target.options())).await?;
            self.session.tell_sources(host, &[], plan.desired.records()).await?;
            // Even a plan that a class there made is made of data: it is shown as the engine has it.
            let held = rebuild(host, plan, None).await?;
            named.push((name.to_string(), held.number()));
            kept.push(held);
        }
        host.output(&self.id, &named).await
    }
}

impl PlanOutput for PythonOutput {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        let text = wait(self.text(plans));
        let text = text.map_err(|error| {
            let help = error.help();
            io::Error::other(format!("{error}; {help}"))
        })?;
        out.write_all(text.as_bytes())
    }
}
