//! Refusals in the audit trail: so many of an address one by one, and the rest by their number.

use crate::support::app::trail;
use crate::support::{Answer, App, Browser};
use actix_web::test::TestRequest;
use latchkey::web::extract::client_ip::TrustedProxies;
use serde_json::{Value, json};
use time::Duration;

/// One whose trail takes three refusals of an address each minute; callers say in a header who they are.
async fn app() -> App {
    let change = |state: &mut latchkey::web::state::AppState| {
        state.trail = trail(&state.store, state.clock.clone(), 3);
        state.proxies = TrustedProxies::new(|_| true);
    };
    App::start_changed(|_| {}, change).await
}

async fn unknown_client(app: &App, address: &str) -> Answer {
    let request = TestRequest::post().uri("/token").insert_header(("x-forwarded-for", address)).set_form([
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", "nobody"),
    ]);
    app.send(request).await
}

/// What the trail says beyond its first `known` entries: who was refused, and how many are left out.
fn told(app: &App, known: usize) -> Vec<(Value, Value)> {
    app.audit()[known..].iter().map(|entry| (entry["remote"].clone(), entry["suppressed"].clone())).collect()
}

fn one(address: &str) -> (Value, Value) {
    (json!(address), Value::Null)
}

fn left_out(network: &str, count: u64) -> (Value, Value) {
    (json!(network), json!(count))
}

#[actix_web::test]
async fn refusals_beyond_the_limit_are_counted() {
    let app = app().await;
    let known = app.audit().len();
    let (here, there) = ("198.51.100.1", "2001:db8:1:2::1");
    for _ in 0..50 {
        assert_eq!(unknown_client(&app, here).await.error(), (401, "invalid_client".into()));
    }
    let expected = vec![one(here), one(here), one(here), left_out(here, 1)];
    assert_eq!(told(&app, known), expected, "of forty-seven, one is told at once");
    let entry = app.audit().pop().unwrap();
    assert_eq!(
        (&entry["event"], &entry["outcome"], &entry["cause"]),
        (&json!("excess_rate_limit_exceeded"), &json!("refused"), &json!("audit.suppressed"))
    );
    unknown_client(&app, there).await;
    assert_eq!(told(&app, known + 4), [one(there)], "another address has its own");
    app.advance(Duration::MINUTE);
    app.state.trail.flush(&app.act()).await.unwrap();
    assert_eq!(app.audit().pop().unwrap()["request_id"], "", "it is nobody's request");
    for n in 0..5 {
        unknown_client(&app, &format!("2001:db8:1:2::{n}")).await;
    }
    let expected = [
        left_out(here, 46),
        one("2001:db8:1:2::"),
        one("2001:db8:1:2::1"),
        one("2001:db8:1:2::2"),
        left_out("2001:db8:1:2::", 1),
    ];
    assert_eq!(told(&app, known + 5), expected);
    app.state.trail.flush(&app.act()).await.unwrap();
    assert_eq!(told(&app, known + 10), [left_out("2001:db8:1:2::", 1)]);
    app.state.trail.flush(&app.act()).await.unwrap();
    assert_eq!(told(&app, known + 11), [], "nothing is told twice");
    app.advance(Duration::HOUR);
    unknown_client(&app, here).await;
    assert_eq!(told(&app, known + 11), [one(here)]);
}

/// Wherever somebody can be refused whom nobody knows.
#[actix_web::test]
async fn nobody_fills_the_trail_by_being_refused() {
    let form = |path: &str, fields: &[(&str, &str)]| TestRequest::post().uri(path).set_form(fields);
    let with =
        |path: &str, header: (&'static str, &'static str)| TestRequest::get().uri(path).insert_header(header);
    let requests: [(&str, &dyn Fn() -> TestRequest); 8] = [
        ("token", &|| form("/token", &[("client_id", "nobody")])),
        ("par", &|| form("/par", &[("client_id", "nobody")])),
        ("revoke", &|| form("/revoke", &[("client_id", "nobody")])),
        ("introspect", &|| form("/introspect", &[("client_id", "nobody")])),
        ("device", &|| form("/device_authorization", &[("client_id", "nobody")])),
        ("userinfo", &|| with("/userinfo", ("authorization", "Bearer x"))),
        ("authorize", &|| with("/authorize?client_id=nobody", ("accept", "text/html"))),
        ("logout", &|| {
            with("/logout?post_logout_redirect_uri=https://evil.example/", ("accept", "text/html"))
        }),
    ];
    for (name, request) in requests {
        let app = app().await;
        let known = app.audit().len();
        for _ in 0..10 {
            assert!((400..500).contains(&app.send(request()).await.status), "{name}");
        }
        let counts: Vec<Value> = told(&app, known).into_iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [Value::Null, Value::Null, Value::Null, json!(1)], "{name}");
    }
}

#[actix_web::test]
async fn what_was_done_has_its_own_entry_each_time() {
    let app = app().await;
    let service = app.with_client(json!({}));
    for _ in 0..9 {
        unknown_client(&app, "192.0.2.1").await;
    }
    let known = app.audit().len();
    for _ in 0..9 {
        let own = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await;
        assert_eq!(own.status, 200);
    }
    assert_eq!(told(&app, known), vec![one("192.0.2.1"); 9]);
}

/// Whoever has a /48 has 65,536 networks, each with a limit of its own.
#[actix_web::test]
async fn all_addresses_together_have_a_limit_too() {
    let app = app().await;
    let known = app.audit().len();
    for n in 1..=100 {
        unknown_client(&app, &format!("2001:db8:1:{n:x}::1")).await;
    }
    let mut expected: Vec<_> = (1..=60).map(|n| one(&format!("2001:db8:1:{n:x}::1"))).collect();
    expected.push((Value::Null, json!(1)));
    assert_eq!(told(&app, known), expected, "twenty times as many as of one");
    app.state.trail.flush(&app.act()).await.unwrap();
    assert_eq!(told(&app, known + 61), [(Value::Null, json!(39))]);
    app.advance(Duration::MINUTE);
    unknown_client(&app, "2001:db8:1:99::1").await;
    assert_eq!(told(&app, known + 62), [one("2001:db8:1:99::1")]);
}

#[actix_web::test]
async fn a_sign_in_that_comes_too_early_counts_as_a_refusal() {
    let app = app().await;
    let mut eve = Browser::new(&app);
    for _ in 0..5 {
        eve.open("/login").await;
        assert_eq!(eve.log_in("ada", "wrong").await.status, 401);
    }
    let known = app.audit().len();
    for _ in 0..9 {
        assert_eq!(eve.log_in("ada", "wrong").await.status, 429);
    }
    let causes: Vec<Value> = app.audit()[known..].iter().map(|entry| entry["cause"].clone()).collect();
    assert_eq!(causes, ["login.delayed", "login.delayed", "login.delayed", "audit.suppressed"]);
}
