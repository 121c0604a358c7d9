//! The bounds of a profile.

use super::setting::Setting;
use latchkey::identity::{ProfileChange, ProfileError, UserError, users};
use serde_json::{Value, json};

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

/// A change as an operator writes it; gives why it is refused.
fn document(profile: Value) -> Option<ProfileError> {
    refusal(serde_json::from_value(profile).unwrap())
}

/// OIDC Core §5.1: what each claim may be.
#[test]
fn each_claim_has_its_form() {
    let long = "x".repeat(257);
    let url = format!("https://a.example/{}", "x".repeat(1024));
    for (member, good, bad) in [
        ("given_name", vec!["Ada", "\u{202e}x"], vec!["", " ", "a\nb", long.as_str()]),
        ("family_name", vec!["Lovelace"], vec!["\0"]),
        ("middle_name", vec!["King"], vec!["\t"]),
        ("nickname", vec!["<b>Countess</b>"], vec![""]),
        ("gender", vec!["female", "whatever one says"], vec!["\r"]),
        ("profile", vec!["https://a.example/", "http://a.example/x?y#z"], vec!["a.example", "data:x"]),
        (
            "picture",
            vec!["https://a.example/a.png"],
            vec!["data:image/png;base64,AA", "ftp://a.example/a", &url],
        ),
        ("website", vec!["https://a.example"], vec!["https://", "https://a b", "file:///etc/passwd", ""]),
        (
            "birthdate",
            vec!["1815-12-10", "0000-02-29", "1815", "2024-02-29"],
            vec![
                "1815-13-01",
                "2023-02-29",
                "1815-1-1",
                "15-12-10",
                "1815-12",
                "1815-12-10T",
                "+815-12-10",
                "",
            ],
        ),
        (
            "zoneinfo",
            vec!["Europe/Paris", "UTC", "America/Argentina/Rio_Gallegos", "Etc/GMT+8"],
            vec!["", "/", "a b", "../x"],
        ),
        ("locale", vec!["en", "pt-BR", "de_CH", "zh-Hant-TW"], vec!["", "e", "en-", "123", "en US"]),
        (
            "phone_number",
            vec!["+1 (425) 555-1212", "+442079460815", "+1 (604) 555-1234;ext=5678"],
            vec![
                "",
                "4255551212",
                "+",
                "+12",
                "+1234567890123456",
                "+1 425 CALLME",
                "+12345;ext=",
                "+12345;ext=x",
            ],
        ),
    ] {
        for (values, fine) in [(good, true), (bad, false)] {
            for value in values {
                let refused = document(json!({ member: value }));
                assert_eq!(refused.is_none(), fine, "{member}: {value:?}: {refused:?}");
            }
        }
    }
}

/// OIDC Core §5.1.1.
#[test]
fn an_address_has_parts_and_some_have_lines() {
    assert_eq!(document(json!({"address": {"formatted": "12 St James\nLondon", "country": "UK"}})), None);
    for bad in [
        json!({"locality": "Lon\ndon"}),
        json!({"country": ""}),
        json!({"postal_code": "\u{0}"}),
        json!({"region": "x".repeat(1025)}),
    ] {
        assert_eq!(document(json!({ "address": bad })), Some(ProfileError::Address), "{bad}");
    }
}

#[test]
fn nothing_verifies_a_number_that_is_not_there() {
    assert_eq!(document(json!({"phone_number_verified": true})), Some(ProfileError::NoPhoneNumber));
}

/// What is not named stays, null removes, and another number or address counts as not verified.
#[test]
fn a_change_touches_what_it_names() {
    let (setting, ada) = Setting::with_ada();
    let change = |profile: Value| {
        let change: ProfileChange = serde_json::from_value(profile).unwrap();
        setting
            .run(move |txn, act| users::change_profile(txn, act, "operator", ada.id, change.clone()))
            .unwrap()
    };
    change(json!({
        "nickname": "Countess", "birthdate": "1815-12-10", "address": {"country": "UK"},
        "phone_number": "+442079460815", "phone_number_verified": true,
        "email": "ada@example.com", "email_verified": true,
    }));
    let same =
        change(json!({"phone_number": "+442079460815", "email": "ada@example.com", "gender": "female"}));
    assert!(same.details.phone_number_verified && same.email_verified);
    assert_eq!(same.details.nickname.as_deref(), Some("Countess"));
    let other = change(json!({"phone_number": "+442079460816", "birthdate": null, "address": {}}));
    assert!(!other.details.phone_number_verified);
    assert_eq!((other.details.birthdate, other.details.address), (None, None));
    let gone = change(json!({"phone_number": null, "email": null, "roles": null, "email_verified": null}));
    assert_eq!((gone.details.phone_number, gone.email, gone.email_verified), (None, None, false));
}

/// A misprint is told, never passed over.
#[test]
fn a_document_with_a_member_that_we_do_not_know_is_refused() {
    for bad in [
        json!({"birthday": "1815-12-10"}),
        json!({"sub": "x"}),
        json!({"address": {"city": "London"}}),
        json!({"name": 1}),
        json!({"roles": "admin"}),
    ] {
        assert!(serde_json::from_value::<ProfileChange>(bad.clone()).is_err(), "{bad}");
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
