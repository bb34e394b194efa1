//! Recorded transfers with signatures: the same query is signed equally, and the recorded answer verifies.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let pairs = (0..hex.len()).step_by(2).map(|start| &hex[start..start + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn folder() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "where recordings are is the caller's to say")]
    let given = std::env::var_os("OCTODNS_CASSETTES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/cassettes");
    given.unwrap_or(beside).join("bind")
}

#[test]
fn recorded_signatures_are_reproduced_and_verified() {
    for name in ["axfr-tsig", "axfr-default-algorithm", "rfc2136-tsig"] {
        let path = folder().join(format!("{name}.json"));
        let Ok(text) = fs::read_to_string(&path) else {
            eprintln!("skipped: {} is missing", path.display());
            return;
        };
        let cassette: Value = serde_json::from_str(&text).unwrap();
        let config = &cassette["config"];
        let key = Key {
            name: wire_name(config["key_name"].as_str().unwrap()).unwrap(),
            algorithm: Algorithm::Sha256,
            secret: STANDARD.decode(config["key_secret"].as_str().unwrap()).unwrap(),
        };
        for exchange in cassette["exchanges"].as_array().unwrap() {
            let recorded = bytes(&exchange["query"]);
            let message = Message::new(&recorded).unwrap();
            let signature = message.walk(|_| Ok(())).unwrap().unwrap();
            let mut made = recorded[..signature.start].to_vec();
            made[11] -= 1;
            let mut verifier = key.sign(&mut made, signature.data.time).unwrap();
            assert_eq!(made, recorded, "{name}");

            for response in exchange["responses"].as_array().unwrap() {
                let response = bytes(response);
                let message = Message::new(&response).unwrap();
                let signature = message.walk(|_| Ok(())).unwrap().unwrap();
                let time = signature.data.time;
                verifier.next(&response, Some(&signature), time).unwrap();
            }
            verifier.finish().unwrap();
        }
    }
}
