//! The bounds of a profile.

use super::setting::Setting;
use latchkey::identity::{ProfileChange, ProfileError, UserError, users};

fn refusal(change: ProfileChange) -> Option<ProfileError> {
    let (setting, ada) = Setting::with_ada();
    let id = ada.id;
    match setting.run(move |txn, act| users::change_profile(txn, act, "operator", id, change.clone())) {
        Err(UserError::Profile(error)) => Some(error),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

#[test]
fn a_mail_address_looks_like_one() {
    let email = |text: &str| {
        refusal(ProfileChange { email: Some(Some(text.to_owned())), ..ProfileChange::default() })
    };
    for good in ["a@b", "ada.l+x@mail.example.com", "jos\u{e9}@ex\u{e4}mple.com"] {
        assert_eq!(email(good), None, "{good}");
    }
    for bad in
        ["", "ada", "@b", "a@", "a@b@c", "a b@c", "a@b..c", "a@b\n", "<a@b>", "a@b,c@d", &"a".repeat(255)]
    {
        assert_eq!(email(bad), Some(ProfileError::Email), "{bad}");
    }
}

#[test]
fn nothing_verifies_an_address_that_is_not_there() {
    let change = ProfileChange { email_verified: Some(true), ..ProfileChange::default() };
    assert_eq!(refusal(change), Some(ProfileError::NoEmail));
}

#[test]
fn a_name_is_one_line_of_256_bytes() {
    let name =
        |text: &str| refusal(ProfileChange { name: Some(Some(text.to_owned())), ..ProfileChange::default() });
    assert_eq!(name("Ada <b>King</b>, Countess \u{201c}L\u{201d}"), None);
    for bad in ["", "  ", "a\nb", "a\0b", &"a".repeat(257)] {
        assert_eq!(name(bad), Some(ProfileError::Name), "{bad:?}");
    }
}

/// Decisions §3: an access token stays under 4 KB.
#[test]
fn roles_and_groups_stay_small() {
    let roles =
        |roles: Vec<String>| refusal(ProfileChange { roles: Some(roles), ..ProfileChange::default() });
    assert_eq!(roles(vec!["billing:read".to_owned(), "on call".to_owned()]), None);
    assert_eq!(roles(vec![String::new()]), Some(ProfileError::Entry));
    assert_eq!(roles(vec!["a".repeat(65)]), Some(ProfileError::Entry));
    assert_eq!(roles(vec!["a\nb".to_owned()]), Some(ProfileError::Entry));
    assert_eq!(roles(vec!["a".repeat(64); 32]), None);
    assert_eq!(roles(vec!["a".repeat(64); 33]), Some(ProfileError::TooManyEntries));
}
