//! The contents of a transfer, and how it ends.

use super::*;

#[tokio::test]
async fn a_correct_peer_is_accepted() {
    let peer = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns(), a("a.unit.test."), a("A.UNIT.test.")]).await;
        peer.send_signed(vec![a("b.unit.test.")]).await;
        peer.send_signed(vec![soa(1)]).await;
    };
    assert_eq!(transfer(None, QUICK, peer).await, Ok(3));
    assert_eq!(transfer(Some(key()), QUICK, peer).await, Ok(3));
}

#[tokio::test]
async fn silence_and_closed_connections_are_distinguished() {
    refused(async |mut peer| peer.wait().await, "no data for 0.3 s before an answer came").await;
    refused(async |_| {}, "the server closed the connection before an answer came").await;
    let half = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns()]).await;
        peer.wait().await;
    };
    let expected = "no data for 0.3 s within the answer (after 1 messages with 2 records)";
    refused(half, expected).await;
    let half = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns()]).await;
    };
    let expected = "the server closed the connection within the answer \
                    (after 1 messages with 2 records)";
    refused(half, expected).await;
    // A message that ends in the middle.
    let cut = async |mut peer: Peer| {
        let _ = peer.stream.write_all(&[0, 200, 0, 7]).await;
        peer.wait().await;
    };
    refused(cut, "no data for 0.3 s before an answer came").await;
    // In IXFR this would mean that nothing has changed.
    let lone = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1)]).await;
        peer.wait().await;
    };
    let expected = "no data for 0.3 s within the answer (after 1 messages with 1 records)";
    refused(lone, expected).await;
}

#[tokio::test]
async fn a_reset_is_told() {
    for key in [None, Some(key())] {
        let reset = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            // If data is unread when the connection is closed, this makes it a reset.
            peer.stream.set_zero_linger().unwrap();
        };
        let error = transfer(key, QUICK, reset).await.unwrap_err();
        let expected = "the connection broke within the answer (after 1 messages with 1 records): ";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn an_endless_transfer_is_stopped() {
    let endless = async |mut peer: Peer| {
        let mut number = 0_u32;
        peer.send_signed(vec![soa(1)]).await;
        let mut goes_on = true;
        while goes_on {
            number += 1;
            let records = (0..500).map(|n| a(&format!("n{number}-{n}.unit.test."))).collect();
            goes_on = peer.send_signed(records).await;
        }
    };
    for key in [None, Some(key())] {
        let few = Limits { mebibytes: 1, ..PATIENT };
        let error = transfer(key.clone(), few, endless).await.unwrap_err();
        assert!(
            error.starts_with("not complete after 1 MiB, within the answer (after "),
            "{error}"
        );
        assert!(error.ends_with("(raise transfer_limit if the zone is that large)"), "{error}");

        // One message at a time, each before the timeout, and so on forever.
        let short = Limits { transfer: Duration::from_millis(500), ..QUICK };
        let slow = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            while peer.send_signed(vec![a("a.unit.test.")]).await {
                pace.tick().await;
            }
        };
        let error = transfer(key, short, slow).await.unwrap_err();
        assert!(
            error.starts_with("not complete after 0.5 s, within the answer (after "),
            "{error}"
        );
    }
}

/// A compression pointer of two bytes stands for a name of up to 255: the expanded size counts.
#[tokio::test]
async fn expanded_names_count_towards_the_limit() {
    let label = "x".repeat(59);
    let longest = format!("{label}.{label}.{label}.{label}.unit.test.");
    let unfolding = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1)]).await;
        // The first record has the name, after the header and the question; 2,000 point to it.
        let mut message = peer.answer(vec![a(&longest)]);
        let pointing = [0xc0, 27, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
        message.extend(pointing.repeat(2000));
        message[6..8].copy_from_slice(&2001_u16.to_be_bytes());
        let mut goes_on = true;
        while goes_on {
            let message = peer.sign(&message, NOW);
            goes_on = peer.send(&message).await;
        }
    };
    let most = Limits { mebibytes: 8, ..PATIENT };
    for key in [None, Some(key())] {
        let error = transfer(key, most, unfolding).await.unwrap_err();
        // Half a megabyte each; on the wire they have less than 1 MiB.
        let expected =
            "not complete after 8 MiB, within the answer (after 17 messages with 32017 records)";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn answers_to_other_questions_are_refused() {
    /// Sends a changed message.
    async fn changed(mut peer: Peer, change: impl FnOnce(&mut Vec<u8>)) {
        let mut message = peer.answer(vec![soa(1), ns(), soa(1)]);
        change(&mut message);
        let message = peer.sign(&message, NOW);
        peer.send(&message).await;
        peer.wait().await;
    }
    let id = async |peer| changed(peer, |message| message[1] = 9).await;
    refused(id, "the answer has the id 9, the query had 7").await;
    let question = async |peer| changed(peer, |message| message[2] &= 0x7f).await;
    refused(question, "the server sent a query instead of an answer").await;
    let update = async |peer| changed(peer, |message| message[2] |= 5 << 3).await;
    refused(update, "the answer is to another kind of request (opcode 5)").await;
    let truncated = async |peer| changed(peer, |message| message[2] |= 2).await;
    refused(truncated, "the answer is truncated, over TCP").await;
    let other = async |peer| changed(peer, |message| message[13] = b'x').await;
    refused(other, "the answer is to another query: xnit.test.").await;
    let short = async |mut peer: Peer| {
        peer.send(b"\0\x07\x84").await;
        peer.wait().await;
    };
    refused(short, "the answer is malformed: it is shorter than a header").await;
    let longer = async |peer| changed(peer, |message| message.push(0)).await;
    for key in [None, Some(key())] {
        let error = transfer(key, QUICK, longer).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

#[tokio::test]
async fn a_loop_of_compression_pointers_is_refused() {
    /// The owner of the second record is a pointer to `target`, which gets the offset of the pointer.
    async fn pointing(mut peer: Peer, target: impl FnOnce(usize) -> usize) {
        let mut message = peer.answer(vec![soa(1)]);
        let at = message.len();
        message[7] = 2;
        let pointer = u16::try_from(target(at)).unwrap() | 0xc000;
        message.extend(pointer.to_be_bytes());
        message.extend([0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
        let message = peer.sign(&message, NOW);
        peer.send(&message).await;
        peer.wait().await;
    }
    let itself = async |peer| pointing(peer, |at| at).await;
    let forward = async |peer| pointing(peer, |at| at + 2).await;
    for key in [None, Some(key())] {
        let error = transfer(key.clone(), QUICK, itself).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
        let error = transfer(key, QUICK, forward).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

#[tokio::test]
async fn invalid_transfers_are_refused() {
    /// A transfer of these records, then silence.
    async fn of(mut peer: Peer, records: Vec<Record>) {
        peer.send_signed(records).await;
        peer.wait().await;
    }
    let no_soa = async |peer| of(peer, vec![ns(), soa(1)]).await;
    let expected = "the transfer does not begin with the SOA of the zone, but with unit.test. NS";
    refused(no_soa, expected).await;
    let outside = async |peer| of(peer, vec![soa(1), a("www.other.test."), soa(1)]).await;
    let expected = "the transfer has a record outside the zone: www.other.test. A";
    refused(outside, expected).await;
    // Ends in the same characters, but is another zone.
    let outside = async |peer| of(peer, vec![soa(1), a("xunit.test."), soa(1)]).await;
    refused(outside, "the transfer has a record outside the zone: xunit.test. A").await;
    let changed = async |peer| of(peer, vec![soa(1), ns(), soa(2)]).await;
    let expected = "the transfer began with serial 1 and ends with 2: \
                    the zone changed meanwhile, or the server is faulty";
    refused(changed, expected).await;
    let after = async |peer| of(peer, vec![soa(1), ns(), soa(1), a("a.unit.test.")]).await;
    refused(after, "the transfer goes on after its end, with a.unit.test. A").await;
    let class = async |peer| {
        let mut chaos = ns();
        chaos.dns_class = DNSClass::CH;
        of(peer, vec![soa(1), chaos, soa(1)]).await;
    };
    refused(class, "the transfer has a record of class 3: unit.test. NS").await;
    let short = async |peer| {
        let data = RData::Unknown { code: RecordType::MX, rdata: NULL::with(vec![0]) };
        of(peer, vec![soa(1), Record::from_rdata(zone(), 60, data), soa(1)]).await;
    };
    for key in [None, Some(key())] {
        let error = transfer(key, QUICK, short).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_is_reported_with_its_likely_reason() {
    for (code, expected) in [
        (5, "the server answered REFUSED (it does not allow that)"),
        (2, "the server answered SERVFAIL (it failed; its log says why)"),
        (11, "the server answered code 11"),
    ] {
        let peer = async |mut peer: Peer| {
            let mut message = peer.answer(Vec::new());
            message[3] |= code;
            peer.send(&message).await;
        };
        refused(peer, expected).await;
    }
}

/// Some servers say nothing about a key that they do not accept.
#[tokio::test]
async fn a_refusal_of_a_signed_request_mentions_the_key() {
    for (is_signed, expected) in [
        (false, "(it has no such zone, or wants a key for it)"),
        (
            true,
            "(it has no such zone, or does not accept the key: see key_name, key_secret and \
             key_algorithm)",
        ),
    ] {
        let error = Error::Refused { rcode: Rcode { code: 9, tsig: 0 }, is_signed };
        assert_eq!(error.to_string(), format!("the server answered NOTAUTH {expected}"));
    }
}

#[tokio::test]
async fn without_a_clock_nothing_is_signed() {
    let client = Client {
        server: Server { host: "127.0.0.1".to_owned(), port: 9, ipv6: false },
        key: Some(key()),
        limits: QUICK,
        clock: Arc::new(|| None),
        next_id: 1.into(),
    };
    let error = client.transfer(&ZoneName::new("unit.test.").unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "signing needs a clock, which the program does not provide");
}
