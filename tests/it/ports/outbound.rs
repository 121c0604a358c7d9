//! Where the server calls, and where it does not. attacks: M17, A23; RFC 9700 §4.15; decisions §5.

use super::server::{Answer, Server, at_once, ok};
use crate::support::certificates::{PLAIN, Pair, Wanted};
use latchkey::ports::outbound::{
    AllowList, Fetch, FetchError, Fetched, GuardedOutbound, NameResolver, Outbound as _, OutboundPolicy,
    Resolved,
};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Gives these addresses, one list after the other; the last one for good.
struct Names(Mutex<VecDeque<Vec<&'static str>>>, Mutex<usize>);

impl Names {
    fn new(lists: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(lists.iter().map(|list| list.to_vec()).collect()), Mutex::default()))
    }

    fn asked(&self) -> usize {
        *self.1.lock().unwrap()
    }
}

impl NameResolver for Names {
    fn resolve(&self, _: &str) -> Resolved {
        *self.1.lock().unwrap() += 1;
        let mut lists = self.0.lock().unwrap();
        let list = if lists.len() > 1 { lists.pop_front() } else { lists.front().cloned() };
        let list = list.unwrap_or_default().iter().map(|text| text.parse().unwrap()).collect();
        Box::pin(std::future::ready(Ok(list)))
    }
}

const ONE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn only_one() -> AllowList {
    AllowList::new(Vec::new(), |address| address == ONE)
}

fn client(allow: AllowList, names: &Arc<Names>, ca: Option<&Pair>) -> GuardedOutbound {
    let policy = OutboundPolicy {
        allow,
        ca_pem: ca.map(|pair| pair.pem().into_bytes()),
        timeout: Duration::from_millis(600),
    };
    let names: Arc<dyn NameResolver> = names.clone();
    GuardedOutbound::new(&policy, &names).unwrap()
}

async fn get(client: &GuardedOutbound, url: &str) -> Result<Fetched, FetchError> {
    client.send(Fetch::get(url, "application/json")).await
}

fn plain(answer: Answer) -> Server {
    Server::plain("127.0.0.1:0", answer)
}

/// M17: an address that is not public, in every spelling, is not called.
#[tokio::test]
async fn an_address_that_is_not_public_is_not_called_however_it_is_written() {
    let server = plain(ok("{}"));
    let port = server.address.port();
    let client = client(AllowList::empty(), &Names::new(&[&[]]), None);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "①②⑦.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::NotAllowed, "{url}");
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_url_that_is_no_plain_https_url_is_not_called() {
    let names = Names::new(&[&["93.184.216.34"]]);
    let client = client(AllowList::empty(), &names, None);
    let long = format!("https://example.com/{}", "a".repeat(3000));
    for url in [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:application/json,{}",
        "https:",
        "https://",
        "https://ada@example.com/",
        "https://:x@example.com/",
        "https://[::1",
        "https://exa mple.com/",
        "http://8.8.8.8/",
        &long,
    ] {
        assert_eq!(get(&client, url).await.unwrap_err(), FetchError::NotAllowed, "{url:.40}");
    }
    assert_eq!(names.asked(), 0);
    // A public host, and yet not by http: nothing is sent that anybody could read or change.
    assert_eq!(get(&client, "http://example.com/").await.unwrap_err(), FetchError::NotAllowed);
}

/// The operator's list: a network, or a host whatever it resolves to.
#[tokio::test]
async fn what_is_listed_is_called_by_http_too() {
    let server = plain(ok("{\"a\":1}"));
    let port = server.address.port();
    let loopback = Names::new(&[&["127.0.0.1"]]);
    let by_network = client(only_one(), &loopback, None);
    let fetched = get(&by_network, &format!("http://127.0.0.1:{port}/x?y=z")).await.unwrap();
    assert_eq!((fetched.status, fetched.body.as_slice()), (200, &b"{\"a\":1}"[..]));
    assert_eq!(fetched.media_type(), "application/json");
    assert_eq!(fetched.cache_control.as_deref(), Some("max-age=600"));
    for url in [format!("http://2130706433:{port}/"), format!("http://any.example:{port}/")] {
        assert!(get(&by_network, &url).await.is_ok(), "{url}");
    }
    let by_name = client(AllowList::new(vec!["idp.internal".into()], |_| false), &loopback, None);
    for url in ["idp.internal", "IDP.internal", "idp.internal."].map(|host| format!("http://{host}:{port}/"))
    {
        assert!(get(&by_name, &url).await.is_ok(), "{url}");
    }
    for host in ["other.internal", "127.0.0.1", "x.idp.internal", "idp.internal.evil.example"] {
        let refused = get(&by_name, &format!("http://{host}:{port}/")).await.unwrap_err();
        assert_eq!(refused, FetchError::NotAllowed, "{host}");
    }
}

/// M17: a host that resolves to 127.0.0.1.
#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_not_called() {
    let server = plain(ok("{}"));
    let port = server.address.port();
    for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1", "10.0.0.1"]
    {
        let names: &'static str = address;
        let client = client(AllowList::empty(), &Names::new(&[&[names]]), None);
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://evil.example:{port}/");
            assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::NotAllowed, "{address}");
        }
    }
    let nothing = client(AllowList::empty(), &Names::new(&[&[]]), None);
    assert_eq!(get(&nothing, "https://evil.example/").await.unwrap_err(), FetchError::NotAllowed);
    assert!(server.requests().is_empty());
}

/// Of several addresses only those that were judged good are connected to.
#[tokio::test]
async fn every_address_of_a_name_is_judged() {
    let good = plain(ok("{}"));
    let port = good.address.port();
    let bad = Server::plain(&format!("127.0.0.2:{port}"), ok("{}"));
    let names = Names::new(&[&["127.0.0.2", "127.0.0.1"]]);
    let client = client(only_one(), &names, None);
    assert!(get(&client, &format!("http://two.example:{port}/")).await.is_ok());
    assert_eq!((good.requests().len(), bad.requests().len()), (1, 0));
}

/// M17: a resolver that gives a good address first and another one a moment later. The name is resolved once, and
/// connected to what was judged; the next request is judged again.
#[tokio::test]
async fn a_name_cannot_become_another_address_after_it_was_judged() {
    let good = plain(ok("{}"));
    let port = good.address.port();
    let bad = Server::plain(&format!("127.0.0.2:{port}"), ok("{}"));
    let names = Names::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(only_one(), &names, None);
    let url = format!("http://rebinding.example:{port}/");
    assert!(get(&client, &url).await.is_ok());
    assert_eq!(names.asked(), 1);
    assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::NotAllowed);
    assert_eq!((good.requests().len(), bad.requests().len()), (1, 0));
}

/// M17: 302 to loopback, and https to http.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = plain(ok("{}"));
    let authority = Pair::authority("Outbound");
    let certificate = authority.issue(&Wanted { dns: &["good.example"], ..PLAIN });
    let names = Names::new(&[&["127.0.0.1"]]);
    let client = client(only_one(), &names, Some(&authority));
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let answer = at_once(format!(
            "HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            target.address.port()
        ));
        let clear = plain(answer.clone());
        let url = format!("http://127.0.0.1:{}/", clear.address.port());
        assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::Redirected, "{status}");
        let secure = Server::secure(&certificate, answer);
        let url = format!("https://good.example:{}/", secure.address.port());
        assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::Redirected, "{status}");
    }
    assert!(target.requests().is_empty());
}

/// The authorities of the system, and those that the operator adds; the name must be the server's.
#[tokio::test]
async fn a_server_proves_its_name() {
    let authority = Pair::authority("Outbound");
    let server = Server::secure(&authority.issue(&Wanted { dns: &["good.example"], ..PLAIN }), ok("{}"));
    let port = server.address.port();
    let names = Names::new(&[&["127.0.0.1"]]);
    let trusting = client(only_one(), &names, Some(&authority));
    assert_eq!(get(&trusting, &format!("https://good.example:{port}/")).await.unwrap().status, 200);
    for (client, host) in [
        (&trusting, "other.example"),
        (&trusting, "127.0.0.1"),
        (&client(only_one(), &names, None), "good.example"),
        (&client(only_one(), &names, Some(&Pair::authority("Other"))), "good.example"),
    ] {
        let refused = get(client, &format!("https://{host}:{port}/")).await.unwrap_err();
        assert_eq!(refused, FetchError::Unreachable, "{host}");
    }
    assert_eq!(server.requests().len(), 1);
    let policy = OutboundPolicy {
        allow: AllowList::empty(),
        ca_pem: Some(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n".to_vec()),
        timeout: Duration::from_secs(1),
    };
    let names: Arc<dyn NameResolver> = names;
    assert!(GuardedOutbound::new(&policy, &names).is_err(), "told at the start, not at the first call");
}

/// Three seconds in all by default; here less.
#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".to_vec();
    let mut drip = vec![(Duration::ZERO, head.clone())];
    drip.extend(std::iter::repeat_n((Duration::from_millis(50), b"x".to_vec()), 40));
    for answer in [vec![(Duration::from_millis(1500), head)], drip] {
        let server = plain(answer);
        let client = client(only_one(), &Names::new(&[&[]]), None);
        let began = Instant::now();
        let url = format!("http://127.0.0.1:{}/", server.address.port());
        assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::TimedOut);
        assert!(began.elapsed() < Duration::from_millis(1400), "{:?}", began.elapsed());
    }
}

/// 64 KiB, whether the server says how much it is or not.
#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let client = client(only_one(), &Names::new(&[&[]]), None);
    let sized = |length: usize| ok(&"x".repeat(length));
    let endless = {
        let mut text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_vec();
        for _ in 0..100 {
            text.extend_from_slice(b"1000\r\n");
            text.extend_from_slice(&[b'x'; 4096]);
            text.extend_from_slice(b"\r\n");
        }
        at_once(text)
    };
    for (answer, right) in [(sized(65_536), true), (sized(65_537), false), (endless, false)] {
        let server = plain(answer);
        let fetched = get(&client, &format!("http://127.0.0.1:{}/", server.address.port())).await;
        assert_eq!(fetched.as_ref().err(), (!right).then_some(&FetchError::TooLarge));
    }
}

/// What is asked tells nothing about us but our name, and what comes back is taken as it is.
#[tokio::test]
async fn a_request_carries_what_it_needs_and_no_more() {
    let compressed = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x1f\x08x";
    let server = plain(at_once(compressed));
    let client = client(only_one(), &Names::new(&[&[]]), None);
    let url = format!("http://127.0.0.1:{}/token", server.address.port());
    let fetched = get(&client, &url).await.unwrap();
    assert_eq!(fetched.body, b"\x1f\x08x", "nothing is unpacked");
    let form = Fetch::form(&url, &[("a", "b c"), ("d", "é&")]).authorized("Bearer x".to_owned().into());
    client.send(form).await.unwrap();
    let requests = server.requests();
    let [get, post] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(get.starts_with("GET /token HTTP/1.1\r\n"));
    assert!(
        post.starts_with("POST /token HTTP/1.1\r\n") && post.ends_with("\r\n\r\na=b+c&d=%C3%A9%26"),
        "{post}"
    );
    let lower = post.to_ascii_lowercase();
    assert!(lower.contains("content-type: application/x-www-form-urlencoded\r\n"));
    assert!(lower.contains("authorization: bearer x\r\n"));
    for name in ["cookie:", "accept-encoding:", "referer:", "te:", "upgrade:"] {
        assert!(
            requests.iter().all(|one| !one.to_ascii_lowercase().contains(&format!("\n{name}"))),
            "{name}"
        );
    }
    assert!(!format!("{:?}", Fetch::form("https://x.example/", &[("secret", "s3cret")])).contains("s3cret"));
}

#[tokio::test]
async fn nobody_who_answers_is_told_from_nobody() {
    let port = plain(Vec::new()).address.port();
    let client = client(only_one(), &Names::new(&[&[]]), None);
    assert_eq!(
        get(&client, &format!("http://127.0.0.1:{port}/")).await.unwrap_err(),
        FetchError::Unreachable
    );
    let garbage = plain(at_once("SSH-2.0-OpenSSH\r\n\r\n"));
    let url = format!("http://127.0.0.1:{}/", garbage.address.port());
    assert_eq!(get(&client, &url).await.unwrap_err(), FetchError::Unreachable);
}
