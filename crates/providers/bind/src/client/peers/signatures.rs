//! Signatures that are wrong, missing, or from another time: of transfers, and of answers to updates.

use super::*;

/// A transfer of `count` messages, one of which is changed in transit.
async fn tampered(
    count: usize,
    index: usize,
    tamper: impl Fn(&mut Vec<u8>, &[u8]) + Copy + Send + Sync,
) -> Result<usize, String> {
    transfer(Some(key()), QUICK, async |mut peer| {
        for number in 0..count {
            let mut records = vec![a(&format!("a{number}.unit.test."))];
            if number == 0 {
                records.insert(0, soa(1));
            }
            if number + 1 == count {
                records.push(soa(1));
            }
            let bare = peer.answer(records);
            let mut message = peer.sign(&bare, NOW);
            if number == index {
                tamper(&mut message, &bare);
            }
            peer.send(&message).await;
        }
        peer.wait().await;
    })
    .await
}

#[tokio::test]
async fn a_wrong_signature_is_detected_in_every_message() {
    assert_eq!(tampered(4, 9, |_, _| ()).await, Ok(4));
    for index in 0..4 {
        let mac = |message: &mut Vec<u8>, _: &[u8]| {
            let end = message.len() - 20;
            message[end] ^= 1;
        };
        let expected = format!("the signature of message {} of the answer is wrong", index + 1);
        assert_eq!(tampered(4, index, mac).await, Err(expected.clone()));
        // The address in the record.
        let data = |message: &mut Vec<u8>, bare: &[u8]| {
            let position = bare.windows(4).position(|bytes| bytes == [192, 0, 2, 1]).unwrap();
            message[position + 3] = 9;
        };
        assert_eq!(tampered(4, index, data).await, Err(expected));
    }
}

#[tokio::test]
async fn a_missing_signature_is_detected() {
    let strip = |message: &mut Vec<u8>, bare: &[u8]| message.clone_from(&bare.to_vec());
    let missing = "the answer is not signed, although the query was".to_owned();
    assert_eq!(tampered(4, 0, strip).await, Err(missing));
    // The next signature does not cover what was removed.
    let wrong = "the signature of message 3 of the answer is wrong".to_owned();
    assert_eq!(tampered(4, 1, strip).await, Err(wrong));
    let last = "the last message of the answer is not signed".to_owned();
    assert_eq!(tampered(4, 3, strip).await, Err(last));
}

#[tokio::test]
async fn up_to_99_messages_in_a_row_are_not_signed() {
    for (count, expected) in [
        (99, Ok(1)),
        (100, Err("100 messages in a row are not signed, at most 99 may be".to_owned())),
    ] {
        let peer = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            for _ in 0..count {
                peer.send_unsigned(vec![a("a.unit.test.")]).await;
            }
            peer.send_signed(vec![soa(1)]).await;
            peer.wait().await;
        };
        assert_eq!(transfer(Some(key()), QUICK, peer).await, expected);
    }
}

#[tokio::test]
async fn signatures_need_the_right_key_and_time() {
    for (time, expected) in [
        (NOW - 300, Ok(1)),
        (NOW + 300, Ok(1)),
        (NOW - 301, Err("the answer was signed 301 s before our clock, at most 300 are allowed")),
        (NOW + 999, Err("the answer was signed 999 s after our clock, at most 300 are allowed")),
    ] {
        let peer = async |mut peer: Peer| {
            let message = peer.answer(vec![soa(1), ns(), soa(1)]);
            let message = peer.sign(&message, time);
            peer.send(&message).await;
        };
        let result = transfer(Some(key()), QUICK, peer).await;
        assert_eq!(result, expected.map_err(str::to_owned));
    }
    let other = async |mut peer: Peer| {
        let message = peer.answer(vec![soa(1), ns(), soa(1)]);
        let mut message = peer.sign(&message, NOW);
        let position = message.windows(4).rposition(|bytes| bytes == b"\x03key").unwrap();
        message[position + 1] = b'K';
        message[position + 2] = b'a';
        peer.send(&message).await;
    };
    let expected = "the answer is signed with another key or algorithm: Kay.test. hmac-sha256";
    assert_eq!(transfer(Some(key()), QUICK, other).await, Err(expected.to_owned()));
    let unasked = async |mut peer: Peer| {
        peer.key = Some(key());
        peer.send_signed(vec![soa(1), ns(), soa(1)]).await;
    };
    let expected = "the answer is signed, though no key is configured";
    assert_eq!(transfer(None, QUICK, unasked).await, Err(expected.to_owned()));
}

/// The client's result for an answer to an update, which `tamper` changes after it was signed.
async fn updated(tamper: impl Fn(&mut Vec<u8>, &[u8]) + Send) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap().port(), Some(key()), QUICK);
    let mut update = Wire::new(9, MessageType::Query, OpCode::Update);
    update.add_query(Query::query(zone(), RecordType::SOA));
    let serving = async {
        let mut peer = accept(&listener, Some(key())).await;
        let mut answer = Wire::new(peer.id, MessageType::Response, OpCode::Update);
        answer.add_query(Query::query(zone(), RecordType::SOA));
        let bare = answer.to_vec().unwrap();
        let mut message = peer.sign(&bare, NOW);
        tamper(&mut message, &bare);
        peer.send(&message).await;
    };
    let (zone, client) = (zone(), &client);
    let (result, ()) = tokio::join!(client.update(&zone, &update), serving);
    result.map_err(|error| error.to_string())
}

/// A success that is not signed does not count.
#[tokio::test]
async fn the_answer_to_an_update_is_verified() {
    assert_eq!(updated(|_, _| ()).await, Ok(()));
    let missing = updated(|message, bare| *message = bare.to_vec()).await;
    assert_eq!(missing.unwrap_err(), "the answer is not signed, although the query was");
    let wrong = updated(|message, _| {
        let end = message.len() - 20;
        message[end] ^= 1;
    });
    assert_eq!(wrong.await.unwrap_err(), "the signature of message 1 of the answer is wrong");
    // The signed answer was a refusal.
    let changed = updated(|message, _| message[2] ^= 4);
    assert_eq!(changed.await.unwrap_err(), "the signature of message 1 of the answer is wrong");
}
