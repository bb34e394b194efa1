//! Which configured zones lie below which, for any number of zones.

use octodns_core::zone::SubZones;

/// The configured zones, in the order of their labels from the right, so that all zones below another
/// stand right behind it.
#[derive(Debug, Default)]
pub(crate) struct SubZoneIndex {
    /// Each name, reversed label by label, with the name itself (in IDNA form).
    names: Vec<(String, String)>,
}

impl SubZoneIndex {
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut names: Vec<_> = names.map(|name| (reversed(name), name.to_owned())).collect();
        names.sort_unstable();
        Self { names }
    }

    /// The zones below `zone`, relative to it.
    pub(crate) fn below(&self, zone: &str) -> SubZones {
        let key = reversed(zone);
        let start = self.names.partition_point(|(reversed, _)| *reversed <= key);
        self.names[start..]
            .iter()
            .take_while(|(reversed, _)| reversed.starts_with(&key))
            .map(|(_, name)| &name[..name.len() - zone.len() - 1])
            .collect()
    }
}

/// `www.example.com.` as `com\0example\0www\0`; the separator sorts before anything in a label.
fn reversed(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 1);
    for label in name.trim_end_matches('.').rsplit('.') {
        key.push_str(label);
        key.push('\0');
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_below_are_found_at_any_depth_and_only_at_label_borders() {
        let names = ["example.com.", "sub.example.com.", "a.b.example.com.", "notexample.com."];
        let index = SubZoneIndex::new(names.into_iter());
        let below = index.below("example.com.");
        assert_eq!(below, ["sub", "a.b"].into_iter().collect());
        assert!(index.below("sub.example.com.").is_empty());
        assert_eq!(index.below("com.").len(), 4);
    }
}
