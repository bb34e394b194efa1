//! The project of the zones, and the client for what is in it.

use std::sync::Arc;

use octodns_core::PerRun;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_http::{Builder, Client, Error, Method, Request, TokenAuth};
use octodns_kit::Connector;

use crate::clients::Clients;
use crate::credentials::{Credentials, Found, project};
use crate::errors::{self, QUOTA};
use crate::login;
use crate::metadata::Metadata;
use crate::options::Options;

/// A project, with credentials for it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) client: Client,
    project: Project,
    /// The project that pays for the calls of a person.
    quota_project: Option<String>,
}

#[derive(Debug)]
enum Project {
    Named(Arc<String>),
    /// That of this machine.
    OfMachine(Metadata, PerRun<String>),
}

impl Account {
    /// The account of the options; sends nothing yet.
    pub(crate) fn connect(
        options: &Options,
        connector: &Connector<'_>,
    ) -> Result<Self, BuildError> {
        let found = Found::find(options, connector)?;
        let named = project(options, found.as_ref(), connector);
        let (auth, project) = match (&found, named) {
            (Some(_), None) => {
                let error = BuildError::new("no project", Position::NONE);
                return Err(error.help("set `project` to the id of the project with the zones"));
            }
            (Some(found), Some(project)) => {
                let auth = login::auth(Clients { found, options, connector })?;
                (auth, Project::Named(project.into()))
            }
            (None, named) => {
                let metadata = Metadata::new(options, connector)?;
                let of_machine = || Project::OfMachine(metadata.clone(), PerRun::default());
                let project = named.map(|project| Project::Named(project.into()));
                (TokenAuth::bearer(metadata.clone()), project.unwrap_or_else(of_machine))
            }
        };
        let credentials = found.as_ref().map(|found| &found.credentials);
        let account = "the service account of this machine";
        let account = credentials.map_or(account, Credentials::account).to_owned();
        let universe = credentials.and_then(Credentials::universe);
        let default = universe.map(|domain| format!("https://dns.{domain}/dns/v1"));
        let connector = default.as_ref().map_or(*connector, |url| connector.default_endpoint(url));
        let client = connector.client_with(auth, |builder| {
            let secrets = found.iter().flat_map(Found::secrets);
            secrets
                .fold(builder, Builder::redact)
                .default_query("prettyPrint", "false")
                .throttles(&[QUOTA])
                .verdict(errors::verdict)
                .error_message(move |response| errors::refusal(response, &account))
        })?;
        let quota_project = credentials.and_then(Credentials::quota_project).cloned();
        Ok(Self { client, project, quota_project })
    }

    /// A run begins.
    pub(crate) fn begin_run(&self) {
        if let Project::OfMachine(_, project) = &self.project {
            project.forget();
        }
    }

    /// A request about something in the project.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &[&str],
    ) -> Result<Request<'_>, Error> {
        let project = self.project().await?;
        let path = [&["projects", project.as_str()][..], path].concat();
        let request = self.client.request(method, &path);
        Ok(match &self.quota_project {
            Some(project) => request.header("x-goog-user-project", project),
            None => request,
        })
    }

    /// The id of the project.
    pub(crate) async fn project(&self) -> Result<Arc<String>, Error> {
        match &self.project {
            Project::Named(project) => Ok(Arc::clone(project)),
            Project::OfMachine(machine, project) => {
                project.get_or_try_init(machine.project()).await
            }
        }
    }
}
