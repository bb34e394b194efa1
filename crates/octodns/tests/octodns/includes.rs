//! Which files zone data may include, and that text of included files stays out of messages.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns::core::provider::Includes;
use octodns::{Manager, ManagerOptions, SyncOptions};
use tempfile::TempDir;

const CONFIG: &str = "manager: {MANAGER}\nproviders:\n  config: {class: CLASS, directory: DIR/zones}\n  \
                      target: {class: yaml, directory: DIR/out}\nzones:\n  \
                      example.com.: {sources: [config], targets: [target]}\n";

/// A folder with `secret.txt` beside the folder of the zones.
fn folder(secret: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("secret.txt"), secret).unwrap();
    folder
}

/// All that a run says, and whether it went well.
async fn run(folder: &Path, config: &str, options: &ManagerOptions) -> (bool, String) {
    let config = config.replace("DIR", &folder.to_string_lossy()).replace("{MANAGER}", "{}");
    fs::write(folder.join("config.yaml"), config).unwrap();
    let said = |report: &octodns::core::Report| {
        report.iter().map(|found| format!("{found}\n")).collect::<Vec<_>>().concat()
    };
    let manager = match Manager::from_config_file(&folder.join("config.yaml"), options) {
        Ok(manager) => manager,
        Err(failure) => return (false, said(&failure.report)),
    };
    let warnings = said(manager.warnings());
    match Arc::new(manager).sync(&SyncOptions::default()).await {
        Ok(_) => (true, warnings),
        Err(failure) => (false, warnings + &said(&failure.report)),
    }
}

#[tokio::test]
async fn zone_data_includes_files_of_its_folder_only() {
    let zone_file = "$TTL 60\n@ SOA a.b. c.d. 1 1 1 1 1\n@ NS a.b.\n$INCLUDE DIR/secret.txt\n";
    for (class, file, text, included) in [
        ("yaml", "example.com.yaml", "www: {type: TXT, value: !include ../secret.txt}", "text"),
        (
            "yaml",
            "example.com.yaml",
            "<<: !include DIR/secret.txt",
            "www: {type: A, value: 192.0.2.1}",
        ),
        ("octodns_bind.ZoneFileSource", "example.com.", zone_file, "www A 192.0.2.1\n"),
    ] {
        let anywhere = {
            let mut options = octodns::options();
            options.includes = Includes::Anywhere;
            options
        };
        let config = CONFIG.replace("CLASS", class);
        let folder = folder(included);
        let path = folder.path();
        fs::write(path.join("zones").join(file), text.replace("DIR", &path.to_string_lossy()))
            .unwrap();
        let (fine, said) = run(path, &config, &octodns::options()).await;
        assert!(!fine && said.contains("`includes: anywhere`"), "{text}: {said}");
        let with_key = config.replace("{MANAGER}", "{includes: anywhere}");
        assert_eq!(run(path, &with_key, &octodns::options()).await, (true, String::new()));
        assert_eq!(run(path, &config, &anywhere).await, (true, String::new()), "{text}");
        // What the config says counts.
        let with_key = config.replace("{MANAGER}", "{includes: folder}");
        assert!(!run(path, &with_key, &anywhere).await.0, "{text}");
        // In a git work tree, all of its files are fine.
        fs::create_dir(path.join(".git")).unwrap();
        assert_eq!(run(path, &config, &octodns::options()).await, (true, String::new()));
    }
    let folder = folder("");
    let config = CONFIG.replace("CLASS", "yaml").replace("{MANAGER}", "{includes: all}");
    let (fine, said) = run(folder.path(), &config, &octodns::options()).await;
    assert!(!fine && said.contains("\"folder\" or \"anywhere\""), "{said}");
}

/// What each source of files reads, its file, and text that is fine and text that is not.
#[cfg(unix)]
const LINKS: &[(&str, &str, &str, &str)] = &[
    (
        "yaml",
        "example.com.yaml",
        "www: {type: A, value: 192.0.2.1}",
        "www: {type: A, value: hunter2}",
    ),
    ("yaml", "example.com.yaml", "{}", "hunter2: ["),
    (
        "yaml, split_extension: ., disable_zonefile: true",
        "example.com./www.yaml",
        "www: {type: A, value: 192.0.2.1}",
        "www: {type: hunter2}",
    ),
    (
        "yaml, shared_filename: shared.yaml, disable_zonefile: true",
        "shared.yaml",
        "www: {type: A, value: 192.0.2.1}",
        "hunter2",
    ),
    (
        "octodns_bind.ZoneFileSource",
        "example.com.",
        "$TTL 60\n@ SOA a.b. c.d. 1 1 1 1 1\n@ NS a.b.\n",
        "hunter2",
    ),
    ("tinydns", "data", "+www.example.com:192.0.2.1", "+www.example.com:hunter2"),
];

#[cfg(unix)]
#[tokio::test]
async fn files_of_zones_are_no_links_to_elsewhere() {
    for (class, file, fine_text, text) in LINKS {
        let config = CONFIG.replace("CLASS", class);
        let anywhere = config.replace("{MANAGER}", "{includes: anywhere}");
        for git in [false, true] {
            for (text, valid) in [(fine_text, true), (text, false)] {
                let folder = folder(text);
                let path = folder.path();
                let link = path.join("zones").join(file);
                fs::create_dir_all(link.parent().unwrap()).unwrap();
                std::os::unix::fs::symlink(path.join("secret.txt"), &link).unwrap();
                if git {
                    fs::create_dir(path.join(".git")).unwrap();
                }
                let (fine, said) = run(path, &config, &octodns::options()).await;
                assert_eq!(fine, git && valid, "{class} {text}: {said}");
                assert_eq!(said.contains("`includes: anywhere`"), !git, "{class} {text}: {said}");
                assert!(!said.contains("hunter2"), "{class}: {said}");
                let (fine, said) = run(path, &anywhere, &octodns::options()).await;
                assert_eq!(fine, valid, "{class} {text}: {said}");
                assert!(!said.contains("hunter2"), "{class}: {said}");
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn folders_of_split_zones_and_files_to_write_are_no_links_to_elsewhere() {
    let yaml = "www: {type: A, value: 192.0.2.1}";
    for (source, target, link) in [
        ("yaml, split_extension: .", "yaml", "zones/example.com."),
        ("yaml", "yaml", "out/example.com.yaml"),
        ("yaml", "yaml, split_extension: .", "out/example.com."),
        ("yaml", "octodns_bind.ZoneFileProvider", "out/example.com."),
        ("yaml", "octodns_etchosts.EtcHostsProvider", "out/example.com.hosts"),
    ] {
        let folder = folder("");
        let path = folder.path();
        fs::write(path.join("zones/example.com.yaml"), yaml).unwrap();
        fs::create_dir(path.join("out")).unwrap();
        fs::create_dir(path.join("secrets")).unwrap();
        let to =
            if link.ends_with("m.") && !target.contains("bind") { "secrets" } else { "secret.txt" };
        std::os::unix::fs::symlink(path.join(to), path.join(link)).unwrap();
        let config = CONFIG.replace("CLASS", source).replace(
            "class: yaml, directory: DIR/out",
            &format!("class: {target}, directory: DIR/out"),
        );
        let (fine, said) = run(path, &config, &octodns::options()).await;
        assert!(!fine && said.contains("`includes: anywhere`"), "{link}: {said}");
        let config = config.replace("{MANAGER}", "{includes: anywhere}");
        assert!(run(path, &config, &octodns::options()).await.0, "{link}");
    }
}

#[tokio::test]
async fn messages_about_zone_data_do_not_show_included_text() {
    const INCLUDE: &str = "!include ../secret.txt";
    for (secret, text) in [
        ("hunter2", "www: {type: A, value: INCLUDE}"),
        ("hunter2", "www: {type: CNAME, value: INCLUDE}"),
        ("hunter2", "www: {type: MX, value: {preference: INCLUDE, exchange: a.}}"),
        ("hunter2", "www: {type: INCLUDE, value: a.}"),
        ("hunter2", "www: {type: A, ttl: INCLUDE, value: 192.0.2.1}"),
        ("hunter2", "www: INCLUDE"),
        ("hunter2", "www: {type: A, octodns: {INCLUDE : 1}, value: x}"),
        ("[hunter2, hunter2]", "www: {type: AAAA, values: INCLUDE}"),
        ("{hunter2: 1}", "www: INCLUDE"),
        ("hunter2", "? INCLUDE\n: {type: A, value: x}"),
        ("hunter2: {type: B}\n", "<<: INCLUDE"),
        ("hunter2: {type: A, value: x}\nhunter1: {}\n", "<<: INCLUDE\nb: {type: A, value: x}"),
        ("hunter2: {type: A, value: x}\nhunter2: {}\n", "x: INCLUDE"),
        ("*hunter2", "x: INCLUDE"),
        ("&hunter2 [&hunter2 a]", "x: INCLUDE"),
        ("!hunter2 a", "x: INCLUDE"),
        ("!!int hunter2", "x: INCLUDE"),
        ("!include hunter2", "x: INCLUDE"),
        ("hunter2: [", "x: INCLUDE"),
        ("hunter2; a", "www: {type: TXT, value: INCLUDE}"),
    ] {
        let folder = folder(secret);
        let path = folder.path();
        fs::create_dir(path.join(".git")).unwrap();
        fs::write(path.join("zones/example.com.yaml"), text.replace("INCLUDE", INCLUDE)).unwrap();
        let config = CONFIG.replace("CLASS", "yaml");
        let (fine, said) = run(path, &config, &octodns::options()).await;
        assert!(!fine && !said.is_empty(), "{text}");
        assert!(!said.contains("hunter"), "{text}: {said}");
    }
    for secret in [
        "hunter2",
        "hunter2 A x\n",
        "a A hunter2",
        "$hunter2",
        "a hunter2 b",
        "a TXT \"hunter2",
        "a CNAME hunter2\na A 192.0.2.1\na NOTYPE hunter2",
        "$TTL hunter2",
        "$INCLUDE hunter2",
        "$GENERATE hunter2 a A b",
        "hunter2 60 IN A 192.0.2.256",
        "b A 192.0.2.1 hunter2",
    ] {
        let folder = folder(secret);
        let path = folder.path();
        let zone = "$TTL 60\n@ SOA a.b. c.d. 1 1 1 1 1\n@ NS a.b.\na A 192.0.2.1\n$INCLUDE DIR/secret.txt\n";
        let zone = zone.replace("DIR", &path.to_string_lossy());
        fs::write(path.join("zones/example.com."), zone).unwrap();
        let config =
            CONFIG.replace("CLASS", "zone-file").replace("{MANAGER}", "{includes: anywhere}");
        let (fine, said) = run(path, &config, &octodns::options()).await;
        assert!(!fine && !said.is_empty(), "{secret}");
        assert!(!said.contains("hunter2"), "{secret}: {said}");
    }
}

#[tokio::test]
async fn messages_about_a_config_do_not_show_included_text() {
    for (secret, change, by) in [
        ("hunter2", "class: CLASS", "class: !include secret.txt"),
        (
            "hunter2",
            "directory: DIR/zones",
            "directory: DIR/zones, default_ttl: !include secret.txt",
        ),
        ("hunter2", "directory: DIR/zones", "directory: DIR/zones, ? !include secret.txt : 1"),
        ("hunter2", "sources: [config]", "sources: [!include secret.txt]"),
        ("hunter2", "targets: [target]", "targets: [!include secret.txt]"),
        ("hunter2", "targets: [target]", "targets: [target], processors: [!include secret.txt]"),
        ("hunter2", "targets: [target]", "targets: [target], lenint: !include secret.txt"),
        ("hunter2", "example.com.:", "? !include secret.txt\n  :"),
        ("hunter2", "{MANAGER}", "{? !include secret.txt : 1}"),
        ("hunter2", "{MANAGER}", "{validators: {enabled: [!include secret.txt]}}"),
        ("hunter2", "{MANAGER}", "{plan_outputs: {a: {class: !include secret.txt}}}"),
        ("*hunter2", "{MANAGER}", "!include secret.txt"),
        ("!!float hunter2", "{MANAGER}", "!include secret.txt"),
        ("hunter2: 1\nhunter2: 2", "{MANAGER}", "!include DIR/../secret-of-DIRNAME"),
    ] {
        let folder = folder(secret);
        let path = folder.path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outside = path.parent().unwrap().join(format!("secret-of-{name}"));
        fs::write(&outside, secret).unwrap();
        fs::write(path.join("zones/example.com.yaml"), "www: {type: A, value: 192.0.2.1}\n")
            .unwrap();
        assert!(CONFIG.contains(change), "{change}");
        let config = CONFIG.replace(change, &by.replace("DIRNAME", &name)).replace("CLASS", "yaml");
        let (_, said) = run(path, &config, &octodns::options()).await;
        fs::remove_file(outside).unwrap();
        assert!(!said.is_empty() && !said.contains("hunter"), "{by}: {said}");
    }
}
