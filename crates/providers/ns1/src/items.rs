//! Parts of responses.

use octodns_kit::Json;

/// A text of an item.
pub(crate) fn text<'i>(item: &'i Json, key: &str) -> &'i str {
    item[key].as_str().unwrap_or_default()
}

/// The entries of a list; none if it is none.
pub(crate) fn entries(list: &Json) -> &[Json] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}
