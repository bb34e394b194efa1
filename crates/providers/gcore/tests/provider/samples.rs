//! Dynamic records as the services name their pools: those of rules by place `pool-0`, `pool-1` ...

use serde_json::{Map, Value as Json, json};

/// A record with the names, fallbacks and values that it is read with; `names` are those of the pool for the rest, and
/// of its fallbacks.
pub(crate) fn named(mut record: Json, names: &[&str]) -> Json {
    let old = record["dynamic"]["pools"].take();
    let mut rules = record["dynamic"]["rules"].as_array().cloned().unwrap_or_default();
    let (mut pools, mut values) = (Map::new(), Vec::new());
    let has_rest = rules.iter().any(|rule| rule.get("geos").is_none());
    for (index, rule) in rules.iter_mut().enumerate() {
        let mut id = rule["pool"].as_str().unwrap_or_default().to_owned();
        if rule.get("geos").is_some() {
            let mut pool = old[&id].clone();
            pool["fallback"] = if has_rest { json!(names[0]) } else { Json::Null };
            rule["pool"] = format!("pool-{index}").into();
            pools.insert(format!("pool-{index}"), pool);
            continue;
        }
        rule["pool"] = names[0].into();
        for (place, name) in names.iter().enumerate() {
            let mut pool = old[&id].clone();
            pool["fallback"].as_str().unwrap_or_default().clone_into(&mut id);
            pool["fallback"] = names.get(place + 1).map_or(Json::Null, |next| json!(next));
            values.extend(
                pool["values"].as_array().into_iter().flatten().map(|of| of["value"].clone()),
            );
            pools.insert((*name).to_owned(), pool);
        }
    }
    record["dynamic"] = json!({"pools": pools, "rules": rules});
    match record.get("values") {
        Some(_) => record["values"] = values.into(),
        None => record["value"] = values[0].clone(),
    }
    record
}

/// The same with a health check, and with options of the service for it.
pub(crate) fn checked(mut record: Json, (section, key): (&str, &str), options: &Json) -> Json {
    record["octodns"] = json!({
        "healthcheck": {"protocol": "HTTP", "host": "www.example.net", "path": "/up", "port": 80},
        section: {key: options},
    });
    record
}
