//! One run of a program: wall time, CPU time and peak memory, from the kernel.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::run::{failed, with_own_state};

/// The cost of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    pub(super) wall: Duration,
    /// User and system together.
    pub(super) cpu: Duration,
    /// Peak resident memory. Never less than this program's own few megabytes, which a new process shares for
    /// a moment.
    pub(super) peak_bytes: u64,
}

impl Usage {
    /// The median of each figure, or `None` without runs.
    pub(super) fn median(runs: &[Self]) -> Option<Self> {
        Some(Self {
            wall: middle(runs.iter().map(|run| run.wall))?,
            cpu: middle(runs.iter().map(|run| run.cpu))?,
            peak_bytes: middle(runs.iter().map(|run| run.peak_bytes))?,
        })
    }
}

fn middle<T: Ord + Copy>(figures: impl Iterator<Item = T>) -> Option<T> {
    let mut figures: Vec<T> = figures.collect();
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied()
}

/// Our figures, and the reference's if it ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) ours: Option<Usage>,
    pub(super) reference: Option<Usage>,
}

/// Runs a program in a folder, without its output; it must succeed.
pub(super) fn measure(program: &Path, args: &[&str], folder: &Path) -> io::Result<Usage> {
    let nothing = || File::options().read(true).write(true).open("/dev/null");
    let mut command = Command::new(program);
    with_own_state(&mut command);
    command.args(args).current_dir(folder);
    command.stdin(Stdio::null()).stdout(nothing()?).stderr(nothing()?);
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
    let used = child.wait4()?;
    let wall = start.elapsed();
    if !used.status.success() {
        return Err(failed(&command, &used.status.to_string()));
    }
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Usage { wall, cpu, peak_bytes: used.rusage.maxrss })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_taken_of_each_figure() {
        let usage = |wall, cpu, peak_bytes| Usage {
            wall: Duration::from_secs(wall),
            cpu: Duration::from_secs(cpu),
            peak_bytes,
        };
        let median = Usage::median(&[usage(1, 9, 5), usage(3, 7, 4), usage(2, 8, 6)]).unwrap();
        assert_eq!((median.wall.as_secs(), median.cpu.as_secs(), median.peak_bytes), (2, 8, 5));
        assert!(Usage::median(&[]).is_none());
    }

    #[test]
    fn a_command_that_fails_is_not_a_measurement() {
        assert!(measure(Path::new("false"), &[], Path::new(".")).is_err());
        assert!(measure(Path::new("true"), &[], Path::new(".")).is_ok());
    }
}
