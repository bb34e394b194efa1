//! A config of native classes starts no Python.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use octodns_testkit::server::python;

use crate::support::Folder;

/// Every program, with arguments that suit the config.
const LINES: &[&str] = &[
    "sync --config-file=config.yaml",
    "sync --config-file=config.yaml --doit",
    "validate --config-file=config.yaml",
    "dump --config-file=config.yaml --output-dir=./dumped * zones",
    "compare --config-file=config.yaml --a=zones --b=target --zone=unit.tests.",
    "versions --config-file=config.yaml",
    "schema --complete",
    "report --config-file=config.yaml --source=zones --zone=unit.tests. 127.0.0.1",
];

/// A config with a class of every kind, all of them native.
const CONFIG: &str = "\
manager:
  plan_outputs: {text: {class: octodns.provider.plan.PlanMarkdown}}
secret_handlers: {vault: {class: octodns.secret.environ.EnvironSecrets}}
validators: {mail: {class: octodns.zone.mail.MailZoneValidator}}
processors: {types: {class: octodns.processor.filter.TypeRejectlistFilter, rejectlist: [CNAME]}}
providers:
  zones: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
  target: {class: octodns.provider.yaml.YamlProvider, directory: ./target}
  cloudflare: {class: octodns_cloudflare.CloudflareProvider, token: unused}
zones:
  unit.tests.: {sources: [zones], processors: [types], targets: [target]}
";

/// Interpreters that write down that they were started, in every place where one is looked for.
fn watched(folder: &mut Folder, python: &Path) {
    let script = format!(
        "#!/bin/sh\necho started >> {}\nexec {} \"$@\"\n",
        folder.workspace.path("started").display(),
        python.display()
    );
    let places = ["venv/bin", "path"].map(|place| folder.workspace.path(place));
    for (place, name) in
        places.iter().flat_map(|place| ["python", "python3"].map(|name| (place, name)))
    {
        fs::create_dir_all(place).unwrap();
        let program = place.join(name);
        fs::write(&program, &script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder.variable("PATH", &places[1].display().to_string());
    folder.variable("VIRTUAL_ENV", &folder.workspace.path("venv").display().to_string());
}

#[test]
fn no_program_starts_python_for_native_classes() {
    let Some(python) = python() else { return };
    for named in ["", "OCTODNS_PYTHON", "--python"] {
        let mut folder = Folder::new(&python);
        watched(&mut folder, &python);
        let shim = folder.workspace.path("path/python").display().to_string();
        folder.forget("OCTODNS_PYTHON");
        if named == "OCTODNS_PYTHON" {
            folder.variable("OCTODNS_PYTHON", &shim);
        }
        folder.workspace.write("config.yaml", CONFIG);
        let flag = if named == "--python" { format!(" --python={shim}") } else { String::new() };
        let started = folder.workspace.path("started");
        for line in LINES {
            let ran = folder.ours(&format!("{line}{flag}"));
            assert_ne!(ran.code, Some(2), "{ran:#?}");
            assert!(!started.exists(), "{named} {line}");
        }
        // They would have been.
        folder
            .workspace
            .write("config.yaml", CONFIG.replace("octodns.processor", "python:octodns.processor"));
        let ran = folder.ours(&format!("{}{flag}", LINES[0]));
        ran.expect(0, &[]);
        assert!(started.exists(), "{named}: {ran:#?}");
    }
}
