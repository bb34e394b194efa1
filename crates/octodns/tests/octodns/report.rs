//! The report on a zone, from servers that say all there is to say.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use octodns::{LiveReport, Manager, ReportOptions};
use octodns_testkit::dns::{FakeDns, Question, nxdomain, record, send, txt};

const CONFIG: &str = "\
providers:
  config: {class: yaml, directory: FOLDER}
zones:
  example.com.: {sources: [config]}
";

const ZONE: &str = r"
'': {type: ALIAS, value: cdn.example.net.}
a: {type: A, value: 192.0.2.1}
b: {type: TXT, value: 'one, two'}
c: {type: A, value: 192.0.2.1}
d: {type: A, value: 192.0.2.1}
e: {type: A, value: 192.0.2.1}
f: {type: A, value: 192.0.2.1}
g: {type: A, value: 192.0.2.1}
ü: [{type: A, value: 192.0.2.1}, {type: TXT, value: x}]
";

/// A server that answers by the first letter of the name.
fn server(last: u8) -> FakeDns {
    FakeDns::start(move |question: &Question, mut message: Message| {
        match question.name.as_bytes()[0] {
            b'b' => message.add_answer(record(&question.name, 60, 16, &txt(&["one, two"]))),
            b'c' => return send(&nxdomain(message)),
            b'd' => return send(&message),
            b'e' => return Vec::new(),
            b'f' => {
                message.metadata.response_code = ResponseCode::YXDomain;
                return send(&message);
            }
            b'g' => {
                message.metadata.response_code = ResponseCode::ServFail;
                return send(&message);
            }
            _ if question.number == 16 => {
                message.add_answer(record(&question.name, 60, 16, &txt(&["X"])))
            }
            _ => message.add_answers([
                record(&question.name, 60, 1, &[192, 0, 2, 10]),
                record(&question.name, 60, 1, &[192, 0, 2, last]),
            ]),
        };
        send(&message)
    })
    .unwrap()
}

async fn report(folder: &Path, mut options: ReportOptions) -> LiveReport {
    fs::write(folder.join("example.com.yaml"), ZONE).unwrap();
    let config = folder.join("config.yaml");
    fs::write(&config, CONFIG.replace("FOLDER", &folder.display().to_string())).unwrap();
    let manager = Manager::from_config_file(&config, &octodns::options()).unwrap();
    // Long for an answer, short for the one that never comes.
    options.timeout = Duration::from_secs(2);
    manager.report(&options).await.unwrap()
}

#[tokio::test]
async fn every_answer_has_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (server(1), server(2));
    let names = [one.address().to_string(), other.address().to_string()];
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    // The same server again, and one that there is not.
    let servers = vec![names[0].clone(), names[1].clone(), names[0].clone(), "a/b".to_owned()];
    let mut options = ReportOptions::new("example.com.", vec!["config".to_owned()], servers);
    options.progress =
        Some(Arc::new(move |answered, all| told.lock().unwrap().push((answered, all))));
    let report = report(folder.path(), options).await;
    assert_eq!(report.server_names(), names);
    assert_eq!(report.unknown, ["a/b"]);
    assert!(!report.is_as_it_should_be());
    assert_eq!(*seen.lock().unwrap(), (1..=20).map(|answered| (answered, 20)).collect::<Vec<_>>());

    let [one, other] = &names;
    let rows = [
        format!("Name,Type,TTL,{one},{other},Consistent"),
        "example.com.,ALIAS,3600,*not in DNS*,*not in DNS*,True".to_owned(),
        "a.example.com.,A,3600,192.0.2.1 192.0.2.10,192.0.2.10 192.0.2.2,False".to_owned(),
        "b.example.com.,TXT,3600,\"\"\"one, two\"\"\",\"\"\"one, two\"\"\",True".to_owned(),
        "c.example.com.,A,3600,*does not exist*,*does not exist*,True".to_owned(),
        "d.example.com.,A,3600,*no answer*,*no answer*,True".to_owned(),
        "e.example.com.,A,3600,*timeout*,*timeout*,True".to_owned(),
        "f.example.com.,A,3600,*should not exist*,*should not exist*,True".to_owned(),
        "g.example.com.,A,3600,*no answer*,*no answer*,True".to_owned(),
        "ü.example.com.,A,3600,192.0.2.1 192.0.2.10,192.0.2.10 192.0.2.2,False".to_owned(),
        "ü.example.com.,TXT,3600,\"X\",\"X\",True".to_owned(),
        "\n".to_owned(),
    ];
    assert_eq!(report.csv(), rows.join("\r\n"));

    let json = report.json();
    // As in octoDNS, an IDNA name is there twice.
    for part in [
        &format!(
            "\"a.example.com.\": {{\"A\": {{\"{one}\": [\"192.0.2.1\", \"192.0.2.10\"], \"{other}\": \
             [\"192.0.2.10\", \"192.0.2.2\"], \"consistent\": false}}}}, \"b.example.com.\": "
        ),
        &format!("\"TXT\": {{\"{one}\": [\"X\"], \"{other}\": [\"X\"]}}}}, "),
        "\"xn--tda.example.com.\": {\"A\": {\"consistent\": false}, \"TXT\": {\"consistent\": true}}}\n",
    ] {
        assert!(json.contains(part), "{part} is not in {json}");
    }
}
