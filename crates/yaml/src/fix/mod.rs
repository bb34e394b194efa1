//! Sorts the keys of a file without changing anything else.
//!
//! Entries move with the comments that belong to them; every other byte stays the same. The result is read
//! again: it must have the same content and be in order, or else the file is not changed.

mod arrange;
mod block;
mod comments;
mod emit;
mod flow;
mod lines;
mod same;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use octodns_core::{Diagnostic, Origin, Report};

use crate::order::CODE;
use crate::read::layout;
use crate::{LoadOptions, Order, load};
use arrange::Arranger;

pub(crate) use same::same;

/// Sorts the keys of a text, and moves the comments that belong to them along; `None` if nothing has to move,
/// or the text is not YAML. Included files are sorted separately.
///
/// ```
/// use octodns_yaml::{LoadOptions, Order, sort_keys};
///
/// let text = "www:\n  ttl: 60\n# mail\nmx:\n  type: MX\n  ttl: 60\n";
/// let ordered = sort_keys(text, Order::Natural, &LoadOptions::new("example.com.yaml"));
/// let expected = "# mail\nmx:\n  ttl: 60\n  type: MX\nwww:\n  ttl: 60\n";
/// assert_eq!(ordered.as_ref().map(Option::as_deref), Ok(Some(expected)));
/// ```
///
/// # Errors
///
/// If moving entries is not enough; the finding says why, and where.
pub fn sort_keys(
    text: &str,
    order: Order,
    options: &LoadOptions<'_>,
) -> Result<Option<String>, Box<Diagnostic>> {
    let options = LoadOptions { thorough: true, ..options.clone() }.order(Some(order));
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = &text[..text.len() - bare.len()];
    let Ok(before) = load(bare, &options) else { return Ok(None) };
    if !before.report.has_errors() {
        return Ok(None);
    }
    match rearranged(bare, order, &options, &before) {
        Ok(changed) => Ok(changed.map(|changed| format!("{mark}{changed}"))),
        Err(refusal) => Err(Box::new(refusal.in_file(&options.file))),
    }
}

/// Why a file cannot be sorted. Positions are within that file.
#[derive(Debug)]
pub(crate) struct Refusal {
    message: String,
    help: String,
    origin: Origin,
    related: Vec<(String, Origin)>,
}

impl Refusal {
    fn new(message: impl Into<String>, help: impl Into<String>, origin: Origin) -> Self {
        let message = format!("cannot be sorted: {}", message.into());
        Self { message, help: help.into(), origin, related: Vec::new() }
    }

    fn in_file(self, file: &Arc<str>) -> Diagnostic {
        let place = |mut origin: Origin| {
            origin.file = Some(Arc::clone(file));
            origin
        };
        let found = Diagnostic::error(CODE, self.message).at(place(self.origin)).help(self.help);
        let related = self.related.into_iter();
        related.fold(found, |found, (what, origin)| found.related(what, place(origin)))
    }
}

/// A block scalar at the end of a file without a final newline has no newline either. If it moves to another
/// place, its header must say so.
fn rearranged(
    text: &str,
    order: Order,
    options: &LoadOptions<'_>,
    before: &crate::Document<'_>,
) -> Result<Option<String>, Refusal> {
    let refusal = match moved(text, order, options, before) {
        Err(refusal) if !text.ends_with(['\n', '\r']) => refusal,
        done => return done,
    };
    match block::without_line_end(text, options.limits.depth) {
        Some(stripped) => moved(&stripped, order, options, before).map_err(|_| refusal),
        None => Err(refusal),
    }
}

fn moved(
    text: &str,
    order: Order,
    options: &LoadOptions<'_>,
    before: &crate::Document<'_>,
) -> Result<Option<String>, Refusal> {
    // A last line without a newline could not be moved. Adding one may change a block scalar.
    let ending = lines::ending_of(text);
    let whole = text.is_empty() || text.ends_with(['\n', '\r']);
    let longer = format!("{text}{ending}");
    let longer = Some(longer).filter(|longer| {
        let again = || load(longer, options).is_ok_and(|again| same(&again.root, &before.root));
        !whole && again()
    });
    let source = longer.as_deref().unwrap_or(text);
    let Ok(Some(root)) = layout(source, options.limits.depth) else { return Ok(None) };
    let mut arranger = Arranger::new(source, order, &before.root);
    arranger.visit(&root)?;
    if arranger.is_done() {
        return Ok(None);
    }
    let changed = arranger.into_text();
    let shorter = changed.as_ref().and_then(|changed| changed.strip_suffix(ending));
    let shorter = shorter.filter(|_| longer.is_some()).map(str::to_owned);
    for candidate in shorter.into_iter().chain(changed) {
        if is_right(&candidate, options, before) {
            return Ok((candidate != text).then_some(candidate));
        }
    }
    let origin = first_disorder(&before.report, options).unwrap_or_default();
    Err(Refusal::new(
        "what it says would change, or would not be in order either",
        "sort it by hand",
        origin,
    ))
}

/// Whether a text has the same content as the document, and no key of its own file is out of order.
fn is_right(text: &str, options: &LoadOptions<'_>, before: &crate::Document<'_>) -> bool {
    let Ok(after) = load(text, options) else { return false };
    same(&after.root, &before.root) && first_disorder(&after.report, options).is_none()
}

fn first_disorder(report: &Report, options: &LoadOptions<'_>) -> Option<Origin> {
    let mut origins = report.iter().map(|found| &found.origin);
    origins.find(|origin| origin.file.as_ref() == Some(&options.file)).cloned()
}
