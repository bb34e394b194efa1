//! The client that queries DNS servers, which a build has with the feature `dns`.

use octodns_core::Diagnostic;
use octodns_dns::{Client, ClientOptions, NoClient};

use crate::failure::Failure;
use crate::features::to_have;

/// A client; or that this build has none, and how to build one that does.
pub(crate) fn dns_client(options: ClientOptions) -> Result<Client, Failure> {
    Client::new(options).map_err(|error| missing(error).into())
}

fn missing(error: NoClient) -> Diagnostic {
    let message = format!("DNS servers cannot be queried: {error}");
    Diagnostic::error("server", message).help(to_have("dns"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_without_a_client_say_how_to_have_one() {
        let found = missing(NoClient);
        assert_eq!(found.message, "DNS servers cannot be queried: this build has no DNS client");
        let help = found.help.unwrap_or_default();
        assert_eq!(help, "build with `--features octodns/dns` to have it");
        assert_eq!(dns_client(ClientOptions::default()).is_ok(), cfg!(feature = "dns"));
    }
}
