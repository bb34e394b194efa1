//! Classes that are written in Python, in the places of a config: each run is made by octoDNS as well, and has to come
//! out the same.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

mod after;
mod house;
mod kinds;
mod yaml;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use octodns::{Failure, Manager, ManagerOptions, SyncOptions};
use octodns_core::registry::Host;
use octodns_testkit::server::python;

/// Folder of a run: a config with what it names.
struct Run {
    folder: tempfile::TempDir,
    /// What the plan outputs wrote.
    out: Arc<Mutex<Vec<u8>>>,
}

/// What a run left.
#[derive(Debug, PartialEq)]
struct Left {
    /// What was written to standard output.
    out: String,
    /// All files of the folder, in order.
    files: Vec<(String, String)>,
}

impl Run {
    /// With these files, `{folder}` in them being the folder.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.replace("{folder}", folder.path().to_str().unwrap()))
                .unwrap();
        }
        Self { folder, out: Arc::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self, python: &Path) -> ManagerOptions {
        // Nothing of the environment of the tests but where programs are.
        let environment = std::env::vars_os().filter(|(name, _)| name == "PATH");
        let mut options = ManagerOptions::new(octodns::registry(None, Host::default()));
        options.registry.foreign = octodns::python(Some(python.to_owned()), environment);
        options.plan_writer = Arc::clone(&self.out) as _;
        options
    }

    fn manager(&self, python: &Path) -> Result<Arc<Manager>, Failure> {
        let options = self.options(python);
        Manager::from_config_file(&self.path("config.yaml"), &options).map(Arc::new)
    }

    /// Syncs by this implementation.
    async fn sync(&self, python: &Path, apply: bool) -> Result<usize, Failure> {
        let mut options = SyncOptions::default();
        (options.apply, options.force) = (apply, apply);
        let manager = self.manager(python)?;
        let result = manager.sync(&options).await?;
        Ok(result.applied.map_or(result.planned, |applied| applied.total()))
    }

    fn out(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.out.lock().unwrap())).unwrap()
    }

    fn left(&self) -> Left {
        let out = self.out();
        let mut files = Vec::new();
        note_files(self.folder.path(), self.folder.path(), &mut files);
        files.sort();
        Left { out, files }
    }

    /// Syncs by octoDNS.
    fn reference(&self, python: &Path, apply: bool) -> Left {
        let script = "from octodns.cmds.sync import main; main()";
        let mut command = Command::new(python);
        command.args(["-c", script, "--quiet", "--config-file"]).arg(self.path("config.yaml"));
        if apply {
            command.args(["--doit", "--force"]);
        }
        let done = command.env("PYTHONPATH", classes()).current_dir(self.folder.path()).output();
        let done = done.unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "octoDNS failed: {said}");
        Left { out: String::from_utf8(done.stdout).unwrap(), ..self.left() }
    }
}

fn note_files(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            note_files(&path, root, files);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        files.push((name, text.replace(root.to_str().unwrap(), "{folder}")));
    }
}

/// The folder with the classes of these tests.
fn classes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/octodns/python_classes")
}

/// Syncs the same files by octoDNS and by this; what is left has to be the same.
async fn same(files: &[(&str, &str)]) {
    let Some(python) = python() else { return };
    for apply in [false, true] {
        let (ours, theirs) = (Run::new(files), Run::new(files));
        let theirs = theirs.reference(&python, apply);
        let done = ours.sync(&python, apply).await;
        let done = done.unwrap_or_else(|failure| panic!("{failure}"));
        assert!(done > 0, "nothing was to be done");
        assert_eq!(ours.left(), theirs, "apply: {apply}");
        if apply {
            // Now it is as it has to be.
            let again = ours.sync(&python, false).await;
            assert_eq!(again.unwrap_or_else(|failure| panic!("{failure}")), 0, "{}", ours.out());
        }
    }
}

fn messages(failure: &Failure) -> Vec<String> {
    failure.report.iter().map(ToString::to_string).collect()
}
