//! The headers of RFC 9440; attacks: M32.

use super::{Place, named};
use crate::support::certificates::Pair;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

const FORM: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("client_id", "service")];

fn register(place: &Place) -> Pair {
    place.app.with_client(json!({
        "token_endpoint_auth_method": "tls_client_auth",
        "authentication": { "tls_client_auth_subject_dn": "CN=notes" },
    }));
    place.authority.issue(&named(&[("CN", "notes")]))
}

/// RFC 9440 §4: the header of anybody but a trusted proxy is not looked at, nor any other that proxies use.
#[actix_web::test]
async fn a_header_that_a_client_forges_is_not_read() {
    for (reads_header, trusts_proxy) in [(true, false), (false, true), (false, false)] {
        let place = Place::start_with(reads_header, trusts_proxy).await;
        let pair = register(&place);
        assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_missing");
    }
    let place = Place::start().await;
    let pair = register(&place);
    assert_eq!(place.token(&[&pair]).await.status, 200);
    for name in ["x-ssl-cert", "ssl-client-cert", "x-client-cert", "x-forwarded-client-cert"] {
        for value in [format!(":{}:", STANDARD.encode(pair.der())), pair.pem().replace('\n', " ")] {
            let request = TestRequest::post().uri("/token").set_form(FORM).insert_header((name, value));
            assert_eq!(place.app.send(request).await.error(), (401, "invalid_client".into()), "{name}");
            assert_eq!(place.app.last_cause(), "client_auth.certificate_missing");
        }
    }
}

/// RFC 9440 §2.1, RFC 8941 §4.2: what cannot be read is no certificate.
#[actix_web::test]
async fn a_header_that_is_malformed_is_no_certificate() {
    let place = Place::start().await;
    let pair = register(&place);
    let der = STANDARD.encode(pair.der());
    let good = format!(":{der}:");
    let mut longer = pair.der();
    longer.push(0);
    for value in [
        String::new(),
        der.clone(),
        format!("\"{der}\""),
        format!("{good}, {good}"),
        format!("{good};a=1"),
        format!(":{}:", URL_SAFE.encode(pair.der())),
        format!(":{}:", STANDARD.encode(longer)),
        format!(":{}:", STANDARD.encode(pair.pem())),
        format!(":{}:", STANDARD.encode(b"nonsense")),
        pair.pem().replace('\n', ""),
    ] {
        let request = TestRequest::post().uri("/token").set_form(FORM);
        let answer = place.app.send(request.insert_header(("client-cert", value.as_str()))).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()), "{value}");
        assert_eq!(place.app.last_cause(), "client_auth.certificate_missing", "{value}");
    }
    let twice = TestRequest::post().uri("/token").set_form(FORM);
    let twice =
        twice.append_header(("client-cert", good.as_str())).append_header(("client-cert", good.as_str()));
    assert_eq!(place.app.send(twice).await.status, 401);
    let chain = TestRequest::post().uri("/token").set_form(FORM);
    let chain = chain.insert_header(("client-cert", good.as_str())).insert_header(("client-cert-chain", "x"));
    assert_eq!(place.app.send(chain).await.status, 401);
    let alone = TestRequest::post().uri("/token").set_form(FORM);
    assert_eq!(place.app.send(alone.insert_header(("client-cert-chain", good.as_str()))).await.status, 401);
}

/// RFC 8705 §3.3, §5; RFC 8414 §2.
#[actix_web::test]
async fn the_metadata_names_methods_and_aliases_where_certificates_can_be_shown() {
    let place = Place::start().await;
    let metadata = place.app.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    for list in ["token", "revocation", "introspection"] {
        let methods = metadata[format!("{list}_endpoint_auth_methods_supported")].as_array().unwrap();
        assert!(methods.contains(&json!("tls_client_auth")), "{list}");
        assert!(methods.contains(&json!("self_signed_tls_client_auth")), "{list}");
    }
    let aliases = metadata["mtls_endpoint_aliases"].as_object().unwrap();
    assert_eq!(aliases["token_endpoint"], "https://mtls.example/token");
    // Every endpoint at which a client proves something has an alias.
    let others = ["authorization_endpoint", "end_session_endpoint", "registration_endpoint"];
    for (name, _) in metadata.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")) {
        assert_eq!(aliases.contains_key(name), !others.contains(&name.as_str()), "{name}");
    }

    let plain = crate::support::App::start().await;
    let metadata = plain.get("/.well-known/openid-configuration").await.text();
    for word in ["tls_client", "mtls"] {
        assert!(!metadata.contains(word), "{word}");
    }
}
