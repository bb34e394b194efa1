//! Whether a label is one of IDNA 2008 (RFC 5891, section 4.2; the context rules of RFC 5892).

use icu_properties::props::{JoiningType, Script};
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::is_nfc;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::property::{Class, class, joining_type, script};
use super::{IdnaProblem, NAME_LENGTH, bidi};

/// The combining class of signs that join consonants.
const VIRAMA: u8 = 9;

/// Checks a label in its readable form.
pub(super) fn label(label: &str) -> Result<(), IdnaProblem> {
    let characters: Vec<char> = label.chars().collect();
    let Some(first) = characters.first() else { return Err(IdnaProblem::Empty) };
    if characters.len() > NAME_LENGTH + 1 {
        return Err(IdnaProblem::TooLong);
    }
    if !is_nfc(label) {
        return Err(IdnaProblem::NotNormalized);
    }
    if characters.get(2..4) == Some(&['-', '-']) || label.starts_with('-') || label.ends_with('-') {
        return Err(IdnaProblem::Hyphens);
    }
    if first.general_category_group() == GeneralCategoryGroup::Mark {
        return Err(IdnaProblem::LeadingMark(*first));
    }
    for (index, c) in characters.iter().enumerate() {
        match class(*c) {
            Class::Valid => {}
            Class::Joiner if joiner_fits(&characters, index) => {}
            Class::Contextual if context_fits(&characters, index) => {}
            Class::Joiner | Class::Contextual => return Err(IdnaProblem::Context(*c)),
            Class::Disallowed => return Err(IdnaProblem::Character(*c)),
        }
    }
    if bidi::is_readable(&characters) { Ok(()) } else { Err(IdnaProblem::Direction) }
}

/// RFC 5892, appendices A.1 and A.2.
fn joiner_fits(label: &[char], index: usize) -> bool {
    let (before, from) = label.split_at(index);
    if before.last().is_some_and(|c| canonical_combining_class(*c) == VIRAMA) {
        return true;
    }
    if from.first() != Some(&'\u{200c}') {
        return false;
    }
    joins(before.iter().rev(), JoiningType::LeftJoining)
        && joins(from.iter().skip(1), JoiningType::RightJoining)
}

/// Whether the nearest character that takes part in joining does so on a side, or on both.
fn joins<'c>(mut characters: impl Iterator<Item = &'c char>, side: JoiningType) -> bool {
    characters
        .find(|c| joining_type(**c) != JoiningType::Transparent)
        .is_some_and(|c| [side, JoiningType::DualJoining].contains(&joining_type(*c)))
}

/// RFC 5892, appendices A.3 to A.9.
fn context_fits(label: &[char], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|index| label.get(index)).copied();
    let after = label.get(index + 1).copied();
    let any = |range: std::ops::RangeInclusive<char>| label.iter().any(|c| range.contains(c));
    match label.get(index) {
        Some('\u{b7}') => before == Some('l') && after == Some('l'),
        Some('\u{375}') => after.is_some_and(|c| script(c) == Script::Greek),
        Some('\u{5f3}' | '\u{5f4}') => before.is_some_and(|c| script(c) == Script::Hebrew),
        Some('\u{30fb}') => label.iter().any(|c| {
            *c != '\u{30fb}'
                && [Script::Hiragana, Script::Katakana, Script::Han].contains(&script(*c))
        }),
        Some('\u{660}'..='\u{669}') => !any('\u{6f0}'..='\u{6f9}'),
        Some('\u{6f0}'..='\u{6f9}') => !any('\u{660}'..='\u{669}'),
        _ => false,
    }
}
