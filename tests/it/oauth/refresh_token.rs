//! The `refresh_token` grant. RFC 6749 §6, RFC 9700 §4.14.2. attacks: C07-C10, M12, M13.

use crate::support::App;
use latchkey::identity::{browser_session, users};
use latchkey::oauth::clients;
use latchkey::records::Scope;
use latchkey::storage::Stop;
use serde_json::json;
use time::Duration;

/// RFC 6749 §6; OIDC Core §12.
#[actix_web::test]
async fn each_use_gives_a_successor() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = app.tokens(&web, &ada, "openid offline_access").await;
    let second = app.refresh(&web, &first["refresh_token"], &[]).await;
    assert_eq!(second.status, 200, "{}", second.text());
    let second = second.json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert!(second["id_token"].is_string());
    assert_eq!(app.refresh(&web, &second["refresh_token"], &[]).await.status, 200);
}

/// draft-ietf-oauth-refresh-token-expiration: how long it can be used, which ends with its grant.
#[actix_web::test]
async fn the_client_is_told_how_long_it_lives() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let offline = app.tokens(&web, &ada, "openid offline_access").await;
    assert_eq!(offline["refresh_token_expires_in"], 14 * 86_400);
    assert_eq!(offline["refresh_token_timeout"], 14 * 86_400);
    assert_eq!(offline["authorization_expires_in"], 90 * 86_400);
    let online = app.tokens(&web, &ada, "openid").await;
    assert_eq!(online["refresh_token_expires_in"], 12 * 3600, "no longer than the browser session");
    app.advance(Duration::hours(1));
    let next = app.refresh(&web, &online["refresh_token"], &[]).await.json();
    assert_eq!(next["refresh_token_expires_in"], 11 * 3600);
    assert_eq!(
        (&next["refresh_token_timeout"], &next["authorization_expires_in"]),
        (&json!(39_600), &json!(39_600))
    );
    let told = app
        .post("/introspect", &[("token", next["refresh_token"].as_str().unwrap())], Some(&web))
        .await
        .json();
    assert_eq!(
        (&told["refresh_token_timeout"], &told["authorization_expires_in"]),
        (&json!(39_600), &json!(39_600))
    );
    app.advance(Duration::seconds(39_600 - 60));
    let last = app.refresh(&web, &next["refresh_token"], &[]).await.json();
    assert_eq!(last["expires_in"], 60, "no token outlives what was allowed");
    let kept = app.with_web_client(&[("client_id", json!("kept")), ("rotate_refresh_tokens", json!(false))]);
    let service = app.post("/token", &[("grant_type", "client_credentials")], Some(&kept)).await.json();
    assert_eq!(service.get("refresh_token_expires_in"), None);
}

/// A lost reply, a second tab, a racing phone: nobody is logged out.
#[actix_web::test]
async fn a_retry_gets_the_same_successor() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = app.tokens(&web, &ada, "openid offline_access").await;
    let lost = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    app.advance(Duration::seconds(30));
    let again = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    assert_eq!(lost["refresh_token"], again["refresh_token"]);
    assert_eq!(app.refresh(&web, &again["refresh_token"], &[]).await.status, 200);
}

/// C07, C08: a replay takes the newest token with it.
#[actix_web::test]
async fn reuse_revokes_the_grant() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let first = app.tokens(&web, &ada, "openid offline_access").await;
    let second = app.refresh(&web, &first["refresh_token"], &[]).await.json();
    let third = app.refresh(&web, &second["refresh_token"], &[]).await.json();
    let replay = app.refresh(&web, &first["refresh_token"], &[]).await;
    assert_eq!(replay.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "refresh_token.reused");
    let newest = app.refresh(&web, &third["refresh_token"], &[]).await;
    assert_eq!(newest.error(), (400, "invalid_grant".into()));
    assert!(!app.is_active(&web, &third["access_token"]).await);
}

/// C09: RFC 6749 §6.
#[actix_web::test]
async fn another_client_cannot_use_it() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let other = app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let foreign = app.refresh(&other, &tokens["refresh_token"], &[]).await;
    assert_eq!(foreign.error(), (400, "invalid_grant".into()));
    assert_eq!(app.refresh(&web, &tokens["refresh_token"], &[]).await.status, 200, "and nothing was lost");
}

/// C10: RFC 6749 §6.
#[actix_web::test]
async fn the_scope_can_be_narrowed_and_not_widened() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid email offline_access").await;
    let wide = app.refresh(&web, &tokens["refresh_token"], &[("scope", "openid profile")]).await;
    assert_eq!(wide.error(), (400, "invalid_scope".into()));
    let narrow = app.refresh(&web, &tokens["refresh_token"], &[("scope", "email")]).await.json();
    assert_eq!((&narrow["scope"], narrow.get("id_token")), (&json!("email"), None));
    let full = app.refresh(&web, &narrow["refresh_token"], &[]).await.json();
    assert_eq!(full["scope"], "openid email offline_access", "the grant itself stays as wide as it was");
}

/// What an operator, or a client's own document, takes from a client ends with its next token, and not with the grant.
#[actix_web::test]
async fn what_its_client_may_no_longer_have_is_in_no_further_token() {
    let (orders, stock) = ("https://orders.example", "https://stock.example");
    let app = App::start().await;
    let web = app.with_web_client(&[
        ("scope", json!("openid read write offline_access")),
        ("resources", json!([orders, stock])),
    ]);
    let ada = app.signed_in("ada");
    let asked = [("scope", "openid read write offline_access"), ("resource", orders)];
    let code = app.code(&ada, &asked).await;
    let tokens = app.redeem(&web, &code, &[]).await.json();
    let unredeemed = app.code(&ada, &asked).await;

    app.change_client("web", |web| web.scope = Scope::parse("openid read offline_access").unwrap());
    let late = app.redeem(&web, &unredeemed, &[]).await.json();
    assert_eq!(late["scope"], "openid read offline_access");
    let wide = app.refresh(&web, &tokens["refresh_token"], &[("scope", "write")]).await;
    assert_eq!(wide.error(), (400, "invalid_scope".into()));
    let next = app.refresh(&web, &tokens["refresh_token"], &[]).await.json();
    assert_eq!(next["scope"], "openid read offline_access");

    app.change_client("web", |web| web.scope = Scope::parse("other").unwrap());
    let refused = app.refresh(&web, &next["refresh_token"], &[]).await;
    assert_eq!(
        (refused.error(), app.last_cause()),
        ((400, "invalid_scope".into()), "scope.withdrawn".into())
    );
    app.change_client("web", move |web| {
        web.scope = Scope::parse("openid read write offline_access").unwrap();
        web.resources = vec![stock.into()];
    });
    let refused = app.refresh(&web, &next["refresh_token"], &[]).await;
    assert_eq!(
        (refused.error(), app.last_cause()),
        ((400, "invalid_target".into()), "resource.withdrawn".into())
    );

    app.change_client("web", move |web| web.resources = vec![orders.into()]);
    let whole = app.refresh(&web, &next["refresh_token"], &[]).await.json();
    assert_eq!(whole["scope"], "openid read write offline_access", "given back: the person had allowed it");
}

/// Without offline access, what was given for it ends with the browser session, as everything else does.
#[actix_web::test]
async fn an_offline_grant_whose_client_may_be_online_alone_ends_with_the_session() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    app.change_client("web", |web| web.scope = Scope::parse("openid").unwrap());
    let next = app.refresh(&web, &tokens["refresh_token"], &[]).await.json();
    assert_eq!(next["scope"], "openid");
    app.advance(Duration::hours(13));
    let ended = app.refresh(&web, &next["refresh_token"], &[]).await;
    assert_eq!(
        (ended.error(), app.last_cause()),
        ((400, "invalid_grant".into()), "browser_session.ended".into())
    );
}

/// A confidential client may keep its token: RFC 9700 §4.14.2 asks rotation of public clients.
#[actix_web::test]
async fn without_rotation_the_token_stays() {
    let app = App::start().await;
    let web = app.with_web_client(&[("rotate_refresh_tokens", json!(false))]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    for _ in 0..3 {
        app.advance(Duration::minutes(10));
        let answer = app.refresh(&web, &tokens["refresh_token"], &[]).await;
        assert_eq!((answer.status, answer.json().get("refresh_token")), (200, None));
    }
}

/// The absolute life is never extended.
#[actix_web::test]
async fn a_grant_ends_however_often_it_is_refreshed() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let mut token = app.tokens(&web, &ada, "openid offline_access").await["refresh_token"].clone();
    for _ in 0..8 {
        app.advance(Duration::days(11));
        token = app.refresh(&web, &token, &[]).await.json()["refresh_token"].clone();
    }
    app.advance(Duration::days(2));
    assert_eq!(app.refresh(&web, &token, &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "grant.expired");
}

/// M13: without `offline_access` the grant lives as long as the browser session.
#[actix_web::test]
async fn it_dies_with_the_session_unless_it_is_offline() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let online = app.tokens(&web, &ada, "openid").await;
    let offline = app.tokens(&web, &ada, "openid offline_access").await;
    let (act, sid) = (app.act(), ada.sid);
    app.state
        .store
        .run_blocking(move |txn| Ok::<_, Stop<()>>(browser_session::end(txn, &act, sid, "test").map(drop)?))
        .unwrap();
    assert_eq!(app.refresh(&web, &online["refresh_token"], &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "browser_session.ended");
    assert!(!app.is_active(&web, &online["access_token"]).await);
    assert_eq!(app.refresh(&web, &offline["refresh_token"], &[]).await.status, 200);
}

/// M12: on every path at once.
#[actix_web::test]
async fn a_disabled_person_has_no_tokens() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let unused = app.code(&ada, &[]).await;
    let (act, id) = (app.act(), ada.user.id);
    app.state.store.run_blocking(move |txn| users::disable(txn, &act, "operator", id)).unwrap();
    assert_eq!(app.refresh(&web, &tokens["refresh_token"], &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.redeem(&web, &unused, &[]).await.error(), (400, "invalid_grant".into()));
    assert!(!app.is_active(&web, &tokens["access_token"]).await);
    assert!(!app.is_active(&web, &tokens["refresh_token"]).await);
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 401);
    assert!(app.authorize(Some(&ada), &[]).await.header("location").starts_with("/login"));
}

#[actix_web::test]
async fn a_disabled_clients_tokens_are_dead() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let service = app.with_client(json!({}));
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let act = app.act();
    app.state.store.run_blocking(move |txn| clients::disable(txn, &act, "operator", "web")).unwrap();
    assert_eq!(
        app.refresh(&web, &tokens["refresh_token"], &[]).await.error(),
        (401, "invalid_client".into())
    );
    assert!(!app.is_active(&service, &tokens["access_token"]).await);
    assert_eq!(app.userinfo(&tokens["access_token"]).await.status, 401);
}

/// What an earlier client of the same identifier was given is not the new one's.
#[actix_web::test]
async fn a_client_that_is_registered_anew_inherits_nothing() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let service = app.with_client(json!({}));
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let own = app.post("/token", &[("grant_type", "client_credentials")], Some(&service)).await.json();
    let act = app.act();
    app.state
        .store
        .run_blocking(move |txn| {
            clients::delete(txn, &act, "operator", "web")?;
            clients::delete(txn, &act, "operator", "service")
        })
        .unwrap();
    app.advance(Duration::seconds(1));
    let web = app.with_web_client(&[]);
    let service = app.with_client(json!({}));
    assert_eq!(app.refresh(&web, &tokens["refresh_token"], &[]).await.error(), (400, "invalid_grant".into()));
    assert_eq!(app.last_cause(), "client.replaced");
    assert!(!app.is_active(&web, &tokens["access_token"]).await);
    assert!(!app.is_active(&service, &own["access_token"]).await);
}

/// RFC 7009 §2.1: revoking the refresh token takes the grant with it.
#[actix_web::test]
async fn a_revoked_one_takes_its_access_tokens_with_it() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let form = [("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(app.post("/revoke", &form, Some(&web)).await.status, 200);
    assert!(!app.is_active(&web, &tokens["access_token"]).await);
    assert_eq!(app.refresh(&web, &tokens["refresh_token"], &[]).await.error(), (400, "invalid_grant".into()));
}

/// RFC 7009 §2.1.
#[actix_web::test]
async fn another_client_cannot_revoke_it() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let other = app.with_web_client(&[("client_id", json!("other"))]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid offline_access").await;
    let form = [("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(app.post("/revoke", &form, Some(&other)).await.error(), (400, "invalid_grant".into()));
    assert!(!app.is_active(&other, &tokens["refresh_token"]).await, "nor ask about it");
    assert_eq!(app.refresh(&web, &tokens["refresh_token"], &[]).await.status, 200);
}

/// One kind of token is never taken for another.
#[actix_web::test]
async fn other_tokens_are_no_refresh_tokens() {
    let app = App::start().await;
    let web = app.with_web_client(&[]);
    let ada = app.signed_in("ada");
    let tokens = app.tokens(&web, &ada, "openid").await;
    for other in [&tokens["access_token"], &tokens["id_token"], &json!("lkr_AAAA"), &json!("x")] {
        assert_eq!(app.refresh(&web, other, &[]).await.error(), (400, "invalid_grant".into()));
    }
    let fresh = app.code(&ada, &[]).await;
    assert_eq!(app.refresh(&web, &json!(fresh), &[]).await.error(), (400, "invalid_grant".into()));
}
