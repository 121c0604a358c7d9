//! Step-up authentication. RFC 9470.

use super::{said, tokens};
use crate::support::app::PASSWORD;
use crate::support::flow::{authorize_uri, sent_back};
use crate::support::{App, Browser};
use time::Duration;

/// RFC 9470 §3, §4: the challenge says what would do, and a request that asks for it gets it.
#[actix_web::test]
async fn an_old_sign_in_is_challenged_and_a_new_one_is_taken() {
    let app = App::start_with(|policy| policy.userinfo_max_age = Some(Duration::minutes(1))).await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = tokens(&app, &web, &ada, &[]).await;
    assert_eq!(app.userinfo(&first["access_token"]).await.status, 200);
    app.advance(Duration::seconds(61));
    let refused = app.userinfo(&first["access_token"]).await;
    assert_eq!(refused.error(), (401, "insufficient_user_authentication".into()));
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.contains("max_age=\"60\""), "{challenge}");
    assert_eq!(app.last_cause(), "userinfo.sign_in_too_old");

    let mut browser = Browser::new(&app);
    browser.cookies.insert("lk".to_owned(), ada.cookie.trim_start_matches("lk=").to_owned());
    browser.open(&authorize_uri(&[("max_age", "60")])).await;
    assert!(browser.path.starts_with("/login?"), "the sign-in is too old for it");
    let code = sent_back(&browser.log_in("ada", PASSWORD).await)["code"].clone();
    let second = app.redeem(&web, &code, &[]).await.json();
    assert_eq!(said(&second["access_token"])["auth_time"], app.act().now.unix_timestamp());
    assert_eq!(app.userinfo(&second["access_token"]).await.status, 200);
}

/// RFC 9470 §6: a refresh proves nothing about the person.
#[actix_web::test]
async fn a_refresh_makes_no_sign_in_younger() {
    let app = App::start_with(|policy| policy.userinfo_max_age = Some(Duration::minutes(1))).await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = tokens(&app, &web, &ada, &[("scope", "openid offline_access")]).await;
    app.advance(Duration::seconds(61));
    let second = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    assert_eq!(said(&second["access_token"])["auth_time"], said(&first["access_token"])["auth_time"]);
    assert_eq!(app.userinfo(&second["access_token"]).await.status, 401);
}
