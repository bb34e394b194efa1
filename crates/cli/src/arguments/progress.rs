//! How progress is shown, as a flag says.

use clap::ValueEnum;

/// How it is shown how far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShownProgress {
    /// Bars on a terminal, elsewhere as `plain`; nothing with `--quiet`
    #[default]
    Auto,
    /// A line in the log, every ten seconds of a run that takes longer
    Plain,
    /// Not at all
    None,
}
