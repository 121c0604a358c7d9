//! The login decision.

use super::setting::{PASSWORD, Setting, stranger};
use latchkey::identity::{
    HashParams, LoginAttempt, LoginRefusal, PasswordPool, PoolPolicy, Verdict, browser_session, users,
};
use latchkey::records::Tenant;
use latchkey::storage::Stop;
use secrecy::ExposeSecret as _;

#[tokio::test]
async fn the_right_password_begins_a_session() {
    let (setting, ada) = Setting::with_ada();
    let signed_in = setting.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(signed_in.user.id, ada.id);
    let found = browser_session::find(
        &setting.store,
        &setting.act(),
        setting.login.policy.session,
        &signed_in.cookie,
    );
    assert_eq!(found.unwrap().unwrap().0.sid, signed_in.session.sid);
    let entry = &setting.audit("authn_login_success")[0];
    assert_eq!(entry["actor"], ada.id.to_string());
    assert_eq!(entry["amr"][0], "pwd");
    assert_eq!(entry["remote"], "192.0.2.7");
}

/// B07: the same answer at the same number of hashes; the audit alone knows the cause.
#[tokio::test]
async fn wrong_password_unknown_name_and_disabled_person_look_alike() {
    let (setting, _) = Setting::with_ada();
    let id = setting.add("bob").id;
    setting.run(move |txn, act| users::disable(txn, act, "operator", id)).unwrap();
    for (name, password, cause) in [
        ("ada", "wrong-password", "login.password_wrong"),
        ("nobody", PASSWORD, "login.user_unknown"),
        ("bob", PASSWORD, "login.user_disabled"),
        ("bob", "wrong-password", "login.password_wrong"),
    ] {
        let before = setting.pool.hashed();
        assert_eq!(setting.sign_in(name, password).await.unwrap_err(), LoginRefusal::Wrong, "{cause}");
        assert_eq!(setting.pool.hashed() - before, 1, "{cause}");
        let entry = setting.audit("authn_login_fail").pop().unwrap();
        assert_eq!((&entry["cause"], &entry["outcome"]), (&cause.into(), &"refused".into()));
    }
}

/// Decisions §6: people type passwords where names belong.
#[tokio::test]
async fn what_was_typed_reaches_neither_audit_nor_store() {
    let (setting, _) = Setting::with_ada();
    for _ in 0..6 {
        setting.sign_in("my-secret-Phrase", "other-secret-Phrase").await.unwrap_err();
    }
    let entries = setting.store.audit(0, 99).unwrap();
    assert!(entries.len() > 6);
    assert!(entries.iter().all(|entry| !entry.event.to_lowercase().contains("secret-phrase")));
    let pairs = latchkey::storage::Read::scan(&setting.store, b"", None, 99).unwrap();
    for (key, value) in pairs {
        let text = String::from_utf8([key, value].concat()).unwrap();
        assert!(!text.contains("secret-phrase"), "{text}");
    }
}

/// B06, session fixation, and a second person at the same browser.
#[tokio::test]
async fn a_login_renews_the_persons_own_session_and_ends_anothers() {
    let (setting, _) = Setting::with_ada();
    setting.add("bob");
    let first = setting.sign_in("ada", PASSWORD).await.unwrap();
    let here = |name| LoginAttempt { open_session: Some(first.session.sid), ..stranger(name) };
    let again = setting.attempt(&here("ada"), PASSWORD).await.unwrap();
    assert_eq!(again.session.sid, first.session.sid);
    assert_ne!(again.cookie.expose_secret(), first.cookie.expose_secret());
    let bob = setting.attempt(&here("bob"), PASSWORD).await.unwrap();
    assert_ne!(bob.session.sid, first.session.sid);
    let find = |cookie| {
        browser_session::find(&setting.store, &setting.act(), setting.login.policy.session, cookie).unwrap()
    };
    assert!(find(&first.cookie).is_none());
    assert!(find(&again.cookie).is_none());
    assert!(find(&bob.cookie).is_some());
    assert_eq!(setting.audit("session_ended")[0]["cause"], "replaced");
}

/// A text that can be no password is wrong; it costs no hash, and counts.
#[tokio::test]
async fn impossible_passwords_are_wrong() {
    let (setting, _) = Setting::with_ada();
    for password in ["", "a\0b", &"x".repeat(60_000)] {
        assert_eq!(setting.sign_in("ada", password).await.unwrap_err(), LoginRefusal::Wrong);
    }
    assert_eq!(setting.audit("authn_login_fail").len(), 3);
}

/// Many tries at once pass the first look together; the second one, in the transaction, stops all but a few.
#[tokio::test]
async fn tries_at_the_same_time_gain_nothing() {
    let (setting, _) = Setting::with_ada();
    let act = setting.act();
    let candidate = setting.login.prepare(&setting.store, &act, &stranger("ada")).unwrap();
    let mut outcomes = Vec::new();
    for verdict in [Verdict::Wrong; 8].into_iter().chain([Verdict::Right { rehash: false }]) {
        let (login, candidate) = (setting.login.clone(), candidate.clone());
        outcomes.push(
            setting.run(move |txn, act| login.decide(txn, act, &candidate, verdict)).map(drop).unwrap_err(),
        );
    }
    let wrong = outcomes.iter().filter(|outcome| **outcome == LoginRefusal::Wrong).count();
    assert_eq!(wrong, 5);
    assert!(matches!(outcomes[8], LoginRefusal::Delayed { .. }), "{outcomes:?}");
}

/// The person may change while their password is being hashed.
#[tokio::test]
async fn a_password_that_was_replaced_meanwhile_lets_nobody_in() {
    for (change, cause) in [
        ("password", "login.credential_changed"),
        ("disable", "login.user_disabled"),
        ("delete", "login.user_deleted"),
    ] {
        let (setting, ada) = Setting::with_ada();
        let candidate = setting.login.prepare(&setting.store, &setting.act(), &stranger("ada")).unwrap();
        let (id, hash) = (ada.id, setting.pool.hash_blocking(&"new".into(), [1; 16]).unwrap());
        setting
            .run(move |txn, a| match change {
                "password" => users::set_password(txn, a, "operator", id, hash.clone()).map(drop),
                "disable" => users::disable(txn, a, "operator", id).map(drop),
                _ => users::delete(txn, a, "operator", id),
            })
            .unwrap();
        let login = setting.login.clone();
        let outcome = setting.run(move |txn, act| {
            login.decide(txn, act, &candidate, Verdict::Right { rehash: false }).map(drop)
        });
        assert_eq!(outcome.unwrap_err(), LoginRefusal::Wrong, "{change}");
        assert_eq!(setting.audit("authn_login_fail")[0]["cause"], cause);
    }
}

/// Decisions §4: rehash at login when parameters rise.
#[tokio::test]
async fn a_weaker_hash_is_replaced_at_login_and_ends_no_session() {
    let (mut setting, ada) = Setting::with_ada();
    let open = setting.sign_in("ada", PASSWORD).await.unwrap();
    let params = HashParams::new(128, 1, 1).unwrap();
    setting.pool = PasswordPool::start(PoolPolicy { params, ..PoolPolicy::default() }).unwrap();
    setting.sign_in("ada", PASSWORD).await.unwrap();
    let stored = users::find_by_id(&setting.store, &Tenant::default_tenant(), ada.id).unwrap().unwrap();
    assert!(stored.password.unwrap().starts_with("$argon2id$v=19$m=128,t=1,p=1$"));
    let policy = setting.login.policy.session;
    assert!(browser_session::find(&setting.store, &setting.act(), policy, &open.cookie).unwrap().is_some());
    let before = setting.pool.hashed();
    setting.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(setting.pool.hashed() - before, 1, "once is enough");
}

#[tokio::test]
async fn a_person_without_a_password_cannot_sign_in_with_one() {
    let setting = Setting::new();
    let new = latchkey::identity::NewUser {
        username: "eve".to_owned(),
        password: None,
        profile: latchkey::identity::ProfileChange::default(),
    };
    setting.run(move |txn, act| users::add(txn, act, "operator", new.clone())).unwrap();
    for password in ["", "any-password"] {
        assert_eq!(setting.sign_in("eve", password).await.unwrap_err(), LoginRefusal::Wrong);
    }
}

#[tokio::test]
async fn a_closed_store_is_a_fault_and_lets_nobody_in() {
    let (setting, _) = Setting::with_ada();
    let (act, login) = (setting.act(), &setting.login);
    let candidate = login.prepare(&setting.store, &act, &stranger("ada")).unwrap();
    setting.store.close().unwrap();
    assert!(login.prepare(&setting.store, &act, &stranger("ada")).is_err());
    let outcome = login.sign_in(&setting.store, &setting.pool, &act, &candidate, &PASSWORD.into()).await;
    assert!(matches!(outcome, Err(Stop::Fault(_))));
}
