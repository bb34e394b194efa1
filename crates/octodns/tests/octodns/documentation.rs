//! The examples of the documentation: each is run, and does what the page says.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{Failure, Manager, ManagerOptions, PlanOptions};
use octodns_core::record::{GENERAL_CHECKS, TYPES, TypeRow};
use octodns_core::registry::Host;
use octodns_core::zone::ZoneCheck;
use octodns_testkit::dns::{FakeDns, Question, nxdomain, record, send, txt};

const VALIDATORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/validators.md"));
const CONFIG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.md"));
const PROCESSORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/processors.md"));

const TINYDNS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers/tinydns.md"));
const SPF: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers/spf.md"));
const ENVVAR: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers/envvar.md"));

/// A section of a page: a config, files, and what a run of them says.
#[derive(Default)]
struct Example<'p> {
    title: &'p str,
    config: &'p str,
    /// Path and text of each file.
    files: Vec<(&'p str, &'p str)>,
    /// Rows of the plan, or else errors.
    expected: Vec<&'p str>,
}

/// The sections of a page, each with the code blocks and the last tables that it has.
fn examples(page: &str) -> Vec<Example<'_>> {
    page.split("\n## ").skip(1).map(example).collect()
}

fn example(section: &str) -> Example<'_> {
    let title = section.lines().next().unwrap_or_default();
    let mut example = Example { title, ..Example::default() };
    let mut blocks = section.split("```");
    blocks.next();
    while let (Some(block), Some(after)) = (blocks.next(), blocks.next()) {
        let (language, text) = block.split_once('\n').unwrap();
        match (language, text.strip_prefix("# ").and_then(|text| text.split_once('\n'))) {
            ("yaml", None) => example.config = text,
            ("yaml", Some(file)) => example.files.push(file),
            ("text", _) => example.expected.extend(text.lines()),
            _ => panic!("{title}: a block of {language}"),
        }
        example.expected.extend(after.lines().filter(|line| is_change(line)));
    }
    example
}

/// Whether a line is a row of a plan's table, that of a new zone, the headings and other tables left out.
fn is_change(line: &str) -> bool {
    let heading = ["| Operation", "|--", "| Create | Zone<", "| option", "| section", "| `"];
    line.starts_with('|') && !heading.iter().any(|start| line.starts_with(start))
}

/// The rows of the plan, or the errors, of a config in a folder whose name is left out.
async fn run(folder: &Path, config: &str) -> Vec<String> {
    let path = folder.join("config.yaml");
    fs::write(&path, config.replace("./", &format!("{}/", folder.display()))).unwrap();
    match plan(&path).await {
        Ok(text) => text.lines().filter(|line| is_change(line)).map(str::to_owned).collect(),
        Err(failure) => {
            let relative = |text: String| text.replace(&folder.display().to_string(), ".");
            failure.report.iter().map(|found| relative(found.to_string())).collect()
        }
    }
}

async fn plan(config: &Path) -> Result<String, Failure> {
    let text = Arc::new(Mutex::new(Vec::new()));
    let mut host = Host::default();
    host.env = Arc::new(|name| (name == "USER").then(|| "somebody".to_owned()));
    let registry = octodns::registry(None, host);
    let mut options = ManagerOptions::new(registry);
    options.plan_writer = text.clone();
    let manager = Manager::from_config_file(config, &options)?;
    let manager = Arc::new(manager);
    let plans = manager.plan(&PlanOptions::default()).await?;
    manager.show(&plans)?;
    let text = text.lock().unwrap().clone();
    Ok(String::from_utf8(text).unwrap())
}

/// The config, with its plan written as a table.
fn with_table(config: &str) -> String {
    let outputs = "plan_outputs: {table: {class: octodns.provider.plan.PlanMarkdown}}";
    match config.strip_prefix("manager:\n") {
        Some(rest) => format!("manager:\n  {outputs}\n{rest}"),
        None => format!("manager: {{{outputs}}}\n{config}"),
    }
}

#[tokio::test]
async fn the_example_of_every_processor_does_what_its_section_says() {
    all_do_what_they_say(examples(PROCESSORS)).await;
}

#[tokio::test]
async fn the_examples_of_validators_do_what_their_sections_say() {
    let mut examples = examples(VALIDATORS);
    examples.retain(|example| example.title != "All validators");
    all_do_what_they_say(examples).await;
}

#[tokio::test]
async fn the_examples_of_configs_do_what_their_sections_say() {
    let mut examples = examples(CONFIG);
    examples.retain(|example| !example.config.is_empty() && example.title != "Plan outputs");
    assert_eq!(examples.len(), 4);
    all_do_what_they_say(examples).await;
}

#[tokio::test]
async fn the_plan_outputs_of_the_page_write_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let section = example(CONFIG.split_once("\n## Plan outputs\n").unwrap().1);
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/example.com.yaml"), "www: {type: A, value: 192.0.2.1}\n")
        .unwrap();
    let path = folder.path().join("config.yaml");
    let place = format!("{}/", folder.path().display());
    fs::write(&path, section.config.replace("./", &place)).unwrap();
    plan(&path).await.unwrap();
    for file in ["plan.md", "plan.json", "plan.html", "page.html"] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains("192.0.2.1"), "{file}: {text}");
    }
}

/// The rows of the page are those of the checks there are, each with a word on what it objects to.
#[test]
fn every_validator_has_its_row() {
    let mut rows: Vec<String> = Vec::new();
    let mut add = |id: &str, types: &str, sets: &[&str], class: &str| {
        rows.push(format!("| `{id}` | {types} | {} | `{class}` | ", sets.join(", ")));
    };
    let types = |check: &dyn Fn(&TypeRow) -> bool| {
        let of = TYPES.iter().filter(|row| check(row)).map(|row| row.record_type.as_str());
        of.collect::<Vec<_>>().join(", ")
    };
    for check in GENERAL_CHECKS {
        add(check.id, "all", check.sets, check.class);
    }
    for row in TYPES {
        for check in row.record_checks {
            let of = types(&|row| row.record_checks.iter().any(|own| own.id == check.id));
            add(check.id, &of, check.sets, check.class);
        }
        for check in row.value_checks {
            let of = types(&|row| row.value_checks.iter().any(|own| own.class == check.class));
            add(check.id, &of, check.sets, check.class);
        }
    }
    for check in ZoneCheck::all() {
        add(check.id, "zones", check.sets, check.class);
    }
    rows.sort_unstable();
    rows.dedup();
    let (_, tables) = VALIDATORS.split_once("\n## All validators\n").unwrap();
    let said: Vec<&str> = tables.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &rows {
        let of_row = said.iter().find(|line| line.starts_with(row.as_str()));
        assert!(of_row.is_some_and(|line| line.len() > row.len() + 5), "missing: {row}");
    }
    assert_eq!(said.len(), rows.len(), "a row of no validator");
}

async fn all_do_what_they_say(examples: Vec<Example<'_>>) {
    for Example { title, config, files, expected } in examples {
        assert!(!config.is_empty() && !files.is_empty(), "{title} has no example");
        assert!(!expected.is_empty(), "{title} says nothing of what comes of its example");
        let folder = tempfile::tempdir().unwrap();
        // Zones that a config names and that have no file are empty.
        for name in ["config/example.com.yaml", "config/2.0.192.in-addr.arpa.yaml"] {
            fs::create_dir_all(folder.path().join("config")).unwrap();
            fs::write(folder.path().join(name), "{}\n").unwrap();
        }
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = run(folder.path(), &with_table(config)).await;
        assert_eq!(found, expected, "{title}");
    }
}

#[test]
fn every_processor_has_its_section() {
    let mut registry = octodns_core::Registry::default();
    octodns_processors::register(&mut registry);
    for name in registry.processors.names() {
        let name = name.rsplit('.').next().unwrap();
        // The misspelt alias stands in the section of the right one.
        let section = examples(PROCESSORS).iter().any(|example| example.title == name);
        let named = PROCESSORS.contains(&format!("`{name}`"));
        assert!(section || named || name == "acme-manging", "{name}");
        let is_class = name.starts_with(char::is_uppercase);
        assert!(!is_class || section || name == "AcmeMangingProcessor", "{name}");
    }
}

/// The first code block of a page in a language.
fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// Runs the config of a page with one file.
async fn run_page(page: &str, (file, text): (&str, &str)) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    run(folder.path(), &with_table(block(page, "yaml"))).await
}

#[tokio::test]
async fn the_example_of_tinydns_gives_the_records_its_page_names() {
    let found = run_page(TINYDNS, ("tinydns/data", block(TINYDNS, "text"))).await;
    let expected = [
        "| Create | 1 | PTR | 300 | www.example.com. |  |",
        "| Create |  | CAA | 3600 | 0 issue \"ca.example.net\" |  |",
        "| Create |  | MX | 3600 | '10 mail.example.net.' |  |",
        "| Create |  | NS | 3600 | ns1.example.net. |  |",
        "| Create |  | TXT | 3600 | v=spf1 -all |  |",
        "| Create | www | A | 300 | 192.0.2.1 |  |",
        "| Create | www | AAAA | 3600 | 2001:db8::1 |  |",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_example_of_envvar_adds_one_record() {
    let found = run_page(ENVVAR, ("config/example.com.yaml", "{}\n")).await;
    assert_eq!(found, ["| Create | deployer | TXT | 3600 | somebody | deployer |"]);
}

/// What the example of the page about SPF comes to, with these policies in DNS.
async fn spf_page(policies: &'static [(&'static str, &'static str)]) -> Vec<String> {
    const TXT: u16 = 16;
    let known = |question: &Question| policies.iter().find(|(name, _)| *name == question.name);
    let dns = FakeDns::start(move |question, mut message| {
        if let Some((name, policy)) = known(question).filter(|_| question.number == TXT) {
            message.add_answer(record(name, 300, TXT, &txt(&[*policy])));
            return send(&message);
        }
        // Hosts have addresses that nobody asks for.
        let is_host = known(question).is_some() || question.name.ends_with(".test.");
        send(&if is_host { message } else { nxdomain(message) })
    })
    .unwrap();
    let page = example(SPF);
    let asking = format!("    resolvers: [\"{}\"]\n    verify_dns", dns.address());
    let config = page.config.replace("    verify_dns", &asking);
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in page.files {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    run(folder.path(), &with_table(&config)).await
}

#[tokio::test]
async fn the_example_of_spf_joins_both_policies() {
    let found = spf_page(&[("_spf.example.net.", "v=spf1 ip4:198.51.100.0/24 -all")]).await;
    let expected: Vec<&str> = SPF.lines().filter(|line| is_change(line)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_example_of_spf_looks_its_policy_up() {
    let found = spf_page(&[]).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("includes _spf.example.net"), "{found:?}");
    let found = spf_page(&[
        (
            "_spf.example.net.",
            "v=spf1 a:1.test a:2.test a:3.test a:4.test a:5.test include:b.test -all",
        ),
        ("b.test.", "v=spf1 a:6.test a:7.test a:8.test a:9.test a:10.test -all"),
    ])
    .await;
    assert!(found.len() == 1 && found[0].contains("more than 10 DNS lookups"), "{found:?}");
}
