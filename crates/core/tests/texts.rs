//! What a text means: laws, and a table of what it is worth to look at.

use octodns_core::record::text::{
    Cut, Presentation, QuotedString, escape_semicolons, unescape_semicolons,
};
use octodns_core::record::{LoadContext, Record, RecordData, RecordTypes, Txt};
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::{Report, Value, ZoneName};
use proptest::prelude::*;

/// Loads a text as a provider of files does, and gives it with the findings' codes and messages.
fn load(text: &str, sets: &[&str], bare_semicolons: bool) -> (Option<Txt>, Vec<String>) {
    let types = RecordTypes::default();
    let mut validators = RecordValidators::new(&types);
    validators.enable_sets(sets);
    let Ok(zone) = ZoneName::new("unit.tests.") else { return (None, Vec::new()) };
    let mut context = LoadContext::new(&zone, &validators, &types);
    context.lenient = true;
    context.escape_semicolons = bare_semicolons;
    let entries =
        [("type", Value::from("TXT")), ("ttl", 60.into()), ("value", text.to_owned().into())];
    let data: Map<'_> = entries.into_iter().collect();
    let mut report = Report::new();
    let record = Record::load(&"".into(), &data.into(), &context, &mut report);
    let loaded = match record.as_ref().map(Record::data) {
        Some(RecordData::Txt(texts)) => texts.first().cloned(),
        _ => None,
    };
    (loaded, report.iter().map(|found| format!("[{}] {}", found.code, found.message)).collect())
}

/// Octets that are worth a look: escapes, quotes, blanks, digits, UTF-8 whole and broken, anything.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let parts = prop::sample::select(vec![
        &b"\\"[..],
        b"\"",
        b" ",
        b"\" \"",
        b";",
        b"0",
        b"9",
        b"195",
        b"x",
        b"\t",
        b"\0",
        b"\x7f",
        b"\xc3\xa9",
        b"\xc3",
        b"\xa9",
        b"\xc2\xa0",
        b"\xe2\x80\x93",
        b"\xf0\x9f\x98\x80",
        b"\xff",
    ]);
    prop_oneof![
        prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat()),
        prop::collection::vec(any::<u8>(), 0..600),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The canonical text reads back, in either spelling of semicolons, and nothing is wrong with it.
    #[test]
    fn canonical_texts_read_back(octets in octets()) {
        let text = Txt::from_octets(&octets);
        prop_assert_eq!(&*text.octets(), &*octets);
        let again = Txt::new(text.as_str());
        prop_assert_eq!((&again, again.written()), (&text, None));
        let bare = unescape_semicolons(text.as_str());
        prop_assert_eq!(&escape_semicolons(&bare), text.as_str());
        for sets in [["legacy"], ["strict"]] {
            for (spelled, bare_semicolons) in [(text.as_str(), false), (&*bare, true)] {
                let (again, findings) = load(spelled, &sets, bare_semicolons);
                prop_assert_eq!(again.as_ref(), Some(&text));
                let unexpected = findings.iter().find(|found| !found.contains("beyond ASCII"));
                prop_assert_eq!(unexpected, None);
            }
        }
    }

    /// Presentation format reads back, however it is spelled and cut.
    #[test]
    fn presentation_format_reads_back(octets in octets()) {
        for form in [Presentation::DECIMAL, Presentation::OCTAL] {
            for form in [form, form.with_unicode(), form.with_escaped_semicolons().with_cut(Cut::Written)] {
                let strings = form.strings(&octets);
                prop_assert_eq!(&form.read(&strings).unwrap(), &octets, "{:?}", strings);
                prop_assert_eq!(&form.read(&form.string(&octets)).unwrap(), &octets);
                prop_assert_eq!(&form.read_if_quoted(&strings), &octets);
            }
        }
        let string = QuotedString::from_octets(&octets);
        prop_assert_eq!(&*string.octets(), &*octets);
        prop_assert_eq!(&QuotedString::new(string.as_str()), &string);
        let inside = format!("\"{string}\"");
        prop_assert_eq!(&Presentation::DECIMAL.read(&inside).unwrap(), &octets);
    }

    /// Any text has a meaning; reading it is the same whatever it is taken from.
    #[test]
    fn any_text_is_read(text in r#"[\\"; 0-9xé\t]{0,12}"#) {
        let read = Txt::new(&text);
        prop_assert_eq!(&Txt::from_octets(&read.octets()), &read);
        prop_assert_eq!(&Txt::new(read.as_str()), &read);
        let (loaded, _) = load(&text, &["legacy"], false);
        prop_assert_eq!(loaded, Some(read));
    }
}

/// Representative ones of the vectors that the conformance tests compare.
#[test]
fn texts_mean_what_the_table_says() {
    for (text, octets, canonical, presentation) in [
        ("hello", &b"hello"[..], "hello", r#""hello""#),
        (r"v=1\; x", b"v=1; x", r"v=1\; x", r#""v=1; x""#),
        ("v=1; x", b"v=1; x", r"v=1\; x", r#""v=1; x""#),
        (r"v=1\\; x", br"v=1\; x", r"v=1\\\; x", r#""v=1\\; x""#),
        (r"a\b", br"a\b", r"a\\b", r#""a\\b""#),
        (r"a\\b", br"a\b", r"a\\b", r#""a\\b""#),
        (r"a\09", br"a\09", r"a\\09", r#""a\\09""#),
        (r"a\256b", br"a\256b", r"a\\256b", r#""a\\256b""#),
        ("a\tb", b"a\tb", r"a\009b", r#""a\009b""#),
        (r"caf\233", b"caf\xe9", r"caf\233", r#""caf\233""#),
        (r"d\195\169j\195\160", "déjà".as_bytes(), "déjà", r#""d\195\169j\195\160""#),
        (r#"say \"hi\""#, br#"say "hi""#, r#"say "hi""#, r#""say \"hi\"""#),
        (r#"{"a" "b"}"#, br#"{"ab"}"#, r#"{"ab"}"#, r#""{\"ab\"}""#),
        (r#"{"a" \"b"}"#, br#"{"a" "b"}"#, r#"{"a" \"b"}"#, r#""{\"a\" \"b\"}""#),
        (r#""abc" "def""#, b"abcdef", "abcdef", r#""abcdef""#),
        (r#""abc" x"#, br#"abc" "#, r#"abc" "#, r#""abc\" ""#),
        (r#"\"abc""#, br#""abc""#, r#"\"abc""#, r#""\"abc\"""#),
        ("", b"", "", r#""""#),
    ] {
        let read = Txt::new(text);
        assert_eq!(&*read.octets(), octets, "{text}");
        assert_eq!((read.as_str(), &*read.to_string()), (canonical, presentation), "{text}");
    }
}
