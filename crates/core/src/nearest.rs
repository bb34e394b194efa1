//! "Did you mean": which of several words is most like one that is none of them.

/// The candidate most like `word`, if one is alike enough to be what was meant.
///
/// ```
/// assert_eq!(octodns_core::nearest("preferance", ["preference", "exchange"]), Some("preference"));
/// assert_eq!(octodns_core::nearest("colour", ["preference", "exchange"]), None);
/// ```
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
