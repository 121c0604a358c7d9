//! Browser sessions: lifetimes, the cookie's changing value, and what ends them.

use super::setting::Setting;
use latchkey::identity::browser_session::{self, Opened};
use latchkey::identity::{SessionPolicy, users};
use latchkey::records::{self, BrowserSession, SessionCookie, Tenant, User};
use latchkey::storage::Stop;
use secrecy::{ExposeSecret as _, SecretString};
use std::convert::Infallible;
use time::Duration;

const POLICY: SessionPolicy = SessionPolicy { absolute: Duration::hours(12), idle: Duration::hours(2) };

fn begin(setting: &Setting, user: &User) -> Opened {
    let user = user.clone();
    let begun = setting.run::<_, Infallible>(move |txn, act| {
        browser_session::begin(txn, act, POLICY, &user, &["pwd"]).map_err(Stop::Fault)
    });
    begun.unwrap()
}

fn find(setting: &Setting, cookie: &SecretString) -> Option<(BrowserSession, User)> {
    browser_session::find(&setting.store, &setting.act(), POLICY, cookie).unwrap()
}

fn touch(setting: &Setting, session: &BrowserSession) {
    let sid = session.sid;
    setting
        .run::<_, Infallible>(move |txn, act| browser_session::touch(txn, act, sid).map_err(Stop::Fault))
        .unwrap();
}

/// Decisions §4: 256 random bits, of which the store knows the hash alone.
#[test]
fn the_cookie_opens_the_session_and_is_nowhere_stored() {
    let (setting, ada) = Setting::with_ada();
    let opened = begin(&setting, &ada);
    let value = opened.cookie.expose_secret();
    assert_eq!(value.len(), 43);
    let (session, user) = find(&setting, &opened.cookie).unwrap();
    assert_eq!((session.sid, user.id, session.amr), (opened.session.sid, ada.id, vec!["pwd".to_owned()]));
    assert!(find(&setting, &"wrong".into()).is_none());
    assert!(find(&setting, &session.cookie_hash.into()).is_none(), "the stored hash opens nothing");

    let stored: Vec<BrowserSession> =
        records::list(&setting.store, &Tenant::default_tenant(), "", None, 9).unwrap();
    assert!(!serde_json::to_string(&stored).unwrap().contains(value));
    let audit = setting.store.audit(0, 99).unwrap();
    assert!(audit.iter().all(|entry| !entry.event.contains(value)));
    assert!(!format!("{opened:?}").contains(value));
}

#[test]
fn a_session_ends_when_its_absolute_life_is_over_however_busy() {
    let (setting, ada) = Setting::with_ada();
    let opened = begin(&setting, &ada);
    for _ in 0..11 {
        setting.clock.advance(Duration::hours(1));
        touch(&setting, &opened.session);
    }
    setting.clock.advance(Duration::minutes(59));
    assert!(find(&setting, &opened.cookie).is_some());
    setting.clock.advance(Duration::minutes(1));
    assert!(find(&setting, &opened.cookie).is_none());
}

#[test]
fn a_session_ends_when_it_is_idle() {
    let (setting, ada) = Setting::with_ada();
    let opened = begin(&setting, &ada);
    setting.clock.advance(Duration::minutes(119));
    assert!(find(&setting, &opened.cookie).is_some());
    setting.clock.advance(Duration::minutes(1));
    assert!(find(&setting, &opened.cookie).is_none());
}

#[test]
fn a_session_is_touched_once_a_minute() {
    let (setting, ada) = Setting::with_ada();
    let opened = begin(&setting, &ada);
    setting.clock.advance(Duration::seconds(59));
    touch(&setting, &opened.session);
    assert_eq!(find(&setting, &opened.cookie).unwrap().0.seen_at, opened.session.seen_at);
    setting.clock.advance(Duration::seconds(1));
    touch(&setting, &opened.session);
    let seen = find(&setting, &opened.cookie).unwrap().0.seen_at;
    assert_eq!(seen, opened.session.seen_at + Duration::minutes(1));
}

/// B06, session fixation: after a renewal the old value opens nothing, and the `sid` stays for the clients.
#[test]
fn a_renewed_session_has_another_cookie() {
    let (setting, ada) = Setting::with_ada();
    let old = begin(&setting, &ada);
    setting.clock.advance(Duration::minutes(5));
    let session = old.session.clone();
    let new = setting
        .run::<_, Infallible>(move |txn, act| {
            browser_session::renew(txn, act, session.clone(), &ada, &["pwd", "otp"]).map_err(Stop::Fault)
        })
        .unwrap();
    assert!(find(&setting, &old.cookie).is_none());
    let (session, _) = find(&setting, &new.cookie).unwrap();
    assert_eq!((session.sid, session.expires_at), (old.session.sid, old.session.expires_at));
    assert_eq!(session.auth_time, old.session.auth_time + Duration::minutes(5));
    assert_eq!(session.amr, ["pwd", "otp"]);
}

#[test]
fn an_ended_session_opens_nothing_and_says_why_it_ended() {
    let (setting, ada) = Setting::with_ada();
    let opened = begin(&setting, &ada);
    let sid = opened.session.sid;
    for known in [true, false] {
        let ended = setting.run::<_, Infallible>(move |txn, act| {
            browser_session::end(txn, act, sid, "sign_out").map_err(Stop::Fault)
        });
        assert_eq!(ended.unwrap().is_some(), known);
    }
    assert!(find(&setting, &opened.cookie).is_none());
    let entries = setting.audit("session_ended");
    assert_eq!((entries.len(), &entries[0]["cause"]), (1, &"sign_out".into()));
}

/// M12, and class 4 of the attack list: what happens to the person is seen at once.
#[test]
fn a_session_dies_with_its_persons_credentials() {
    for act in ["disable", "password", "delete"] {
        let (setting, ada) = Setting::with_ada();
        let opened = begin(&setting, &ada);
        let (id, hash) = (ada.id, setting.pool.hash_blocking(&"new".into(), [1; 16]).unwrap());
        setting
            .run(move |txn, a| match act {
                "disable" => users::disable(txn, a, "operator", id).map(drop),
                "password" => users::set_password(txn, a, "operator", id, hash.clone()).map(drop),
                _ => users::delete(txn, a, "operator", id),
            })
            .unwrap();
        assert!(find(&setting, &opened.cookie).is_none(), "{act}");
        if act == "disable" {
            setting.run(move |txn, a| users::enable(txn, a, "operator", id)).unwrap();
            assert!(find(&setting, &opened.cookie).is_none(), "enabled again, it stays dead");
        }
    }
}

#[test]
fn what_is_over_is_swept() {
    let (setting, ada) = Setting::with_ada();
    begin(&setting, &ada);
    setting.clock.advance(Duration::hours(13));
    setting
        .run::<_, Infallible>(|txn, act| {
            records::sweep(txn, &act.tenant, act.now, None, 99).map_err(Stop::Fault)
        })
        .unwrap();
    let tenant = Tenant::default_tenant();
    assert!(records::list::<BrowserSession>(&setting.store, &tenant, "", None, 9).unwrap().is_empty());
    assert!(records::list::<SessionCookie>(&setting.store, &tenant, "", None, 9).unwrap().is_empty());
}
