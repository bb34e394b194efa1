//! `octodns man`.

use std::path::PathBuf;

use clap::Parser;

const EXAMPLES: &str = "\
Examples:
  octodns-man sync | man -l -
      Read the page of a subcommand
  octodns-man --output-dir /usr/local/share/man/man1
      Write all pages to a folder: octodns.1, octodns-sync.1 ...

Exit status: 0, 1 when a page cannot be written, 2 on wrong usage.";

/// Write man pages.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-man", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct ManArguments {
    /// Write all pages to this folder; pages in it are replaced
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    pub output_dir: Option<PathBuf>,

    /// The page to write to standard output: a subcommand, or octodns for the list of them
    #[arg(value_name = "PAGE", default_value = "octodns", hide_possible_values = true)]
    pub page: String,
}
