//! `octodns fmt`.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use octodns_core::provider::{SortedText, SortedTexts};
use octodns_core::{Diagnostic, Origin, Report};
use octodns_manager::write_sorted;

use super::{block_on, silent_manager};
use crate::arguments::{FmtArguments, OutputArguments};
use crate::logging::Level;
use crate::patch::patch;
use crate::program::{Ended, Output, Program, write_result};

impl Program for FmtArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let mut sorted = if let Some(config) = &self.config_file {
            of_config(config, &self.paths, output)?
        } else {
            output.may_show(self.paths.iter().map(|path| folder_of(path)));
            octodns_manager::sorted_files(&self.paths, env::home_dir().as_deref())
        };
        sorted.report.merge(std::mem::take(&mut sorted.unread));
        let is_found = !sorted.texts.is_empty();
        if self.diff {
            output.leave_standard_output();
            let for_people = io::stdout().is_terminal();
            let patches = sorted.texts.iter().map(|text| patch(text, for_people));
            write_result(&patches.collect::<String>())?;
        }
        let mut report = std::mem::take(&mut sorted.report);
        if self.check {
            report.extend(sorted.texts.iter().map(out_of_order));
        } else if !self.diff {
            report.merge(write(sorted)?);
        }
        let fails = report.has_errors() || (is_found && (self.check || self.diff));
        if !report.is_empty() {
            output.show(&report)?;
        }
        Ok(if fails { Ended::Found } else { Ended::Fine })
    }
}

/// What sorting makes of the files of a config; of those that are named, if any are.
fn of_config(config: &str, named: &[PathBuf], output: &mut Output) -> Result<SortedTexts, Report> {
    let manager = silent_manager(config, output)?;
    let mut sorted = block_on(manager.sorted_texts()).map_err(|failure| failure.report)?;
    if named.is_empty() {
        return Ok(sorted);
    }
    let files: Vec<_> = sorted.files.iter().map(|file| real(Path::new(file))).collect();
    for path in named {
        let wanted = real(path);
        if !files.iter().any(|file| file.starts_with(&wanted)) {
            let found =
                Diagnostic::error("config", "is not, and has not, a zone file of the config")
                    .at(Origin::file(&*path.to_string_lossy()));
            let help = "name a file or folder of its zones, or leave out --config-file";
            sorted.report.push(found.help(help));
        }
    }
    let wanted: Vec<_> = named.iter().map(|path| real(path)).collect();
    sorted.texts.retain(|text| {
        let file = real(Path::new(&text.file));
        wanted.iter().any(|wanted| file.starts_with(wanted))
    });
    Ok(sorted)
}

/// A path as the system knows it.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

fn out_of_order(text: &SortedText) -> Diagnostic {
    let found = Diagnostic::error("yaml-order", "the keys of this file are not in order");
    found.at(Origin::file(&*text.file)).help("`octodns fmt` puts them in order")
}

/// Writes sorted files, says which ones, and returns what kept others from it.
fn write(sorted: SortedTexts) -> Result<Report, Report> {
    let written = block_on(async { Ok(write_sorted(sorted).await) });
    let written = written.map_err(|failure| failure.report)?;
    let mut err = io::stderr().lock();
    for file in &written.files {
        // Who does not read this reads the findings.
        let _ = writeln!(err, "sorted: {}", crate::inert::inert(file));
    }
    Ok(written.report)
}
