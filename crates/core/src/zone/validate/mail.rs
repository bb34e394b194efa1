//! Whether MX, SPF and DMARC of a zone say the same: that it handles mail, or that it does not.

use std::sync::Arc;

use fancy_regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Check, ZoneCheck, ZoneFinding, ZoneFunction};
use crate::options::{self, BuildError};
use crate::record::{Mx, Record, RecordData, RecordType};
use crate::validate::{SETS, of_validator};
use crate::value::{OwnedValue, Value};
use crate::zone::Zone;

/// The validator of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[ZoneCheck {
    id: "mail",
    class: "octodns.zone.mail.MailZoneValidator",
    short_class: &["octodns.zone.MailZoneValidator"],
    sets: &["best-practice"],
    check: Check::Configurable(configure, of_validator::<Options>),
}];

/// What says "no host may send mail in this name".
const NO_SENDERS: &str = "v=spf1 -all";

/// Options of `mail`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What the zone is held to. Default: auto, which takes it from MX, or else SPF, at the apex.
    #[serde(default)]
    mode: Mode,
    /// How many exchanges a name must have at least. Default: 2.
    #[serde(default = "two")]
    min_mx: i64,
    /// Exchanges that may stand alone, beside those of well-known services. Default: none.
    #[serde(default)]
    single_mx_regexes: Option<Vec<String>>,
}

fn two() -> i64 {
    2
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// What MX, or else SPF, of the apex says.
    #[default]
    Auto,
    /// Mail is handled.
    Mail,
    /// Mail is not handled.
    NoMail,
}

fn configure(options: &OwnedValue) -> Result<ZoneFunction, BuildError> {
    let Options { mode, min_mx, single_mx_regexes } = options::Options::read(options, &[SETS])?;
    let written = options.get("single_mx_regexes").and_then(Value::as_list).unwrap_or_default();
    let mut alone = Vec::new();
    for (index, pattern) in single_mx_regexes.unwrap_or_default().iter().enumerate() {
        let regex = Regex::new(pattern).map_err(|error| BuildError {
            message: format!("\"{pattern}\" is not a regular expression: {error}"),
            help: Some("escape literal special characters with \\".to_owned()),
            position: written.get(index).map_or(options.position, |value| value.position),
        })?;
        alone.push(regex);
    }
    let mail = Mail { mode, min_mx, alone };
    Ok(Arc::new(move |zone: &Zone, findings: &mut Vec<ZoneFinding>| mail.validate(zone, findings)))
}

struct Mail {
    mode: Mode,
    min_mx: i64,
    alone: Vec<Regex>,
}

/// A TXT record and the values in it that are policies of a kind.
struct Policy<'z> {
    record: Option<&'z Arc<Record>>,
    /// Each with its index in the record.
    values: Vec<(usize, String)>,
}

impl<'z> Policy<'z> {
    /// The values of a name's TXT record that start with `prefix`, in lower case.
    fn of(zone: &'z Zone, name: &str, prefix: &str) -> Self {
        let of_text = |record: &&Arc<Record>| record.record_type() == RecordType::TXT;
        let record = zone.node_named(name).iter().find(of_text);
        let values = match record.map(|record| record.data()) {
            Some(RecordData::Txt(texts)) => {
                let plain = |text: &crate::record::Txt| {
                    String::from_utf8_lossy(&text.octets()).to_ascii_lowercase()
                };
                let texts = texts.iter().map(plain).enumerate();
                texts.filter(|(_, text)| text.starts_with(prefix)).collect()
            }
            _ => Vec::new(),
        };
        Self { record, values }
    }

    fn value(&self) -> Option<&str> {
        self.values.first().map(|(_, text)| text.as_str())
    }

    /// An objection to one of its policies: that with this number.
    fn objection(&self, message: String, number: usize) -> ZoneFinding {
        let found = ZoneFinding::new(message, self.record);
        match (self.record, self.values.get(number)) {
            (Some(record), Some((index, _))) => found.to_value(record, *index),
            _ => found,
        }
    }

    fn check_single(&self, what: &str, findings: &mut Vec<ZoneFinding>) {
        if self.values.len() > 1 {
            findings.push(
                self.objection(format!("{what} has several policies"), 1)
                    .help("receivers then ignore all of them: keep one"),
            );
        }
    }
}

/// What says at a name how mail is handled.
struct Apex<'z> {
    name: String,
    mx: Option<&'z Arc<Record>>,
    spf: Policy<'z>,
    dmarc: Policy<'z>,
}

impl<'z> Apex<'z> {
    fn of(zone: &'z Zone, mx: Option<&'z Arc<Record>>) -> Self {
        Self {
            name: zone.name().to_string(),
            mx,
            spf: Policy::of(zone, "", "v=spf1"),
            dmarc: Policy::of(zone, "_dmarc", "v=dmarc1"),
        }
    }

    fn records(&self) -> impl Iterator<Item = &'z Arc<Record>> {
        [self.mx, self.spf.record, self.dmarc.record].into_iter().flatten()
    }

    fn missing(&self, what: &str, help: &str) -> ZoneFinding {
        let message = format!("{} {what}", self.name);
        ZoneFinding::new(message, self.records()).help(help)
    }
}

impl Mail {
    fn validate(&self, zone: &Zone, findings: &mut Vec<ZoneFinding>) {
        let of_mail = zone.records().filter(|record| record.record_type() == RecordType::MX);
        let (apex, below): (Vec<_>, Vec<_>) = of_mail.partition(|record| record.name().is_apex());
        for record in apex.iter().chain(&below) {
            self.check_count(zone, record, findings);
        }
        let apex = Apex::of(zone, apex.first().copied());
        apex.spf.check_single(&format!("SPF of {}", apex.name), findings);
        apex.dmarc.check_single(&format!("DMARC of {}", apex.name), findings);
        match self.mode_of(&apex) {
            Mode::Auto => {}
            Mode::Mail => check_mail(&apex, findings),
            Mode::NoMail => check_no_mail(&apex, findings),
        }
        for record in below {
            self.check_below(zone, record, findings);
        }
    }

    fn check_count(&self, zone: &Zone, record: &Arc<Record>, findings: &mut Vec<ZoneFinding>) {
        let values = exchanges(record);
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
        if is_null(values) || count >= self.min_mx {
            return;
        }
        if let [only] = values {
            match self.may_stand_alone(only) {
                Ok(true) => return,
                Ok(false) => {}
                Err(message) => {
                    let help = "write a simpler expression in single_mx_regexes";
                    findings.push(ZoneFinding::new(message, [record]).help(help));
                    return;
                }
            }
        }
        let (name, least) = (record.decoded_fqdn(zone.name()), self.min_mx);
        let message =
            format!("{name} has {count} mail exchanges, at least {least} are recommended");
        findings.push(ZoneFinding::new(message, [record]).help(
            "add another exchange, or name this one in single_mx_regexes of the validator \"mail\"",
        ));
    }

    /// Fails where an expression takes too many steps to tell.
    fn may_stand_alone(&self, mx: &Mx) -> Result<bool, String> {
        let mut exchange = mx.exchange.as_str().to_owned();
        if !exchange.ends_with('.') {
            exchange.push('.');
        }
        if is_known_alone(&exchange) {
            return Ok(true);
        }
        for regex in &self.alone {
            let matches = regex.is_match(&exchange).map_err(|error| {
                let regex = regex.as_str();
                format!("the expression \"{regex}\" was given up on {exchange}: {error}")
            })?;
            if matches {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// MX decides, and else SPF; DMARC does not, since `p=reject` is right for either.
    fn mode_of(&self, apex: &Apex<'_>) -> Mode {
        match (self.mode, apex.mx, apex.spf.value()) {
            (Mode::Auto, Some(mx), _) => mode_of_mx(mx),
            (Mode::Auto, None, Some(NO_SENDERS)) => Mode::NoMail,
            (Mode::Auto, None, Some(_)) => Mode::Mail,
            (mode, ..) => mode,
        }
    }

    /// DMARC is not looked for below the apex, which speaks for its names (RFC 7489, section 6.6.3).
    fn check_below(&self, zone: &Zone, record: &Arc<Record>, findings: &mut Vec<ZoneFinding>) {
        let name = record.decoded_fqdn(zone.name());
        let spf = Policy::of(zone, record.name().as_str(), "v=spf1");
        spf.check_single(&format!("SPF of {name}"), findings);
        let mode = if self.mode == Mode::Auto { mode_of_mx(record) } else { self.mode };
        let both = || [record].into_iter().chain(spf.record);
        if mode == Mode::NoMail && !is_null(exchanges(record)) {
            findings.push(not_null(&name, record));
        }
        match (mode, spf.value()) {
            (Mode::NoMail, Some(NO_SENDERS)) => {}
            (Mode::NoMail, Some(_)) => findings.push(not_strict(&name, &spf)),
            (Mode::NoMail, None) => findings.push(
                ZoneFinding::new(format!("{name} handles no mail but has no SPF"), both())
                    .help(ADD_STRICT_SPF),
            ),
            (_, Some(value)) if ends_well(value) => {}
            (_, Some(_)) => findings.push(open_spf(&name, &spf)),
            (_, None) => findings.push(
                ZoneFinding::new(format!("{name} handles mail but has no SPF"), both())
                    .help(ADD_SPF),
            ),
        }
    }
}

const ADD_SPF: &str = "add a TXT value such as \"v=spf1 mx ~all\"";
const ADD_STRICT_SPF: &str = "add the TXT value \"v=spf1 -all\"";

fn check_mail(apex: &Apex<'_>, findings: &mut Vec<ZoneFinding>) {
    if apex.mx.is_none() {
        findings.push(apex.missing("handles mail but has no MX", "add an MX record"));
    }
    match apex.spf.value() {
        None => findings.push(apex.missing("handles mail but has no SPF", ADD_SPF)),
        Some(value) if ends_well(value) => {}
        Some(_) => findings.push(open_spf(&apex.name, &apex.spf)),
    }
    match apex.dmarc.value() {
        None => findings.push(apex.missing(
            "handles mail but has no DMARC",
            "add the TXT record _dmarc with a value such as \"v=DMARC1\\; p=reject\"",
        )),
        Some(value) if dmarc_policy(value).is_some() => {}
        Some(_) => findings.push(
            apex.dmarc
                .objection(format!("DMARC of {} has no policy", apex.name), 0)
                .help("add p=none, p=quarantine or p=reject"),
        ),
    }
}

fn check_no_mail(apex: &Apex<'_>, findings: &mut Vec<ZoneFinding>) {
    match apex.mx {
        None => findings
            .push(apex.missing("handles no mail but has no null MX", "add the MX value \"0 .\"")),
        Some(mx) if is_null(exchanges(mx)) => {}
        Some(mx) => findings.push(not_null(&apex.name, mx)),
    }
    match apex.spf.value() {
        None => findings.push(apex.missing("handles no mail but has no SPF", ADD_STRICT_SPF)),
        Some(NO_SENDERS) => {}
        Some(_) => findings.push(not_strict(&apex.name, &apex.spf)),
    }
    let help = "give the TXT record _dmarc the value \"v=DMARC1\\; p=reject\\;\"";
    if apex.dmarc.record.is_none() {
        findings.push(apex.missing("handles no mail but has no DMARC", help));
    } else if apex.dmarc.value().and_then(dmarc_policy).as_deref() != Some("reject") {
        let message = format!("{} handles no mail but its DMARC does not reject", apex.name);
        findings.push(apex.dmarc.objection(message, 0).help(help));
    }
}

fn not_null(name: &str, mx: &Arc<Record>) -> ZoneFinding {
    let message = format!("{name} handles no mail but has an MX that is not the null MX");
    let is_null = |mx: &Mx| mx.preference == 0 && mx.exchange.is_root();
    let other = exchanges(mx).iter().position(|mx| !is_null(mx)).unwrap_or_default();
    let found = ZoneFinding::new(message, [mx]).to_value(mx, other);
    found.help("its only MX value must be \"0 .\"")
}

fn not_strict(name: &str, spf: &Policy<'_>) -> ZoneFinding {
    let message = format!("{name} handles no mail but its SPF lets hosts send");
    spf.objection(message, 0).help("write \"v=spf1 -all\"")
}

fn open_spf(name: &str, spf: &Policy<'_>) -> ZoneFinding {
    spf.objection(format!("SPF of {name} does not end with \"~all\" or \"-all\""), 0)
        .help("end it with one of them, else any host may send")
}

fn ends_well(spf: &str) -> bool {
    spf.ends_with(" -all") || spf.ends_with(" ~all")
}

/// The last `p` tag of a DMARC policy (RFC 7489, section 6.3) in lower case.
fn dmarc_policy(value: &str) -> Option<String> {
    let mut tags = value.split(';').filter_map(|part| {
        let part = part.trim();
        let (tag, value) = part.split_once('=').unwrap_or((part, ""));
        (tag.trim() == "p").then(|| value.trim().to_owned())
    });
    tags.next_back()
}

fn exchanges(record: &Record) -> &[Mx] {
    match record.data() {
        RecordData::Mx(values) => values,
        _ => &[],
    }
}

/// `0 .` alone says that no mail is taken (RFC 7505).
fn is_null(values: &[Mx]) -> bool {
    matches!(values, [only] if only.preference == 0 && only.exchange.is_root())
}

fn mode_of_mx(record: &Record) -> Mode {
    if is_null(exchanges(record)) { Mode::NoMail } else { Mode::Mail }
}

/// Services that hand out one exchange, and stand behind it with many hosts.
fn is_known_alone(exchange: &str) -> bool {
    const EXACT: [&str; 4] =
        ["inbound.postmarkapp.com.", "mx.hubapi.com.", "mx.sendgrid.net.", "smtp.google.com."];
    EXACT.contains(&exchange)
        || exchange.starts_with("smtp.siftrock.com.")
        || is_amazon(exchange).is_some()
}

/// `feedback-smtp.REGION.amazonses.com.` and the like.
fn is_amazon(exchange: &str) -> Option<()> {
    let region = exchange
        .strip_prefix("feedback-smtp.")
        .or_else(|| exchange.strip_prefix("inbound-smtp."))?;
    let region = region
        .strip_suffix(".amazonaws.com.")
        .or_else(|| region.strip_suffix(".amazonses.com."))?;
    (!region.is_empty()).then_some(())
}
