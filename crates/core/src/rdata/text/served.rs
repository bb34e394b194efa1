//! What octoDNS serves for a text, where that is something else.

use super::read::{JOINT, read, unquoted};
use crate::escape::{Codes, unescape};

/// Whether octoDNS serves these octets for a text, at some of the services it has, though the text means others.
///
/// octoDNS sends texts as they are to half of the services, where a backslash is a backslash, and in presentation
/// format to the other half, where it escapes what follows.
pub(crate) fn is_served_otherwise(written: &str, octets: &[u8]) -> bool {
    if *read(written) == *octets {
        return false;
    }
    let whole = unquoted(written).replace(JOINT, "");
    whole.replace("\\;", ";").as_bytes() == octets
        || unescape(whole.as_bytes(), Codes::Decimal) == octets
}
