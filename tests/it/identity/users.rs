//! Administering people.

use super::setting::Setting;
use latchkey::identity::{PasswordHash, ProfileChange, UserError, users};
use latchkey::records::Tenant;

fn hash(setting: &Setting) -> PasswordHash {
    setting.pool.hash_blocking(&"another-password".into(), [6; 16]).unwrap()
}

#[test]
fn somebody_added_is_found_by_subject_and_by_every_way_of_typing_the_name() {
    let setting = Setting::new();
    let ada = setting.add("Ada");
    assert_eq!(ada.username, "ada");
    let tenant = Tenant::default_tenant();
    for typed in ["ada", "ADA", " ada ", "\u{ff21}da"] {
        let found = users::find_by_name(&setting.store, &tenant, typed).unwrap().unwrap();
        assert_eq!(found.id, ada.id, "{typed}");
    }
    assert_eq!(users::find_by_id(&setting.store, &tenant, ada.id).unwrap().unwrap().username, "ada");
    assert!(users::find_by_name(&setting.store, &tenant, "a\0da").unwrap().is_none());
    let entry = &setting.audit("user_created")[0];
    assert_eq!((&entry["actor"], &entry["target"]), (&"operator".into(), &ada.id.to_string().into()));
}

/// M47: no twin accounts.
#[test]
fn a_name_is_taken_in_every_way_of_typing_it() {
    let setting = Setting::new();
    setting.add("jos\u{e9}");
    for twin in ["jos\u{e9}", "JOSE\u{301}", "\u{ff4a}os\u{e9}"] {
        assert_eq!(setting.try_add(twin).unwrap_err(), UserError::Taken, "{twin}");
    }
    assert!(matches!(setting.try_add("a b"), Err(UserError::Username(_))));
    assert_eq!(setting.audit("user_created").len(), 1, "a refusal leaves nothing");
}

#[test]
fn people_are_listed_page_by_page() {
    let setting = Setting::new();
    for name in ["ada", "bob", "cyn"] {
        setting.add(name);
    }
    let tenant = Tenant::default_tenant();
    let first = users::list(&setting.store, &tenant, None, 2).unwrap();
    let rest = users::list(&setting.store, &tenant, Some(first[1].id), 2).unwrap();
    let mut names: Vec<_> = first.iter().chain(&rest).map(|user| user.username.as_str()).collect();
    names.sort_unstable();
    assert_eq!((first.len(), names), (2, vec!["ada", "bob", "cyn"]));
}

#[test]
fn what_withdraws_a_credential_raises_the_epoch() {
    let (setting, ada) = Setting::with_ada();
    let (id, new) = (ada.id, hash(&setting));
    let set =
        setting.run(move |txn, act| users::set_password(txn, act, "operator", id, new.clone())).unwrap();
    assert_eq!(set.credential_epoch, 1);
    assert_ne!(set.password, ada.password);
    let disabled = setting.run(move |txn, act| users::disable(txn, act, "operator", id)).unwrap();
    assert_eq!((disabled.credential_epoch, disabled.disabled), (2, true));
    let again = setting.run(move |txn, act| users::disable(txn, act, "operator", id)).unwrap();
    assert_eq!(again.credential_epoch, 2, "twice is once");
    let enabled = setting.run(move |txn, act| users::enable(txn, act, "operator", id)).unwrap();
    assert_eq!((enabled.credential_epoch, enabled.disabled), (2, false));
    let causes: Vec<_> = setting.audit("user_updated").iter().map(|entry| entry["cause"].clone()).collect();
    assert_eq!(causes, ["disabled", "enabled"]);
    assert_eq!(setting.audit("authn_password_change").len(), 1);
}

#[test]
fn a_stronger_hash_ends_nothing_and_never_undoes_a_new_password() {
    let (setting, ada) = Setting::with_ada();
    let (id, old, new) = (ada.id, ada.password.clone().unwrap(), hash(&setting));
    let replaced = new.clone();
    setting.run(move |txn, act| users::strengthen_hash(txn, act, id, &old, replaced.clone())).unwrap();
    let stored = users::find_by_id(&setting.store, &Tenant::default_tenant(), id).unwrap().unwrap();
    assert_eq!((stored.credential_epoch, stored.password.as_deref()), (0, Some(new.as_str())));

    let (stale, late) = (ada.password.unwrap(), setting.pool.hash_blocking(&"late".into(), [7; 16]).unwrap());
    setting.run(move |txn, act| users::strengthen_hash(txn, act, id, &stale, late.clone())).unwrap();
    let stored = users::find_by_id(&setting.store, &Tenant::default_tenant(), id).unwrap().unwrap();
    assert_eq!(stored.password.as_deref(), Some(new.as_str()));
}

#[test]
fn somebody_deleted_leaves_a_free_name_and_a_subject_that_is_never_used_again() {
    let (setting, ada) = Setting::with_ada();
    let id = ada.id;
    setting.run(move |txn, act| users::delete(txn, act, "operator", id)).unwrap();
    let tenant = Tenant::default_tenant();
    assert!(users::find_by_id(&setting.store, &tenant, id).unwrap().is_none());
    assert!(users::find_by_name(&setting.store, &tenant, "ada").unwrap().is_none());
    assert_ne!(setting.add("ada").id, id);
    let gone = setting.run(move |txn, act| users::delete(txn, act, "operator", id));
    assert_eq!(gone.unwrap_err(), UserError::NotFound);
    assert_eq!(setting.audit("user_deleted").len(), 1);
}

#[test]
fn a_profile_changes_in_what_is_named_alone() {
    let (setting, ada) = Setting::with_ada();
    let id = ada.id;
    let change = ProfileChange {
        email: Some(Some("ada@example.com".to_owned())),
        email_verified: Some(true),
        roles: Some(vec!["admin".to_owned()]),
        ..ProfileChange::default()
    };
    setting.run(move |txn, act| users::change_profile(txn, act, "operator", id, change.clone())).unwrap();
    let moved = ProfileChange { email: Some(Some("ada@example.org".to_owned())), ..ProfileChange::default() };
    let user =
        setting.run(move |txn, act| users::change_profile(txn, act, "ada", id, moved.clone())).unwrap();
    assert_eq!(user.roles, ["admin"]);
    assert!(!user.email_verified, "another address is not verified");
    assert_eq!(user.credential_epoch, 0);
}
