//! Values that no field takes, by sort, and bodies that are no message: what a hostile peer would try, written down.

use lab::{
    mode::Message,
    term::Sort,
    wire::{Frame, body},
};
use serde_json::{Map, Value, json};

/// The frame with each of its fields, in turn, replaced by each value that its sort does not take, or left out; with the
/// names that a refusal may call the field by.
pub fn fields(message: &Message, good: &Frame) -> Vec<([&'static str; 2], Frame)> {
    let fields: Map<String, Value> = serde_json::from_slice(&good.body).expect("an object");
    let body = |but: &str, text: Option<&str>| {
        let entry = |(name, value): (&String, &Value)| match text {
            Some(text) if name == but => Some(format!("{}:{text}", json!(name))),
            None if name == but => None,
            _ => Some(format!("{}:{value}", json!(name))),
        };
        let entries: Vec<String> = fields.iter().filter_map(entry).collect();
        Frame { kind: good.kind, body: format!("{{{}}}", entries.join(",")).into_bytes() }
    };
    let mut spoiled = Vec::new();
    for field in message.fields {
        let names = [field.name, field.binds];
        spoiled.push((names, body(field.name, None)));
        for text in OF_NO_SORT.into_iter().map(str::to_owned).chain(of_sort(field.sort, &fields[field.name])) {
            spoiled.push((names, body(field.name, Some(&text))));
        }
    }
    spoiled
}

/// No field is one of these.
const OF_NO_SORT: [&str; 14] = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "18446744073709551616",
    "1.7e308",
    "{}",
    "[]",
    "[[[[[[[[]]]]]]]]",
    r#""""#,
    r#""\u0000""#,
    r#""\ud83d\ude00""#,
    r#""\u202e\u001b[2J""#,
];

fn of_sort(sort: Sort, good: &Value) -> Vec<String> {
    let texts = |values: Vec<Value>| values.iter().map(Value::to_string).collect();
    let word = "x".repeat(65);
    match sort {
        Sort::Session | Sort::Name => {
            texts(vec![json!(word), json!("a b"), json!("a/b"), json!("é"), json!("a\n"), json!("a\u{0}")])
        }
        Sort::Nonce
        | Sort::Mac
        | Sort::Signature
        | Sort::Public
        | Sort::Ciphertext
        | Sort::Digest
        | Sort::VerifyingKey
        | Sort::Short => texts(octets(good.as_str().unwrap_or_default())),
        Sort::Sealed => {
            // Any octets from the length of a tag on are a sealed text, perhaps of another key: fewer are none.
            let unreadable = |value: &Value| body::decode("sealed", value).is_err();
            let spoiled = octets(good.as_str().unwrap_or_default()).into_iter().filter(unreadable);
            texts(spoiled.chain([json!("A".repeat(20))]).collect())
        }
        Sort::EncryptionKey => {
            // A modulus of 16 bits, an even one, and none: DER of RSAPublicKey.
            let short = ["MAgCAwD__wIBAw", "MAYCAQ8CAQM", "MAYCARACAQM", "MAA"].map(Value::from);
            texts(octets(good.as_str().unwrap_or_default()).into_iter().chain(short).collect())
        }
        Sort::Chain => {
            let one = &good[0];
            texts(vec![
                json!([1]),
                json!([null]),
                json!([[one]]),
                json!([""]),
                json!([format!("{word}=")]),
                json!("AAAA"),
            ])
            .into_iter()
            .chain([json!(vec![one; 17]).to_string(), json!({ "0": one }).to_string()])
            .collect()
        }
        Sort::Offers => texts(vec![
            json!(["ecdh"]),
            json!([{ "mode": 1, "groups": ["x25519"] }]),
            json!([{ "mode": "ecdh", "groups": "x25519" }]),
            json!([{ "mode": "ecdh", "groups": [1] }]),
            json!([{ "mode": "ecdh", "groups": [word] }]),
            json!([{ "mode": "", "groups": ["x25519"] }]),
            json!([{ "mode": "ecdh" }]),
            json!([{ "groups": ["x25519"] }]),
            json!([{ "mode": "ecdh", "groups": [] }]),
            json!([{ "mode": "ecdh", "groups": ["x25519"], "more": 0 }]),
            json!(vec![&good[0]; 17]),
            json!([{ "mode": good[0]["mode"], "groups": vec![&good[0]["groups"][0]; 17] }]),
        ]),
        Sort::Choice => texts(vec![
            json!({ "mode": good["mode"] }),
            json!({ "mode": good["mode"], "group": 1 }),
            json!({ "mode": good["mode"], "group": [good["group"]] }),
            json!({ "mode": good["mode"], "group": "unknown" }),
            json!({ "mode": "unknown", "group": good["group"] }),
            json!({ "mode": good["mode"], "group": good["group"], "more": 0 }),
        ]),
        Sort::Group => {
            // 8200 bits, base64url of a number that begins with a one.
            let long = format!("_{}", "_".repeat(1367));
            let with = |name: &str, value: Value| {
                let mut group = good.clone();
                group[name] = value;
                group
            };
            let wrong = ["AAAB", "AA", "", "AQ=", "AR", &long];
            let mut values: Vec<Value> =
                wrong.iter().flat_map(|text| ["p", "g"].map(|it| with(it, json!(text)))).collect();
            // Even, and shorter than three bits.
            values.extend([with("p", json!("gA")), with("p", json!("Aw")), with("q", json!("Aw"))]);
            values.extend([json!({ "p": good["p"] }), json!({ "g": good["g"] })]);
            texts(values)
        }
        Sort::Secret
        | Sort::Shared
        | Sort::Key
        | Sort::SigningKey
        | Sort::DecryptionKey
        | Sort::Trust
        | Sort::Time
        | Sort::Tuple
        | Sort::Secrets => unreachable!("validation admits no table that sends it"),
    }
}

/// The same octets in another form, and others.
fn octets(good: &str) -> Vec<Value> {
    let mut values: Vec<Value> = [
        format!("{good}="),
        format!("{good}=="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}\u{0}"),
        format!("+{}", &good[1..]),
        format!("/{}", &good[1..]),
        // Four more characters are three more octets, four fewer three fewer, or none where there are not so many.
        format!("AAAA{good}"),
        good.get(4..).unwrap_or_default().to_owned(),
        "A".repeat(60_000),
    ]
    .into_iter()
    .map(Value::from)
    .collect();
    if !good.len().is_multiple_of(4) {
        // The unused bits of the last character are zero: the next character of the alphabet has one of them set.
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (rest, last) = good.split_at(good.len() - 1);
        let next = ALPHABET.find(last).and_then(|at| ALPHABET.chars().nth(at + 1)).expect("an even index has a next");
        values.push(format!("{rest}{next}").into());
    }
    values
}

/// The frame's body in forms that are no JSON, or not this strict one, or no object.
pub fn bodies(good: &Frame) -> Vec<Frame> {
    let text = String::from_utf8(good.body.clone()).expect("UTF-8");
    let inner = &text[1..text.len() - 1];
    let nested = |depth: usize| format!("{{\"session\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let bodies = [
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        format!("\"{inner}\"").replace("\"\"", "\""),
        format!("[{text}]"),
        format!("\u{feff}{text}"),
        format!("{text}{text}"),
        format!("{text}\u{0}"),
        format!("{text},"),
        format!("{{{inner},}}"),
        format!("{{,{inner}}}"),
        format!("/* */{text}"),
        format!("{{\"x\":NaN,{inner}}}"),
        format!("{{\"x\":1e999,{inner}}}"),
        format!("{{\"x\":01,{inner}}}"),
        format!("{{\"x\":\"\\ud800\",{inner}}}"),
        format!("{{\"x\":\"\\udc00\\ud800\",{inner}}}"),
        format!("{{\"\\ud800\":0,{inner}}}"),
        format!("{{\"x\":\"\u{1}\",{inner}}}"),
        format!("{{\"x\":{{\"a\":0,\"\\u0061\":0}},{inner}}}"),
        nested(127),
        nested(30_000),
        text.replace('"', "'"),
    ];
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies =
        bodies.into_iter().map(String::into_bytes).chain([utf16, vec![0xff; 16], b"{\"\xc0\x80\":0}".to_vec()]);
    bodies.map(|body| Frame { kind: good.kind, body }).collect()
}

/// Where texts stand in a value, as JSON pointers (RFC 6901) to members whose names need no escape.
#[must_use]
pub fn places(value: &Value) -> Vec<String> {
    let below = |name: &dyn std::fmt::Display, value: &Value| -> Vec<String> {
        places(value).into_iter().map(|place| format!("/{name}{place}")).collect()
    };
    match value {
        Value::String(_) => vec![String::new()],
        Value::Array(list) => list.iter().enumerate().flat_map(|(at, it)| below(&at, it)).collect(),
        Value::Object(members) => members.iter().flat_map(|(name, it)| below(name, it)).collect(),
        _ => Vec::new(),
    }
}
