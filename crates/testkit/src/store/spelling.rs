//! How a service spells names, targets and text in requests and responses.

use super::items::Values;

/// How names of items are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Names {
    /// Relative to the zone, with a symbol for the apex.
    Relative {
        /// `@`, or "".
        apex: &'static str,
    },
    /// Absolute, with the final dot.
    Absolute,
    /// Absolute, without the final dot.
    Whole,
}

impl Names {
    /// The absolute name without the final dot.
    pub(super) fn whole(self, name: &str, zone: &str) -> String {
        match self {
            Self::Relative { apex } if name == apex => zone.to_owned(),
            Self::Relative { .. } => format!("{name}.{zone}"),
            Self::Absolute | Self::Whole => name.trim_end_matches('.').to_owned(),
        }
    }

    /// An absolute name without final dot, in this spelling.
    pub(super) fn of_whole(self, whole: &str, zone: &str) -> String {
        match self {
            Self::Relative { apex } if whole == zone => apex.to_owned(),
            Self::Relative { .. } => {
                whole.strip_suffix(zone).map_or(whole, |name| name.trim_end_matches('.')).to_owned()
            }
            Self::Absolute => format!("{whole}."),
            Self::Whole => whole.to_owned(),
        }
    }

    /// Why a name is not valid.
    pub(super) fn fault(self, name: &str, zone: &str) -> Option<String> {
        let whole = name.trim_end_matches('.');
        let is_inside = whole == zone || whole.ends_with(&format!(".{zone}"));
        match self {
            Self::Relative { apex } if name == apex => None,
            Self::Relative { .. } if name.is_empty() || name.ends_with('.') => {
                Some(format!("the name {name:?} is not relative"))
            }
            Self::Relative { .. } => None,
            Self::Absolute if !name.ends_with('.') => {
                Some(format!("the name {name:?} needs a final dot"))
            }
            Self::Whole if name.ends_with('.') => {
                Some(format!("the name {name:?} has a final dot"))
            }
            _ if !is_inside => Some(format!("the name {name:?} is not in {zone}")),
            _ => None,
        }
    }
}

/// Whether names in values end with a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dot {
    /// They do.
    Required,
    /// They do not.
    Omitted,
    /// They may, and stay as they are.
    Kept,
}

/// How names in values are spelled: the last field of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Targets {
    /// The types whose values end with a name.
    pub(super) types: &'static [&'static str],
    /// How they are in requests.
    pub(super) write: Dot,
    /// How they are in responses.
    pub(super) read: Dot,
    /// The spelling of the zone's own name, if it has one.
    pub(super) own: Option<&'static str>,
}

impl Targets {
    /// The name as in responses.
    ///
    /// # Errors
    ///
    /// Says why it is not valid.
    pub(super) fn stored(&self, value: &str, zone: &str) -> Result<String, String> {
        let (before, name) = value.rsplit_once(' ').unwrap_or(("", value));
        let has_dot = name.ends_with('.');
        if Some(name) != self.own {
            match self.write {
                Dot::Required if !has_dot => {
                    return Err(format!("{name:?} needs to end with a dot"));
                }
                Dot::Omitted if has_dot && name != "." => {
                    return Err(format!("{name:?} must not end with a dot"));
                }
                _ => {}
            }
        }
        let bare = name.strip_suffix('.').filter(|bare| !bare.is_empty()).unwrap_or(name);
        let spelled = match self.own {
            Some(own) if bare == zone || name == own => own.to_owned(),
            _ => match self.read {
                Dot::Omitted => bare.to_owned(),
                Dot::Required if bare == "." => bare.to_owned(),
                Dot::Required => format!("{bare}."),
                Dot::Kept => name.to_owned(),
            },
        };
        Ok(if before.is_empty() { spelled } else { format!("{before} {spelled}") })
    }
}

/// How text is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Text {
    /// As it is: no quotes, no escapes.
    Raw,
    /// As in zone files: strings in quotes, of at most 255 octets each.
    Quoted,
}

impl Text {
    /// Why a text is not valid.
    pub(super) fn fault(self, text: &str) -> Option<String> {
        match self {
            Self::Raw => None,
            Self::Quoted => quoted_fault(text),
        }
    }
}

/// Why quoted strings are not valid.
fn quoted_fault(text: &str) -> Option<String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some("a text needs a string in quotes".to_owned());
    }
    while !rest.is_empty() {
        let Some(inside) = rest.strip_prefix('"') else {
            return Some(format!("text is strings in quotes: {text}"));
        };
        let (mut octets, mut end) = (0, None);
        let mut characters = inside.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = Some(at);
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, digit)) if digit.is_ascii_digit() => {
                        let _ = characters.nth(1);
                        octets += 1;
                    }
                    other => octets += other.map_or(0, |(_, character)| character.len_utf8()),
                },
                _ => octets += character.len_utf8(),
            }
        }
        let Some(end) = end else { return Some(format!("a quote is not closed: {text}")) };
        if octets > 255 {
            return Some("a string has more than 255 octets".to_owned());
        }
        rest = inside[end + 1..].trim_start();
    }
    None
}

/// Every spelling of one service.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    pub(super) names: Names,
    pub(super) values: Values,
    pub(super) targets: Targets,
    pub(super) text: Text,
}

impl Default for Spelling {
    fn default() -> Self {
        let names = Names::Relative { apex: "@" };
        let targets = Targets { types: &[], write: Dot::Kept, read: Dot::Kept, own: None };
        Self { names, values: Values::Field("value"), targets, text: Text::Raw }
    }
}
