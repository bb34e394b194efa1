//! The Bidi rule (RFC 5893, section 2): labels with characters that are written from right to left
//! must read the same in every context.

use icu_properties::props::BidiClass as B;

use super::property::bidi_class;

/// Whether a label obeys the rule; labels without such characters do.
pub(super) fn is_readable(label: &[char]) -> bool {
    let classes: Vec<B> = label.iter().map(|c| bidi_class(*c)).collect();
    if !classes
        .iter()
        .any(|class| [B::RightToLeft, B::ArabicLetter, B::ArabicNumber].contains(class))
    {
        return true;
    }
    let last = classes.iter().rev().find(|class| **class != B::NonspacingMark);
    match classes.first() {
        Some(&(B::RightToLeft | B::ArabicLetter)) => {
            classes.iter().all(|class| *class != B::LeftToRight && is_allowed(*class))
                && last.is_some_and(|last| {
                    [B::RightToLeft, B::ArabicLetter, B::EuropeanNumber, B::ArabicNumber]
                        .contains(last)
                })
                && !(classes.contains(&B::EuropeanNumber) && classes.contains(&B::ArabicNumber))
        }
        // Right-to-left characters are not allowed in a label that starts otherwise, and without
        // them there is nothing to check.
        _ => false,
    }
}

fn is_allowed(class: B) -> bool {
    [
        B::LeftToRight,
        B::RightToLeft,
        B::ArabicLetter,
        B::ArabicNumber,
        B::EuropeanNumber,
        B::EuropeanSeparator,
        B::CommonSeparator,
        B::EuropeanTerminator,
        B::OtherNeutral,
        B::BoundaryNeutral,
        B::NonspacingMark,
    ]
    .contains(&class)
}
