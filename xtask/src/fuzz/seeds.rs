//! The seeds of the targets: kept inputs, examples, and the octoDNS corpus if it exists.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::INPUTS;
use crate::run::{root, shared};

/// The maximum size of a seed: longer inputs are slower, but not better.
const MOST_BYTES: usize = 4096;

type Seeds = BTreeSet<Vec<u8>>;

/// Writes the seeds of a target into its corpus, and returns their number.
pub(super) fn write(name: &str, corpus: &Path) -> io::Result<usize> {
    fs::create_dir_all(corpus)?;
    let mut seeds = of(name)?;
    seeds.retain(|seed| seed.len() <= MOST_BYTES);
    for seed in &seeds {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        let path = corpus.join(format!("seed-{:016x}", hasher.finish()));
        if !path.exists() {
            fs::write(path, seed)?;
        }
    }
    Ok(seeds.len())
}

fn of(name: &str) -> io::Result<Seeds> {
    let mut seeds = Seeds::new();
    for path in files(&root().join(INPUTS).join(name))? {
        seeds.insert(fs::read(path)?);
    }
    match name {
        "api" => rows(&mut seeds)?,
        "axfr" => transfers(&mut seeds)?,
        "config" => yaml(&mut seeds, true)?,
        "rdata" => rdata(&mut seeds)?,
        "tinydns" => tinydns(&mut seeds)?,
        "yaml" => yaml(&mut seeds, false)?,
        "zone_file" => zone_files(&mut seeds)?,
        _ => {}
    }
    Ok(seeds)
}

/// The files below a folder, sorted; none if the folder does not exist.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The JSON documents below a folder: one per file, or one per line.
fn documents(folder: &Path) -> io::Result<Vec<Json>> {
    let mut documents = Vec::new();
    for path in files(folder)? {
        let text = || fs::read_to_string(&path);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => documents.extend(serde_json::from_str(&text()?).ok()),
            Some("jsonl") => {
                let text = text()?;
                documents.extend(text.lines().filter_map(|line| serde_json::from_str(line).ok()));
            }
            _ => {}
        }
    }
    Ok(documents)
}

/// The texts of the files in a document.
fn contents(document: &Json) -> impl Iterator<Item = &str> {
    document["files"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str())
}

/// Config files or zone files: both are YAML, but only config files have providers.
fn yaml(seeds: &mut Seeds, is_config: bool) -> io::Result<()> {
    let mut add = |text: &[u8]| {
        if text.windows(10).any(|part| part == b"providers:") == is_config {
            seeds.insert(text.to_vec());
        }
    };
    for folder in
        [root().join("examples"), root().join("crates/yaml/tests"), shared().join("corpus/cli")]
    {
        let paths = files(&folder)?;
        for path in paths.iter().filter(|path| path.extension().is_some_and(|of| of == "yaml")) {
            add(&fs::read(path)?);
        }
    }
    for document in documents(&shared().join("corpus/yaml"))? {
        contents(&document).for_each(|text| add(text.as_bytes()));
    }
    Ok(())
}

fn rdata(seeds: &mut Seeds) -> io::Result<()> {
    for document in documents(&shared().join("corpus/records"))? {
        if let (Some(of), Some(rdata)) = (document["type"].as_str(), document["rdata"].as_str()) {
            seeds.insert(format!("{of} {rdata}").into_bytes());
        }
    }
    Ok(())
}

fn tinydns(seeds: &mut Seeds) -> io::Result<()> {
    for document in documents(&shared().join("corpus/tinydns"))? {
        let zone = document["zone"].as_str().unwrap_or_default().trim_end_matches('.');
        let texts = contents(&document).map(|text| text.replace(zone, "unit.tests").into_bytes());
        seeds.extend(texts);
    }
    Ok(())
}

fn zone_files(seeds: &mut Seeds) -> io::Result<()> {
    for document in documents(&shared().join("cassettes/bind"))? {
        seeds.extend(contents(&document).map(|text| text.as_bytes().to_vec()));
    }
    Ok(())
}

/// Recorded transfers: messages, each with a length prefix.
fn transfers(seeds: &mut Seeds) -> io::Result<()> {
    for document in documents(&shared().join("cassettes/bind"))? {
        for exchange in document["exchanges"].as_array().into_iter().flatten() {
            let mut stream = Vec::new();
            for message in exchange["responses"].as_array().into_iter().flatten() {
                let message = bytes(message.as_str().unwrap_or_default());
                let length = u16::try_from(message.len()).unwrap_or_default();
                stream.extend(length.to_be_bytes());
                stream.extend(message);
            }
            if !stream.is_empty() {
                seeds.insert(stream);
            }
        }
    }
    Ok(())
}

/// Bytes from hexadecimal digits.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).filter_map(|start| hex.get(start..start + 2));
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// Pairs of recorded lists of rows: the existing and the desired ones.
fn rows(seeds: &mut Seeds) -> io::Result<()> {
    let mut lists = vec![Json::Array(Vec::new())];
    for document in documents(&shared().join("cassettes/digitalocean"))? {
        collect(&document, "domain_records", &mut lists);
    }
    for held in &lists {
        for desired in &lists {
            seeds.insert(Json::from(vec![held.clone(), desired.clone()]).to_string().into_bytes());
        }
    }
    Ok(())
}

/// All values of a key, at any depth.
fn collect(document: &Json, key: &str, found: &mut Vec<Json>) {
    match document {
        Json::Object(fields) => {
            found.extend(fields.get(key).cloned());
            fields.values().for_each(|value| collect(value, key, found));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_key_are_found_at_any_depth() {
        let document: Json =
            serde_json::from_str(r#"{"a": [{"x": 1}, {"b": {"x": [2]}}]}"#).unwrap();
        let mut found = Vec::new();
        collect(&document, "x", &mut found);
        assert_eq!(Json::from(found).to_string(), "[1,[2]]");
        assert_eq!(bytes("00ff1"), [0, 255]);
    }

    /// Without the octoDNS corpus there are fewer, but not none.
    #[test]
    fn yaml_has_seeds_of_its_own() {
        assert!(!of("yaml").unwrap().is_empty());
        assert!(!of("config").unwrap().is_empty());
    }
}
