//! `cargo xtask VERB`: the project's tasks, one module per verb.

#![expect(
    clippy::disallowed_methods,
    reason = "a developer's tool: it reads the environment of the shell it is started from"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool: it talks")]

mod bench;
mod book;
mod cases;
mod conformance;
mod deny;
mod dist;
mod files;
mod fuzz;
mod generate;
mod install;
mod lints;
mod new_provider;
mod programs;
mod public_api;
mod recordings;
mod run;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask VERB

  test         everything CI runs: fmt, tidy, deny, clippy, doc, conformance, cases, all tests;
                 first installs the DNS servers and Python packages that tests talk to
  install      only that, and prints what tests are to be told: export it to run some by hand
  conformance  compare with what octoDNS itself does
                 [--corpus DIR] [--cassettes DIR] [--only PART] [--all] [--release]
                 [--python]: whole programs once more, with Python running every class
  cases        small inputs that once went wrong, with what is right about each
                 [CASE...]
  tidy         what the compiler cannot see: sizes, names, lists that must be in step
  book         the pages of docs as one site, in target/book, whose links lead somewhere
  deny         licences, bans, sources and advisories of the dependencies
  fuzz         hostile input for what reads files, messages and answers, by libFuzzer
                 [TARGET...] [--seconds 60]: for so long each; without a name all of them
  generate     writes what follows from the providers there are: the lines that compile them in, and
                 the tables of the documentation
  public-api   what the libraries offer to others, held against their lists (public-api.txt)
                 [--update]: writes the lists
  dist         what is shipped, in target/dist-package: an archive with one program and a link for
               each tool, a Debian package, a wheel, an SBOM, checksums
                 [--profile NAME] [--target TRIPLE]
  bench        our programs and octoDNS side by side: CPU time, wall time, memory
                 [--quick] [--shape ZONESxRECORDS] [--runs N] [--no-reference]
                 [--profile NAME]: how ours is built, otherwise as it is shipped
                 [--programs DIR]: ours, built already
                 [--build]: building instead, from nothing and after a change; twenty minutes
                 [--report]: octodns-report instead, in answers of a local server a second
                 [--latency]: planning many zones of services that take 50 ms for each answer
                 [--apply]: applying to such services, many zones with a change and one with many
                 or, of a zone's transfer from BIND and Knot, beside dig: --axfr
                 [--records N] [--runs N] [--no-reference]
  new-provider NAME --kind rows|sets|changes|whole
               a crate for a provider that compiles, registers itself, and fails its behaviour
               suite where code is to be written: docs/writing-a-provider.md
                 [--prove]: makes all kinds in a copy, and writes what that page writes
  help         this text
";

fn main() -> ExitCode {
    if lints::is_compiler() {
        return lints::compile();
    }
    if public_api::is_rustdoc() {
        return done(public_api::rustdoc());
    }
    if let Err(problem) = run::remember_this_program() {
        return done(Err(problem));
    }
    let mut args = std::env::args().skip(1);
    let verb = args.next().unwrap_or_else(|| "help".to_owned());
    let rest: Vec<String> = args.collect();
    let result = match verb.as_str() {
        "test" => test::run(),
        "install" => install::only(),
        "conformance" => conformance::run(&rest),
        "cases" => cases::run(&rest),
        "tidy" => tidy::run(),
        "book" => book::run(),
        "deny" => deny::run(),
        "dist" => dist::run(&rest),
        "fuzz" => fuzz::run(&rest),
        "generate" => generate::run(),
        "bench" => bench::run(&rest),
        "public-api" => public_api::run(&rest),
        "new-provider" => new_provider::run(&rest),
        "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("error: unknown verb `{verb}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    done(result)
}

fn done(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
