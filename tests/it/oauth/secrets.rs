//! What must never be written down: neither in the log, at its finest level, nor in the audit trail. attacks: M26.

use crate::support::app::PASSWORD;
use crate::support::flow::{VERIFIER, authorize_uri, sent_back};
use crate::support::{App, Browser};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{self, Write};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

thread_local! {
    /// What was logged on this thread, while somebody wants to know.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes into [`LOG`].
struct ToLog;

impl Write for ToLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.iter_mut().for_each(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One subscriber for the whole process: those of single threads come and go while other tests run, and what tracing
/// remembers of each place then is not always what this thread wants.
fn listen() {
    let wanted = dynamic_filter_fn(|what, _| {
        what.target().starts_with("latchkey") && LOG.with_borrow(Option::is_some)
    });
    let layer = tracing_subscriber::fmt::layer().with_writer(|| ToLog).with_filter(wanted);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
    LOG.set(Some(Vec::new()));
}

/// A person signs in, first wrongly, and consents; the client redeems, refreshes, asks, revokes, and errs.
async fn whole_run(app: &App) -> Vec<(&'static str, String)> {
    let web = app.with_web_client(&[("skip_consent", json!(false))]);
    app.with_user("ada");
    let mut ada = Browser::new(app);
    ada.open(&authorize_uri(&[("scope", "openid offline_access"), ("nonce", "n0nce-value")])).await;
    ada.log_in("ada", "the-wrong-password").await;
    ada.log_in("a-password-typed-as-name", PASSWORD).await;
    ada.log_in("ada", PASSWORD).await;
    let back = sent_back(&ada.submit(&ada.form("/consent").with("decision", "allow")).await);
    let tokens = app.redeem(&web, &back["code"], &[]).await.json();
    let refreshed = app.refresh(&web, &tokens["refresh_token"], &[]).await.json();
    app.userinfo(&tokens["access_token"]).await;
    app.is_active(&web, &refreshed["access_token"]).await;
    app.redeem(&web, &back["code"], &[]).await;
    let wrong = (web.0.clone(), "lks_the-wrong-secret".to_owned());
    app.post("/token", &[("grant_type", "client_credentials")], Some(&wrong)).await;
    app.post("/revoke", &[("token", refreshed["refresh_token"].as_str().unwrap())], Some(&web)).await;
    app.get(&format!("/userinfo?access_token={}", text(&refreshed, "access_token"))).await;
    let mut secrets = vec![
        ("password", PASSWORD.to_owned()),
        ("wrong password", "the-wrong-password".into()),
        ("name that may be a password", "a-password-typed-as-name".into()),
        ("code", back["code"].clone()),
        ("code verifier", VERIFIER.into()),
        ("client secret", web.1),
        ("wrong client secret", wrong.1),
        ("access token", text(&tokens, "access_token")),
        ("refresh token", text(&tokens, "refresh_token")),
        ("ID token", text(&tokens, "id_token")),
        ("second access token", text(&refreshed, "access_token")),
        ("second refresh token", text(&refreshed, "refresh_token")),
    ];
    secrets.extend(device_run(app, &mut ada).await);
    secrets.extend(ada.cookies.values().map(|value| ("cookie", value.clone())));
    secrets
}

/// A television asks, and she lets it.
async fn device_run(app: &App, ada: &mut Browser) -> Vec<(&'static str, String)> {
    app.with_television(&[]);
    let codes = app.ask_for_codes("openid").await;
    app.poll(&codes).await;
    ada.open(&format!("/device?user_code={}", text(&codes, "user_code"))).await;
    ada.type_code("BBBB-CCCC").await;
    ada.come_to_device(&codes, "ada").await;
    ada.answer_device("allow").await;
    let tokens = app.poll(&codes).await.json();
    app.poll(&codes).await;
    vec![
        ("device code", text(&codes, "device_code")),
        ("user code", text(&codes, "user_code")),
        ("wrong user code", "BBBB-CCCC".to_owned()),
        ("access token of a device", text(&tokens, "access_token")),
    ]
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn no_secret_is_written_into_the_log_or_the_audit_trail() {
    listen();
    let app = App::start().await;
    let secrets = whole_run(&app).await;
    let log = String::from_utf8(LOG.take().unwrap()).unwrap();
    assert!(log.contains("/authorize") && log.contains("/token"), "the run was logged: {log}");
    let audit: Vec<String> = app.audit().iter().map(ToString::to_string).collect();
    assert!(audit.len() > 10);
    for (what, secret) in secrets {
        assert!(!log.contains(&secret), "the {what} stands in the log");
        assert!(!audit.iter().any(|entry| entry.contains(&secret)), "the {what} stands in the audit trail");
    }
}
