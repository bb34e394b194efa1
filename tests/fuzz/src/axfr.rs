//! Messages of a zone transfer (RFC 5936), each with a length prefix as over TCP.

use crate::checks::{check_yaml_keeps, check_zone_file_keeps, read_both};
use crate::engine::zone_name;
use crate::target::Target;
use octodns_bind::read_transfer;
use octodns_core::{Capabilities, ProviderError, Source, ZoneRead, ZoneRequest, async_trait};

pub(crate) const TARGET: Target = Target { name: "axfr", run };

fn run(bytes: &[u8]) {
    let [_, lenient] = read_both(&zone_name(), || Recorded(bytes.into()), bytes);
    if let Some(zone) = &lenient {
        check_zone_file_keeps(zone);
        check_yaml_keeps(zone);
    }
}

/// The messages of a stream.
fn messages(mut stream: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = stream.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (message, rest) = rest.split_at(length);
        messages.push(message);
        stream = rest;
    }
    messages
}

/// A recorded transfer.
struct Recorded(Vec<u8>);

#[async_trait]
impl Source for Recorded {
    fn id(&self) -> &'static str {
        "fuzz"
    }

    fn class_name(&self) -> &'static str {
        "Recorded"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        read_transfer(zone, &"fuzz".into(), messages(&self.0)).map(Some)
    }
}
