//! Zone files (RFC 1035, section 5), read from and written to a folder.

use crate::checks::{check_yaml_keeps, check_zone_file_keeps, read_both, zone_file_provider};
use crate::engine::{ZONE, zone_name};
use crate::files::{clear, folder, write_file};
use crate::target::Target;

pub(crate) const TARGET: Target = Target { name: "zone_file", run };

fn run(bytes: &[u8]) {
    let folder = folder("zone-file-read");
    clear(&folder);
    write_file(&folder, ZONE, bytes);
    let [_, lenient] = read_both(&zone_name(), || zone_file_provider(&folder), bytes);
    if let Some(zone) = &lenient {
        check_zone_file_keeps(zone);
        check_yaml_keeps(zone);
    }
}
