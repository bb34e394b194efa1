//! `docs/writing-a-provider.md` as a script: its code blocks, in order.

use std::fs;
use std::io;
use std::path::Path;

use super::{read, wrong};

/// What to do for a code block.
#[derive(Debug, PartialEq)]
pub(super) enum Step<'p> {
    /// Run commands, which must succeed or fail; the output must contain these lines.
    Run { commands: &'p str, fails: bool, says: Vec<&'p str> },
    /// Write code or a whole file.
    Write { path: &'p str, text: &'p str },
}

/// The steps of a page. A block of `sh` is run, one of `text` is in the output of the last run, and any other
/// has the name of the file to write.
pub(super) fn steps(page: &str) -> Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2) {
        let (info, text) = block.split_once('\n').ok_or("a block without lines")?;
        match (info.split_once(' ').unwrap_or((info, "")), steps.last_mut()) {
            (("sh", fails @ ("" | "fails")), _) => {
                let fails = !fails.is_empty();
                steps.push(Step::Run { commands: text, fails, says: Vec::new() });
            }
            (("text", ""), Some(Step::Run { says, .. })) => says.extend(text.lines()),
            (("rust" | "json" | "yaml", path), _) if !path.is_empty() => {
                steps.push(Step::Write { path, text });
            }
            _ => return Err(format!("a block of `{info}` that is neither run nor written")),
        }
    }
    Ok(steps)
}

/// Writes a block to its file: as a whole, or function by function if it is code without a heading.
pub(super) fn write(root: &Path, path: &str, text: &str) -> io::Result<()> {
    paths(path).iter().try_for_each(|path| write_one(&root.join(path), text))
}

fn write_one(path: &Path, text: &str) -> io::Result<()> {
    let is_whole = path.extension().is_none_or(|of| of != "rs") || text.starts_with("//!");
    let text = if is_whole {
        format!("{text}\n")
    } else {
        let mut file = read(path)?;
        for function in functions(text) {
            file = replaced(&file, &function)
                .map_err(|why| wrong(format!("{}: {why}", path.display())))?;
        }
        file
    };
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// Expands braces in a path: `a/{b,c}/d` is `a/b/d` and `a/c/d`.
fn paths(path: &str) -> Vec<String> {
    let parts =
        path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (names, after))) = parts else { return vec![path.to_owned()] };
    names.split(',').map(|name| format!("{before}{name}{after}")).collect()
}

/// The functions, constants and imports of a block, each with the comments before it.
fn functions(text: &str) -> Vec<String> {
    let mut functions = vec![String::new()];
    let is_short = |line: &str| {
        line.ends_with(';') && ["use ", "const "].iter().any(|of| line.starts_with(of))
    };
    for line in text.lines() {
        if let Some(last) = functions.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
        if line == "}" || line == "};" || is_short(line) {
            functions.push(String::new());
        }
    }
    functions.retain(|function| !function.trim().is_empty());
    functions.iter().map(|function| function.trim_start_matches('\n').to_owned()).collect()
}

/// Replaces the function or constant with the same name in a file, or appends it, a constant if it has a comment; an
/// import replaces that from the same crate or module.
fn replaced(file: &str, item: &str) -> Result<String, String> {
    let is_comment = |line: &&str| line.starts_with("//") || line.starts_with("#[");
    let head = item.lines().find(|line| !is_comment(line)).unwrap_or_default();
    let lines: Vec<&str> = file.lines().collect();
    if head.starts_with("use ") {
        return Ok(imported(&lines, head));
    }
    let named =
        ["fn ", "const ", "struct "].iter().find_map(|of| Some((*of, head.split_once(of)?.1)));
    let (of, after) =
        named.ok_or_else(|| format!("neither function, constant nor struct: {head}"))?;
    let name: String =
        after.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let is_it = |line: &&str| {
        let rest = line.split_once(of).and_then(|(_, rest)| rest.strip_prefix(&name));
        !line.trim_start().starts_with("//")
            && rest.is_some_and(|rest| rest.starts_with(['(', '<', ':', ' ']))
    };
    let Some(start) = lines.iter().position(is_it) else {
        if item.contains("&self") || of == "const " && !item.starts_with("///") {
            return Err(format!("there is no {of}{name}"));
        }
        return Ok(format!("{file}\n{item}"));
    };
    let indent = &lines[start][..lines[start].len() - lines[start].trim_start().len()];
    let closes = [format!("{indent}}}"), format!("{indent}}};")];
    let ends = |line: &&str| closes.iter().any(|close| close == line);
    let is_short = of == "const " && lines[start].ends_with(';');
    let length = if is_short { Some(0) } else { lines[start..].iter().position(ends) };
    let end = start + length.ok_or_else(|| format!("{name} has no end"))?;
    let body = item.lines().skip_while(is_comment);
    let body =
        body.map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    let mut all: Vec<String> = lines[..start].iter().map(|line| (*line).to_owned()).collect();
    all.extend(body);
    all.extend(lines[end + 1..].iter().map(|line| (*line).to_owned()));
    Ok(all.join("\n") + "\n")
}

/// The lines of a file with an import, which must be one line.
fn imported(lines: &[&str], import: &str) -> String {
    let from = import.split_inclusive('{').next().unwrap_or(import);
    let mut all = lines.to_vec();
    if let Some(start) = all.iter().position(|line| line.starts_with(from)) {
        let end = all[start..].iter().position(|line| line.ends_with(';')).unwrap_or(0);
        all.splice(start..=start + end, [import]);
    } else {
        let first = all.iter().position(|line| line.starts_with("use ")).unwrap_or(0);
        all.insert(first, import);
    }
    all.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_steps() {
        let page =
            "# A\n\n```sh fails\nfalse\n```\n\n```text\nno\n```\n\n```yaml a.yaml\na: 1\n```\n";
        let expected = [
            Step::Run { commands: "false", fails: true, says: vec!["no"] },
            Step::Write { path: "a.yaml", text: "a: 1" },
        ];
        assert_eq!(steps(page).unwrap(), expected);
        assert!(steps("\n```rust\nfn lost() {}\n```\n").is_err());
    }

    #[test]
    fn a_function_replaces_the_one_with_its_name() {
        let file = "impl A {\n    /// Says.\n    fn a(&self) {\n        b()\n    }\n\n    fn aa(&self) {}\n}\n";
        let block = "fn a(&self) {\n    c()\n}\n\n/// New.\nfn c() {\n}";
        let file = functions(block)
            .iter()
            .fold(file.to_owned(), |file, function| replaced(&file, function).unwrap());
        let expected = "impl A {\n    /// Says.\n    fn a(&self) {\n        c()\n    }\n\n    \
                        fn aa(&self) {}\n}\n\n/// New.\nfn c() {\n}\n";
        assert_eq!(file, expected);
        assert!(replaced("", "fn b(&self) {\n}\n").is_err());
    }

    #[test]
    fn constants_and_imports_replace_those_with_their_names() {
        let file = "use a::b;\nuse c::{\n    d,\n};\nimpl A {\n    const B: C = 1;\n    const D: C = C {\n        e,\n    };\n}\n";
        let block = "use c::{d, f};\nuse g::h;\nconst B: C = 2;\n\nconst D: C = C {\n    f,\n};";
        let file = functions(block)
            .iter()
            .fold(file.to_owned(), |file, item| replaced(&file, item).unwrap());
        let expected = "use g::h;\nuse a::b;\nuse c::{d, f};\nimpl A {\n    const B: C = 2;\n    const D: C = C {\n        f,\n    };\n}\n";
        assert_eq!(file, expected);
        assert!(replaced("", "const B: C = 2;\n").is_err());
        let new = "/// New.\nconst B: C = 2;\n";
        assert_eq!(replaced("", new), Ok(format!("\n{new}")));
        assert_eq!(paths("a/{b,c}/d"), ["a/b/d", "a/c/d"]);
        assert_eq!(paths("a/d"), ["a/d"]);
    }
}
