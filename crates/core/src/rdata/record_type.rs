//! The type of a record, as a name.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A record type: an IANA mnemonic (`A`, `MX`) or a provider's own name.
///
/// Compares, orders, hashes and displays as its text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(&'static str);

impl RecordType {
    /// IPv4 addresses.
    pub const A: Self = Self("A");
    /// IPv6 addresses.
    pub const AAAA: Self = Self("AAAA");
    /// A target at the apex, resolved by the provider.
    pub const ALIAS: Self = Self("ALIAS");
    /// Who may issue certificates.
    pub const CAA: Self = Self("CAA");
    /// The canonical name of an alias.
    pub const CNAME: Self = Self("CNAME");
    /// Redirection of a subtree.
    pub const DNAME: Self = Self("DNAME");
    /// Delegation signer.
    pub const DS: Self = Self("DS");
    /// Service binding of HTTP.
    pub const HTTPS: Self = Self("HTTPS");
    /// A place on earth.
    pub const LOC: Self = Self("LOC");
    /// Mail exchanges.
    pub const MX: Self = Self("MX");
    /// Naming authority pointers.
    pub const NAPTR: Self = Self("NAPTR");
    /// Name servers.
    pub const NS: Self = Self("NS");
    /// `OpenPGP` public keys.
    pub const OPENPGPKEY: Self = Self("OPENPGPKEY");
    /// Names of an address.
    pub const PTR: Self = Self("PTR");
    /// Sender policy, superseded by TXT.
    pub const SPF: Self = Self("SPF");
    /// Hosts and ports of a service.
    pub const SRV: Self = Self("SRV");
    /// Fingerprints of SSH host keys.
    pub const SSHFP: Self = Self("SSHFP");
    /// Service binding.
    pub const SVCB: Self = Self("SVCB");
    /// Certificates of TLS servers.
    pub const TLSA: Self = Self("TLSA");
    /// Text.
    pub const TXT: Self = Self("TXT");
    /// URIs of a service.
    pub const URI: Self = Self("URI");
    /// HTTP redirects, done by the provider.
    pub const URLFWD: Self = Self("URLFWD");

    /// A provider's own type, such as `ALIASTO` or `Route53Provider/ALIAS`.
    pub const fn custom(name: &'static str) -> Self {
        Self(name)
    }

    /// The type of a name that is known only when the program runs: of a class that is not compiled in, say. Each name
    /// is kept once, for the life of the process.
    ///
    /// ```
    /// use octodns_core::RecordType;
    ///
    /// assert_eq!(RecordType::named(&"MX".to_owned()), RecordType::MX);
    /// ```
    pub fn named(name: &str) -> Self {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return Self(known);
        }
        let kept: &'static str = Box::leak(name.into());
        names.insert(kept);
        Self(kept)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
