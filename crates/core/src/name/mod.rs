//! Names: of zones, of records within a zone, and whole ones.
//!
//! Inside, every name is in its IDNA (ASCII, `xn--`) form and in lower case; the readable form is made
//! when it is shown.

pub mod idna;
mod octets;

use std::borrow::{Borrow, Cow};
use std::fmt;

use smol_str::SmolStr;

pub use idna::{IdnaError, IdnaProblem};
pub use octets::{as_held, push_label};
pub(crate) use octets::{coded, is_usual, spell};

/// The name of a zone: absolute, in IDNA form, lower case, such as `example.com.`.
///
/// Displays as the readable form (`bücher.example.`); [`ZoneName::as_str`] is the IDNA form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneName(SmolStr);

/// Why a text is not the name of a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneNameError {
    /// Zone names are absolute.
    #[error("invalid zone name \"{0}\": it must end with a dot, write \"{0}.\"")]
    MissingDot(String),
    /// A label before a dot is missing.
    #[error("invalid zone name \"{0}\": it has an empty label")]
    EmptyLabel(String),
    /// A slash stands within a label (RFC 2317); at the start, the name would be a path of the file system.
    #[error("invalid zone name \"{0}\": it starts with a slash")]
    LeadingSlash(String),
    /// Blanks are not part of names.
    #[error("invalid zone name \"{0}\": it contains white space")]
    WhiteSpace(String),
    /// A line break would begin another line wherever names are written.
    #[error("invalid zone name {0:?}: it contains control characters")]
    ControlCharacter(String),
    /// The name cannot be written in IDNA.
    #[error("invalid zone name \"{name}\"")]
    Idna {
        /// The name as it was given.
        name: String,
        /// What IDNA objects to.
        source: IdnaError,
    },
}

impl ZoneNameError {
    /// What to write instead.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::MissingDot(_) => "write a dot at its end",
            Self::EmptyLabel(_) => "write one dot between two labels",
            Self::LeadingSlash(_) | Self::WhiteSpace(_) | Self::ControlCharacter(_) => "remove it",
            Self::Idna { source, .. } => source.problem.help(),
        }
    }
}

impl ZoneName {
    /// Reads a zone's name in either form, any case.
    ///
    /// # Errors
    ///
    /// Refuses a name without its final dot, with an empty label, with white space or control characters, or
    /// that IDNA 2008 (RFC 5891) refuses.
    ///
    /// ```
    /// use octodns_core::ZoneName;
    ///
    /// let zone = ZoneName::new("Bücher.example.")?;
    /// assert_eq!(zone.as_str(), "xn--bcher-kva.example.");
    /// assert_eq!(zone.to_string(), "bücher.example.");
    /// assert!(ZoneName::new("example.com").is_err());
    /// # Ok::<(), octodns_core::name::ZoneNameError>(())
    /// ```
    pub fn new(name: &str) -> Result<Self, ZoneNameError> {
        if !name.ends_with('.') {
            return Err(ZoneNameError::MissingDot(name.to_owned()));
        }
        if name.contains("..") || (name.starts_with('.') && name != ".") {
            return Err(ZoneNameError::EmptyLabel(name.to_owned()));
        }
        if name.starts_with('/') {
            return Err(ZoneNameError::LeadingSlash(name.to_owned()));
        }
        if name.contains([' ', '\t', '\n', '\r']) {
            return Err(ZoneNameError::WhiteSpace(name.to_owned()));
        }
        if name.contains(char::is_control) {
            return Err(ZoneNameError::ControlCharacter(name.to_owned()));
        }
        let failed = |source| ZoneNameError::Idna { name: name.to_owned(), source };
        let encoded = spell(name).map_err(failed)?;
        idna::decode(&encoded).map_err(failed)?;
        Ok(Self(encoded.into()))
    }

    /// The IDNA form, with its final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The IDNA form without its final dot, as most services write it; the root is empty.
    pub fn without_dot(&self) -> &str {
        self.0.strip_suffix('.').unwrap_or(&self.0)
    }

    /// The readable form, with its final dot.
    pub fn decoded(&self) -> Cow<'_, str> {
        idna::decode(&self.0).unwrap_or(Cow::Borrowed(&self.0))
    }

    /// Whether this is the root zone, `.`.
    pub fn is_root(&self) -> bool {
        self.as_str() == "."
    }

    /// The absolute name of a relative one, in the form of both; the name of the apex is empty.
    ///
    /// ```
    /// use octodns_core::ZoneName;
    ///
    /// assert_eq!(ZoneName::new("example.com.")?.absolute("www"), "www.example.com.");
    /// assert_eq!(ZoneName::new(".")?.absolute("com"), "com.");
    /// # Ok::<(), octodns_core::name::ZoneNameError>(())
    /// ```
    pub fn absolute(&self, name: &str) -> String {
        join(name, self.as_str())
    }

    /// The same in readable form, of a name in readable form.
    pub fn decoded_absolute(&self, name: &str) -> String {
        join(name, &self.decoded())
    }

    /// The part of an absolute name (in IDNA form, lower case) before this zone, or `None` if it is
    /// not in this zone. The apex is empty.
    pub fn relative<'n>(&self, fqdn: &'n str) -> Option<&'n str> {
        // The root is below the dot that ends every absolute name.
        let rest = fqdn.strip_suffix(self.as_str())?;
        if rest.is_empty() || self.is_root() {
            return Some(rest);
        }
        let name = rest.strip_suffix('.')?;
        // A dot behind a backslash is part of a label.
        let backslashes = name.bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes.is_multiple_of(2).then_some(name)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decoded())
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneName({})", self.0)
    }
}

/// The name of a record within its zone: relative, in IDNA form, lower case; the apex is empty.
///
/// Holds what the reference holds: odd names (white space, empty or long labels) are findings, not
/// impossible. Displays as the readable form.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName(SmolStr);

impl RecordName {
    /// The name of the zone itself.
    pub const APEX: Self = Self(SmolStr::new_static(""));

    /// Reads a record's name in either form, any case.
    ///
    /// # Errors
    ///
    /// Refuses labels that IDNA 2008 (RFC 5891) refuses.
    pub fn new(name: &str) -> Result<Self, IdnaError> {
        let encoded = spell(name)?;
        if idna::has_encoded_label(&encoded) {
            idna::decode(&encoded)?;
        }
        Ok(Self(encoded.into()))
    }

    /// The name of a record that a server or service holds, in either form, any case: there is none that it
    /// cannot be, as [`as_held`] says.
    pub fn held(name: &str) -> Self {
        Self(as_held(name).into())
    }

    /// The IDNA form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The readable form.
    pub fn decoded(&self) -> Cow<'_, str> {
        idna::decode(&self.0).unwrap_or(Cow::Borrowed(&self.0))
    }

    /// Whether this is the name of the zone itself.
    pub fn is_apex(&self) -> bool {
        self.0.is_empty()
    }

    /// The absolute name in `zone`, in IDNA form.
    pub fn fqdn(&self, zone: &ZoneName) -> String {
        zone.absolute(&self.0)
    }

    /// The absolute name in `zone`, in readable form.
    pub fn decoded_fqdn(&self, zone: &ZoneName) -> String {
        zone.decoded_absolute(&self.decoded())
    }
}

fn join(name: &str, zone: &str) -> String {
    match (name, zone) {
        ("", zone) => zone.to_owned(),
        (name, ".") => [name, "."].concat(),
        (name, zone) => [name, ".", zone].concat(),
    }
}

/// In IDNA form.
impl Borrow<str> for RecordName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decoded())
    }
}

impl fmt::Debug for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordName({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_and_parted_in_every_zone() {
        for (zone, name, whole) in [
            ("example.com.", "", "example.com."),
            ("example.com.", "a.b", "a.b.example.com."),
            (".", "", "."),
            (".", "com", "com."),
            (".", "a.b", "a.b."),
        ] {
            let zone = ZoneName::new(zone).unwrap();
            let name = RecordName::new(name).unwrap();
            assert_eq!(name.fqdn(&zone), whole);
            assert_eq!(name.decoded_fqdn(&zone), whole);
            assert_eq!(zone.relative(whole), Some(name.as_str()));
        }
        let zone = ZoneName::new("example.com.").unwrap();
        for outside in [".", "com.", "notexample.com.", "a\\.example.com.", "example.com", ""] {
            assert_eq!(zone.relative(outside), None, "{outside}");
        }
        assert_eq!(zone.relative("a\\\\.example.com."), Some("a\\\\"));
        assert_eq!(ZoneName::new(".").unwrap().relative("example"), None);
    }
}
