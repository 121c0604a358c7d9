//! The listener for clients that show certificates. RFC 8705; attacks: M32.

use super::client::{ask, connect, exchange, home, server_pair};
use crate::cli::process::{Home, free_address, wait};
use crate::support::certificates::{PLAIN, Pair, Wanted};
use crate::support::signed::{Key, encode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::ssl::{SslSessionCacheMode, SslVersion};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder whose server listens for clients too, and takes the certificates of this authority.
fn place(authority: &Pair) -> (Home, SocketAddr) {
    let address = free_address();
    let home = home(&server_pair("one"))
        .with("MTLS__LISTEN", &address.to_string())
        .with("MTLS__CLIENT_CA", "clients.pem");
    home.write("clients.pem", &authority.pem());
    (home, address)
}

fn add(home: &Home, client_id: &str, metadata: &Value) {
    let mut document = json!({ "grant_types": ["client_credentials"], "scope": "read" });
    document.as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
    home.write("client.json", &document.to_string());
    home.run(&["client", "add", "--client-id", client_id, "--from", "client.json"]).done();
}

/// A POST with a certificate: the status line, and the body.
fn post(address: SocketAddr, path: &str, form: &str, shown: Option<&Pair>, more: &str) -> (String, Value) {
    let mut connection = connect(address, |builder| {
        if let Some(pair) = shown {
            builder.set_certificate(&pair.certificate).unwrap();
            builder.set_private_key(&pair.key).unwrap();
        }
    })
    .unwrap();
    let answer = exchange(
        &mut connection,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        ),
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    let status = head.lines().next().unwrap_or_default().to_owned();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

const FORM: &str = "grant_type=client_credentials&client_id=notes";

fn status(address: SocketAddr, shown: Option<&Pair>, more: &str) -> String {
    post(address, "/token", FORM, shown, more).0
}

const DONE: &str = "HTTP/1.1 200 OK";
const REFUSED: &str = "HTTP/1.1 401 Unauthorized";

/// RFC 8705 §2.1, §5: the certificate of the handshake proves the client, at the listener that asks for one alone.
#[test]
fn the_certificate_of_the_connection_proves_the_client() {
    let authority = Pair::authority("Clients");
    let (home, mtls) = place(&authority);
    add(
        &home,
        "notes",
        &json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "notes.example",
                "tls_client_certificate_bound_access_tokens": true }),
    );
    let named = |name| Wanted { dns: name, for_clients: true, ..PLAIN };
    let pair = authority.issue(&named(&["notes.example"]));
    let server = home.serve(&[]);
    let (status_line, tokens) = post(mtls, "/token", FORM, Some(&pair), "");
    assert_eq!((status_line.as_str(), &tokens["token_type"]), (DONE, &json!("Bearer")), "{tokens}");

    for (what, shown) in [
        ("none", None),
        ("another client's", Some(authority.issue(&named(&["other.example"])))),
        ("signed by itself", Some(Pair::self_signed(&named(&["notes.example"])))),
        ("another authority's", Some(Pair::authority("Clients").issue(&named(&["notes.example"])))),
        (
            "expired",
            Some(
                authority
                    .issue(&Wanted { valid: (1_000_000_000, 1_700_000_000), ..named(&["notes.example"]) }),
            ),
        ),
    ] {
        assert_eq!(status(mtls, shown.as_ref(), ""), REFUSED, "{what}");
    }
    // The other listener asks nobody for a certificate.
    assert_eq!(status(server.address, Some(&pair), ""), REFUSED);
    // A header of the client's own is nothing, whatever certificate stands in it.
    let forged = format!("Client-Cert: :{}:\r\n", STANDARD.encode(pair.der()));
    assert_eq!(status(mtls, None, &forged), REFUSED);
    assert_eq!(status(server.address, None, &forged), REFUSED);

    let metadata = exchange(
        &mut connect(server.address, |_| ()).unwrap(),
        "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    let (_, metadata) = metadata.split_once("\r\n\r\n").unwrap();
    let metadata: Value = serde_json::from_str(metadata).unwrap();
    let alias = format!("https://127.0.0.1:{}/token", mtls.port());
    assert_eq!(metadata["mtls_endpoint_aliases"]["token_endpoint"], alias);
    server.stop();
}

/// Possession is proved in the handshake, so every connection has a whole one.
#[test]
fn no_connection_of_a_client_resumes_another() {
    let (home, mtls) = place(&Pair::authority("Clients"));
    let server = home.serve(&[]);
    let sessions = |address| {
        let kept = Arc::new(AtomicUsize::new(0));
        for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
            let count = kept.clone();
            let connection = connect(address, |builder| {
                builder.set_max_proto_version(Some(version)).unwrap();
                builder.set_session_cache_mode(SslSessionCacheMode::CLIENT);
                builder.set_new_session_callback(move |_, session| {
                    count.fetch_add(usize::from(!session.id().is_empty()), Ordering::Relaxed);
                });
            });
            ask(&mut connection.unwrap());
        }
        kept.load(Ordering::Relaxed)
    };
    assert_eq!((sessions(server.address), sessions(mtls)), (2, 0));
    server.stop();
}

/// RFC 8705 §2.2.
#[test]
fn a_certificate_signed_by_itself_proves_the_client_that_registered_it() {
    let (home, mtls) = place(&Pair::authority("Clients"));
    let pair = Pair::self_signed(&Wanted { subject: &[("CN", "notes")], ..PLAIN });
    let key = {
        use openssl::bn::{BigNum, BigNumContext};
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        let ec = pair.key.ec_key().unwrap();
        let mut context = BigNumContext::new().unwrap();
        ec.public_key().affine_coordinates(ec.group(), &mut x, &mut y, &mut context).unwrap();
        let text = |n: &BigNum| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(n.to_vec_padded(32).unwrap())
        };
        json!({ "kty": "EC", "crv": "P-256", "x": text(&x), "y": text(&y),
                "x5c": [STANDARD.encode(pair.der())] })
    };
    add(
        &home,
        "notes",
        &json!({ "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": { "keys": [key] } }),
    );
    let server = home.serve(&[]);
    assert_eq!(status(mtls, Some(&pair), ""), DONE);
    let other = Pair::self_signed(&Wanted { subject: &[("CN", "notes")], ..PLAIN });
    assert_eq!(status(mtls, Some(&other), ""), REFUSED);
    server.stop();
}

/// The status lines of three requests on one connection.
fn kept_open(address: SocketAddr, shown: &Pair, more: &str) -> [String; 3] {
    let mut connection = connect(address, |builder| {
        builder.set_certificate(&shown.certificate).unwrap();
        builder.set_private_key(&shown.key).unwrap();
    })
    .unwrap();
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{FORM}",
        FORM.len()
    );
    std::array::from_fn(|_| {
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let count = connection.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..count]).lines().next().unwrap_or_default().to_owned()
    })
}

/// What a check found must not end a connection: OpenSSL's list of errors is shared by all that one thread does.
#[test]
fn a_refusal_is_told_whatever_openssl_found() {
    let authority = Pair::authority("Clients");
    let (home, mtls) = place(&authority);
    add(
        &home,
        "notes",
        &json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=notes" }),
    );
    let server = home.serve(&[]);
    let of_notes = Wanted { subject: &[("CN", "notes")], ..PLAIN };
    let good = authority.issue(&of_notes);
    // The signature of an authority of the same name, but with another key, is looked at and found wrong.
    let twin = Pair::authority("Clients").issue(&of_notes);
    assert_eq!(kept_open(mtls, &twin, ""), [REFUSED; 3]);
    // A signature whose numbers are out of range: an error, and a no.
    let key = Key::es256();
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public(None) });
    let proof = key.jws(header, &json!({ "jti": "1" }));
    let (signed, _) = proof.rsplit_once('.').unwrap();
    let zeros = format!("DPoP: {signed}.{}\r\n", encode([0; 64]));
    assert_eq!(kept_open(mtls, &good, &zeros), ["HTTP/1.1 400 Bad Request"; 3]);
    assert_eq!(kept_open(mtls, &good, ""), [DONE; 3]);
    server.stop();
}

/// RFC 9440: a proxy that is trusted tells; then its own certificate is not the client's.
#[test]
fn a_trusted_proxy_tells_which_certificate_the_client_showed() {
    let authority = Pair::authority("Clients");
    let (home, mtls) = place(&authority);
    let home = home.with("HTTP__TRUSTED_PROXIES", "127.0.0.0/8").with("MTLS__HEADER", "true");
    add(
        &home,
        "notes",
        &json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=notes" }),
    );
    let pair = authority.issue(&Wanted { subject: &[("CN", "notes")], ..PLAIN });
    let server = home.serve(&[]);
    let told = format!("Client-Cert: :{}:\r\n", STANDARD.encode(pair.der()));
    assert_eq!(status(server.address, None, &told), DONE);
    assert_eq!(status(server.address, None, ""), REFUSED);
    assert_eq!(status(mtls, Some(&pair), ""), REFUSED, "the proxy's certificate is its own");
    server.stop();
}

/// A new authority is taken up as a new certificate is.
#[test]
fn new_authorities_are_taken_up_on_sighup() {
    let (old, new) = (Pair::authority("Old"), Pair::authority("New"));
    let (home, mtls) = place(&old);
    add(
        &home,
        "notes",
        &json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=notes" }),
    );
    let pair = new.issue(&Wanted { subject: &[("CN", "notes")], ..PLAIN });
    let server = home.serve(&[]);
    assert_eq!(status(mtls, Some(&pair), ""), REFUSED);
    home.write("clients.pem", &(old.pem() + &new.pem()));
    server.signal(Signal::HUP);
    wait(|| server.log().contains("mtls.client_ca has changed"));
    assert_eq!(status(mtls, Some(&pair), ""), DONE);
    home.write("clients.pem", "nonsense");
    server.signal(Signal::HUP);
    wait(|| server.log().contains("the authorities stay as they were: mtls.client_ca: clients.pem holds no"));
    assert_eq!(status(mtls, Some(&pair), ""), DONE);
    server.stop();
}
