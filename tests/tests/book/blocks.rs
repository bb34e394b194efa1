//! The code blocks of a page, and what the words behind their fences mean.

/// A code block.
#[derive(Debug, PartialEq)]
pub(crate) enum Block<'p> {
    /// YAML whose first line is a comment with its path: a file.
    File { path: &'p str, text: &'p str },
    /// Other YAML: part of a file.
    Part(&'p str),
    /// A script, and whether it fails.
    Script { text: &'p str, fails: bool },
    /// Commands behind `$`, each with the output below it, and whether the last one fails.
    Session { commands: Vec<Command<'p>>, fails: bool },
    /// What the block before it printed.
    Output(&'p str),
    /// Commands that are not run: they need an account, or a repository.
    NotRun(&'p str),
    /// Something else, in this language.
    Other { language: &'p str, text: &'p str },
}

/// A command of a session.
#[derive(Debug, PartialEq)]
pub(crate) struct Command<'p> {
    pub(crate) line: &'p str,
    pub(crate) output: Vec<&'p str>,
}

/// The blocks of a page, in their order.
pub(crate) fn blocks(page: &str) -> Vec<Block<'_>> {
    let inside = page.split("\n```").skip(1).step_by(2);
    inside.map(|block| one(block.split_once('\n').unwrap_or((block, "")))).collect()
}

fn one<'p>((info, text): (&'p str, &'p str)) -> Block<'p> {
    match info {
        "yaml" => match text.strip_prefix("# ").and_then(|text| text.split_once('\n')) {
            Some((path, text)) => Block::File { path, text },
            None => Block::Part(text),
        },
        "sh" | "sh fails" => Block::Script { text, fails: info != "sh" },
        "console" | "console fails" => {
            Block::Session { commands: commands(text), fails: info != "console" }
        }
        "text" => Block::Output(text),
        "sh no-run" => Block::NotRun(text),
        language => Block::Other { language, text },
    }
}

fn commands(text: &str) -> Vec<Command<'_>> {
    let mut commands: Vec<Command<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("$ ") {
            commands.push(Command { line, output: Vec::new() });
        } else if let Some(command) = commands.last_mut() {
            command.output.push(line);
        }
    }
    commands
}

#[test]
fn blocks_are_told_apart() {
    let page = "text\n```yaml\n# a/b.yaml\nx: 1\n```\n\n```yaml\ny: 2\n```\n```sh fails\nfalse\n```\n\
                ```text\nno\n```\n```console\n$ one\nsaid\n$ two\n```\n```sh no-run\nthree\n```\n```rust\nfn\n```\n";
    let expected = [
        Block::File { path: "a/b.yaml", text: "x: 1" },
        Block::Part("y: 2"),
        Block::Script { text: "false", fails: true },
        Block::Output("no"),
        Block::Session {
            commands: vec![
                Command { line: "one", output: vec!["said"] },
                Command { line: "two", output: vec![] },
            ],
            fails: false,
        },
        Block::NotRun("three"),
        Block::Other { language: "rust", text: "fn" },
    ];
    assert_eq!(blocks(page), expected);
}
