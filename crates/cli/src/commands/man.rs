//! `octodns man`.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use octodns_core::{Diagnostic, Origin, Report};

use crate::all::{PROGRAMS, Part, TOOLS, definition};
use crate::arguments::{ManArguments, OutputArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, only, write_result};

/// The section of programs.
const SECTION: &str = "1";

impl Program for ManArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        OutputArguments::default()
    }

    fn run(&self, _: &mut Output) -> Result<Ended, Report> {
        match &self.output_dir {
            Some(folder) => write_all(folder)?,
            None => write_result(&one(&self.page))?,
        }
        Ok(Ended::Fine)
    }
}

/// The page of `octodns` or of a subcommand.
fn one(name: &str) -> String {
    let mut parts = PROGRAMS.iter().chain(&TOOLS);
    let part = parts.find(|part| name == part.name() || name == part.program());
    part.map_or_else(of_octodns, of_part)
}

/// Writes every page to a file of its name.
fn write_all(folder: &Path) -> Result<(), Report> {
    let failed = |path: &Path, error: &io::Error| {
        let message = format!("cannot write the man pages: {error}");
        let found = Diagnostic::error("output", message).at(Origin::file(&*path.to_string_lossy()));
        only(found.help("name a folder that can be written to with --output-dir"))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let parts = PROGRAMS.iter().chain(&TOOLS).map(|part| (part.program(), of_part(part)));
    for (name, page) in std::iter::once(("octodns", of_octodns())).chain(parts) {
        let file = folder.join(format!("{name}.{SECTION}"));
        octodns_manager::output::write_file(&file, page.as_bytes())
            .map_err(|error| failed(&file, &error))?;
    }
    Ok(())
}

fn of_octodns() -> String {
    // The subcommand `help` says what these pages say.
    page(definition().disable_help_subcommand(true).display_name("octodns"), None)
}

fn of_part(part: &Part) -> String {
    let is_program = PROGRAMS.iter().any(|program| program.name() == part.name());
    let alone = is_program
        .then(|| format!("Called as {}, through a link, octodns does the same.", part.program()));
    let bin = format!("octodns {}", part.name());
    page(part.subcommand().display_name(part.program()).bin_name(bin), alone)
}

/// A page: what clap says of a command, and its examples, as far as possible in the sections that pages have.
fn page(command: Command, alone: Option<String>) -> String {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    let source = format!("octoDNS {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).section(SECTION).source(source).manual("octoDNS");
    let mut text = Vec::new();
    let clap_says = |text: &mut Vec<u8>| -> io::Result<()> {
        man.render_title(text)?;
        man.render_name_section(text)?;
        man.render_synopsis_section(text)?;
        man.render_description_section(text)?;
        if let Some(alone) = alone {
            let mut more = Roff::new();
            more.control("PP", []).text([roman(alone)]);
            more.to_writer(text)?;
        }
        man.render_options_section(text)?;
        if has_subcommands {
            man.render_subcommands_section(text)?;
        }
        sections(&after).to_writer(text)
    };
    // Writing to memory cannot fail.
    let _ = clap_says(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What stands below the options of a help, as sections: a paragraph each.
fn sections(after: &str) -> Roff {
    let mut roff = Roff::new();
    for paragraph in after.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
            roff.control("SH", ["EXAMPLES"]);
            as_it_is(&mut roff, examples);
        } else if let Some(status) = paragraph.strip_prefix("Exit status: ") {
            roff.control("SH", ["EXIT STATUS"]);
            roff.text([roman(status)]);
        } else {
            roff.control("SH", ["NOTES"]);
            as_it_is(&mut roff, paragraph);
        }
    }
    roff
}

/// Lines that stay lines.
fn as_it_is(roff: &mut Roff, lines: &str) {
    roff.control("nf", []);
    for line in lines.lines() {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_what_its_help_says() {
        for part in PROGRAMS.iter().chain(&TOOLS) {
            let page = one(part.name());
            assert_eq!(page, one(part.program()));
            let title = format!(".TH {} 1", part.program());
            let name = format!("octodns\\-{} \\- ", part.name().replace('-', "\\-"));
            let synopsis = format!("\\fBoctodns {}\\fR", part.name());
            for expected in [&*title, &name, &synopsis, ".SH OPTIONS", ".SH \"EXIT STATUS\""] {
                assert!(page.contains(expected), "{expected} is not in {page}");
            }
            assert!(!page.contains("SUBCOMMANDS"), "{page}");
        }
    }

    #[test]
    fn the_first_page_lists_the_others() {
        let page = one("octodns");
        for part in PROGRAMS.iter().chain(&TOOLS) {
            let reference = format!("octodns\\-{}(1)", part.name());
            assert!(page.contains(&reference), "{reference}: {page}");
        }
        assert!(!page.contains("help(1)"), "{page}");
    }

    #[test]
    fn examples_keep_their_lines() {
        let roff = sections("Examples:\n  octodns x\n      .Why\n\nMore:\n  a\n\nExit status: 0.");
        let expected = ".SH EXAMPLES\n.nf\noctodns x\n    .Why\n.fi\n.SH NOTES\n.nf\nMore:\na\n.fi\n\
                        .SH \"EXIT STATUS\"\n0.\n";
        assert_eq!(roff.to_roff(), expected);
    }
}
