//! What may stand beside CNAME and ALIAS records.

use std::sync::Arc;

use super::{ZoneFinding, ZoneValidator};
use crate::record::{Record, RecordType};
use crate::zone::Zone;

/// The validators of this family.
pub(super) fn all() -> Vec<Arc<dyn ZoneValidator>> {
    vec![Arc::new(CnameCoexistence)]
}

/// A CNAME stands alone at its name (RFC 1034 section 3.6.2); an ALIAS not beside A or AAAA.
struct CnameCoexistence;

impl ZoneValidator for CnameCoexistence {
    fn id(&self) -> &'static str {
        "cname-coexistence"
    }

    fn sets(&self) -> &[&str] {
        &["legacy", "strict"]
    }

    fn validate(&self, zone: &Zone, findings: &mut Vec<ZoneFinding>) {
        for (_, node) in zone.nodes().filter(|(_, node)| node.len() > 1) {
            let has = |wanted| node.iter().any(|record| record.record_type() == wanted);
            let (message, help) = if has(RecordType::CNAME) {
                let message = format!("a CNAME stands beside {}", others(node, RecordType::CNAME));
                (message, "a name with a CNAME holds nothing else: remove one or the other")
            } else if has(RecordType::ALIAS) && (has(RecordType::A) || has(RecordType::AAAA)) {
                let message = format!("an ALIAS stands beside {}", others(node, RecordType::ALIAS));
                (message, "an ALIAS answers for A and AAAA: remove one or the other")
            } else {
                continue;
            };
            findings.push(ZoneFinding {
                validator: self.id().to_owned(),
                message: format!("{message} at {}", node[0].decoded_fqdn(zone.name())),
                help: Some(help.to_owned()),
                records: node.to_vec(),
            });
        }
    }
}

fn others(node: &[Arc<Record>], own: RecordType) -> String {
    let types = node.iter().map(|record| record.record_type()).filter(|other| *other != own);
    types.map(|record_type| record_type.to_string()).collect::<Vec<_>>().join(", ")
}
