//! `dump/values.jsonl`: the exact output of the writer.

use std::io;

use octodns_yaml::{DumpOptions, Order, dump};

use crate::{Options, Outcome, corpus, json};

/// Compares every value.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    corpus::for_each_case(&options.corpus.join("dump/values.jsonl"), |id, case| {
        let mut options = DumpOptions::default();
        if case["order_mode"] == "simple" {
            options.order = Order::Simple;
        }
        options.allow_unicode = case["allow_unicode"].as_bool().unwrap_or_default();
        let text = dump(&json::value_of(&case["data"]), &options);
        let expected = case["text"].as_str().unwrap_or_default();
        outcome
            .case(id, (text != expected).then(|| format!("expected {expected:?}, got {text:?}")));
    })
}
