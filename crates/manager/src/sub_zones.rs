//! Which configured zones lie below which, for any number of zones.

use octodns_core::ZoneName;
use octodns_core::zone::SubZones;

/// The zones there are, in the order of their labels from the right, so that all zones below another stand
/// right behind it.
#[derive(Debug, Default)]
pub(crate) struct SubZoneIndex {
    /// Each name, reversed label by label, with the name itself (in IDNA form).
    names: Vec<(String, String)>,
}

impl SubZoneIndex {
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n ZoneName>) -> Self {
        let mut names: Vec<_> =
            names.map(|name| (reversed(name), name.as_str().to_owned())).collect();
        names.sort_unstable();
        Self { names }
    }

    /// The zones below `zone`, relative to it.
    pub(crate) fn below(&self, zone: &ZoneName) -> SubZones {
        let key = reversed(zone);
        let start = self.names.partition_point(|(reversed, _)| *reversed <= key);
        self.names[start..]
            .iter()
            .take_while(|(reversed, _)| reversed.starts_with(&key))
            .filter_map(|(_, name)| zone.relative(name))
            .collect()
    }
}

/// `www.example.com.` as `com\0example\0www\0`; the separator sorts before anything in a label. The root is
/// empty, so that every other name starts with it.
fn reversed(name: &ZoneName) -> String {
    let mut key = String::with_capacity(name.as_str().len());
    for label in name.without_dot().rsplit('.').filter(|label| !label.is_empty()) {
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
        let zone = |name| ZoneName::new(name).unwrap();
        let names = ["example.com.", "sub.example.com.", "a.b.example.com.", "notexample.com."];
        let names = names.map(zone);
        let index = SubZoneIndex::new(names.iter());
        let below = index.below(&zone("example.com."));
        assert_eq!(below, ["sub", "a.b"].into_iter().collect());
        assert!(index.below(&zone("sub.example.com.")).is_empty());
        assert_eq!(index.below(&zone("com.")).len(), 4);
    }

    #[test]
    fn every_zone_is_below_the_root() {
        let names = [".", "example.", "a.example."].map(|name| ZoneName::new(name).unwrap());
        let below = SubZoneIndex::new(names.iter()).below(&names[0]);
        assert_eq!(below, ["example", "a.example"].into_iter().collect());
    }
}
