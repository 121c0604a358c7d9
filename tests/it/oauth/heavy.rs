//! What is made to be slow is refused, or done, at once: no request of 64 KiB costs more than a moment. attacks: A25, M41, class
//! 8 of the classes behind them; Authlib CVE-2025-61920, jwcrypto CVE-2023-6681 (`p2c`), jose
//! CVE-2024-28176 (`zip`), `mod_auth_openidc` CVE-2024-24814.

use crate::support::app::ISSUER;
use crate::support::device::DEVICE_GRANT;
use crate::support::flow::authorize_uri;
use crate::support::signed::encode;
use crate::support::workload::{CLIENT_ASSERTION, JWT_BEARER};
use crate::support::{Answer, App};
use actix_web::test::TestRequest;
use serde_json::json;
use std::future::Future;
use std::time::{Duration, Instant};

/// In a build that is not optimised, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(2);

const SIZE: usize = 60_000;

fn many(part: &str) -> String {
    part.repeat(SIZE / part.len())
}

/// So many texts that differ, with this around each.
fn different(count: usize, before: &str, behind: &str) -> String {
    (0..count).fold(String::new(), |all, n| all + before + &n.to_string() + behind)
}

/// Values that cost somebody much.
fn heavy() -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("one letter", many("a")),
        ("words", many("a ")),
        ("words that differ", different(9000, "s", " ")),
        ("opening brackets", many("[")),
        ("nested objects", many("{\"a\":")),
        ("an object of many members", format!("{{{}\"z\":1}}", different(4000, "\"", "\":1,"))),
        ("a list of many", format!("[{}1]", many("1,"))),
        ("a number of many digits", many("9")),
        ("a large exponent", format!("1e{}", "9".repeat(400))),
        ("dots", many(".")),
        ("commas", many(",")),
        ("tags of languages", many("de-DE-1996,en;q=0.1,")),
        ("escapes", many("\\u0000")),
        ("letters that compose", many("e\u{301}")),
        ("joined letters", many("\u{1f469}\u{200d}")),
        ("letters from right to left", many("\u{5d0}")),
        ("an address", format!("https://{}.example/{}", "a.".repeat(10_000), many("%2e"))),
        ("an address of many parameters", format!("https://a.example/?{}", many("a=b&"))),
    ];
    all.extend(heavy_tokens());
    all
}

fn heavy_tokens() -> Vec<(&'static str, String)> {
    let jws = |header: &str, claims: &str| format!("{}.{}.AAAA", encode(header), encode(claims));
    let header = r#"{"alg":"ES256","kid":"k"}"#;
    let jwe = r#"{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2147483647,"p2s":"AA","zip":"DEF"}"#;
    let members = different(3000, "\"", "\":1,");
    let names = "\"b64\",".repeat(6000);
    let audiences = "\"x\",".repeat(9000);
    let digits = "0".repeat(5000);
    let certificate = encode(many("A"));
    vec![
        ("a token of five parts", format!("{}.{}.AA.AA.AA", encode(jwe), many("A"))),
        ("a header of many members", jws(&format!("{{{members}\"alg\":\"ES256\"}}"), "{}")),
        ("critical names", jws(&format!("{{\"alg\":\"ES256\",\"crit\":[{names}\"b\"]}}"), "{}")),
        ("audiences", jws(header, &format!("{{\"iss\":\"service\",\"aud\":[{audiences}\"x\"]}}"))),
        ("claims that are deep", jws(header, &format!("{{\"iss\":{}", many("[")))),
        ("a time beyond all bounds", jws(header, &format!("{{\"iss\":\"{ISSUER}\",\"exp\":1{digits}}}"))),
        ("a certificate", jws(&format!("{{\"alg\":\"RS256\",\"x5c\":[\"{certificate}\"]}}"), "{}")),
    ]
}

async fn in_time(name: &str, place: &str, answer: impl Future<Output = Answer>) {
    let began = Instant::now();
    let answer = answer.await;
    assert!(began.elapsed() < PATIENCE, "{name} at {place}: {:?}", began.elapsed());
    assert!(answer.status < 500, "{name} at {place}: {} {}", answer.status, answer.text());
}

#[actix_web::test]
async fn every_parameter_of_every_endpoint_is_read_in_a_moment() {
    let app = App::start_registering(|_| {}).await;
    let web = app.with_web_client(&[(
        "grant_types",
        json!(["authorization_code", "refresh_token", DEVICE_GRANT, JWT_BEARER]),
    )]);
    let ada = app.signed_in("ada");
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    for (name, value) in heavy() {
        for parameter in [
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "prompt",
            "max_age",
            "ui_locales",
            "claims_locales",
            "acr_values",
            "login_hint",
            "id_token_hint",
            "claims",
            "request",
            "request_uri",
            "resource",
            "authorization_details",
            "dpop_jkt",
            "code_challenge",
            "response_mode",
            "display",
        ] {
            let uri = authorize_uri(&[(parameter, &value)]);
            if uri.len() < 65_000 {
                let request = TestRequest::get().uri(&uri).insert_header(("cookie", ada.cookie.as_str()));
                in_time(name, parameter, app.send(request)).await;
            }
            if matches!(
                parameter,
                "scope" | "claims" | "request" | "authorization_details" | "resource" | "acr_values"
            ) {
                let form = [(parameter, value.as_str()), ("response_type", "code")];
                in_time(name, "/par", app.post("/par", &form, Some(&web))).await;
            }
        }
        for (grant, parameter) in [
            ("refresh_token", "refresh_token"),
            ("authorization_code", "code"),
            (DEVICE_GRANT, "device_code"),
            (JWT_BEARER, "assertion"),
            (exchange, "subject_token"),
            ("client_credentials", "scope"),
        ] {
            let form = [("grant_type", grant), (parameter, &value)];
            in_time(name, parameter, app.post("/token", &form, Some(&web))).await;
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", CLIENT_ASSERTION),
            ("client_assertion", &value),
        ];
        in_time(name, "client_assertion", app.post("/token", &form, None)).await;
        for (path, parameter) in [
            ("/introspect", "token"),
            ("/revoke", "token"),
            ("/device_authorization", "scope"),
            ("/logout", "id_token_hint"),
            ("/login", "username"),
            ("/device", "user_code"),
        ] {
            in_time(name, path, app.post(path, &[(parameter, value.as_str())], Some(&web))).await;
        }
    }
}

/// The same in headers: each is read by whoever asks for anything.
#[actix_web::test]
async fn every_header_is_read_in_a_moment() {
    let app = App::start_registering(|_| {}).await;
    app.with_web_client(&[]);
    for (name, value) in heavy() {
        for (path, header, prefix) in [
            ("/userinfo", "authorization", "Bearer "),
            ("/userinfo", "authorization", "DPoP "),
            ("/userinfo", "authorization", ""),
            ("/userinfo", "dpop", ""),
            ("/userinfo", "client-cert", ":"),
            ("/token", "authorization", "Basic "),
            ("/token", "dpop", ""),
            ("/token", "content-type", ""),
            ("/introspect", "accept", ""),
            ("/.well-known/jwks.json", "if-none-match", ""),
            ("/.well-known/jwks.json", "x-forwarded-for", ""),
            ("/.well-known/jwks.json", "forwarded", ""),
            ("/.well-known/jwks.json", "origin", ""),
            ("/login", "cookie", "lk="),
            ("/login", "cookie", ""),
            ("/login", "accept-language", ""),
            ("/login", "accept", ""),
            ("/login", "user-agent", ""),
            ("/login", "sec-fetch-site", ""),
        ] {
            let value = format!("{prefix}{value}");
            let Ok(value) = actix_web::http::header::HeaderValue::from_str(value.trim()) else { continue };
            let request = match path {
                "/token" | "/introspect" => {
                    TestRequest::post().set_form([("grant_type", "client_credentials")])
                }
                _ => TestRequest::get(),
            };
            in_time(name, header, app.send(request.uri(path).insert_header((header, value)))).await;
        }
    }
}

/// And in the document of a client that registers.
#[actix_web::test]
async fn every_member_of_a_registration_is_read_in_a_moment() {
    let app = App::start_registering(|_| {}).await;
    for (name, value) in heavy() {
        for member in [
            "client_name",
            "scope",
            "client_uri",
            "software_statement",
            "sector_identifier_uri",
            "tls_client_auth_subject_dn",
        ] {
            let body = json!({ "redirect_uris": ["https://app.example/cb"], member: value }).to_string();
            let request =
                TestRequest::post().uri("/register").insert_header(("content-type", "application/json"));
            in_time(name, member, app.send(request.set_payload(body))).await;
        }
        for body in [
            format!("{{\"redirect_uris\":{value}}}"),
            json!({ "redirect_uris": vec!["https://app.example/cb"; 2000] }).to_string(),
            json!({ "redirect_uris": [value] }).to_string(),
            json!({ "redirect_uris": ["https://app.example/cb"], "jwks": { "keys": vec![json!({ "kty": "RSA", "n": value, "e": "AQAB" }); 1] } }).to_string(),
            json!({ "redirect_uris": ["https://app.example/cb"], "jwks": { "keys": [{ "kty": "RSA", "n": encode(vec![0xc1; 2048]), "e": encode(vec![0xff; 2000]) }] } }).to_string(),
            json!({ "redirect_uris": ["https://app.example/cb"], "jwks": { "keys": vec![json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }); 1000] } }).to_string(),
        ] {
            let request = TestRequest::post().uri("/register").insert_header(("content-type", "application/json"));
            in_time(name, "body", app.send(request.set_payload(body))).await;
        }
    }
}
