//! `yaml/`: how the loader reads files, and what it refuses.

use std::collections::HashMap;
use std::io;

use octodns_yaml::{Document, LoadOptions, Order, YamlError, load};
use serde_json::Value as Json;

use crate::{Options, Outcome, corpus, json};

/// Compares every file of the part.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let mut elsewhere = 0;
    for path in corpus::files(&options.corpus.join("yaml"), "jsonl")? {
        corpus::for_each_case(&path, |id, case| {
            let difference = [
                ("loose", None),
                ("natural", Some(Order::Natural)),
                ("simple", Some(Order::Simple)),
            ]
            .into_iter()
            .find_map(|(name, order)| {
                let expected = case.get(name).or_else(|| case.get("loose"))?;
                compare_one(case, expected, order, &mut elsewhere)
                    .map(|difference| format!("{name}: {difference}"))
            });
            outcome.case(id, difference);
        })?;
    }
    if elsewhere > 0 {
        outcome.notes.push(format!("{elsewhere} problems are reported at another place"));
    }
    Ok(())
}

fn compare_one(
    case: &Json,
    expected: &Json,
    order: Option<Order>,
    elsewhere: &mut usize,
) -> Option<String> {
    let files: HashMap<String, String> = case["files"]
        .as_object()?
        .iter()
        .map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned()))
        .collect();
    let main = files.get("main.yaml")?;
    let options = LoadOptions::new("main.yaml").order(order).include(&files);
    let loaded = load(main, &options);
    if let Some(difference) = between_readers(main, &options, &loaded) {
        return Some(difference);
    }
    match (expected.get("ok"), loaded) {
        (Some(expected), Ok(document)) if !document.report.has_errors() => {
            json::difference(expected, &json::json_of(&document.root))
        }
        (Some(_), Ok(document)) => {
            Some(document.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        (Some(_), Err(error)) => Some(format!("refused: {error}")),
        (None, Ok(document)) if document.report.has_errors() => None,
        (None, Ok(document)) => {
            Some(format!("should be refused, read as {}", json::json_of(&document.root)))
        }
        (None, Err(error)) => {
            *elsewhere += usize::from(!same_place(expected, &error));
            None
        }
    }
}

/// Whether the full reader alone reads a text differently, including positions and findings.
fn between_readers(
    text: &str,
    options: &LoadOptions<'_>,
    loaded: &Result<Document<'_>, YamlError>,
) -> Option<String> {
    let seen = |loaded: &Result<Document<'_>, YamlError>| match loaded {
        Ok(document) => format!("{:?} {:?}", document.root, document.report),
        Err(error) => error.to_string(),
    };
    let mut thorough = options.clone();
    thorough.thorough = true;
    let full = load(text, &thorough);
    let (ours, full) = (seen(loaded), seen(&full));
    (ours != full).then(|| format!("the fast reader reads {ours}, the full one {full}"))
}

/// Whether the reference reports the problem at the same position, if it has one.
fn same_place(expected: &Json, error: &YamlError) -> bool {
    let same = |key, found: u32| expected.get(key).is_none_or(|expected| *expected == found);
    same("line", error.origin.line) && same("column", error.origin.column)
}
