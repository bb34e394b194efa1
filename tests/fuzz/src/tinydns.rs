//! Files of tinydns, for a zone and for a reverse zone.

use crate::checks::{check_yaml_keeps, check_zone_file_keeps, read_both};
use crate::engine::ZONE;
use crate::files::{clear, folder, write_file};
use crate::target::Target;
use octodns_core::ZoneName;
use octodns_tinydns::{Options, TinyDnsFileSource};

pub(crate) const TARGET: Target = Target { name: "tinydns", run };

fn run(bytes: &[u8]) {
    let folder = folder("tinydns");
    clear(&folder);
    write_file(&folder, "data", bytes);
    let source = || TinyDnsFileSource::new("fuzz", Options::new(folder.clone()));
    for name in [ZONE, "2.0.192.in-addr.arpa."] {
        let name = ZoneName::new(name).expect("a name");
        let [strict, lenient] = read_both(&name, source, bytes);
        if let Some(zone) = &strict {
            check_zone_file_keeps(zone);
        }
        if let Some(zone) = &lenient {
            check_yaml_keeps(zone);
        }
    }
}
