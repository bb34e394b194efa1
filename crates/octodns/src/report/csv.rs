//! Comma-separated values, as Python's `csv` writes them without quoting.

use crate::escape::csv;

use super::{LiveReport, is_consistent, words};

/// A row per record: name, type, TTL, the words of each server, and whether they are the same.
pub(super) fn write(report: &LiveReport) -> String {
    let mut text = String::new();
    let mut header: Vec<String> = ["Name", "Type", "TTL"].map(str::to_owned).into();
    header.extend(report.server_names());
    header.push("Consistent".to_owned());
    row(&mut text, &header);
    for verified in &report.records {
        let (record, of) = (&verified.record, verified.record.record_type());
        let answers: Vec<_> = verified.seen.iter().map(|seen| words(of, seen).join(" ")).collect();
        let consistent = if is_consistent(&answers) { "True" } else { "False" };
        let mut fields =
            vec![record.decoded_fqdn(&report.zone), of.to_string(), record.ttl().to_string()];
        fields.extend(answers);
        fields.push(consistent.to_owned());
        row(&mut text, &fields);
    }
    text.push('\n');
    text
}

fn row(text: &mut String, fields: &[String]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let field = csv(field);
        // Differs from octoDNS: such a field ends its report. Elsewhere quotes mean nothing, as in octoDNS.
        if field.contains(',') {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_break_a_row_is_quoted() {
        let mut text = String::new();
        let fields = ["a", "\"b c\"", "\"d, e\"", ""].map(str::to_owned);
        row(&mut text, &fields);
        assert_eq!(text, "a,\"b c\",\"\"\"d, e\"\"\",\r\n");
    }
}
