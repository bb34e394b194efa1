//! What is written, and what is not if something is in the way.

use super::*;

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn arguments_are_a_name_and_a_kind() {
    let (name, kind) = parse(&words("fig --kind rows")).unwrap();
    assert_eq!((name.plain(), kind), ("fig", Kind::Rows));
    for (line, kind) in [
        ("--kind=sets fig", Kind::Sets),
        ("fig --kind changes", Kind::Changes),
        ("fig --kind whole", Kind::Whole),
        // The old names.
        ("fig --kind record", Kind::Rows),
        ("fig --kind rrset", Kind::Sets),
    ] {
        assert_eq!(parse(&words(line)).unwrap().1, kind, "{line}");
    }
    for line in ["fig", "--kind rows", "fig --kind zone", "fig figs --kind sets", "fig --kind"] {
        assert!(parse(&words(line)).is_err(), "{line}");
    }
}

#[test]
fn every_kind_has_its_files_and_its_lines_and_no_placeholder_stays() {
    let name = Name::new("fig-tree").unwrap();
    for kind in Kind::ALL {
        let files = files(root(), &name, kind).unwrap();
        for file in &files {
            assert!(!file.text.contains("{{"), "{}", file.path.display());
            assert_ne!(file.before.as_ref(), Some(&file.text), "{}", file.path.display());
        }
        assert_eq!(files.iter().filter(|file| file.before.is_none()).count(), 7);
        assert_eq!(files.iter().filter(|file| file.before.is_some()).count(), 4);
    }
}

#[test]
fn an_existing_provider_is_not_created_again() {
    let name = Name::new("digitalocean").unwrap();
    let error = files(root(), &name, Kind::Rows).unwrap_err().to_string();
    assert_eq!(error, "crates/providers/digitalocean is there already");
}

#[test]
fn nothing_stays_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    fs::write(at("old"), "before").unwrap();
    fs::write(at("file"), "").unwrap();
    let written = |path: &str, before: Option<&str>| Written {
        path: at(path),
        before: before.map(str::to_owned),
        text: "after".to_owned(),
    };
    // The last one cannot be written: a file is not a folder.
    let files = [written("a/b/new", None), written("old", Some("before")), written("file/x", None)];
    write_all(&files).unwrap_err();
    assert!(!at("a").exists());
    assert_eq!(fs::read_to_string(at("old")).unwrap(), "before");
    write_all(&files[..2]).unwrap();
    assert_eq!(fs::read_to_string(at("old")).unwrap(), "after");
}
