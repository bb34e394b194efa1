//! The page of zone files names every record type, and its examples have one of each.

use octodns_core::record::TYPES;

use crate::page;

#[test]
fn every_record_type_has_a_row_and_an_example() {
    let text = page("zone-files");
    let rows: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once(" | ").map(|(types, _)| types))
        .collect();
    for row in TYPES {
        let name = row.record_type.as_str();
        let is_named =
            rows.iter().any(|types| types.split(['`', ',', ' ']).any(|word| word == name));
        assert!(is_named, "{name} has no row");
        assert!(text.contains(&format!("type: {name}\n")), "{name} has no example");
    }
}
