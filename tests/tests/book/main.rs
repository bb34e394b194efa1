//! The pages of `docs`: their examples are run, and their tables are those of the code.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "a program of a page does so")]
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::disallowed_methods, reason = "programs are given parts of the environment")]

mod blocks;
mod embedding;
mod examples;
mod recipes;
mod records;
mod shell;
#[path = "../programs/support.rs"]
#[expect(dead_code, reason = "the tests of the programs use all of it")]
mod support;

/// The text of a page.
fn page(name: &str) -> String {
    let path = format!("{}/../docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
