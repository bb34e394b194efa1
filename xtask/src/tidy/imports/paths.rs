//! The paths that a Rust file uses, from its tokens: includes macros, but not strings and comments.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::slice;

use proc_macro2::{Delimiter, Ident, LexError, Span, TokenStream, TokenTree};

/// A path from the root of its crate, such as `record::types::Mx`.
pub(super) type Path = Vec<String>;

/// One use of an item in the same crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The module that contains it.
    pub(super) module: Path,
    /// The path of the item.
    pub(super) path: Path,
    /// Its name in the module, from `use`.
    pub(super) name: Option<String>,
    /// Whether it is re-exported (`pub use`).
    pub(super) is_export: bool,
    /// The line, counted from 1.
    pub(super) line: usize,
}

/// The uses and modules in a file, without code that is only compiled for tests.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// What it uses.
    pub(super) uses: Vec<Use>,
    /// The modules that it declares only for tests.
    pub(super) tests: Vec<Path>,
}

type Tokens<'t> = Peekable<slice::Iter<'t, TokenTree>>;

/// Reads the file of `module`; `modules` are those with a file.
pub(super) fn read(
    text: &str,
    module: &[String],
    modules: &BTreeSet<Path>,
) -> Result<Read, LexError> {
    let stream: TokenStream = text.parse()?;
    let mut reader = Reader { modules, read: Read::default() };
    reader.tokens(stream, module);
    Ok(reader.read)
}

struct Reader<'r> {
    modules: &'r BTreeSet<Path>,
    read: Read,
}

impl Reader<'_> {
    fn tokens(&mut self, stream: TokenStream, module: &[String]) {
        let tokens: Vec<_> = stream.into_iter().collect();
        let mut tokens = tokens.iter().peekable();
        let mut is_export = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "pub" => {
                    tokens.next_if(|token| is_group(token, Delimiter::Parenthesis));
                    is_export = true;
                    continue;
                }
                TokenTree::Ident(word) if word == "use" => {
                    let tree: Vec<_> =
                        tokens.by_ref().take_while(|token| !is_punct(token, ';')).collect();
                    self.tree(&tree, module, Path::new(), is_export);
                }
                TokenTree::Ident(word) if word == "mod" => self.submodule(&mut tokens, module),
                TokenTree::Ident(word) => self.inline(word, &mut tokens, module),
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    self.attribute(&mut tokens, module);
                }
                // A name after a dot is not a path.
                TokenTree::Punct(punct) if punct.as_char() == '.' => drop(ident(&mut tokens)),
                TokenTree::Punct(punct) if punct.as_char() == ':' => behind_colons(&mut tokens),
                TokenTree::Group(group) => self.tokens(group.stream(), module),
                _ => {}
            }
            is_export = false;
        }
    }

    /// An inline module; modules with a file are read from their file.
    fn submodule(&mut self, tokens: &mut Tokens<'_>, module: &[String]) {
        let Some(name) = ident(tokens) else { return };
        if let Some(TokenTree::Group(body)) =
            tokens.next_if(|token| is_group(token, Delimiter::Brace))
        {
            self.tokens(body.stream(), &child(module, &name.to_string()));
        }
    }

    /// Skips the item of an attribute for tests.
    fn attribute(&mut self, tokens: &mut Tokens<'_>, module: &[String]) {
        if tokens.next_if(|token| is_test(token)).is_none() {
            return;
        }
        while let Some(token) = tokens.next() {
            if matches!(token, TokenTree::Ident(word) if word == "mod")
                && let Some(name) = ident(tokens)
            {
                self.read.tests.push(child(module, &name.to_string()));
            }
            if is_punct(token, ';') || is_group(token, Delimiter::Brace) {
                return;
            }
        }
    }

    /// A path in an expression, a type or a macro.
    fn inline(&mut self, first: &Ident, tokens: &mut Tokens<'_>, module: &[String]) {
        let mut words = vec![first.to_string()];
        while tokens.next_if(|token| is_punct(token, ':')).is_some() {
            // A type follows a single colon, and a path continues after two.
            if tokens.next_if(|token| is_punct(token, ':')).is_none() {
                break;
            }
            let Some(word) = ident(tokens) else { break };
            words.push(word.to_string());
        }
        if words.len() > 1 {
            self.add(&words, module, None, false, line(first.span()));
        }
    }

    /// The tree after `use`, or a branch of it.
    fn tree(&mut self, tree: &[&TokenTree], module: &[String], mut words: Path, is_export: bool) {
        let Some(line) = tree.first().map(|token| line(token.span())) else { return };
        let mut name = None;
        for (index, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if word == "as" => {
                    name = tree.get(index + 1).map(ToString::to_string);
                    break;
                }
                TokenTree::Ident(word) if word == "self" && !words.is_empty() => {}
                TokenTree::Ident(word) => words.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    return self.add(&words, module, None, is_export, line);
                }
                TokenTree::Group(group) => {
                    let branches: Vec<_> = group.stream().into_iter().collect();
                    for branch in branches.split(|token| is_punct(token, ',')) {
                        let branch: Vec<_> = branch.iter().collect();
                        self.tree(&branch, module, words.clone(), is_export);
                    }
                    return;
                }
                _ => {}
            }
        }
        let name = name.or_else(|| words.last().cloned());
        self.add(&words, module, name, is_export, line);
    }

    fn add(
        &mut self,
        words: &[String],
        module: &[String],
        name: Option<String>,
        is_export: bool,
        line: usize,
    ) {
        if let Some(path) = self.absolute(words, module) {
            self.read.uses.push(Use { module: module.to_vec(), path, name, is_export, line });
        }
    }

    /// The path from the root of the crate; `None` for another crate.
    fn absolute(&self, words: &[String], module: &[String]) -> Option<Path> {
        let (mut base, mut rest) = match words.first()?.as_str() {
            "crate" => (Path::new(), &words[1..]),
            "self" => (module.to_vec(), &words[1..]),
            "super" => (module.to_vec(), words),
            first if self.modules.contains(&child(module, first)) => (module.to_vec(), words),
            _ => return None,
        };
        while let [first, others @ ..] = rest
            && first == "super"
        {
            base.pop();
            rest = others;
        }
        base.extend_from_slice(rest);
        Some(base)
    }
}

/// The path of an item in a module.
pub(super) fn child(module: &[String], name: &str) -> Path {
    let mut path = module.to_vec();
    path.push(name.to_owned());
    path
}

fn line(span: Span) -> usize {
    span.start().line
}

fn ident<'t>(tokens: &mut Tokens<'t>) -> Option<&'t Ident> {
    match tokens.next_if(|token| matches!(token, TokenTree::Ident(_)))? {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    }
}

/// Skips the name after `>::`; a type after a single colon may be a path.
fn behind_colons(tokens: &mut Tokens<'_>) {
    if tokens.next_if(|token| is_punct(token, ':')).is_some() {
        ident(tokens);
    }
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// Whether this is the bracketed part of `#[cfg(test)]`.
fn is_test(token: &TokenTree) -> bool {
    is_group(token, Delimiter::Bracket)
        && token.to_string().replace(char::is_whitespace, "") == "[cfg(test)]"
}
