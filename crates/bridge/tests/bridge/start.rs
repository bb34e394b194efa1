//! Starting: which interpreter, which octoDNS, and without a runtime.

use std::path::{Path, PathBuf};

use octodns_bridge::client::Host;
use octodns_bridge::error::BridgeError;
use octodns_bridge::python::{NamedBy, Python};
use octodns_core::value::Position;

use crate::support::{Bridge, block_on, options, python};

/// Programs are built outside of runtimes, and work in several of them one after the other.
#[test]
fn no_runtime_is_needed_and_one_may_end() {
    let Some(bridge) = block_on(Bridge::start()) else { return };
    block_on(bridge.provider("source", "Source", octodns_core::Value::NULL));
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(bridge.read("source")).unwrap();
        assert_eq!(read.records.len(), 1);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let read = block_on(bridge.read("source")).unwrap();
        assert_eq!(read.records.len(), 1);
    });
}

#[tokio::test]
async fn it_says_who_it_is() {
    let Some(bridge) = Bridge::start().await else { return };
    let hello = bridge.host.hello();
    assert_eq!(hello.octodns.split('.').next(), Some("1"));
    assert!(Path::new(&hello.executable).is_file(), "{}", hello.executable);
    let of = |name: &str| hello.types.iter().find(|known| known.name == name).unwrap();
    assert_eq!((&*of("MX").class, of("MX").is_single), ("MxRecord", false));
    assert_eq!((&*of("CNAME").class, of("CNAME").is_single), ("CnameRecord", true));
}

/// `python -c` would look for modules in the working directory; a script does not.
#[tokio::test]
async fn modules_in_the_working_directory_are_not_found() {
    let Some(bridge) = Bridge::start_with(|options| options.path.clear()).await else { return };
    let error = bridge
        .make(octodns_bridge::requests::Kind::Provider, "x", "Source", octodns_core::Value::NULL)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has no module bridge_classes"), "{error}");
}

async fn start(program: impl Into<PathBuf>, arguments: &[&str]) -> BridgeError {
    let folder = tempfile::tempdir().unwrap();
    let mut python = Python::new(program, NamedBy::Config);
    python.arguments = arguments.iter().map(Into::into).collect();
    Host::start(&python, options(folder.path())).await.unwrap_err()
}

#[tokio::test]
async fn an_interpreter_that_does_not_start_is_told_with_who_named_it() {
    let error = start("/nowhere/python", &[]).await;
    assert_eq!(
        error.words(),
        "cannot run \"/nowhere/python\": No such file or directory (os error 2)"
    );
    assert_eq!(
        error.help(),
        "`manager.python` names it: correct that, or make it a Python that can be run"
    );
    let error = start("/bin/sh", &["-c", "echo who am i >&2; exit 4", "--"]).await;
    let built = error.into_build_error(Position::NONE);
    assert_eq!(built.message, "\"/bin/sh\" ended before it was ready (exit code 4)");
    let help = "`manager.python` names it: make sure that it is a Python; it wrote last: who am i";
    assert_eq!(built.help.as_deref(), Some(help));
    // What it was sent is not what is to be said.
    let error = start("/bin/sh", &["-c", "exec cat", "--"]).await;
    assert!(matches!(error, BridgeError::Malformed { .. }), "{error:?}");
}

/// A virtual environment without packages.
#[tokio::test]
async fn an_interpreter_without_octodns_is_told_how_to_get_it() {
    let Some(mut python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.path.clear();
    python.arguments = vec!["-S".into()];
    python.beside = Some("/srv/env/bin/python".into());
    let error = Host::start(&python, options).await.unwrap_err();
    let BridgeError::NoOctodns { python, .. } = &error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), format!("{python} has no octodns"));
    let help = format!(
        "{} -m pip install octodns; there is a virtual environment beside the config: set \
         `manager.python` to /srv/env/bin/python",
        python.executable
    );
    assert_eq!(error.help(), help);
}

/// An octoDNS that only says its version, and fails after that.
#[tokio::test]
async fn an_octodns_that_is_too_old_or_broken_is_refused() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let package = folder.path().join("octodns");
    std::fs::create_dir_all(package.join("record")).unwrap();
    std::fs::write(package.join("__init__.py"), "__VERSION__ = '1.2.1'\n").unwrap();
    let record =
        "class Record:\n    registered_types = staticmethod(dict)\n\nValueMixin = object\n";
    std::fs::write(package.join("record/__init__.py"), record).unwrap();
    std::fs::write(package.join("zone.py"), "Zone = object\n").unwrap();
    let error = Host::start(&python, options.clone()).await.unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("octodns 1.2.1 in Python 3."), "{words}");
    assert!(words.ends_with("is older than 1.9, the oldest this program can drive"), "{words}");
    assert!(error.help().ends_with("-m pip install -U octodns"), "{}", error.help());

    std::fs::write(package.join("__init__.py"), "__VERSION__ = '1.22.0'\n").unwrap();
    std::fs::write(package.join("record/__init__.py"), "import not_there_at_all\n").unwrap();
    let error = Host::start(&python, options.clone()).await.unwrap_err();
    assert!(error.to_string().contains("needs the module not_there_at_all"), "{error}");
    std::fs::write(package.join("record/__init__.py"), "1 +\n").unwrap();
    let error = Host::start(&python, options).await.unwrap_err();
    assert!(error.to_string().contains("cannot be imported: SyntaxError"), "{error}");
}
