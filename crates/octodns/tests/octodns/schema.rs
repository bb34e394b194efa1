//! Schemas of the classes of this build.

use octodns_core::registry::Host;
use octodns_core::schema::Dialect;
use serde_json::Value as Json;

#[test]
fn every_class_has_its_options() {
    let registry = octodns::registry(None, Host::default());
    let schema = octodns::config_schema(&registry, Dialect::Complete);
    for (section, names) in [
        ("providers", registry.providers.taken().collect::<Vec<_>>()),
        ("processors", registry.processors.taken().collect()),
        ("validators", registry.validators.taken().collect()),
    ] {
        let entry = &schema.as_value()["properties"][section]["additionalProperties"];
        assert!(names.len() > 3, "{section}");
        for name in names {
            let is_for = |branch: &&Json| {
                let names = branch["if"]["properties"]["class"]["enum"].as_array();
                names.is_some_and(|names| names.iter().any(|own| own == name))
            };
            let branch = entry["allOf"].as_array().unwrap().iter().find(is_for).unwrap();
            let then = &branch["then"];
            assert_eq!(then["additionalProperties"], false, "{name} takes any option");
            for (option, schema) in then["properties"].as_object().unwrap() {
                if option != "class" {
                    assert!(
                        schema["description"].is_string(),
                        "{name}: {option} has no doc comment"
                    );
                }
            }
        }
    }
}
