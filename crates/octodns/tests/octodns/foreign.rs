//! Classes that are not compiled in: whoever can make them is asked, for every kind of class there is.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use octodns::{Failure, Manager, ManagerOptions, MemoryProvider, PlanOptions, ValidateOptions};
use octodns_core::processor::{Processor, Stage};
use octodns_core::record::{CustomType, ValueError};
use octodns_core::registry::{
    AnyValidator, BuildError, Component, Foreign, ForeignConfig, ForeignEntry, Made, MadeOrNot,
    PlanOutput, Planned, SecretHandler,
};
use octodns_core::validate::{Findings, RawRecord, RecordValidator, Sets, Validator};
use octodns_core::value::{OwnedValue, Position, Value, python_str};
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Record, RecordData, RecordName,
    RecordType, Source, TargetOptions, Zone, ZoneRead, ZoneRequest, async_trait,
};

/// Makes classes of one package, `pkg`, and notes what it is asked for.
#[derive(Default)]
struct Maker {
    asked: Mutex<Vec<String>>,
    config: Mutex<Option<(PathBuf, usize)>>,
}

impl Maker {
    fn note(&self, kind: &str, entry: &ForeignEntry<'_>) -> Result<(), BuildError> {
        let options: Vec<_> = entry
            .options
            .iter()
            .map(|(key, value)| format!("{}={}", python_str(key), python_str(value)))
            .collect();
        let secrets = entry.secrets.len();
        let (id, class) = (entry.id, entry.class);
        let line = format!("{kind} {id} {class} {} {secrets}", options.join(","));
        self.asked.lock().unwrap().push(line);
        if class.starts_with("pkg.") {
            return Ok(());
        }
        let error = BuildError::new(format!("there is no {class}"), entry.position);
        Err(error.help("install it"))
    }
}

fn made<T>(made: T) -> Made<T> {
    Made::new(made, "pkg.module", "1.2.3")
}

impl Foreign for Maker {
    fn prefix(&self) -> &'static str {
        "elsewhere:"
    }

    fn for_config(
        self: Arc<Self>,
        config: &ForeignConfig<'_>,
    ) -> Result<Option<Arc<dyn Foreign>>, BuildError> {
        let file = config.file.map(Path::to_owned).unwrap_or_default();
        *self.config.lock().unwrap() = Some((file, config.workers));
        match config.options.get("python") {
            Some(off) if off.as_bool() == Some(false) => Ok(None),
            Some(wrong) if wrong.as_int().is_some() => {
                Err(BuildError::new("no such python", wrong.position))
            }
            _ => Ok(Some(self)),
        }
    }

    fn provider(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Component> {
        self.note("provider", entry)?;
        Ok(made(Component::Provider(Arc::new(Own(MemoryProvider::new(entry.id))))))
    }

    fn processor(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn Processor>> {
        self.note("processor", entry)?;
        Ok(made(Arc::new(Adder(entry.id.to_owned()))))
    }

    fn validator(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<AnyValidator> {
        self.note("validator", entry)?;
        let validator = Validator::Record(Arc::new(Never(entry.id.to_owned())));
        Ok(made(AnyValidator::Record(validator)))
    }

    fn secret_handler(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn SecretHandler>> {
        self.note("secret_handler", entry)?;
        Ok(made(Arc::new(Upper)))
    }

    fn plan_output(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn PlanOutput>> {
        self.note("plan_output", entry)?;
        Ok(made(Arc::new(Count)))
    }

    fn types(&self) -> Vec<Arc<dyn CustomType>> {
        vec![Arc::new(Thing)]
    }

    fn configured(&self, validators: Option<&OwnedValue>) -> Result<(), BuildError> {
        let line = format!("configured {}", validators.is_some());
        self.asked.lock().unwrap().push(line);
        Ok(())
    }
}

/// A provider that keeps its options itself.
struct Own(MemoryProvider);

#[async_trait]
impl Source for Own {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn class_name(&self) -> &'static str {
        "Own"
    }

    fn capabilities(&self) -> &Capabilities {
        self.0.capabilities()
    }

    async fn find_capabilities(&self) -> Result<Capabilities, ProviderError> {
        Ok(Capabilities::of(&[RecordType::A]))
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        self.0.read(zone).await
    }
}

#[async_trait]
impl Provider for Own {
    fn target_options(&self) -> Option<TargetOptions> {
        let mut options = TargetOptions::default();
        options.apply_disabled = true;
        options.delete_pcent_threshold = 0.75;
        Some(options)
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.0.apply(plan, log).await
    }
}

/// Adds a record.
struct Adder(String);

#[async_trait]
impl Processor for Adder {
    fn id(&self) -> &str {
        &self.0
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let data = RecordData::A(vec!["192.0.2.9".parse().unwrap()]);
        desired.set(Record::new(RecordName::new("added").unwrap(), 60, data));
        Ok(())
    }
}

/// Objects to records called `never`.
struct Never(String);

impl RecordValidator for Never {
    fn id(&self) -> &str {
        &self.0
    }

    fn sets(&self) -> Sets<'_> {
        None
    }

    fn validate(&self, record: &RawRecord<'_>, findings: &mut Findings) {
        if record.name == "never" {
            findings.error(record.name_position, "never say never");
        }
    }
}

/// Says names in upper case.
struct Upper;

impl SecretHandler for Upper {
    fn fetch(&self, name: &str, place: &str) -> Result<OwnedValue, BuildError> {
        if name == "none" {
            return Err(BuildError::new(format!("no secret for {place}"), Position::NONE));
        }
        Ok(Value::from(name.to_uppercase()))
    }
}

/// Counts plans.
struct Count;

impl PlanOutput for Count {
    fn run(&self, plans: &[Planned<'_>], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} plans", plans.len())
    }
}

/// A record type of the package.
#[derive(Debug)]
struct Thing;

impl CustomType for Thing {
    fn record_type(&self) -> RecordType {
        RecordType::named("pkg/THING")
    }

    fn is_single(&self) -> bool {
        true
    }

    fn class_name(&self) -> &'static str {
        "ThingRecord"
    }

    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
        Ok(value.clone().into_owned())
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        python_str(value)
    }
}

const CONFIG: &str = "
manager:
  max_workers: 3
  plan_outputs: {count: {class: pkg.Count}}
  processors: [adder]
providers:
  zones: {class: yaml, directory: zones}
  target: {class: pkg.sub.Provider, token: vault/key, strict_supports: 5, list: [vault/no]}
processors:
  adder: {class: pkg.Adder}
secret_handlers:
  vault: {class: pkg.Vault, address: env/ADDRESS}
validators:
  never: {class: pkg.Never, types: [A]}
zones:
  example.com.: {sources: [zones], targets: [target]}
";

struct Run {
    maker: Arc<Maker>,
    folder: tempfile::TempDir,
    options: ManagerOptions,
    out: Arc<Mutex<Vec<u8>>>,
}

impl Run {
    fn new(zone: &str) -> Self {
        let maker = Arc::new(Maker::default());
        let mut options = octodns::options();
        options.registry.foreign = Some(Arc::clone(&maker) as _);
        let env = |name: &str| (name == "ADDRESS").then(|| "here".to_owned());
        options.registry.host.env = Arc::new(env);
        let out = Arc::new(Mutex::new(Vec::new()));
        options.plan_writer = Arc::clone(&out) as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("zones")).unwrap();
        std::fs::write(folder.path().join("zones/example.com.yaml"), zone).unwrap();
        Self { maker, folder, options, out }
    }

    fn manager(&self, config: &str) -> Result<Arc<Manager>, Failure> {
        let config = config.replace(
            "directory: zones",
            &format!("directory: {}/zones", self.folder.path().display()),
        );
        Manager::from_config_text(Path::new("dns/config.yaml"), &config, &self.options)
            .map(Arc::new)
    }

    fn asked(&self) -> Vec<String> {
        self.maker.asked.lock().unwrap().clone()
    }
}

fn messages(failure: &Failure) -> Vec<String> {
    failure.report.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_config_may_name_foreign_classes_wherever_it_names_classes() {
    let run = Run::new("www: {type: A, value: 192.0.2.1}\nx: {type: pkg/THING, value: {a: 1}}\n");
    let manager = run.manager(CONFIG).unwrap();
    assert_eq!(
        run.asked(),
        [
            "secret_handler vault pkg.Vault address=here 1",
            "provider target pkg.sub.Provider token=KEY,strict_supports=5,list=['vault/no'] 1",
            "processor adder pkg.Adder  0",
            "validator never pkg.Never types=['A'] 0",
            "plan_output count pkg.Count  0",
            "configured false",
        ]
    );
    assert_eq!(*run.maker.config.lock().unwrap(), Some(("dns/config.yaml".into(), 3)));
    let versions: Vec<_> = manager
        .versions()
        .iter()
        .map(|of| format!("{}={} ({} {})", of.kind, of.name, of.module, of.version))
        .collect();
    assert_eq!(versions[0], "secret_handler=vault (pkg.module 1.2.3)");
    assert!(versions[1].starts_with("provider=zones (octodns.provider.yaml "), "{versions:?}");
    assert_eq!(versions[2], "provider=target (pkg.module 1.2.3)");

    let plans = manager.plan(&PlanOptions::default()).await.unwrap();
    let (target, plan) = plans.iter().next().unwrap();
    let names: Vec<_> = plan.changes.iter().map(|change| change.record().name().as_str()).collect();
    assert_eq!(names, ["added", "www", "x"]);
    assert!(target.options().apply_disabled);
    assert!((plan.thresholds.delete - 0.75).abs() < 1e-9);
    manager.show(&plans).unwrap();
    assert_eq!(*run.out.lock().unwrap(), b"1 plans\n");
}

#[tokio::test]
async fn a_foreign_validator_is_at_work() {
    let run = Run::new("never: {type: A, value: 192.0.2.1}\n");
    let manager = run.manager(CONFIG).unwrap();
    let found = manager.validate(ValidateOptions::default()).await.unwrap();
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(found.iter().any(|found| found.contains("never say never [never]")), "{found:?}");
}

#[test]
fn what_is_compiled_in_is_taken_unless_the_prefix_says_otherwise() {
    let run = Run::new("{}\n");
    let config = |class: &str| {
        format!("providers: {{a: {{class: '{class}', directory: zones}}}}\nzones: {{}}\n")
    };
    for (class, is_asked) in [
        ("octodns.provider.yaml.YamlProvider", false),
        ("yaml", false),
        ("elsewhere:pkg.YamlProvider", true),
        ("pkg.YamlProvider", true),
    ] {
        run.maker.asked.lock().unwrap().clear();
        run.manager(&config(class)).unwrap();
        assert_eq!(run.asked().len(), 1 + usize::from(is_asked), "{class}");
    }
    for (class, message, help) in [
        ("elsewhere:yaml", "there is no yaml", "did you mean \"yaml\"? Otherwise install it"),
        ("pgk.Provider", "there is no pgk.Provider", "install it"),
        (
            "octodns.provider.yaml.YamlProvidr",
            "there is no octodns.provider.yaml.YamlProvidr",
            "did you mean \"octodns.provider.yaml.YamlProvider\"? Otherwise install it",
        ),
        (
            "yamll",
            "unknown class \"yamll\", it is not part of this build",
            "did you mean \"yaml\"?",
        ),
    ] {
        let failure = run.manager(&config(class)).err().unwrap();
        let found = failure.report.iter().next().unwrap();
        assert_eq!((&*found.message, found.help.as_deref()), (message, Some(help)), "{class}");
        assert_eq!(found.origin.line, 1);
    }
}

#[test]
fn a_config_can_turn_foreign_classes_off() {
    let run = Run::new("{}\n");
    let config = |python: &str| {
        format!("manager: {{python: {python}}}\nproviders: {{a: {{class: pkg.P}}}}\nzones: {{}}\n")
    };
    assert!(run.manager(&config("venv")).is_ok());
    let off = messages(&run.manager(&config("false")).err().unwrap());
    assert!(off[0].contains("unknown class \"pkg.P\""), "{off:?}");
    assert!(off[0].contains("turned off"), "{off:?}");
    let wrong = messages(&run.manager(&config("5")).err().unwrap());
    assert!(wrong[0].contains("no such python"), "{wrong:?}");
}

#[test]
fn a_secret_that_is_not_there_is_told_and_no_class_is_made_without_it() {
    let run = Run::new("{}\n");
    let config = "secret_handlers: {vault: {class: pkg.Vault}}\nproviders: {a: {class: pkg.P, \
                  token: vault/none}}\nzones: {}\n";
    let failure = run.manager(config).err().unwrap();
    let found = messages(&failure);
    assert_eq!(failure.report.iter().count(), 1, "{found:?}");
    assert!(found[0].contains("no secret for dns/config.yaml:2:"), "{found:?}");
    assert_eq!(run.asked().len(), 1);
}

#[tokio::test]
async fn a_comparison_asks_what_a_foreign_class_can_hold() {
    let run = Run::new("www: {type: AAAA, value: '2001:db8::1'}\n");
    let config = "providers: {zones: {class: yaml, directory: zones}, target: {class: pkg.P}}\nzones: \
                  {example.com.: {sources: [zones], targets: [target]}}\n";
    let manager = run.manager(config).unwrap();
    let both = |a: &str, b: &str| {
        octodns::CompareOptions::new(vec![a.to_owned()], vec![b.to_owned()], "example.com.")
    };
    let compared = manager.compare(&both("zones", "target")).await.unwrap();
    assert_eq!(compared.changes.len(), 0);
}
