//! Page rules.

use octodns_testkit::fake::Request;
use serde_json::{Value as Json, json};

use super::{Cloudflare, Refusal, object, success};

impl Cloudflare {
    pub(super) fn rules(
        &mut self,
        request: &Request,
        zone_id: &str,
        rest: &[&str],
    ) -> Result<Json, Refusal> {
        let (id, body) = (self.new_id(), request.json());
        let zone = self.zone_mut(zone_id)?;
        let place = |id: &str| {
            let found = zone.rules.iter().position(|rule| rule["id"] == id);
            found.ok_or_else(|| (404, 1002, "Invalid Page Rule identifier".to_owned()))
        };
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                let status = request.param("status").unwrap_or("disabled");
                let rules = zone.rules.iter().filter(|rule| rule["status"] == status);
                Ok(success(&json!(rules.collect::<Vec<_>>())))
            }
            ("POST", []) => {
                if zone.rules.len() >= zone.max_rules() {
                    return Err((400, 1010, "Page Rule limit has been met.".to_owned()));
                }
                let mut rule = object(&body)?.clone();
                check(&body)?;
                rule.insert("id".to_owned(), id.into());
                rule.insert("priority".to_owned(), 1.into());
                zone.rules.push(rule.clone());
                Ok(success(&rule.into()))
            }
            (method @ ("PUT" | "PATCH"), [id]) => {
                let place = place(id)?;
                let mut rule = zone.rules[place].clone();
                if method == "PUT" {
                    rule.insert("priority".to_owned(), 1.into());
                }
                rule.extend(object(&body)?.clone());
                check(&rule.clone().into())?;
                zone.rules[place].clone_from(&rule);
                Ok(success(&rule.into()))
            }
            ("DELETE", [id]) => {
                let place = place(id)?;
                zone.rules.remove(place);
                Ok(success(&json!({ "id": id })))
            }
            _ => Err((405, 10405, "Method not allowed".to_owned())),
        }
    }
}

fn check(rule: &Json) -> Result<(), Refusal> {
    let pattern = rule["targets"][0]["constraint"]["value"].as_str().unwrap_or_default();
    let action = &rule["actions"][0];
    let forwards = action["id"] == "forwarding_url"
        && action["value"]["url"].as_str().is_some_and(|url| url.contains("://"))
        && matches!(action["value"]["status_code"].as_i64(), Some(301 | 302));
    if pattern.is_empty() || !(forwards || action["id"] == "always_use_https") {
        return Err((
            400,
            1004,
            "Page Rule validation failed: See messages for details.".to_owned(),
        ));
    }
    Ok(())
}
