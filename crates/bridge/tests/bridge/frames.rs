//! Frames that are cut, doubled or in the wrong place: the reader takes none for another, and never more than there is.

use octodns_bridge::error::BridgeError;
use octodns_bridge::wire::frame::Frame;
use proptest::prelude::*;

use crate::support::{Bridge, json};

/// What a host says in a run, a frame of each kind.
const SAID: &[&str] = &[
    r#"{"re":1,"ok":{"protocol":1,"python":"3.11.7","types":["A"]},"sent":0}"#,
    r#"{"log":20,"logger":"Source[x]","message":"one\ntwo","for":1}"#,
    r#"{"zone":1,"for":2,"records":[["www","A",{"ttl":300,"value":"192.0.2.1"},"x",null],["","MX",{"ttl":300,"values":[{"preference":10,"exchange":"a.b."}]},"x","a.yaml, line 3, column 5"]]}"#,
    r#"{"zone":1,"for":2,"remove":[["old","A"]]}"#,
    r#"{"re":2,"ok":{"exists":true},"sent":3}"#,
    r#"{"beat":3,"do":"plan","seconds":5,"at":"/lib/x.py:3"}"#,
    r#"{"ask":1,"for":3,"do":"processors","again":false}"#,
    r#"{"plan":4,"for":3,"changes":[{"op":"Update","name":"www","type":"A","existing":["www","A",{"ttl":300,"value":"192.0.2.1"},null,null],"new":["www","A",{"ttl":300,"value":"192.0.2.2"},"x",null],"text":"changed"}]}"#,
    r#"{"re":3,"error":{"class":"a.B","bases":["Exception"],"message":"no","trace":[{"file":"a.py","line":3,"in":"f","text":"x"}],"status":503,"cause":{"class":"KeyError","message":"'x'"}}}"#,
];

#[test]
fn what_a_host_says_is_read() {
    for line in SAID {
        assert!(Frame::read(line.as_bytes()).is_ok(), "{line}");
    }
}

/// A frame that is cut is none, wherever it is cut.
#[test]
fn no_part_of_a_frame_is_a_frame() {
    for line in SAID {
        for end in 0..line.len() {
            assert!(Frame::read(&line.as_bytes()[..end]).is_err(), "{}", &line[..end]);
        }
    }
}

proptest! {
    /// Whatever bytes come, reading ends, and what is read is what is said.
    #[test]
    fn changed_frames_are_refused_or_say_something_else(
        index in 0..SAID.len(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut line = SAID[index].as_bytes().to_vec();
        let at = at.index(line.len());
        line[at] = byte;
        let _ = Frame::read(&line);
    }

    #[test]
    fn bytes_are_no_frame(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assume!(serde_json::from_slice::<serde_json::Value>(&bytes).is_err());
        prop_assert!(Frame::read(&bytes).is_err());
    }

    /// Parts of two frames, put together.
    #[test]
    fn frames_that_run_into_each_other_are_refused(
        one in 0..SAID.len(),
        other in 0..SAID.len(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (one, other) = (SAID[one], SAID[other]);
        let cut = cut.index(one.len());
        prop_assume!(cut > 0);
        let text = [&one.as_bytes()[..cut], other.as_bytes()].concat();
        prop_assert!(Frame::read(&text).is_err());
    }
}

/// What a class may make the host say by force, after a call has begun; each ends the process, and the call with it.
#[tokio::test]
async fn frames_that_belong_nowhere_end_the_process() {
    // Numbers count from 1: hello, the zones and calls of the test.
    let record = r#"["www","A",{"ttl":1,"value":"192.0.2.1"},null,null]"#;
    let cases = [
        ("not JSON", "what is this\n".to_owned(), "expected value"),
        ("of no kind", "{}\n".to_owned(), "the keys are those of no frame"),
        ("a reply to nothing", "{\"re\":999,\"ok\":null}\n".to_owned(), "for call 999"),
        ("a reply twice", "{\"re\":1,\"ok\":null}\n".to_owned(), "for call 1, which is not open"),
        (
            "records of another zone",
            format!("{{\"zone\":77,\"for\":CALL,\"records\":[{record}]}}\n"),
            "records of zone 77, which is another",
        ),
        (
            "records that are not counted",
            format!(
                "{{\"zone\":ZONE,\"for\":CALL,\"records\":[{record}]}}\n{{\"re\":CALL,\"ok\":{{}},\"sent\":0}}\n"
            ),
            "0 records or changes were sent, and 1 came",
        ),
        (
            "a plan",
            format!(
                "{{\"plan\":1,\"for\":CALL,\"changes\":[{{\"op\":\"Create\",\"name\":\"www\",\"type\":\"A\",\"new\":{record}}}]}}\n"
            ),
            "changes of plan 1, which is another",
        ),
        (
            "a question",
            "{\"ask\":1,\"for\":CALL,\"do\":\"processors\"}\n".to_owned(),
            "a question where none belongs",
        ),
        ("too deep", format!("{{\"re\":CALL,\"ok\":{}\n", "[".repeat(1000)), "recursion limit"),
        ("too long", "LONG\n".to_owned(), "a line has more than 8388608 bytes"),
        (
            "no UTF-8",
            "{\"log\":20,\"logger\":\"\u{ff}\",\"message\":\"\"}\n".to_owned(),
            "invalid unicode",
        ),
    ];
    for (name, frame, expected) in cases {
        let Some(bridge) = Bridge::start().await else { return };
        // hello is 1, make 2, the zone 3, populate 4.
        let frame = frame.replace("CALL", "4").replace("ZONE", "3");
        let mut options = json(r#"{"what": "lie"}"#).as_map().cloned().unwrap();
        options.insert("value", frame);
        bridge.provider("hostile", "Hostile", options.into()).await;
        let pid = bridge.host.hello().pid;
        let error = bridge.read("hostile").await.unwrap_err();
        let BridgeError::Malformed { what, .. } = &error else { panic!("{name}: {error:?}") };
        assert!(what.contains(expected), "{name}: {what}");
        crate::support::until("the end", || !crate::support::is_alive(pid)).await;
    }
}
