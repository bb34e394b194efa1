//! The SOA record of a written zone (RFC 1035, section 3.3.13; RFC 1982 for its serial).

use std::time::UNIX_EPOCH;

use super::records::ResourceRecord;
use octodns_core::name::idna;
use octodns_core::registry::Clock;
use octodns_core::{ProviderError, ZoneName};

/// The number of the type.
pub(super) const NUMBER: u16 = 6;

/// Serials are below this, as in octoDNS.
const SERIALS: u64 = 0x7fff_ffff;

/// The serial of a zone that is written at the time of `clock`: the time in seconds, or `old` plus one if
/// secondaries would consider that an older version.
pub(super) fn serial(clock: &Clock, old: Option<u32>) -> Result<u32, ProviderError> {
    let since = clock().and_then(|now| now.duration_since(UNIX_EPOCH).ok());
    let since = since.ok_or_else(|| {
        ProviderError::failed("there is no clock to take the serial of the SOA record from")
    })?;
    let now = u32::try_from(since.as_secs() % SERIALS).unwrap_or_default();
    Ok(match old {
        // Differs from octoDNS, which goes backwards if serials were dates such as 2026010100.
        Some(old) if !is_newer(now, old) => old.wrapping_add(1),
        _ => now,
    })
}

/// RFC 1982, section 3.2.
fn is_newer(serial: u32, old: u32) -> bool {
    let ahead = serial.wrapping_sub(old);
    ahead != 0 && ahead < 1 << 31
}

/// A SOA record, whatever its name.
pub(super) fn elsewhere(records: &[ResourceRecord]) -> Option<&ResourceRecord> {
    records.iter().find(|one| one.number == NUMBER)
}

/// The serial of the SOA record among those of a zone.
pub(super) fn serial_of(records: &[ResourceRecord]) -> Option<u32> {
    let soa = records.iter().find(|one| one.number == NUMBER)?;
    // It is followed by four numbers of four bytes.
    let end = soa.rdata.len().checked_sub(16)?;
    Some(u32::from_be_bytes(*soa.rdata.get(..end)?.last_chunk()?))
}

/// The mailbox as a name: `first\.last.example.com.` for `first.last@example.com`.
///
/// Differs from octoDNS, where the name for a whole address is relative, so that the zone is appended.
pub(super) fn mailbox(email: &str, zone: &ZoneName) -> Result<String, ProviderError> {
    let (user, domain) =
        email.split_once('@').map_or((email, None), |(user, domain)| (user, Some(domain)));
    let user = user.replace('.', "\\.");
    let Some(domain) = domain else { return Ok(zone.absolute(&user)) };
    let domain =
        idna::encode(domain.trim_end_matches('.')).map_err(|error| ProviderError::Failed {
            message: format!("the domain of hostmaster_email \"{email}\" is not valid"),
            source: Some(Box::new(error)),
        })?;
    Ok(format!("{user}.{domain}."))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn serials_go_forward() {
        let clock: Clock = Arc::new(|| Some(UNIX_EPOCH + Duration::from_millis(1_767_323_045_678)));
        for (old, new) in [
            (None, 1_767_323_045),
            (Some(1), 1_767_323_045),
            (Some(1_767_323_045), 1_767_323_046),
            (Some(2_026_010_199), 2_026_010_200),
            (Some(u32::MAX), 1_767_323_045),
        ] {
            assert_eq!(serial(&clock, old).unwrap(), new, "{old:?}");
        }
        let none: Clock = Arc::new(|| None);
        assert!(serial(&none, None).is_err());
    }

    #[test]
    fn mailboxes_are_names() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        for (email, name) in [
            ("webmaster", "webmaster.unit.tests."),
            ("first.last", "first\\.last.unit.tests."),
            ("first.last@example.com", "first\\.last.example.com."),
            ("dns@bücher.example.", "dns.xn--bcher-kva.example."),
        ] {
            assert_eq!(mailbox(email, &zone).unwrap(), name);
        }
        let root = ZoneName::new(".").unwrap();
        assert_eq!(mailbox("webmaster", &root).unwrap(), "webmaster.");
    }
}
