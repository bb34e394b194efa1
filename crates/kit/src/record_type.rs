//! Record types by their bare names, so that the facts of a service read like a table.
//!
//! ```
//! use octodns_core::Capabilities;
//! use octodns_kit::Fields;
//! use octodns_kit::record_type::{A, AAAA, CNAME, MX, TXT};
//!
//! const CAPABILITIES: Capabilities = Capabilities::of(&[A, AAAA, CNAME, MX, TXT]);
//! const FIELDS: Fields =
//!     Fields { of: &[(MX, &[("preference", "priority"), ("exchange", "data")])], ..Fields::new("data") };
//! ```

use octodns_core::RecordType;

/// IPv4 addresses.
pub const A: RecordType = RecordType::A;
/// IPv6 addresses.
pub const AAAA: RecordType = RecordType::AAAA;
/// A target at the apex, resolved by the provider.
pub const ALIAS: RecordType = RecordType::ALIAS;
/// Who may issue certificates.
pub const CAA: RecordType = RecordType::CAA;
/// The canonical name of an alias.
pub const CNAME: RecordType = RecordType::CNAME;
/// Redirection of a subtree.
pub const DNAME: RecordType = RecordType::DNAME;
/// Delegation signer.
pub const DS: RecordType = RecordType::DS;
/// Service binding of HTTP.
pub const HTTPS: RecordType = RecordType::HTTPS;
/// A place on earth.
pub const LOC: RecordType = RecordType::LOC;
/// Mail exchanges.
pub const MX: RecordType = RecordType::MX;
/// Naming authority pointers.
pub const NAPTR: RecordType = RecordType::NAPTR;
/// Name servers.
pub const NS: RecordType = RecordType::NS;
/// `OpenPGP` public keys.
pub const OPENPGPKEY: RecordType = RecordType::OPENPGPKEY;
/// Names of an address.
pub const PTR: RecordType = RecordType::PTR;
/// Sender policy, superseded by TXT.
pub const SPF: RecordType = RecordType::SPF;
/// Hosts and ports of a service.
pub const SRV: RecordType = RecordType::SRV;
/// Fingerprints of SSH host keys.
pub const SSHFP: RecordType = RecordType::SSHFP;
/// Service binding.
pub const SVCB: RecordType = RecordType::SVCB;
/// Certificates of TLS servers.
pub const TLSA: RecordType = RecordType::TLSA;
/// Text.
pub const TXT: RecordType = RecordType::TXT;
/// URIs of a service.
pub const URI: RecordType = RecordType::URI;
/// HTTP redirects, done by the provider.
pub const URLFWD: RecordType = RecordType::URLFWD;
