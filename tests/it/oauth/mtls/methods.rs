//! `tls_client_auth` and `self_signed_tls_client_auth`. RFC 8705 §2; attacks: M32.

use super::{Place, named};
use crate::support::certificates::{PLAIN, Pair, Wanted};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use latchkey::records::Authentication;
use serde_json::{Value, json};
use time::Duration;

const SUBJECT: &[(&str, &str)] = &[("C", "CH"), ("O", "Meadow, Inc."), ("CN", "notes")];

async fn place() -> Place {
    let place = Place::start().await;
    place.app.with_client(json!({
        "token_endpoint_auth_method": "tls_client_auth",
        "authentication": { "tls_client_auth_subject_dn": "CN=notes,O=Meadow\\, Inc.,C=CH" },
    }));
    place
}

/// RFC 8705 §2.1.2: one name of the certificate, of any of the five kinds, is the client.
#[actix_web::test]
async fn a_certificate_with_the_registered_name_proves_the_client() {
    let all = Wanted {
        subject: SUBJECT,
        dns: &["other.example", "notes.example"],
        uris: &["spiffe://example/notes"],
        ips: &["192.0.2.7", "2001:db8::7"],
        emails: &["notes@example.com"],
        ..PLAIN
    };
    for (member, right, wrong) in [
        ("subject_dn", "cn=Notes, O=Meadow\\2C inc., c=ch", "CN=notes,O=Meadow,C=CH"),
        ("san_dns", "NOTES.example", "example"),
        ("san_uri", "spiffe://example/notes", "spiffe://example/Notes"),
        ("san_ip", "192.0.2.7", "192.0.2.8"),
        ("san_ip", "2001:0db8::0007", "::7"),
        ("san_email", "notes@EXAMPLE.com", "Notes@example.com"),
    ] {
        for (value, is_right) in [(right, true), (wrong, false)] {
            let place = Place::start().await;
            place.app.with_client(json!({
                "token_endpoint_auth_method": "tls_client_auth",
                "authentication": { format!("tls_client_auth_{member}"): value },
            }));
            let pair = place.authority.issue(&all);
            if is_right {
                let answer = place.token(&[&pair]).await;
                assert_eq!(answer.status, 200, "{member} {value}: {}", answer.text());
            } else {
                assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_foreign", "{member}");
            }
        }
    }
}

/// A client whose record names two, or none, proves nothing by either.
#[actix_web::test]
async fn a_client_without_exactly_one_registered_name_is_refused() {
    let place = place().await;
    let pair = place.authority.issue(&Wanted { dns: &["notes.example"], ..named(SUBJECT) });
    assert_eq!(place.token(&[&pair]).await.status, 200);
    place.app.change_client("service", |client| {
        client.authentication.tls_client_auth_san_dns = Some("notes.example".to_owned());
    });
    assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_foreign");
    place.app.change_client("service", |client| client.authentication = Authentication::default());
    assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_foreign");
}

/// RFC 8705 §2.1: an authority that we trust has to vouch for it, by the clock of the server.
#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let place = place().await;
    assert_eq!(place.refusal(&[]).await, "client_auth.certificate_missing");

    let foreign = place.authority.issue(&named(&[("C", "CH"), ("O", "Meadow, Inc."), ("CN", "other")]));
    assert_eq!(place.refusal(&[&foreign]).await, "client_auth.certificate_foreign");

    for other in [Pair::authority("Clients"), Pair::authority("Others")] {
        let pair = other.issue(&named(SUBJECT));
        assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_untrusted");
        assert_eq!(place.refusal(&[&pair, &other]).await, "client_auth.certificate_untrusted");
    }
    let own = Pair::self_signed(&named(SUBJECT));
    assert_eq!(place.refusal(&[&own]).await, "client_auth.certificate_untrusted");

    for (valid, cause) in [
        ((1_000_000_000, 1_799_999_999), "client_auth.certificate_expired"),
        ((1_800_000_001, 4_000_000_000), "client_auth.certificate_expired"),
    ] {
        let pair = place.authority.issue(&Wanted { valid, ..named(SUBJECT) });
        assert_eq!(place.refusal(&[&pair]).await, cause, "{valid:?}");
    }
    let short = place.authority.issue(&Wanted { valid: (1_000_000_000, 1_800_000_001), ..named(SUBJECT) });
    assert_eq!(place.token(&[&short]).await.status, 200);
    place.app.advance(Duration::seconds(2));
    assert_eq!(place.refusal(&[&short]).await, "client_auth.certificate_expired");
}

/// RFC 5280 §6: through authorities between, each of which must be one, and valid.
#[actix_web::test]
async fn the_whole_path_to_the_authority_is_checked() {
    let place = place().await;
    let authority = |wanted| place.authority.issue(&wanted);
    let between = authority(Wanted { subject: &[("CN", "Between")], authority: true, ..PLAIN });
    let pair = between.issue(&Wanted { for_clients: true, ..named(SUBJECT) });
    assert_eq!(place.token(&[&pair, &between]).await.status, 200);
    assert_eq!(place.token(&[&pair, &place.authority, &between]).await.status, 200, "any order");
    assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_untrusted");

    let expired = authority(Wanted {
        subject: &[("CN", "Between")],
        authority: true,
        valid: (1_000_000_000, 1_700_000_000),
        ..PLAIN
    });
    let pair = expired.issue(&named(SUBJECT));
    assert_eq!(place.refusal(&[&pair, &expired]).await, "client_auth.certificate_expired");

    let no_authority = authority(Wanted { subject: &[("CN", "Between")], ..PLAIN });
    let pair = no_authority.issue(&named(SUBJECT));
    assert_eq!(place.refusal(&[&pair, &no_authority]).await, "client_auth.certificate_untrusted");

    let pair = between.issue(&named(SUBJECT));
    let many = vec![&between; 9];
    assert_eq!(
        place.refusal(&[&[&pair], many.as_slice()].concat()).await,
        "client_auth.certificate_missing",
        "a chain that nobody needs is not read"
    );
}

/// RFC 9325 §4.5: whatever the handshake lets through, a weak key and a broken digest prove nobody, at no place of the path.
#[actix_web::test]
async fn a_weak_certificate_is_refused() {
    let place = place().await;
    let strong = place.authority.issue(&Wanted { rsa_bits: Some(2048), ..named(SUBJECT) });
    assert_eq!(place.token(&[&strong]).await.status, 200);
    for wanted in
        [Wanted { rsa_bits: Some(1024), ..named(SUBJECT) }, Wanted { by_sha1: true, ..named(SUBJECT) }]
    {
        let pair = place.authority.issue(&wanted);
        assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_weak");
    }
    let between = Wanted { subject: &[("CN", "Between")], authority: true, ..PLAIN };
    for wanted in [Wanted { rsa_bits: Some(1024), ..between }, Wanted { by_sha1: true, ..between }] {
        let between = place.authority.issue(&wanted);
        let pair = between.issue(&named(SUBJECT));
        assert_eq!(place.refusal(&[&pair, &between]).await, "client_auth.certificate_weak");
    }
}

/// RFC 6749 §2.3: the registered method alone counts.
#[actix_web::test]
async fn a_certificate_is_no_other_method() {
    let place = place().await;
    let pair = place.authority.issue(&named(SUBJECT));
    let form = [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "x")];
    let answer = place.post("/token", &form, &[&pair]).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    assert_eq!(place.app.last_cause(), "client_auth.method_not_registered");

    place.app.with_client(json!({ "client_id": "secretive" }));
    let form = [("grant_type", "client_credentials"), ("client_id", "secretive")];
    let answer = place.post("/token", &form, &[&pair]).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
    place.app.change_client("service", |client| client.disabled = true);
    assert_eq!(place.refusal(&[&pair]).await, "client.disabled");
}

/// The JWK of a certificate: with `x5c`, or with the key alone.
fn jwk(pair: &Pair, with_certificate: bool) -> Value {
    use openssl::bn::{BigNum, BigNumContext, BigNumRef};
    if let Ok(key) = pair.key.rsa() {
        let text = |n: &BigNumRef| URL_SAFE_NO_PAD.encode(n.to_vec());
        return json!({ "kty": "RSA", "n": text(key.n()), "e": text(key.e()) });
    }
    let key = pair.key.ec_key().unwrap();
    let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
    let mut context = BigNumContext::new().unwrap();
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).unwrap();
    let text = |n: &BigNum| URL_SAFE_NO_PAD.encode(n.to_vec_padded(32).unwrap());
    let mut jwk = json!({ "kty": "EC", "crv": "P-256", "x": text(&x), "y": text(&y) });
    if with_certificate {
        jwk["x5c"] = json!([STANDARD.encode(pair.der())]);
    }
    jwk
}

/// RFC 8705 §2.2: any certificate that the client registered, whoever signed it.
#[actix_web::test]
async fn a_registered_certificate_proves_the_client() {
    let place = Place::start().await;
    let (pair, by_key, other) = (
        Pair::self_signed(&named(SUBJECT)),
        Pair::self_signed(&named(&[])),
        Pair::self_signed(&named(SUBJECT)),
    );
    place.app.with_client(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "keys": { "jwks": { "keys": [jwk(&pair, true), jwk(&by_key, false), "nonsense", {"kty": "oct"}] } },
    }));
    for good in [&pair, &by_key] {
        let answer = place.token(&[good]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(place.refusal(&[&other]).await, "client_auth.certificate_not_registered");
    assert_eq!(place.refusal(&[]).await, "client_auth.certificate_missing");
    let vouched = place.authority.issue(&named(SUBJECT));
    assert_eq!(place.refusal(&[&vouched]).await, "client_auth.certificate_not_registered");
}

/// RFC 7517 §4.7: the certificate in `x5c` is one of the key beside it.
#[actix_web::test]
async fn a_registered_certificate_of_another_key_proves_nobody() {
    let place = Place::start().await;
    let (pair, other) = (Pair::self_signed(&named(SUBJECT)), Pair::self_signed(&named(SUBJECT)));
    let mut mixed = jwk(&other, false);
    mixed["x5c"] = json!([STANDARD.encode(pair.der())]);
    place.app.with_client(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "keys": { "jwks": { "keys": [mixed] } },
    }));
    for shown in [&pair, &other] {
        assert_eq!(place.refusal(&[shown]).await, "client_auth.certificate_not_registered");
    }
}

#[actix_web::test]
async fn a_registered_certificate_that_has_expired_is_refused() {
    let place = Place::start().await;
    let pair = Pair::self_signed(&Wanted { valid: (1_000_000_000, 1_700_000_000), ..named(SUBJECT) });
    place.app.with_client(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "keys": { "jwks": { "keys": [jwk(&pair, true)] } },
    }));
    assert_eq!(place.refusal(&[&pair]).await, "client_auth.certificate_expired");
}

/// RFC 7518 §3.3: a key that is too small for a signature is too small for a certificate. Who signed it, and how, is
/// nobody's matter.
#[actix_web::test]
async fn a_registered_certificate_with_a_weak_key_is_refused() {
    let [weak, strong, sha1] = [
        Wanted { rsa_bits: Some(1024), ..named(SUBJECT) },
        Wanted { rsa_bits: Some(2048), ..named(SUBJECT) },
        Wanted { by_sha1: true, ..named(SUBJECT) },
    ]
    .map(|wanted| Pair::self_signed(&wanted));
    let url = "https://app.example/jwks";
    let keys = json!({ "keys": [jwk(&weak, false), jwk(&strong, false), jwk(&sha1, true)] });
    for registered in [json!({ "jwks": keys }), json!({ "jwks_uri": url })] {
        let place = Place::start().await;
        place.app.outbound.publish(url, &keys);
        place.app.with_client(json!({
            "token_endpoint_auth_method": "self_signed_tls_client_auth", "keys": registered,
        }));
        assert_eq!(place.refusal(&[&weak]).await, "client_auth.certificate_weak");
        assert_eq!(place.token(&[&strong]).await.status, 200);
        assert_eq!(place.token(&[&sha1]).await.status, 200);
    }
}

/// RFC 8705 §2.2.2: where the client publishes its certificates, a new one is found without a registration.
#[actix_web::test]
async fn a_published_certificate_proves_the_client() {
    let place = Place::start().await;
    let (first, second) = (Pair::self_signed(&named(SUBJECT)), Pair::self_signed(&named(SUBJECT)));
    let url = "https://app.example/jwks";
    let publish = |pair: &Pair| {
        place.app.outbound.publish(url, &json!({ "keys": [jwk(pair, true)] }));
    };
    place.app.with_client(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "keys": { "jwks_uri": url },
    }));
    publish(&first);
    assert_eq!(place.token(&[&first]).await.status, 200);
    assert_eq!(place.refusal(&[&second]).await, "client_auth.certificate_not_registered");
    publish(&second);
    place.app.advance(Duration::MINUTE);
    assert_eq!(place.token(&[&second]).await.status, 200);
    assert_eq!(place.refusal(&[&first]).await, "client_auth.certificate_not_registered");
}
