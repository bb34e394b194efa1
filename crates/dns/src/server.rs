//! Servers as users write them: an address or a name, and a port if it is not 53.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The port of DNS (RFC 1035, section 4.2).
const PORT: u16 = 53;

/// A server: `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`, `ns1.example.com`
/// or `ns1.example.com:5353`.
///
/// Displays in the shortest form: addresses compressed (RFC 5952), without the port if it is 53.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    host: Host,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Host {
    Address(IpAddr),
    Name(String),
}

/// Why a text is not a server, or its name has no address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Neither an address nor a name.
    #[error("\"{0}\" is neither an address nor a name")]
    Invalid(String),
    /// The name has no address.
    #[error("\"{name}\" has no address")]
    Unknown {
        /// The name.
        name: String,
        /// The error of the system.
        source: Option<std::io::Error>,
    },
}

impl Server {
    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Address(_) => None,
            Host::Name(name) => Some(name),
        }
    }

    /// Its address, looked up as the system does: in the hosts file, then in DNS. IPv4 is preferred if there
    /// are both kinds.
    ///
    /// # Errors
    ///
    /// Fails if its name has no address.
    pub async fn address(&self) -> Result<SocketAddr, ServerError> {
        let name = match &self.host {
            Host::Address(address) => return Ok(SocketAddr::new(*address, self.port)),
            Host::Name(name) => name,
        };
        let unknown = |source| ServerError::Unknown { name: name.clone(), source };
        let found = tokio::net::lookup_host((name.as_str(), self.port)).await;
        let addresses: Vec<_> = found.map_err(|error| unknown(Some(error)))?.collect();
        let first = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
        first.copied().ok_or_else(|| unknown(None))
    }
}

impl From<SocketAddr> for Server {
    fn from(address: SocketAddr) -> Self {
        Self { host: Host::Address(address.ip()), port: address.port() }
    }
}

impl FromStr for Server {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, PORT).into());
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let invalid = || ServerError::Invalid(text.to_owned());
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, port.parse().map_err(|_| invalid())?),
            None => (text, PORT),
        };
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_name {
            return Err(invalid());
        }
        Ok(Self { host: Host::Name(name.to_owned()), port })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Host::Address(address), PORT) => write!(f, "{address}"),
            (Host::Address(address), port) => write!(f, "{}", SocketAddr::new(*address, port)),
            (Host::Name(name), PORT) => f.write_str(name),
            (Host::Name(name), port) => write!(f, "{name}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses_or_names_with_or_without_a_port() {
        for (text, shown) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:53", Some("192.0.2.1")),
            ("192.0.2.1:5353", Some("192.0.2.1:5353")),
            ("2001:4860:4860:0:0:0:0:8888", Some("2001:4860:4860::8888")),
            ("[2001:DB8::1]:5353", Some("[2001:db8::1]:5353")),
            ("ns1.example.com", Some("ns1.example.com")),
            ("ns1.example.com:5353", Some("ns1.example.com:5353")),
            ("ns1.example.com:53", Some("ns1.example.com")),
            ("", None),
            (":53", None),
            ("ns1:x", None),
            ("ns1:65536", None),
            ("a b", None),
            ("192.0.2.1:", None),
        ] {
            let server = text.parse::<Server>().ok().map(|server| server.to_string());
            assert_eq!(server.as_deref(), shown, "{text:?}");
        }
    }

    #[tokio::test]
    async fn names_are_looked_up_by_the_system() {
        let server: Server = "localhost:5300".parse().unwrap();
        let address = server.address().await.unwrap();
        assert!(address.ip().is_loopback() && address.port() == 5300, "{address}");
    }
}
