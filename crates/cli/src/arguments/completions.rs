//! `octodns completions`.

use clap::Parser;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  source <(octodns-completions bash)
      In ~/.bashrc: the Tab key completes subcommands, flags and values
  octodns-completions fish --program octodns > ~/.config/fish/completions/octodns.fish
      A file for one program, where the shell looks for files of that name
  octodns-completions zsh --program octodns > ~/.zfunc/_octodns
      The same for a folder of fpath
  octodns-completions powershell | Out-String | Invoke-Expression
      In the profile of PowerShell

Exit status: 0, 1 when standard output cannot be written to, 2 on wrong usage.";

/// Write what makes a shell complete command lines.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "octodns-completions", display_name = "octoDNS", version, after_help = EXAMPLES,
)]
pub struct CompletionsArguments {
    /// Only for octodns, or for one of the links to it; without it, for all of them
    #[arg(long, value_name = "NAME")]
    pub program: Option<String>,

    /// The shell that reads it
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}
