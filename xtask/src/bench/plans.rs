//! The plan of a run, from its log: both programs must do the same work before they are timed.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::run::failed;

/// Creates, updates and deletes.
pub(super) type Counts = [usize; 3];

/// Makes a dry run and returns its plan: the text between the first and the last line of asterisks.
pub(super) fn plan(program: &Path, args: &[&str], folder: &Path) -> io::Result<String> {
    let mut command = Command::new(program);
    let output = command.args(args).current_dir(folder).output()?;
    if !output.status.success() {
        return Err(failed(&command, &String::from_utf8_lossy(&output.stderr)));
    }
    Ok(block(&String::from_utf8_lossy(&output.stderr)).to_owned())
}

fn block(log: &str) -> &str {
    let ruler = "*".repeat(80);
    let start = log.find(&ruler).unwrap_or(log.len());
    let end = log.rfind(&ruler).map_or(start, |last| last + ruler.len());
    &log[start..end]
}

/// Adds up the plan's summary lines.
pub(super) fn counts(plan: &str) -> Counts {
    let mut counts = Counts::default();
    for summary in plan.lines().filter_map(|line| line.split_once("Summary: ")) {
        for (count, name) in counts.iter_mut().zip(["Creates=", "Updates=", "Deletes="]) {
            let text = summary.1.split_once(name).map_or("", |(_, text)| text);
            let digits = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            *count += digits.parse::<usize>().unwrap_or_default();
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_extracted_from_the_log_and_counted() {
        let ruler = "*".repeat(80);
        let summary = "*   Summary: Creates=10, Updates=2, Deletes=0, Existing=5, Meta=False";
        let plan = format!("{ruler}\n* a.\n{ruler}\n{summary}\n{summary}\n{ruler}");
        let log = format!("INFO Manager x\n{plan}\n\nINFO done\n");
        assert_eq!(block(&log), plan);
        assert_eq!(counts(&plan), [20, 4, 0]);
        assert_eq!(counts(block("nothing planned\n")), [0, 0, 0]);
    }
}
