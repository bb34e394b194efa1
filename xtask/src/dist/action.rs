//! The action: its scripts run as a runner runs them, from a mirror with what was just made, and with a `gh` that
//! writes down what it is asked.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::files;
use super::release::Release;
use super::try_out::expect;
use crate::run::root;

const CONFIG: &str = "\
providers:
  zones: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
  live: {class: octodns.provider.yaml.YamlProvider, directory: ./live}
zones:
  example.com.: {sources: [zones], targets: [live]}
";

/// Needs a variable of the environment, as every service does.
const WITH_TOKEN: &str =
    "  service: {class: octodns_digitalocean.DigitalOceanProvider, token: env/TOKEN}\n";

/// Needs Python.
const WITH_PYTHON: &str = "  foreign: {class: octodns_foreign.Provider}\n";

const NEW: &str = "www: {ttl: 300, type: A, value: 192.0.2.10}\n";
const OLD: &str = "www: {ttl: 300, type: A, value: 192.0.2.1}\n";
const WRONG: &str = "www: {ttl: 300, type: A, value: 192.0.2.777}\n";

/// Answers what the scripts ask of GitHub.
const GH: &str = r#"#!/bin/sh
echo "$*" >>"$GH_LOG"
case "$1 $2" in
    "api graphql") echo "$GH_COMMENT" ;;
    "api repos/owner/name/commits/"*) echo abc ;;
    "run list") echo 7 ;;
    "run download")
        while [ "$1" != --dir ]; do shift; done
        mkdir -p "$2"
        echo reviewed >"$2/octodns-plan.json"
        ;;
esac
"#;

/// A checkout on a runner.
struct Runner<'r> {
    release: &'r Release,
    folder: tempfile::TempDir,
}

/// What a script did.
struct Done {
    ok: bool,
    /// Everything that it said.
    log: String,
    /// The outputs of the step.
    outputs: String,
}

/// Does what the steps of the action do.
pub(super) fn try_out(release: &Release) -> io::Result<()> {
    let runner = Runner::new(release)?;
    runner.installs()?;
    runner.plans_and_applies()?;
    runner.shows_what_is_wrong()?;
    runner.gives_strangers_nothing()?;
    runner.comments()?;
    runner.finds_the_plan()
}

impl<'r> Runner<'r> {
    fn new(release: &'r Release) -> io::Result<Self> {
        let folder = tempfile::tempdir_in(&release.folder)?;
        let runner = Self { release, folder };
        let mirror = runner.path(&format!("mirror/v{}", release.facts.version));
        fs::create_dir_all(&mirror)?;
        for ending in [".tar.gz", ".sha256"] {
            let file = release.file(ending);
            fs::copy(&file, mirror.join(super::release::name_of(&file)))?;
        }
        fs::create_dir_all(runner.path("temp"))?;
        files::write(&runner.path("bin/gh"), GH)?;
        files::set_mode(&runner.path("bin/gh"), 0o755)?;
        runner.lay(CONFIG, NEW)?;
        files::write(&runner.path("work/live/example.com.yaml"), OLD)?;
        Ok(runner)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Lets the checkout have this config and zone.
    fn lay(&self, config: &str, zone: &str) -> io::Result<()> {
        files::write(&self.path("work/config.yaml"), config)?;
        files::write(&self.path("work/zones/example.com.yaml"), zone)
    }

    /// Runs a script with the inputs of the action, of which these are not the defaults.
    fn run(&self, script: &str, inputs: &[(&str, &str)]) -> io::Result<Done> {
        for file in ["output", "gh"] {
            fs::write(self.path(file), "")?;
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let installed = fs::read_to_string(self.path("path")).unwrap_or_default();
        let path = format!("{}:{}:{path}", self.path("bin").display(), installed.trim());
        let mut command = Command::new(root().join("packaging/action").join(script));
        command.env_clear().env("PATH", path).current_dir(self.path("work")).stdin(Stdio::null());
        for (name, file) in [
            ("RUNNER_TEMP", "temp"),
            ("GITHUB_PATH", "path"),
            ("GITHUB_OUTPUT", "output"),
            ("GITHUB_STEP_SUMMARY", "summary"),
            ("GH_LOG", "gh"),
            ("HOME", "temp"),
        ] {
            command.env(name, self.path(file));
        }
        let mirror = format!("file://{}", self.path("mirror").display());
        command.env("DOWNLOAD_URL", mirror).env("VERSION", &self.release.facts.version);
        command.env("TARGET", self.release.target.triple());
        command.envs([("CONFIG_FILE", "config.yaml"), ("PLAN_FILE", "octodns-plan.json")]);
        command.envs([("ARTIFACT", "octodns-plan"), ("PLAN_WORKFLOW", "plan.yml")]);
        command.envs([("GITHUB_REPOSITORY", "owner/name"), ("GITHUB_SHA", "def")]);
        command.envs([("MODE", "plan"), ("FORK", "validate"), ("IS_FORK", "false")]);
        for empty in ["BUILD", "SHA256", "ZONES", "ALLOW", "VERIFY", "PYTHON", "PLAN_RUN"] {
            command.env(empty, "");
        }
        let done = command.envs(inputs.iter().copied()).output()?;
        let log = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        let outputs = fs::read_to_string(self.path("output"))?;
        Ok(Done { ok: done.status.success(), log, outputs })
    }

    /// The text for the comment.
    fn markdown(&self) -> io::Result<String> {
        fs::read_to_string(self.path("temp/octodns-plan.md"))
    }

    fn installs(&self) -> io::Result<()> {
        let zeros = "0".repeat(64);
        let refused = self.run("install.sh", &[("SHA256", &zeros)])?;
        refused.says(false, "has the checksum")?;
        expect(!self.path("path").exists(), "a program with another checksum is installed")?;
        self.run("install.sh", &[("VERSION", "1/../..")])?.says(false, "not the version")?;
        self.run("install.sh", &[("TARGET", "x86_64-other")])?.says(false, "be downloaded")?;
        self.run("install.sh", &[])?.says(true, &self.release.facts.version)?;
        expect(self.path("path").exists(), "the program is not in the path of what follows")
    }

    fn plans_and_applies(&self) -> io::Result<()> {
        let planned = self.run("run.sh", &[])?;
        planned.says(true, "")?;
        planned.has("changes=true\n")?;
        planned.has("plan-file=octodns-plan.json\n")?;
        let summary = fs::read_to_string(self.path("summary"))?;
        for text in [self.markdown()?, summary] {
            expect(text.contains("1 to update") && text.contains("192.0.2.10"), &text)?;
        }
        let zone = self.run("run.sh", &[("ZONES", "example.com.\n\n")])?;
        zone.has("changes=true\n")?;
        self.run("run.sh", &[("ZONES", "--doit")])?.says(false, "--doit")?;
        let apply = [("MODE", "apply"), ("VERIFY", "true")];
        self.run("run.sh", &apply)?.has("changes=true\n")?;
        let live = fs::read_to_string(self.path("work/live/example.com.yaml"))?;
        expect(live.contains("192.0.2.10"), &format!("it is not applied: {live}"))?;
        expect(self.path("temp/octodns-state/octodns").is_dir(), "there is no journal")?;
        self.run("run.sh", &apply)?.has("changes=false\n")
    }

    fn shows_what_is_wrong(&self) -> io::Result<()> {
        self.lay(CONFIG, WRONG)?;
        let wrong = self.run("run.sh", &[])?;
        wrong.says(false, "::error file=zones/example.com.yaml,line=1,")?;
        wrong.has("markdown-file=")?;
        expect(!wrong.outputs.contains("plan-file="), "there is a plan of what is wrong")?;
        let text = self.markdown()?;
        expect(text.contains("no plan"), &text)?;
        self.run("run.sh", &[("MODE", "other")])?.says(false, "plan or apply")
    }

    fn gives_strangers_nothing(&self) -> io::Result<()> {
        let with = |provider: &str| {
            CONFIG.replace("zones:\n  example", &format!("{provider}zones:\n  example"))
        };
        self.lay(&with(WITH_TOKEN), NEW)?;
        let fork = [("IS_FORK", "true"), ("PYTHON", "python3"), ("TOKEN", "secret")];
        let valid = self.run("run.sh", &fork)?;
        valid.says(true, "")?;
        expect(!valid.outputs.contains("plan-file="), "a plan is made with a stranger's token")?;
        let text = self.markdown()?;
        expect(text.contains("octoDNS: valid"), &text)?;
        self.lay(&with(WITH_PYTHON), NEW)?;
        self.run("run.sh", &fork)?.says(false, "octodns_foreign.Provider")?;
        self.lay(&format!("manager: {{includes: anywhere}}\n{CONFIG}"), NEW)?;
        self.run("run.sh", &fork)?.says(false, "from anywhere")?;
        self.lay(CONFIG, NEW)?;
        let apply = [&fork[..], &[("MODE", "apply")]].concat();
        self.run("run.sh", &apply)?.says(false, "never applied")?;
        let plan = [&fork[..], &[("FORK", "plan")]].concat();
        self.run("run.sh", &plan)?.has("plan-file=octodns-plan.json\n")
    }

    fn comments(&self) -> io::Result<()> {
        files::write(&self.path("work/shown.md"), "<!-- octodns-plan -->\n### the plan\n")?;
        let inputs = [("MARKDOWN_FILE", "shown.md"), ("PULL_REQUEST", "3"), ("GH_COMMENT", "")];
        self.run("comment.sh", &inputs)?.says(true, "")?;
        self.asked("--method POST repos/owner/name/issues/3/comments")?;
        let text = fs::read_to_string(self.path("temp/octodns-comment.md"))?;
        let shown =
            text.starts_with("<!-- octodns-plan ") && text.ends_with(" -->\n### the plan\n");
        expect(shown, &text)?;
        let again = [&inputs[..2], &[("GH_COMMENT", "42")]].concat();
        self.run("comment.sh", &again)?.says(true, "")?;
        self.asked("--method PATCH repos/owner/name/issues/comments/42")
    }

    fn finds_the_plan(&self) -> io::Result<()> {
        self.run("find-plan.sh", &[])?.says(true, "the plan of run 7 is applied")?;
        self.asked("--workflow plan.yml --commit abc --status success")?;
        let text = fs::read_to_string(self.path("work/octodns-plan.json"))?;
        expect(text == "reviewed\n", "an older file is taken for the plan")?;
        self.run("find-plan.sh", &[("PLAN_RUN", "9")])?.says(true, "the plan of run 9")?;
        self.run("find-plan.sh", &[("PLAN_RUN", "9;true")])?.says(false, "not the id of a run")?;
        let none = [("ARTIFACT", ""), ("PLAN_FILE", "none.json")];
        self.run("find-plan.sh", &none)?.says(false, "there is no file none.json")
    }

    /// Refuses that `gh` was not asked this.
    fn asked(&self, what: &str) -> io::Result<()> {
        let asked = fs::read_to_string(self.path("gh"))?;
        expect(asked.contains(what), &format!("gh is not asked to {what}, but {asked}"))
    }
}

impl Done {
    /// Refuses another end, or one that says something else.
    fn says(&self, ok: bool, what: &str) -> io::Result<()> {
        let holds = self.ok == ok && self.log.contains(what);
        let end = if ok { "succeed" } else { "fail" };
        expect(holds, &format!("a step of the action is to {end} with \"{what}\":\n{}", self.log))
    }

    /// Refuses outputs without this.
    fn has(&self, output: &str) -> io::Result<()> {
        let holds = self.ok || output.starts_with("markdown");
        let holds = holds && self.outputs.contains(output);
        expect(holds, &format!("the step has no {output}: {}\n{}", self.outputs, self.log))
    }
}
