//! Zone files that are put in order by their paths, without a config.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::{Includes, SortedText, SortedTexts};
use octodns_core::{Diagnostic, Origin, Value};
use octodns_yaml::{FileIncludes, LoadOptions, Order, load, sort_keys, text_of};

/// What sorting makes of YAML files, in the order that a `YamlProvider` asks for unless it is told otherwise. Nothing is
/// written; see [`write_sorted`](crate::write_sorted).
///
/// Of a folder it is the files ending in `.yaml`, of the folders in it as well, but for hidden ones, links to folders, and
/// config files. Each file is sorted by itself: what it includes is not, unless a path leads to it. `home` is what `~`
/// means in an `!include`.
pub fn sorted_files(paths: &[PathBuf], home: Option<&Path>) -> SortedTexts {
    let mut sorted = SortedTexts::default();
    let mut known = BTreeSet::new();
    for path in paths {
        let found = match fs::metadata(path) {
            Ok(there) if there.is_dir() => files_below(path).map(|files| (files, true)),
            Ok(_) => Ok((vec![path.clone()], false)),
            Err(error) => Err(error),
        };
        match found {
            Ok((files, is_folder)) => {
                for file in files {
                    // A file may be named, and be in a folder that is.
                    if known.insert(fs::canonicalize(&file).unwrap_or_else(|_| file.clone())) {
                        sort(&file, is_folder, home, &mut sorted);
                    }
                }
            }
            Err(error) => sorted.report.push(unreadable(path, &error)),
        }
    }
    sorted
}

/// The zone files of a folder and of those in it, sorted.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let name = name.as_encoded_bytes();
            if kind.is_dir() && !name.starts_with(b".") {
                folders.push(entry.path());
            } else if !kind.is_dir() && name.ends_with(b".yaml") {
                // That of the apex of a split zone is called `.yaml`.
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn sort(file: &Path, spares_configs: bool, home: Option<&Path>, sorted: &mut SortedTexts) {
    let name: Arc<str> = file.to_string_lossy().into();
    let bytes = match octodns_files::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return sorted.report.push(unreadable(file, &error)),
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let includes = FileIncludes::new(home.map(Path::to_owned)).of_folder(folder, Includes::Folder);
    let options = LoadOptions::new(Arc::clone(&name)).include(&includes);
    let read = text_of(&bytes, &name).and_then(|text| Ok((text, load(text, &options)?)));
    let (text, document) = match read {
        Ok(read) => read,
        Err(error) => {
            sorted.files.push(name.to_string());
            return sorted.unread.push(error.to_diagnostic());
        }
    };
    if spares_configs && is_config(&document.root) {
        return;
    }
    sorted.files.push(name.to_string());
    match sort_keys(text, Order::Natural, &options) {
        Ok(None) => {}
        Ok(Some(after)) => sorted.texts.push(SortedText::new(&*name, text, after)),
        Err(refusal) => sorted.report.push(*refusal),
    }
}

/// Whether a document is a config: its zones, and providers that have a class.
fn is_config(root: &Value<'_>) -> bool {
    let providers = root.get("providers").and_then(Value::as_map);
    let have_classes = |providers: &octodns_core::value::Map<'_>| {
        providers.iter().all(|(_, provider)| provider.get("class").is_some())
    };
    root.get("zones").is_some() && providers.is_some_and(have_classes)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let found = Diagnostic::error("yaml", format!("cannot be read: {error}"));
    found.at(Origin::file(&*path.to_string_lossy())).help("name files and folders that can be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "zones: {}\nproviders: {config: {class: yaml, directory: .}}\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// The names of the files that were looked at, and of those that are not in order.
    fn sorted(folder: &Path, names: &[&str]) -> (Vec<String>, Vec<String>, SortedTexts) {
        let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
        let sorted = sorted_files(&paths, None);
        let start = folder.join("").display().to_string();
        let short = |file: &String| file.strip_prefix(&start).unwrap().to_owned();
        let files = sorted.files.iter().map(short).collect();
        let texts = sorted.texts.iter().map(|text| short(&text.file)).collect();
        (files, texts, sorted)
    }

    #[test]
    fn folders_are_searched_for_zone_files() {
        let wrong = "b: 1\na: 2\n";
        let folder = folder(&[
            ("config.yaml", CONFIG),
            ("zones/b.yaml", wrong),
            ("zones/a.yaml", "a: 1\nb: 2\n"),
            ("zones/split./.yaml", wrong),
            ("zones/notes.txt", wrong),
            (".git/c.yaml", wrong),
        ]);
        let (files, texts, found) = sorted(folder.path(), &["", "zones/b.yaml"]);
        assert_eq!(files, ["zones/a.yaml", "zones/b.yaml", "zones/split./.yaml"]);
        assert_eq!(texts, ["zones/b.yaml", "zones/split./.yaml"]);
        assert_eq!(found.texts[0].after, "a: 2\nb: 1\n");
        assert!(found.report.is_empty() && found.unread.is_empty());
        // A file that is named is meant, whatever it is.
        let (_, texts, _) = sorted(folder.path(), &["config.yaml", "zones/notes.txt"]);
        assert_eq!(texts, ["config.yaml", "zones/notes.txt"]);
    }

    #[test]
    fn what_cannot_be_sorted_is_told() {
        let folder = folder(&[("broken.yaml", "a: [\n"), ("moves.yaml", "b: &x 1\na: *x\n")]);
        let (files, texts, found) =
            sorted(folder.path(), &["broken.yaml", "moves.yaml", "gone.yaml"]);
        assert_eq!((files.len(), texts.len()), (2, 0));
        assert_eq!(found.unread.iter().count(), 1);
        let report: Vec<_> = found.report.iter().map(|found| &*found.message).collect();
        assert!(report[0].contains("before its anchor"), "{report:?}");
        assert!(report[1].contains("cannot be read"), "{report:?}");
    }

    #[test]
    fn a_zone_with_names_of_a_config_is_a_zone() {
        let is = |text: &str| is_config(&load(text, &LoadOptions::new("x")).unwrap().root);
        assert!(is(CONFIG));
        assert!(!is("zones: {type: A, value: 192.0.2.1}\nproviders: {type: TXT, value: x}\n"));
        assert!(!is("providers: {a: {class: x}}\n"));
    }
}
