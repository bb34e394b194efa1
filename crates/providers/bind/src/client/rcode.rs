//! Response codes of errors.

use std::fmt;

/// A response code (RFC 6895, section 2.3), and the TSIG error (RFC 8945, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rcode {
    /// The code of the message.
    pub code: u16,
    /// The TSIG error, 0 for none.
    pub tsig: u16,
}

impl Rcode {
    /// No error.
    pub const NOERROR: u16 = 0;
    /// A prerequisite requires that a record does not exist, but it does.
    pub const YXRRSET: u16 = 7;
    /// A prerequisite requires that a record exists, but it does not, or is different.
    pub const NXRRSET: u16 = 8;

    /// Whether a prerequisite failed: the zone has changed.
    pub fn is_prerequisite(self) -> bool {
        // NXDOMAIN and YXDOMAIN are for names, which our prerequisites do not use, but servers may be lax.
        matches!(self.code, 3 | 6 | Self::YXRRSET | Self::NXRRSET)
    }

    /// Whether the server may accept other records: FORMERR, SERVFAIL and REFUSED without a word about the
    /// signature.
    pub(crate) fn is_of_content(self) -> bool {
        self.tsig == 0 && matches!(self.code, 1 | 2 | 5)
    }

    /// The likely reason, in parentheses.
    pub(crate) fn meaning(self, is_signed: bool) -> &'static str {
        match (self.code, self.tsig) {
            (_, 16) => " (it has another secret for the key: see key_secret)",
            (_, 17) => {
                " (it does not know the key, or not for this zone: see key_name and key_algorithm)"
            }
            (_, 18) => " (its clock and ours differ too much)",
            (_, 22) => " (the signature is cut too short for it)",
            (1, _) => " (it does not understand the message)",
            (2, _) => " (it failed; its log says why)",
            (4, _) => " (it does not do that)",
            (5, _) => " (it does not allow that)",
            (9, _) if is_signed => {
                " (it has no such zone, or does not accept the key: see key_name, key_secret and \
                 key_algorithm)"
            }
            (9, _) => " (it has no such zone, or wants a key for it)",
            (10, _) => " (a name is outside the zone)",
            _ => "",
        }
    }
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            0 => f.write_str("NOERROR"),
            1 => f.write_str("FORMERR"),
            2 => f.write_str("SERVFAIL"),
            3 => f.write_str("NXDOMAIN"),
            4 => f.write_str("NOTIMP"),
            5 => f.write_str("REFUSED"),
            6 => f.write_str("YXDOMAIN"),
            7 => f.write_str("YXRRSET"),
            8 => f.write_str("NXRRSET"),
            9 => f.write_str("NOTAUTH"),
            10 => f.write_str("NOTZONE"),
            other => write!(f, "code {other}"),
        }?;
        match self.tsig {
            0 => Ok(()),
            16 => f.write_str(", BADSIG"),
            17 => f.write_str(", BADKEY"),
            18 => f.write_str(", BADTIME"),
            22 => f.write_str(", BADTRUNC"),
            other => write!(f, ", TSIG error {other}"),
        }
    }
}
