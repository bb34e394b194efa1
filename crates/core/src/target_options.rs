//! The options that every provider takes when it is written to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::plan::Thresholds;
use crate::value::{DeError, Map, Position, Value, from_value};

/// The options that every provider takes.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct TargetOptions {
    /// Plans are made but never applied. Default: false.
    pub apply_disabled: bool,
    /// Share of existing records (0.0..=1.0) that may be updated without force. Default: 0.3.
    pub update_pcent_threshold: f64,
    /// Share of existing records (0.0..=1.0) that may be deleted without force. Default: 0.3.
    pub delete_pcent_threshold: f64,
    /// What the target does not support is an error, not worked around with a warning. Default: true.
    pub strict_supports: bool,
    /// Whether to warn about root NS records that are missing or left out. Default: true.
    pub root_ns_warnings: bool,
}

impl Default for TargetOptions {
    fn default() -> Self {
        let Thresholds { update, delete } = Thresholds::default();
        Self {
            apply_disabled: false,
            update_pcent_threshold: update,
            delete_pcent_threshold: delete,
            strict_supports: true,
            root_ns_warnings: true,
        }
    }
}

impl TargetOptions {
    pub(crate) const KEYS: [&'static str; 5] = [
        "apply_disabled",
        "update_pcent_threshold",
        "delete_pcent_threshold",
        "strict_supports",
        "root_ns_warnings",
    ];

    /// Takes these options out of the map of a provider's options.
    ///
    /// # Errors
    ///
    /// Says which of them is of the wrong type, and where.
    pub fn take_from(options: &mut Map<'_>) -> Result<Self, DeError> {
        let entries = Self::KEYS.iter().filter_map(|key| {
            options.remove(key).filter(|value| !value.is_null()).map(|value| (*key, value))
        });
        let entries: Map<'_> = entries.collect();
        let place = |key: &str| entries.get(key).map_or(Position::NONE, |value| value.position);
        let places = [place("update_pcent_threshold"), place("delete_pcent_threshold")];
        let read: Self = from_value(&Value::from(entries))?;
        let shares = [
            ("update_pcent_threshold", read.update_pcent_threshold),
            ("delete_pcent_threshold", read.delete_pcent_threshold),
        ];
        for ((key, share), place) in shares.into_iter().zip(places) {
            check_share(key, share, place)?;
        }
        Ok(read)
    }
}

/// Checks that an option is a share: 30 does not stand for 30 percent, but lets everything pass.
fn check_share(key: &str, share: f64, place: Position) -> Result<(), DeError> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    let message = format!("{key} must be a share between 0 and 1, not {share}");
    let mut error: DeError = serde::de::Error::custom(message);
    error.help = Some("write 0.3 for 30 percent".to_owned());
    error.position = place;
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    #[test]
    fn a_share_is_no_percentage() {
        for (share, is_one) in [
            ("0.3", true),
            ("0", true),
            ("1", true),
            ("\"0.5\"", true),
            ("30", false),
            ("-0.1", false),
        ] {
            let mut options = json(&format!(r#"{{"delete_pcent_threshold": {share}}}"#));
            let read = TargetOptions::take_from(options.as_map_mut().unwrap());
            assert_eq!(read.is_ok(), is_one, "{share}");
            let Err(error) = read else { continue };
            assert!(error.message.starts_with("delete_pcent_threshold must be a share"), "{error}");
            assert_eq!(error.help.as_deref(), Some("write 0.3 for 30 percent"));
            assert!(error.position.is_known());
        }
    }
}
