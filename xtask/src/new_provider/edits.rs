//! The lines a new provider needs in files that there are: each at its place among those of the others.

use std::fs;
use std::io;
use std::path::Path;

use super::name::Name;

/// Changes a file's text; an error says what of it was not found.
type Edit = fn(&str, &Name) -> Result<String, String>;

/// The files that name every provider, relative to the workspace.
pub(super) fn of(root: &Path) -> io::Result<Vec<(String, Edit)>> {
    let mut edits: Vec<(String, Edit)> = vec![
        ("Cargo.toml".to_owned(), workspace),
        ("README.md".to_owned(), readme),
        ("crates/octodns/Cargo.toml".to_owned(), facade),
        ("crates/octodns/src/registry.rs".to_owned(), registry),
        ("crates/cli/Cargo.toml".to_owned(), cli),
    ];
    let mut programs = Vec::new();
    for entry in fs::read_dir(root.join("bins"))? {
        programs.push(format!("bins/{}/Cargo.toml", entry?.file_name().to_string_lossy()));
    }
    programs.sort();
    edits.extend(programs.into_iter().map(|program| (program, self::program as Edit)));
    Ok(edits)
}

fn workspace(text: &str, name: &Name) -> Result<String, String> {
    let version = text.lines().find_map(|line| line.strip_prefix("version = "));
    let version = version.ok_or("the workspace has no version")?;
    let path = format!("crates/providers/{name}");
    let line = format!("octodns-{name} = {{ path = \"{path}\", version = {version} }}");
    let key = |line: &str| Some(line.strip_prefix("octodns-")?.split(' ').next()?.to_owned());
    insert(text, ("[workspace.dependencies]", ""), &line, name.plain(), key)
}

fn facade(text: &str, name: &Name) -> Result<String, String> {
    let quoted = |line: &str| {
        let word = line.trim().strip_prefix('"')?.strip_suffix("\",")?;
        (word != "yaml").then(|| word.to_owned())
    };
    let text = insert(text, ("all = [", "]"), &format!("    \"{name}\","), name.plain(), quoted)?;
    let text = feature(&text, name, &format!("dep:octodns-{name}"))?;
    let line = format!("octodns-{name} = {{ workspace = true, optional = true }}");
    let key = |line: &str| line.split(['.', ' ']).next().map(str::to_owned);
    insert(&text, ("[dependencies]", ""), &line, &format!("octodns-{name}"), key)
}

fn cli(text: &str, name: &Name) -> Result<String, String> {
    feature(text, name, &format!("octodns/{name}"))
}

fn program(text: &str, name: &Name) -> Result<String, String> {
    feature(text, name, &format!("octodns-cli/{name}"))
}

fn feature(text: &str, name: &Name, brings: &str) -> Result<String, String> {
    let key = |line: &str| {
        let (key, _) = line.split_once(" = [\"")?;
        (!["all", "default", "yaml"].contains(&key)).then(|| key.to_owned())
    };
    insert(text, ("[features]", ""), &format!("{name} = [\"{brings}\"]"), name.plain(), key)
}

fn registry(text: &str, name: &Name) -> Result<String, String> {
    let module = name.module();
    let row = format!("    (\"{name}\", &[\"{module}.\", \"{name}\"]),");
    let key = |line: &str| Some(line.trim().strip_prefix("(\"")?.split('"').next()?.to_owned());
    let text =
        insert(text, ("const FEATURES: &[(&str, &[&str])] = &[", "];"), &row, name.plain(), key)?;
    let call = format!("    #[cfg(feature = \"{name}\")]\n    {module}::register(&mut registry);");
    let key = |line: &str| {
        let feature = line.trim().strip_prefix("#[cfg(feature = \"")?.strip_suffix("\")]")?;
        (feature != "yaml").then(|| feature.to_owned())
    };
    insert(
        &text,
        ("    octodns_processors::register(&mut registry);", "    registry"),
        &call,
        name.plain(),
        key,
    )
}

fn readme(text: &str, name: &Name) -> Result<String, String> {
    let row = format!(
        "| `{}.{}Provider` | {} | [{name}](docs/providers/{name}.md) |",
        name.module(),
        name.type_name(),
        name.title(),
    );
    let key =
        |line: &str| Some(line.split_once("](docs/providers/")?.1.split_once(".md)")?.0.to_owned());
    insert(text, ("| name in a config | reads and writes | page |", ""), &row, name.plain(), key)
}

/// Inserts a line into the list between the lines `start` and `end`: before the first line there whose key
/// is greater, or after the last that has one.
fn insert(
    text: &str,
    (start, end): (&str, &str),
    line: &str,
    key: &str,
    key_of: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| *line == start);
    let first = first.ok_or_else(|| format!("there is no line `{start}`"))? + 1;
    let length = lines[first..].iter().position(|line| *line == end).unwrap_or(lines.len() - first);
    let mut place = None;
    for (index, line) in lines.iter().enumerate().skip(first).take(length) {
        let Some(other) = key_of(line) else { continue };
        if other == key {
            return Err(format!("{key} is there already"));
        }
        if other.as_str() > key {
            place = Some(index);
            break;
        }
        place = Some(index + 1);
    }
    let place = place.ok_or_else(|| format!("nothing like it stands below `{start}`"))?;
    // Attributes belong to the line after them.
    let place = if lines[place - 1].trim_start().starts_with("#[") { place + 1 } else { place };
    let mut lines = lines;
    lines.insert(place, line);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> Name {
        Name::new("fig").unwrap()
    }

    #[test]
    fn a_line_stands_at_its_place() {
        for (before, after) in [("a", "bc"), ("", "gz"), ("ab", "")] {
            let lines = |names: &str| {
                names
                    .chars()
                    .fold(String::new(), |text, name| text + &format!("{name} = [\"x/{name}\"]\n"))
            };
            let head = "[features]\ndefault = [\"all\"]\nall = [\"x/all\"]\n";
            let (low, high) = (lines(before), lines(after).replace('b', "h").replace('c', "i"));
            let text = format!("{head}{low}{high}\n[dependencies]\n");
            let expected = format!("{head}{low}fig = [\"octodns/fig\"]\n{high}\n[dependencies]\n");
            assert_eq!(cli(&text, &name()).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_there_is_not_doubled_and_what_is_not_found_is_said() {
        let text = "[features]\nfig = [\"octodns/fig\"]\n";
        assert_eq!(cli(text, &name()).unwrap_err(), "fig is there already");
        assert_eq!(cli("", &name()).unwrap_err(), "there is no line `[features]`");
    }
}
