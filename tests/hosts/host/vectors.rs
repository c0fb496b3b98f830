//! The test vectors beside the document, which the Python host is tested with, too.

use serde_json::Value;
use volley::host::framing::{Decoder, encode, fcs16};
use volley::host::message::{MOST_CONTENT, Message};

fn vectors(of: &str) -> Vec<Value> {
    let text = include_str!("../../../docs/host-protocol-vectors.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    vectors[of].as_array().unwrap().clone()
}

fn bytes(hexadecimal: &Value) -> Vec<u8> {
    let digits = hexadecimal.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn fcs() {
    for vector in vectors("fcs") {
        assert_eq!(u64::from(fcs16(&bytes(&vector["bytes"]))), vector["fcs"].as_u64().unwrap(), "{vector}");
    }
}

#[test]
fn messages() {
    for vector in vectors("messages") {
        let message = Message {
            kind: vector["kind"].as_u64().unwrap() as u8,
            sequence: vector["sequence"].as_u64().unwrap() as u16,
            payload: bytes(&vector["payload"]),
        };
        assert_eq!(encode(&message.content()), bytes(&vector["line"]), "{vector}");
        let mut decoder = Decoder::new(MOST_CONTENT);
        let contents: Vec<_> = bytes(&vector["line"]).into_iter().filter_map(|byte| decoder.push(byte)).collect();
        assert_eq!(contents.len(), 1, "{vector}");
        assert_eq!(Message::parse(contents[0].as_ref().unwrap()), Some(message), "{vector}");
    }
}

#[test]
fn streams() {
    for vector in vectors("streams") {
        let mut decoder = Decoder::new(MOST_CONTENT);
        let contents = bytes(&vector["line"]).into_iter().filter_map(|byte| decoder.push(byte));
        let found: Vec<_> = contents.map(|content| content.ok().and_then(|content| Message::parse(&content))).collect();
        let wanted = vector["contents"].as_array().unwrap().iter();
        let wanted: Vec<_> = wanted.map(|content| (!content.is_null()).then(|| bytes(content))).collect();
        let found: Vec<_> = found.into_iter().map(|message| message.map(|message| message.content())).collect();
        assert_eq!(found, wanted, "{vector}");
    }
}
