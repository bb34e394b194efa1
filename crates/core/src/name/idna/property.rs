//! Which characters IDNA 2008 allows: derived from Unicode's properties as RFC 5892, section 3 says,
//! so that a new Unicode version is a new version of the tables we depend on.

use icu_properties::props::{
    BidiClass, ChangesWhenNfkcCasefolded, DefaultIgnorableCodePoint, HangulSyllableType,
    JoiningType, NoncharacterCodePoint, Script, WhiteSpace,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_properties::{GeneralCategory as G, UnicodeGeneralCategory};

/// What IDNA 2008 says of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It may stand anywhere.
    Valid,
    /// It joins its neighbours, and may stand where they need that.
    Joiner,
    /// It may stand beside certain others.
    Contextual,
    /// It may not be in a name.
    Disallowed,
}

/// The derived property of a character.
pub(super) fn class(c: char) -> Class {
    if let Some(class) = exception(c) {
        return class;
    }
    match c {
        'a'..='z' | '0'..='9' | '-' => return Class::Valid,
        '\u{200c}' | '\u{200d}' => return Class::Joiner,
        _ => {}
    }
    let letter_or_digit = matches!(
        c.general_category(),
        G::LowercaseLetter
            | G::UppercaseLetter
            | G::OtherLetter
            | G::DecimalNumber
            | G::ModifierLetter
            | G::NonspacingMark
            | G::SpacingMark
    );
    if !letter_or_digit || is_old_hangul(c) || is_unstable(c) || is_ignorable(c) {
        Class::Disallowed
    } else {
        Class::Valid
    }
}

/// RFC 5892, section 2.6.
fn exception(c: char) -> Option<Class> {
    match c {
        '\u{df}' | '\u{3c2}' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => Some(Class::Valid),
        '\u{b7}'
        | '\u{375}'
        | '\u{5f3}'
        | '\u{5f4}'
        | '\u{660}'..='\u{669}'
        | '\u{6f0}'..='\u{6f9}'
        | '\u{30fb}' => Some(Class::Contextual),
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => {
            Some(Class::Disallowed)
        }
        _ => None,
    }
}

/// Section 2.9: jamo that combine to syllables.
fn is_old_hangul(c: char) -> bool {
    let kind = CodePointMapData::<HangulSyllableType>::new().get(c);
    [
        HangulSyllableType::LeadingJamo,
        HangulSyllableType::VowelJamo,
        HangulSyllableType::TrailingJamo,
    ]
    .contains(&kind)
}

/// Section 2.2: characters that normalization or case folding turns into others.
fn is_unstable(c: char) -> bool {
    CodePointSetData::new::<ChangesWhenNfkcCasefolded>().contains(c)
}

/// Sections 2.3 and 2.4.
fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<WhiteSpace>().contains(c)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
        || matches!(c, '\u{20d0}'..='\u{20ff}' | '\u{1d100}'..='\u{1d24f}')
}

pub(super) fn bidi_class(c: char) -> BidiClass {
    CodePointMapData::<BidiClass>::new().get(c)
}

pub(super) fn joining_type(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}

pub(super) fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}
