//! Bytes on the wire that no honest program sends. RFC 9112 §3, §5, §6, §9.2, §11; request smuggling towards the server
//! (RUSTSEC-2021-0081, actix-http CVE-2026-73051), HTTP/2 by another door (CVE-2023-44487), slow senders.

use super::process::{Home, Server, read_all};
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// A second request, which nobody may see who asked for the first alone.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends this, and gives the status of each answer until the connection ends or nothing comes for a while.
fn statuses(server: &Server, bytes: &[u8]) -> Vec<u16> {
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    // It may hang up before it has read all.
    let _ = stream.write_all(bytes);
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..count]);
    }
    let all = String::from_utf8_lossy(&all).into_owned();
    all.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// Whatever a proxy in front made of it, what stands behind a message of two lengths is no request of its own.
#[test]
fn a_message_of_doubtful_length_hides_no_request() {
    let server_home = Home::new();
    let server = server_home.serve(&[]);
    let chunked = "Transfer-Encoding: chunked\r\n";
    let end = "0\r\n\r\n";
    for (name, headers) in [
        ("two lengths", "Content-Length: 0\r\nContent-Length: 5\r\n".to_owned()),
        ("a list of lengths", "Content-Length: 0, 5\r\n".to_owned()),
        ("a signed length", "Content-Length: +0\r\n".to_owned()),
        ("a negative length", "Content-Length: -1\r\n".to_owned()),
        ("a hexadecimal length", "Content-Length: 0x0\r\n".to_owned()),
        ("a length with an underscore", "Content-Length: 0_0\r\n".to_owned()),
        ("an empty length", "Content-Length: \r\n".to_owned()),
        ("a length beyond all bounds", "Content-Length: 99999999999999999999999\r\n".to_owned()),
        ("a length and chunks", format!("Content-Length: 4\r\n{chunked}")),
        ("chunks and a length", format!("{chunked}Content-Length: 4\r\n")),
        ("chunks twice", format!("{chunked}{chunked}")),
        ("chunks of a list", "Transfer-Encoding: chunked, chunked\r\n".to_owned()),
        ("chunks that are not last", "Transfer-Encoding: chunked, identity\r\n".to_owned()),
        ("another coding", "Transfer-Encoding: xchunked\r\n".to_owned()),
        ("a coding of nothing", "Transfer-Encoding: identity\r\nContent-Length: 0\r\n".to_owned()),
        ("a vertical tab", "Transfer-Encoding: \x0bchunked\r\n".to_owned()),
        ("a quoted coding", "Transfer-Encoding: \"chunked\"\r\n".to_owned()),
        ("a blank before the colon", "Transfer-Encoding : chunked\r\n".to_owned()),
        ("a folded line", "X: a\r\n Transfer-Encoding: chunked\r\n".to_owned()),
        ("a folded value", "Transfer-Encoding:\r\n chunked\r\n".to_owned()),
        ("a NUL", "Transfer-Encoding: chunked\0\r\n".to_owned()),
        ("a carriage return alone", "X: a\rTransfer-Encoding: chunked\r\n".to_owned()),
    ] {
        let found = statuses(&server, &post(&headers, &format!("{end}{HIDDEN}")));
        assert!(found.len() <= 1, "{name}: {found:?}");
        assert!(found.iter().all(|status| (400..500).contains(status)), "{name}: {found:?}");
    }
    for (name, body) in [
        ("a size that is none", "x\r\n\r\n"),
        ("a signed size", "+0\r\n\r\n"),
        ("a size with a prefix", "0x0\r\n\r\n"),
        ("a size beyond all bounds", "ffffffffffffffffff\r\n"),
        ("a chunk that is longer than it says", "1\r\nabc\r\n0\r\n\r\n"),
        ("a size that ends in a line feed", "0\n\r\n"),
    ] {
        let found = statuses(&server, &post(chunked, &format!("{body}{HIDDEN}")));
        assert!(!found.contains(&404), "{name}: {found:?}");
        assert!(found.iter().all(|status| (400..500).contains(status)), "{name}: {found:?}");
    }
    let plain = statuses(&server, &post("Content-Length: 0\r\n", HIDDEN));
    assert_eq!(plain, [401, 404], "two honest requests, one behind the other");
    server.stop();
}

#[test]
fn a_head_that_can_be_read_in_two_ways_is_refused() {
    let server_home = Home::new();
    let server = server_home.serve(&[]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(2000));
    for (name, head) in [
        ("no version", "GET /\r\n\r\n"),
        ("another version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
        ("no method", " / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a blank in the path", "GET / x HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a NUL in the path", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("no name", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n"),
        ("a name with a blank", "GET / HTTP/1.1\r\nHost: x\r\nA b: y\r\n\r\n"),
        ("a folded line", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
        ("a NUL in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n"),
        ("HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("a path of 200 KB", &long),
        ("no host", "GET / HTTP/1.1\r\n\r\n"),
        ("two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        ("a host with a user", "GET / HTTP/1.1\r\nHost: x@y\r\n\r\n"),
        ("a host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        ("a host with markup", "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n"),
        ("a host with a blank", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n"),
        ("2000 headers", &many),
        ("a TLS handshake", "\x16\x03\x01\x02\0\x01\0\x01\u{7c}\x03\x03"),
    ] {
        let found = statuses(&server, head.as_bytes());
        assert!(
            found.len() <= 1 && found.iter().all(|status| (400..500).contains(status)),
            "{name}: {found:?}"
        );
    }
    for (name, head, status) in [
        ("every server", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        ("a way through", "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("a method of one's own", "FROBNICATE /token HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (
            "another host in the path",
            "GET http://evil.example/.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n",
            200,
        ),
        (
            "HTTP/2 by upgrade",
            "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
             HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
            200,
        ),
        (
            "a web socket",
            "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            200,
        ),
    ] {
        assert_eq!(statuses(&server, head.as_bytes()), [status], "{name}");
    }
    let method = format!("{} / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n", "M".repeat(20_000));
    assert_eq!(statuses(&server, method.as_bytes()), [405]);
    let written = server.stop();
    assert!(!written.contains("panicked"), "{written}");
    assert!(written.lines().all(|line| line.len() < 1000), "nobody fills the log by the line");
}

/// Who begins a body and does not go on is let wait, and then let go.
#[test]
fn a_body_that_does_not_arrive_ends_the_connection() {
    let server_home = Home::new();
    let server = server_home.serve(&[]);
    let mut slow: Vec<_> =
        ["/token", "/login", "/register", "/introspect", "/nowhere", "/.well-known/jwks.json"]
            .iter()
            .map(|path| {
                let mut stream = server.connect();
                let head = format!(
                    "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 1000\r\n\r\ngrant_type="
                );
                stream.write_all(head.as_bytes()).unwrap();
                (path, stream)
            })
            .collect();
    for (path, stream) in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let answer = read_all(stream);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    server.stop();
}
