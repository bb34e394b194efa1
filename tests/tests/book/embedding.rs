//! The programs of the page about embedding: they are compiled here as the page has them, and run.

use crate::blocks::{Block, blocks};
use crate::page;

mod zone {
    include!("embedding/zone.rs");

    #[test]
    fn the_zone_in_code_is_applied() {
        main().unwrap();
    }
}

mod config {
    include!("embedding/config.rs");

    #[tokio::test]
    async fn the_config_is_applied() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        let config = folder.path().join("config.yaml");
        let text = format!(
            "providers:\n  zones: {{class: yaml, directory: {here}/zones}}\n  \
             live: {{class: yaml, directory: {here}/live}}\n\
             zones:\n  example.com.: {{sources: [zones], targets: [live]}}\n"
        );
        std::fs::write(&config, text).unwrap();
        std::fs::create_dir(folder.path().join("zones")).unwrap();
        let zone = folder.path().join("zones/example.com.yaml");
        std::fs::write(zone, "www: {type: A, value: 192.0.2.1}\n").unwrap();
        sync(&config).await.unwrap();
        assert!(folder.path().join("live/example.com.yaml").is_file());
    }
}

#[test]
fn the_page_has_these_programs() {
    let text = page("embedding");
    let programs = blocks(&text).into_iter().filter_map(|block| match block {
        Block::Other { language: "rust", text } => Some(text),
        _ => None,
    });
    let compiled = [include_str!("embedding/zone.rs"), include_str!("embedding/config.rs")];
    assert_eq!(programs.collect::<Vec<_>>(), compiled.map(str::trim_end));
}
