//! Licences: the texts of all packages in the program, which most of them ask to be kept with it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value as Json;

use super::facts::{Facts, text};
use super::sbom::license;

/// How the names of files with such texts start.
const NAMES: &[&str] = &["license", "licence", "copying", "notice", "copyright", "unlicense"];

/// Every package with its licence, and each text once, with the packages that have it.
pub(super) fn texts(facts: &Facts) -> io::Result<String> {
    let mut packages = Vec::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Our own are under the licence of the program.
    for package in facts.packages.iter().filter(|package| !package["source"].is_null()) {
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        packages.push(format!("{name}: {}\n", license(package).unwrap_or_default()));
        for found in of_package(package)? {
            texts.entry(found).or_default().push(name.clone());
        }
    }
    let mut texts: Vec<(Vec<String>, String)> =
        texts.into_iter().map(|(text, packages)| (packages, text)).collect();
    texts.sort();
    let texts: Vec<String> = texts
        .into_iter()
        .map(|(packages, text)| {
            format!("\n{}\n{}\n\n{text}\n", "=".repeat(80), packages.join(", "))
        })
        .collect();
    let (packages, texts) = (packages.concat(), texts.concat());
    Ok(format!("The program has these packages in it, with their licences:\n\n{packages}{texts}"))
}

/// The texts in the folder of a package.
fn of_package(package: &Json) -> io::Result<Vec<String>> {
    let manifest = text(package, "manifest_path");
    let Some(folder) = Path::new(&manifest).parent() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.path().is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            let bytes = fs::read(entry.path())?;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            found.push(text.trim_end().to_owned());
        }
    }
    Ok(found)
}
