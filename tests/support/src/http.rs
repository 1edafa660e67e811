//! A small HTTP client: one request a connection, whole answers of known length, and streams of server-sent events.

use crate::programs::DEADLINE;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Instant,
};

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers' names in lower case, and their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The field that an error names.
    pub fn field(&self) -> String {
        let error = &self.json()["error"];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{self:?}");
        error["field"].as_str().unwrap_or_else(|| panic!("no field in {self:?}")).to_owned()
    }
}

/// Sends a request with just these headers and reads the whole answer.
pub fn request(address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut reader = send(address, &format!("{line} HTTP/1.1"), headers, body);
    let (status, headers) = head(&mut reader);
    let mut answer = Answer { status, headers, body: String::new() };
    let length = answer
        .header("content-length")
        .and_then(|length| length.parse().ok())
        // RFC 9110 section 8.6: an answer without content says no length.
        .or((answer.status == 204).then_some(0))
        .unwrap_or_else(|| panic!("{line}: no length"));
    let mut octets = Vec::new();
    reader.take(length).read_to_end(&mut octets).unwrap_or_else(|error| panic!("{line}: {error}"));
    // A recording is no text.
    answer.body = String::from_utf8_lossy(&octets).into_owned();
    answer
}

/// Sends a request and reads no more than the head of the answer, which may have no end.
pub fn status_of(address: SocketAddr, line: &str, headers: &[(&str, &str)]) -> u16 {
    head(&mut send(address, &format!("{line} HTTP/1.1"), headers, "")).0
}

/// Gets a path.
pub fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, &format!("GET {path}"), &[("Host", &address.to_string())], "")
}

/// Posts a JSON text.
pub fn post(address: SocketAddr, path: &str, body: &str) -> Answer {
    let headers = [("Host", &*address.to_string()), ("Content-Type", "application/json")];
    request(address, &format!("POST {path}"), &headers, body)
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number.
    pub id: u64,
    /// Its type.
    pub name: String,
    /// Its data.
    pub data: Value,
}

/// An open stream of server-sent events.
pub struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Opens `/api/events`, after the event `last` where that is given.
    pub fn open(address: SocketAddr, last: Option<u64>) -> Self {
        let (host, last) = (address.to_string(), last.map(|last| last.to_string()));
        let mut headers = vec![("Host", host.as_str()), ("Accept", "text/event-stream")];
        headers.extend(last.as_deref().map(|last| ("Last-Event-ID", last)));
        // In this version a body is never cut into chunks.
        let mut reader = send(address, "GET /api/events HTTP/1.0", &headers, "");
        let (status, headers) = head(&mut reader);
        assert_eq!(status, 200);
        assert!(headers.contains(&("content-type".into(), "text/event-stream".into())), "{headers:?}");
        Self(reader)
    }

    /// The next event, however long it takes; nothing where the stream has ended.
    pub fn follow(&mut self) -> Option<Message> {
        self.next(None)
    }

    /// The next event, before the deadline where there is one; nothing where the stream has ended.
    fn next(&mut self, deadline: Option<Instant>) -> Option<Message> {
        let (mut id, mut name, mut data) = (None, String::new(), None);
        loop {
            let line = line(&mut self.0)?;
            // The lines that keep the stream alive never end.
            assert!(deadline.is_none_or(|deadline| Instant::now() < deadline), "nothing more came in time");
            match line.split_once(':').map(|(field, value)| (field, value.trim_start())) {
                Some(("id", value)) => id = Some(value.parse().expect("a number")),
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("data", value)) => data = Some(serde_json::from_str(value).expect("JSON")),
                _ if !line.is_empty() => {}
                _ => match (id.take(), data.take()) {
                    (Some(id), Some(data)) => return Some(Message { id, name, data }),
                    _ => name.clear(),
                },
            }
        }
    }

    /// Awaits the first event that is as wanted; answers with all up to it.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Message) -> bool) -> Vec<Message> {
        let deadline = Some(Instant::now() + DEADLINE);
        let mut heard = Vec::new();
        loop {
            let message = self.next(deadline).unwrap_or_else(|| panic!("the stream ended before {what}"));
            let found = wanted(&message);
            heard.push(message);
            if found {
                return heard;
            }
        }
    }
}

fn send(address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let mut text = format!("{line}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if line.starts_with("POST") {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).expect("a request sent");
    BufReader::new(stream)
}

fn head(reader: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let first = line(reader).expect("an answer");
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut headers = Vec::new();
    while let Some((name, value)) = line(reader).expect("headers").split_once(':') {
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    (status.unwrap_or_else(|| panic!("no status in {first:?}")), headers)
}

fn line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).unwrap_or_else(|error| panic!("{error} after {line:?}"));
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
