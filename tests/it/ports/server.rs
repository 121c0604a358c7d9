//! A small server on loopback that answers every request alike, and counts them.

use crate::support::certificates::Pair;
use openssl::ssl::{SslAcceptor, SslMethod};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The longest that a server of these tests lives.
const LIFE: Duration = Duration::from_secs(30);

/// What the server writes, piece by piece, each after its pause.
pub(super) type Answer = Vec<(Duration, Vec<u8>)>;

pub(super) struct Server {
    pub(super) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers in the clear.
    pub(super) fn plain(at: &str, answer: Answer) -> Self {
        Self::start(at, None, answer)
    }

    /// Answers over TLS, with this certificate.
    pub(super) fn secure(certificate: &Pair, answer: Answer) -> Self {
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&certificate.key).unwrap();
        acceptor.set_certificate(&certificate.certificate).unwrap();
        Self::start("127.0.0.1:0", Some(acceptor.build()), answer)
    }

    fn start(at: &str, acceptor: Option<SslAcceptor>, answer: Answer) -> Self {
        let listener = TcpListener::bind(at).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen, stopped) = (requests.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let began = std::time::Instant::now();
            while !stopped.load(Ordering::SeqCst) && began.elapsed() < LIFE {
                match listener.accept() {
                    Ok((stream, _)) => serve(stream, acceptor.as_ref(), &answer, &seen),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => pause(Duration::from_millis(5)),
                    Err(error) => panic!("{error}"),
                }
            }
        });
        Self { address, requests, stop, thread: Some(thread) }
    }

    /// The heads and bodies of the requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a server on a thread of its own waits")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn serve(stream: TcpStream, acceptor: Option<&SslAcceptor>, answer: &Answer, seen: &Mutex<Vec<String>>) {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    match acceptor {
        None => converse(stream, answer, seen),
        // A caller that does not trust us goes away.
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream) {
                converse(stream, answer, seen);
            }
        }
    }
}

fn converse(mut stream: impl Read + Write, answer: &Answer, seen: &Mutex<Vec<String>>) {
    let Some(request) = read(&mut stream) else { return };
    seen.lock().unwrap().push(request);
    for (wait, piece) in answer {
        pause(*wait);
        if stream.write_all(piece).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// A request with its body.
fn read(stream: &mut impl Read) -> Option<String> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
    }
}

/// An answer in one piece.
pub(super) fn at_once(text: impl Into<Vec<u8>>) -> Answer {
    vec![(Duration::ZERO, text.into())]
}

/// 200 with this body.
pub(super) fn ok(body: &str) -> Answer {
    at_once(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: max-age=600\r\n\
         Set-Cookie: a=b\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}
