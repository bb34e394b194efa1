//! The API, version 1 (<https://doc.powerdns.com/authoritative/http-api/>).

use std::fmt::Write as _;

use octodns_core::ZoneName;
use octodns_core::registry::BuildError;
use octodns_http::{
    Accounts, Backoff, Client, Error, HeaderAuth, Host, Limits, Response, StatusCode, Verdict,
};
use octodns_kit::{Connector, Service};
use serde::{Deserialize, Serialize};

use crate::options::{Kind, Options, SoaEdit};

/// A zone in a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) name: String,
}

/// A zone with its RRsets.
#[derive(Debug, Deserialize)]
pub(crate) struct Zone {
    pub(crate) rrsets: Vec<RrSet>,
}

/// An `RRset` with an absolute name.
#[derive(Debug, Deserialize)]
pub(crate) struct RrSet {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    pub(crate) ttl: i64,
    pub(crate) records: Vec<Row>,
}

/// A value, in presentation format.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) content: String,
    /// Whether it exists but is not served.
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// A change of an `RRset`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Patch {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    pub(crate) changetype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<Vec<Row>>,
    /// Whether nothing of it is served afterwards.
    #[serde(skip)]
    pub(crate) is_deletion: bool,
}

#[derive(Debug, Serialize)]
struct Patches<'p> {
    rrsets: &'p [Patch],
}

#[derive(Debug, Serialize)]
struct NewZone<'z> {
    name: &'z str,
    kind: Kind,
    masters: [&'z str; 0],
    nameservers: [&'z str; 0],
    rrsets: &'z [Patch],
    soa_edit_api: SoaEdit,
    serial: u32,
}

#[derive(Debug, Deserialize)]
struct Server {
    version: String,
}

/// A setting of `pdns.conf`.
#[derive(Debug, Deserialize)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    server: String,
}

impl Api {
    pub(crate) fn new(
        service: &Service,
        options: &Options,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let (shared, host) = (options.service(), Host::default());
        let auth = HeaderAuth::default().with("x-api-key", &options.api_key)?;
        let connector = Connector::new(service, &shared, accounts, &host);
        let client = connector.client_with(auth, |builder| {
            builder.endpoint_from(options.endpoint_from()).verdict(verdict)
        })?;
        Ok(Self { client, server: options.server_id.clone() })
    }

    /// By how many seconds the clock of the service is ahead of ours.
    pub(crate) fn clock_difference(&self) -> Option<i64> {
        self.client.clock_difference()
    }

    /// The limits of the account.
    pub(crate) fn limits(&self) -> &Limits {
        self.client.limits()
    }

    /// The backoff of the client.
    pub(crate) fn backoff(&self) -> &Backoff {
        self.client.backoff()
    }

    pub(crate) async fn zones(&self) -> Result<Vec<Listed>, Error> {
        self.client.get(&[&self.server, "zones"]).read().await
    }

    /// A zone, or `None` if the server says that it does not exist.
    pub(crate) async fn zone(&self, name: &ZoneName) -> Result<Option<Zone>, Error> {
        self.client.get(&[&self.server, "zones", &id(name)]).read_optional().await
    }

    /// The server's version; it shows that the server answers and its id is right, so that a missing zone
    /// really does not exist.
    pub(crate) async fn version(&self) -> Result<[u32; 2], Error> {
        let response = self.client.get(&[&self.server]).send().await?;
        let Server { version } = response.json()?;
        // Versions have suffixes after a dash: 4.5.0-alpha0.435.master.
        let mut parts = version.split('.').map(|part| part.split('-').next()?.parse().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), Some(minor)) => Ok([major, minor]),
            _ => Err(response.malformed("version", &format!("\"{version}\" is not a version"))),
        }
    }

    pub(crate) async fn settings(&self) -> Result<Vec<Setting>, Error> {
        self.client.get(&[&self.server, "config"]).read().await
    }

    /// Changes `RRset`s of a zone, all or none.
    pub(crate) async fn patch(&self, zone: &ZoneName, rrsets: &[Patch]) -> Result<(), Error> {
        let request = self.client.patch(&[&self.server, "zones", &id(zone)]);
        request.json(&Patches { rrsets }).send_ok().await
    }

    /// Creates a zone with `rrsets`.
    pub(crate) async fn create(
        &self,
        zone: &ZoneName,
        rrsets: &[Patch],
        options: &Options,
    ) -> Result<(), Error> {
        let body = NewZone {
            name: zone.as_str(),
            kind: options.mode_of_operation,
            masters: [],
            nameservers: [],
            rrsets,
            soa_edit_api: options.soa_edit_api,
            serial: 0,
        };
        self.client.post(&[&self.server, "zones"]).json(&body).send_ok().await
    }

    pub(crate) async fn notify(&self, zone: &ZoneName) -> Result<(), Error> {
        self.client.put(&[&self.server, "zones", &id(zone), "notify"]).send_ok().await
    }
}

/// Servers before 4.2 report missing zones as unprocessable.
fn verdict(response: &Response) -> Option<Verdict> {
    let is_old_no = response.status() == StatusCode::UNPROCESSABLE_ENTITY
        && response.text().is_ok_and(|text| text.contains("\"Could not find domain "));
    is_old_no.then_some(Verdict::NotFound)
}

/// A zone's name in a path: percent-encoding with `=` instead of `%`.
fn id(zone: &ZoneName) -> String {
    let mut id = String::new();
    for byte in zone.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                id.push(char::from(byte));
            }
            // Writing to text cannot fail.
            _ => _ = write!(id, "={byte:02X}"),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_for_paths() {
        for (name, expected) in [
            ("unit.tests.", "unit.tests."),
            ("128/25.2.0.192.in-addr.arpa.", "128=2F25.2.0.192.in-addr.arpa."),
        ] {
            assert_eq!(id(&ZoneName::new(name).unwrap()), expected);
        }
    }
}
