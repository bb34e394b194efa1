//! The built-in record types: a file for each, or for a family, and a row in [`TYPES`](super::TYPES).

pub(super) mod address;
pub(super) mod caa;
pub(super) mod ds;
pub(super) mod loc;
pub(super) mod mx;
pub(super) mod naptr;
pub(super) mod openpgpkey;
pub(super) mod srv;
pub(super) mod sshfp;
pub(super) mod svcb;
pub(super) mod target;
pub(super) mod tlsa;
pub(super) mod txt;
pub(super) mod uri;
pub(super) mod urlfwd;

pub use crate::rdata::{DIGEST_TYPES, KEY_ALGORITHMS, Mnemonics};
pub use caa::Caa;
pub use ds::Ds;
pub use loc::{Angle, Loc};
pub use mx::Mx;
pub use naptr::Naptr;
pub use openpgpkey::Openpgpkey;
pub use srv::Srv;
pub use sshfp::Sshfp;
pub use svcb::{SvcParam, Svcb};
pub use target::HostName;
pub use tlsa::Tlsa;
pub use txt::Txt;
pub use uri::Uri;
pub use urlfwd::Urlfwd;
