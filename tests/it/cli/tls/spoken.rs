//! What is spoken. RFC 9325 (BCP 195).

use super::client::{ask, connect, exchange, home, server_pair};
use openssl::ssl::{SslConnectorBuilder, SslVersion};
use std::io::{Read as _, Write as _};

fn old(builder: &mut SslConnectorBuilder, version: SslVersion) {
    builder.set_security_level(0);
    builder.set_min_proto_version(Some(version)).unwrap();
    builder.set_max_proto_version(Some(version)).unwrap();
}

/// RFC 9325 §3.1.1, §4.2: TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3; nothing else.
#[test]
fn only_versions_and_suites_that_are_recommended_are_spoken() {
    let home = home(&server_pair("one"));
    let server = home.serve(&[]);
    assert!(server.out().contains("issuer     https://"), "{}", server.out());

    for (suite, version) in [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", SslVersion::TLS1_2),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", SslVersion::TLS1_2),
        ("", SslVersion::TLS1_3),
    ] {
        let mut connection = connect(server.address, |builder| {
            old(builder, version);
            if !suite.is_empty() {
                builder.set_cipher_list(suite).unwrap();
            }
        })
        .unwrap();
        assert!(ask(&mut connection).starts_with("HTTP/1.1 200"), "{suite}");
        assert_eq!(connection.ssl().version2(), Some(version));
    }
    for version in [SslVersion::TLS1, SslVersion::TLS1_1] {
        let refused = connect(server.address, |builder| {
            old(builder, version);
            builder.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
        });
        assert!(refused.unwrap_err().contains("protocol version"), "{version:?}");
    }
    for suite in [
        "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-ECDSA-AES128-CCM",
        "AES128-GCM-SHA256",
        "DHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-NULL-SHA",
        "AECDH-AES128-SHA",
    ] {
        let refused = connect(server.address, |builder| {
            old(builder, SslVersion::TLS1_2);
            builder.set_cipher_list(&format!("{suite}:@SECLEVEL=0")).unwrap();
        });
        assert!(refused.unwrap_err().contains("handshake failure"), "{suite}");
    }
    server.stop();
}

/// RFC 9325 §4.1: the server's order decides.
#[test]
fn the_servers_order_of_suites_decides() {
    let home = home(&server_pair("one"));
    let server = home.serve(&[]);
    let connection = connect(server.address, |builder| {
        old(builder, SslVersion::TLS1_2);
        builder
            .set_cipher_list("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0")
            .unwrap();
    });
    let connection = connection.unwrap();
    assert_eq!(connection.ssl().current_cipher().unwrap().name(), "ECDHE-ECDSA-AES128-GCM-SHA256");
    server.stop();
}

/// RFC 7301 §3.2.
#[test]
fn http_1_1_is_all_that_is_negotiated() {
    let home = home(&server_pair("one"));
    let server = home.serve(&[]);
    let both = connect(server.address, |builder| builder.set_alpn_protos(b"\x02h2\x08http/1.1").unwrap());
    assert_eq!(both.unwrap().ssl().selected_alpn_protocol(), Some(&b"http/1.1"[..]));
    let neither = connect(server.address, |builder| builder.set_alpn_protos(b"\x02h2").unwrap());
    assert!(neither.unwrap_err().contains("no application protocol"));
    let mut without = connect(server.address, |_| ()).unwrap();
    assert!(ask(&mut without).contains("200"));
    server.stop();
}

/// Whoever speaks plain HTTP to a TLS port gets no answer, and harms nobody.
#[test]
fn plain_http_on_the_tls_port_is_no_request() {
    let home = home(&server_pair("one"));
    let server = home.serve(&[]);
    let mut plain = server.connect();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // It may hang up at once.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let mut connection = connect(server.address, |_| ()).unwrap();
    let page = exchange(&mut connection, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("strict-transport-security"), "{page}");
    server.stop();
}
