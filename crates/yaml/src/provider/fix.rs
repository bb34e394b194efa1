//! Sorts the files of a zone, and those that they include.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use octodns_core::provider::{Includes, SortedText, SortedTexts};
use octodns_core::{Diagnostic, Origin, ProviderError, ZoneName};
use octodns_files::failed;

use super::foreign::Foreign;
use super::{Inner, files};
use crate::fix::{same, sort_keys};
use crate::order::CODE;
use crate::{Document, FileIncludes, Include, LoadOptions, Order, load, text_of};

/// What sorting makes of every file of a zone, if reading requires an order.
pub(super) fn zone(
    inner: &Inner,
    zone: &ZoneName,
    includes: Includes,
) -> Result<SortedTexts, ProviderError> {
    let mut sorted = SortedTexts::default();
    if inner.options.enforce_order {
        for path in files::of_zone(inner, zone, includes)? {
            file(inner, zone, &path, includes, &mut sorted)?;
        }
    }
    Ok(sorted)
}

/// The files that were changed, before they are written.
struct Overlay<'o> {
    files: &'o FileIncludes,
    /// Their texts before and after.
    changed: HashMap<Arc<str>, (String, String)>,
}

impl Include for Overlay<'_> {
    fn resolve(&self, from: &str, path: &str) -> io::Result<String> {
        self.files.resolve(from, path)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        match self.changed.get(name) {
            Some((_, after)) => Ok(after.clone().into_bytes()),
            None => self.files.read(name),
        }
    }
}

fn file(
    inner: &Inner,
    zone: &ZoneName,
    path: &Path,
    includes: Includes,
    sorted: &mut SortedTexts,
) -> Result<(), ProviderError> {
    let scope = files::scope_of(inner, path, includes);
    let includes = inner.includes(includes);
    let mut overlay = Overlay { files: &includes, changed: HashMap::new() };
    let name: Arc<str> = path.to_string_lossy().into();
    let (bytes, linked) = scope.read_named(path).map_err(failed("read", path))?;
    let order: Order = inner.options.order_mode.into();
    let before = LoadOptions::new(Arc::clone(&name)).order(Some(order)).include(&includes);
    let foreign = Foreign::new(&name, linked, &includes, zone);
    let before = match text_of(&bytes, &name).and_then(|text| load(text, &before)) {
        Ok(before) => before,
        Err(error) => {
            sorted.files.push(name.to_string());
            sorted.unread.push(foreign.shown(error.to_diagnostic().about(zone.to_string())));
            return Ok(());
        }
    };
    sorted.files.extend(before.files.iter().map(ToString::to_string));
    if !before.report.has_errors() {
        return Ok(());
    }
    // Included files first: their content is part of the files that include them.
    for name in before.files.iter().rev() {
        let bytes = overlay.read(name).map_err(failed("read", Path::new(&**name)))?;
        let Ok(text) = text_of(&bytes, name) else { continue };
        let options = LoadOptions::new(Arc::clone(name)).include(&overlay);
        match sort_keys(text, order, &options) {
            Ok(None) => {}
            Ok(Some(after)) => {
                overlay.changed.insert(Arc::clone(name), (text.to_owned(), after));
            }
            Err(found) => sorted.report.push(foreign.shown(*found)),
        }
    }
    if !says_the_same(&name, &overlay, &before) {
        let message = "cannot be sorted: what it says would change";
        let found = Diagnostic::error(CODE, message).at(Origin::file(name));
        sorted.report.push(found.help("sort it by hand"));
        return Ok(());
    }
    let mut changed: Vec<_> = overlay.changed.into_iter().collect();
    changed.sort_unstable();
    let changed = changed.into_iter();
    sorted
        .texts
        .extend(changed.map(|(name, (before, after))| SortedText::new(&*name, before, after)));
    Ok(())
}

/// Whether a file with all its changes, and those of the included files, has the same content as before.
fn says_the_same(name: &Arc<str>, overlay: &Overlay<'_>, before: &Document<'_>) -> bool {
    let options = LoadOptions::new(Arc::clone(name)).include(overlay);
    let Ok(bytes) = overlay.read(name) else { return false };
    let after = text_of(&bytes, name).and_then(|text| load(text, &options));
    after.is_ok_and(|after| same(&after.root, &before.root))
}
