//! The plans of the OpenID Foundation's suite for an OP's logout, module by module: what each sends, and what it demands.
//! `oidcc-rp-initiated-logout`, `oidcc-backchannel-rp-initiated-logout`, `oidcc-frontchannel-rp-initiated-logout`,
//! `oidcc-session-management` and `oidcc-3rdparty-init-login`.
//!
//! Its client registers itself, knows neither PKCE nor consent, and proves itself by `client_secret_basic`.

use super::logout::{answers, job, logout_uri, read, told};
use crate::support::app::{ISSUER, PASSWORD};
use crate::support::flow::authorize_uri;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use std::collections::HashMap;
use url::Url;

const CALLBACK: &str = "https://suite.example/test/a/latchkey/callback";
const BACK: &str = "https://suite.example/test/a/latchkey/post_logout_redirect";
const FRONT_CHANNEL: &str = "https://suite.example/test/a/latchkey/frontchannel_logout";
const BACK_CHANNEL: &str = "https://app.example/backchannel";

/// Of `VSCHAR` (RFC 6749 appendix A.5), without what the suite leaves out itself: `+` and the space.
const STATE: &str = "!\"#$%&'()*,-./0123456789:;<=>?@AZ[\\]^_`az{|}~%41&state=x";

/// One run of a module: the suite's client, its browser, and what it has got by signing in.
struct Run {
    app: App,
    browser: Browser,
    client: Value,
    /// The callback's parameters of the first authorization.
    callback: HashMap<String, String>,
    hint: String,
}

/// Where a redirect leads, without its query, and its query.
fn split(answer: &Answer) -> (String, HashMap<String, String>) {
    let mut url = Url::parse(&answer.header("location"))
        .unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text()));
    let query = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.to_string(), query)
}

impl Run {
    /// Registers, signs in, allows, and redeems the code.
    async fn start(members: Value) -> Self {
        let app = App::start_registering(|policy| policy.bounds.require_pkce = false).await;
        app.with_user("ada");
        let mut document = json!({
            "client_name": "suite", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_basic",
            "contacts": ["certification@oidf.org"], "post_logout_redirect_uris": [BACK],
        });
        for (name, value) in members.as_object().unwrap() {
            document[name] = value.clone();
        }
        let request = TestRequest::post().uri("/register").set_json(&document);
        let answer = app.send(request).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let client = answer.json();
        for (name, value) in document.as_object().unwrap() {
            assert_eq!(&client[name], value, "{name} is told as it was registered");
        }
        let browser = Browser::new(&app);
        let mut run = Self { app, browser, client, callback: HashMap::new(), hint: String::new() };
        run.browser.open(&run.authorize("")).await;
        run.browser.log_in("ada", PASSWORD).await;
        let allowed = run.browser.submit(&run.browser.form("/consent").with("decision", "allow")).await;
        let (to, callback) = split(&allowed);
        assert_eq!(to, CALLBACK);
        run.callback = callback;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &run.callback["code"]),
            ("redirect_uri", CALLBACK),
        ];
        let text = |name: &str| run.client[name].as_str().unwrap().to_owned();
        let credentials = (text("client_id"), text("client_secret"));
        let tokens = run.app.post("/token", &form, Some(&credentials)).await.json();
        tokens["id_token"].as_str().unwrap().clone_into(&mut run.hint);
        run
    }

    fn authorize(&self, prompt: &str) -> String {
        authorize_uri(&[
            ("client_id", self.client["client_id"].as_str().unwrap()),
            ("redirect_uri", CALLBACK),
            ("nonce", "n"),
            ("prompt", prompt),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ])
    }

    /// What the suite sends in every module, where it changes nothing of it.
    fn usual(&self) -> Vec<(&'static str, String)> {
        vec![
            ("id_token_hint", self.hint.clone()),
            ("post_logout_redirect_uri", BACK.to_owned()),
            ("state", STATE.to_owned()),
        ]
    }

    async fn log_out(&mut self, params: &[(&'static str, String)]) -> Answer {
        let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.open(&logout_uri(&params)).await
    }

    /// The second authorization, with `prompt=none`, has to fail by a redirect. OIDC Core §3.1.2.6.
    async fn is_over(&mut self) {
        let answer = self.browser.open(&self.authorize("none")).await;
        let (to, query) = split(&answer);
        assert_eq!((to.as_str(), query["error"].as_str()), (CALLBACK, "login_required"));
        assert_eq!(query["state"], "xyz");
        let known = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
        assert!(query.keys().all(|name| known.contains(&name.as_str())), "{query:?}");
    }

    /// No redirect; an error page, or the question whether to sign out.
    fn is_kept(&self, answer: &Answer) {
        assert_eq!(answer.header("location"), "");
        assert_eq!(answer.header("refresh"), "");
        assert!([200, 400].contains(&answer.status) && !self.browser.html.contains("signed out"));
    }

    /// Says yes where a page asks, and sees that it is done.
    async fn confirm(&mut self) {
        assert!(self.browser.html.contains("Sign out?"), "{}", self.browser.html);
        self.browser.submit(&self.browser.form("/logout")).await;
        assert!(self.browser.html.contains("You are signed out"));
        self.is_over().await;
    }
}

/// `oidcc-rp-initiated-logout`, `-no-state`: back with the state and nothing else, or with nothing at all.
#[actix_web::test]
async fn the_usual_request_leads_back() {
    let mut run = Run::start(json!({})).await;
    let (to, query) = split(&run.log_out(&run.usual()).await);
    assert_eq!((to.as_str(), query), (BACK, HashMap::from([("state".to_owned(), STATE.to_owned())])));
    run.is_over().await;

    let mut run = Run::start(json!({})).await;
    let answer = run.log_out(&run.usual()[..2]).await;
    assert_eq!(answer.header("location"), BACK);
    run.is_over().await;
}

/// `-bad-post-logout-redirect-uri`, `-query-added-to-post-logout-redirect-uri`.
#[actix_web::test]
async fn another_address_leads_nowhere() {
    for uri in
        ["https://suite.example/test/a/latchkey/bad_post_logout_redirect_uri", &format!("{BACK}?foo=bar")]
    {
        let mut run = Run::start(json!({})).await;
        let mut asked = run.usual();
        asked[1].1 = uri.to_owned();
        let answer = run.log_out(&asked).await;
        run.is_kept(&answer);
    }
}

/// `-modified-id-token-hint` (`alg` is `none`), `-bad-id-token-hint` (the client's own JWT), `-no-id-token-hint`.
#[actix_web::test]
async fn a_hint_that_is_none_leads_nowhere() {
    let mut run = Run::start(json!({})).await;
    let encode = |value: &Value| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
    };
    let (_, claims) = read(&run.hint);
    let modified = format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(&claims));
    let fake = json!({
        "iss": run.client["client_id"], "sub": "SubjectID", "aud": ISSUER, "nonce": "flibble",
        "iat": claims["iat"], "exp": claims["exp"],
    });
    let bad = format!("{}.{}.{}", encode(&json!({ "alg": "HS256" })), encode(&fake), "c2lnbmF0dXJl");
    for hint in [Some(modified), Some(bad), None] {
        let mut asked = run.usual();
        match hint {
            Some(hint) => asked[0].1 = hint,
            None => drop(asked.remove(0)),
        }
        let answer = run.log_out(&asked).await;
        run.is_kept(&answer);
    }
}

/// `-no-params`, `-only-state`, `-no-post-logout-redirect-uri`: the person is signed out, and a page says so.
#[actix_web::test]
async fn without_an_address_a_page_tells_the_person() {
    let mut run = Run::start(json!({})).await;
    run.log_out(&[]).await;
    run.confirm().await;

    let mut run = Run::start(json!({})).await;
    run.log_out(&run.usual()[2..]).await;
    run.confirm().await;

    let mut run = Run::start(json!({})).await;
    let mut asked = run.usual();
    asked.remove(1);
    run.log_out(&asked).await;
    assert!(run.browser.html.contains("You are signed out"));
    run.is_over().await;
}

/// `oidcc-backchannel-rp-initiated-logout`.
#[actix_web::test]
async fn the_back_channel_tells_what_the_plan_wants() {
    let members =
        json!({ "backchannel_logout_uri": BACK_CHANNEL, "backchannel_logout_session_required": true });
    let mut run = Run::start(members).await;
    answers(&run.app, 200);
    assert_eq!(split(&run.log_out(&run.usual()).await).0, BACK);
    assert_eq!(job(&run.app).deliver().await.unwrap(), 1);
    let sent = run.app.outbound.sent().pop().unwrap();
    let body: Vec<_> = url::form_urlencoded::parse(sent.body.as_ref().unwrap().as_bytes()).collect();
    assert!(matches!(&body[..], [(name, _)] if name == "logout_token"), "{body:?}");
    let (header, claims) = told(&run.app).remove(0);
    let (hint_header, id) = read(&run.hint);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &hint_header["alg"]));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &run.client["client_id"]));
    assert_eq!((&claims["sub"], &claims["sid"]), (&id["sub"], &id["sid"]));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims["iat"].is_i64() && claims["exp"].is_i64() && claims["jti"].is_string());
    assert!(claims.get("nonce").is_none());
    run.is_over().await;
}

/// `oidcc-frontchannel-rp-initiated-logout`: the frame gets `iss` and `sid` and no more, and the browser goes on.
#[actix_web::test]
async fn the_front_channel_loads_what_the_plan_wants() {
    let members =
        json!({ "frontchannel_logout_uri": FRONT_CHANNEL, "frontchannel_logout_session_required": true });
    let mut run = Run::start(members).await;
    let answer = run.log_out(&run.usual()).await;
    assert_eq!(answer.status, 200);
    let frame = answer.text().split("<iframe src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let frame = Url::parse(&frame.replace("&#38;", "&")).unwrap();
    let query: HashMap<String, String> = frame.query_pairs().into_owned().collect();
    let sid = read(&run.hint).1["sid"].as_str().unwrap().to_owned();
    assert_eq!(query, HashMap::from([("iss".to_owned(), ISSUER.to_owned()), ("sid".to_owned(), sid)]));
    assert!(frame.as_str().starts_with(FRONT_CHANNEL));
    assert!(answer.header("content-security-policy").ends_with("; frame-src https://suite.example"));
    let on = Url::parse(answer.header("refresh").strip_prefix("2;url=").unwrap()).unwrap();
    assert!(on.as_str().starts_with(BACK));
    assert_eq!(on.query_pairs().into_owned().collect::<Vec<_>>(), [("state".to_owned(), STATE.to_owned())]);
    run.is_over().await;
}

/// `oidcc-session-management-rp-initiated-logout`: the script's own answers are seen in a browser (`scripts/browser`);
/// here, what it compares.
#[actix_web::test]
async fn the_session_state_is_one_that_the_frame_confirms_until_the_logout() {
    use base64::Engine as _;
    let mut run = Run::start(json!({})).await;
    let state = run.callback["session_state"].clone();
    assert!(!state.contains(' '));
    let (hash, salt) = state.split_once('.').unwrap();
    let client_id = run.client["client_id"].as_str().unwrap().to_owned();
    let expected = |told: &str| {
        let text = format!("{client_id} https://suite.example {told} {salt}");
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(latchkey::digest::sha256(&[text.as_bytes()]))
    };
    run.browser.open("/check-session/state").await;
    assert_eq!(expected(&run.browser.html), hash, "unchanged");
    assert_eq!(split(&run.log_out(&run.usual()).await).0, BACK);
    run.browser.open("/check-session/state").await;
    assert_ne!(expected(&run.browser.html), hash, "changed");
}

/// The discovery module of each plan.
#[actix_web::test]
async fn discovery_says_what_each_plan_looks_for() {
    let app = App::start().await;
    let document = app.get("/.well-known/openid-configuration").await.json();
    for name in [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ] {
        assert_eq!(document[name], true, "{name}");
    }
    assert_eq!(document["end_session_endpoint"], format!("{ISSUER}/logout"));
    assert_eq!(document["check_session_iframe"], format!("{ISSUER}/check-session"));
}

/// `oidcc-3rd_party-init-login`, `-nohttps`.
#[actix_web::test]
async fn where_a_login_begins_is_told_and_must_be_https() {
    let uri = "https://suite.example/test/a/latchkey/initiate_login";
    let run = Run::start(json!({ "initiate_login_uri": uri })).await;
    let at = run.client["registration_client_uri"].as_str().unwrap().strip_prefix(ISSUER).unwrap();
    let token = format!("Bearer {}", run.client["registration_access_token"].as_str().unwrap());
    let answer = run.app.send(TestRequest::get().uri(at).insert_header(("authorization", token))).await;
    assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "application/json"));
    assert_eq!(answer.json()["initiate_login_uri"], uri);
    let plain = json!({ "redirect_uris": [CALLBACK], "initiate_login_uri": uri.replace("https", "http") });
    let answer = run.app.send(TestRequest::post().uri("/register").set_json(plain)).await;
    assert_eq!(answer.error(), (400, "invalid_client_metadata".to_owned()));
}
