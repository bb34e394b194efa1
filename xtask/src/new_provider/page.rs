//! `docs/writing-a-provider.md` as something to be carried out: its code blocks, in order.

use std::fs;
use std::io;
use std::path::Path;

use super::{read, wrong};

/// What a code block asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Step<'p> {
    /// Runs commands, which are to succeed or not; then the output has these lines.
    Run { commands: &'p str, fails: bool, says: Vec<&'p str> },
    /// Writes code or a whole file.
    Write { path: &'p str, text: &'p str },
}

/// The steps of a page. A block of `sh` is run, one of `text` is what the last run says, and any other
/// names the file it is written to.
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

/// Writes a block to its file: as a whole, or function by function where it is code without a heading.
pub(super) fn write(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let path = root.join(path);
    let is_whole = path.extension().is_none_or(|of| of != "rs") || text.starts_with("//!");
    let text = if is_whole {
        format!("{text}\n")
    } else {
        let mut file = read(&path)?;
        for function in functions(text) {
            file = replaced(&file, &function)
                .map_err(|why| wrong(format!("{}: {why}", path.display())))?;
        }
        file
    };
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(&path, text)
}

/// The functions of a block, each with the comments before it.
fn functions(text: &str) -> Vec<String> {
    let mut functions = vec![String::new()];
    for line in text.lines() {
        if let Some(last) = functions.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
        if line == "}" {
            functions.push(String::new());
        }
    }
    functions.retain(|function| !function.trim().is_empty());
    functions.iter().map(|function| function.trim_start_matches('\n').to_owned()).collect()
}

/// A file with a function in the place of the one of its name, or else at its end.
fn replaced(file: &str, function: &str) -> Result<String, String> {
    let is_comment = |line: &&str| line.starts_with("//");
    let head = function.lines().find(|line| !is_comment(line)).unwrap_or_default();
    let after = head.split_once("fn ").ok_or_else(|| format!("no function: {head}"))?.1;
    let name: String =
        after.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let lines: Vec<&str> = file.lines().collect();
    let is_it = |line: &&str| {
        let rest = line.split_once("fn ").and_then(|(_, rest)| rest.strip_prefix(&name));
        !line.trim_start().starts_with("//")
            && rest.is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let Some(start) = lines.iter().position(is_it) else {
        if function.contains("&self") {
            return Err(format!("there is no method {name}"));
        }
        return Ok(format!("{file}\n{function}"));
    };
    let indent = &lines[start][..lines[start].len() - lines[start].trim_start().len()];
    let close = format!("{indent}}}");
    let length = lines[start..].iter().position(|line| *line == close);
    let end = start + length.ok_or_else(|| format!("{name} has no end"))?;
    let body = function.lines().skip_while(is_comment);
    let body =
        body.map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    let mut all: Vec<String> = lines[..start].iter().map(|line| (*line).to_owned()).collect();
    all.extend(body);
    all.extend(lines[end + 1..].iter().map(|line| (*line).to_owned()));
    Ok(all.join("\n") + "\n")
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
    fn a_function_takes_the_place_of_the_one_of_its_name() {
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
}
