//! Passwords: what may be one.

use latchkey::identity::PasswordPolicy;
use latchkey::identity::password::{MAX_BYTES, PasswordError, check_new, prepare};
use secrecy::{ExposeSecret as _, SecretString};

fn prepared(typed: &str) -> Result<String, PasswordError> {
    prepare(&SecretString::from(typed)).map(|password| password.expose_secret().to_owned())
}

fn set(typed: &str) -> Result<(), PasswordError> {
    check_new(&prepare(&SecretString::from(typed))?, "ada", PasswordPolicy::default())
}

/// RFC 8265 §4.3, the examples of its table.
#[test]
fn the_examples_of_the_profile_hold() {
    for same in [
        "correct horse battery staple",
        "Correct Horse Battery Staple",
        "\u{3c0}\u{df}\u{e5}",
        "Jack of \u{2666}s",
    ] {
        assert_eq!(prepared(same).as_deref(), Ok(same));
    }
    assert_eq!(prepared("foo\u{1680}bar").as_deref(), Ok("foo bar"));
    assert_eq!(prepared(""), Err(PasswordError::Empty));
    assert_eq!(prepared("my cat is a \tby"), Err(PasswordError::Character));
}

/// RFC 8265 §4.2.2: NFC alone; no trimming, no case mapping, no width mapping.
#[test]
fn normal_forms_agree_and_everything_else_counts() {
    assert_eq!(prepared("cafe\u{301}"), prepared("caf\u{e9}"));
    assert_eq!(prepared(" a b ").as_deref(), Ok(" a b "));
    assert_ne!(prepared("Secret"), prepared("secret"));
    assert_ne!(prepared("\u{ff53}ecret"), prepared("secret"));
}

#[test]
fn nul_is_refused() {
    assert_eq!(prepared("abc\0defgh"), Err(PasswordError::Character));
}

#[test]
fn nothing_is_cut_off() {
    let longest = "\u{e9}".repeat(MAX_BYTES / 2);
    assert_eq!(prepared(&longest).as_deref(), Ok(longest.as_str()));
    assert_eq!(prepared(&format!("{longest}a")), Err(PasswordError::TooLong));
    assert_eq!(prepared(&"a".repeat(1 << 20)), Err(PasswordError::TooLong));
}

/// NIST SP 800-63B-4 §3.1.1.2: length counts, composition does not, what is commonly guessed is refused.
#[test]
fn a_new_password_is_long_enough_and_not_common() {
    assert_eq!(set("plum-tractor-99-violet"), Ok(()));
    assert_eq!(set("kqzvwxjm"), Ok(()));
    assert_eq!(set("kqzvwxj"), Err(PasswordError::TooShort { min_chars: 8 }));
    assert_eq!(set("\u{e9}\u{e9}\u{e9}\u{e9}"), Err(PasswordError::TooShort { min_chars: 8 }));
    for common in [
        "password",
        "Password1!",
        "12345678",
        "LetMeIn2026!",
        "qwertyuiop",
        "aaaaaaaa",
        "trustno1",
        "P@ssw0rd",
    ] {
        assert_eq!(set(common), Err(PasswordError::Common), "{common}");
    }
    assert_eq!(set("ADA-20261"), Err(PasswordError::Username));
}

#[test]
fn an_error_tells_nothing_of_the_password() {
    for typed in ["hidden\0word", "password1", "kqzv"] {
        let error = set(typed).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(typed));
    }
}

/// RFC 8264 §4.3: the free-form class. Code points that its table does not know yet are refused, and said so.
#[test]
fn symbols_may_stand_in_a_password() {
    assert_eq!(prepared("\u{1f512} lock \u{265e}").as_deref(), Ok("\u{1f512} lock \u{265e}"));
    assert_eq!(prepared("\u{1f970} love"), Err(PasswordError::Character));
}
