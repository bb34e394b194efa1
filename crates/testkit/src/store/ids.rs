//! Ids of zones and items.

/// What ids look like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    None,
    Numbers,
    Texts,
}
