//! Usernames: one canonical form or a clear error.

use latchkey::identity::username::{MAX_BYTES, UsernameError, canonical};
use proptest::prelude::*;

/// RFC 8265 §3.6, the usernames of its table that are allowed.
#[test]
fn the_examples_of_the_profile_are_taken() {
    for (typed, name) in [
        ("juliet@example.com", "juliet@example.com"),
        ("fussball", "fussball"),
        ("fu\u{df}ball", "fu\u{df}ball"),
        ("\u{3c0}", "\u{3c0}"),
        ("\u{3a3}", "\u{3c3}"),
        ("\u{3c3}", "\u{3c3}"),
        ("\u{3c2}", "\u{3c2}"),
    ] {
        assert_eq!(canonical(typed).as_deref(), Ok(name), "{typed:?}");
    }
}

/// RFC 8265 §3.6, the strings of its table that are not.
#[test]
fn the_counter_examples_of_the_profile_are_refused() {
    assert_eq!(canonical("foo bar"), Err(UsernameError::Character(' ')));
    assert_eq!(canonical(""), Err(UsernameError::Empty));
    assert_eq!(canonical("henry\u{2163}"), Err(UsernameError::Character('\u{2163}')));
    assert_eq!(canonical("\u{265a}"), Err(UsernameError::Character('\u{265a}')));
}

/// RFC 8265 §3.3.2: width mapping, case mapping, NFC.
#[test]
fn the_ways_of_typing_one_name_end_in_one_form() {
    for typed in
        ["admin", "ADMIN", "Admin", "\u{ff21}dmin", "\u{ff41}\u{ff44}\u{ff4d}\u{ff49}\u{ff4e}", " admin\t"]
    {
        assert_eq!(canonical(typed).as_deref(), Ok("admin"), "{typed:?}");
    }
    for typed in ["jos\u{e9}", "jose\u{301}", "JOS\u{c9}", "JOSE\u{301}"] {
        assert_eq!(canonical(typed).as_deref(), Ok("jos\u{e9}"), "{typed:?}");
    }
}

/// RFC 8265 §3.3 through RFC 8264 §4.2.3: what cannot be seen, or looks like something else, is no part of a name.
#[test]
fn invisible_and_compatibility_characters_are_refused() {
    for hidden in [
        '\0',
        '\u{1b}',
        '\n',
        '\u{ad}',
        '\u{200b}',
        '\u{200d}',
        '\u{202e}',
        '\u{2066}',
        '\u{feff}',
        '\u{fb01}',
        '\u{212a}',
        '\u{3164}',
        '\u{e0041}',
        '\u{e000}',
        '\u{1f600}',
    ] {
        let typed = format!("ad{hidden}min");
        assert_eq!(canonical(&typed), Err(UsernameError::Character(hidden)), "{typed:?}");
    }
    assert_eq!(canonical("admin\0"), Err(UsernameError::Character('\0')));
}

/// RFC 8265 §3.3.1 point 5, by RFC 5893 §2.
#[test]
fn a_name_has_one_direction() {
    assert_eq!(canonical("\u{5d0}\u{5d1}\u{5d2}").as_deref(), Ok("\u{5d0}\u{5d1}\u{5d2}"));
    assert_eq!(canonical("a\u{5d0}"), Err(UsernameError::Direction));
    assert_eq!(canonical("\u{5d0}a\u{5d1}"), Err(UsernameError::Direction));
}

#[test]
fn a_name_has_at_most_128_bytes() {
    assert_eq!(canonical(&"a".repeat(MAX_BYTES)), Ok("a".repeat(MAX_BYTES)));
    assert_eq!(canonical(&"a".repeat(MAX_BYTES + 1)), Err(UsernameError::TooLong));
    assert_eq!(canonical(&"a".repeat(10_000)), Err(UsernameError::TooLong));
    assert_eq!(canonical("\u{a0}\u{3000} \n"), Err(UsernameError::Empty));
}

#[test]
fn an_error_names_the_character_without_printing_it() {
    let text = canonical("a\u{202e}b").unwrap_err().to_string();
    assert!(text.contains("U+202E") && !text.contains('\u{202e}'), "{text}");
}

proptest! {
    /// RFC 8264 §7: a canonical form is canonical.
    #[test]
    fn canonical_is_idempotent(typed in "\\PC{1,40}") {
        if let Ok(name) = canonical(&typed) {
            prop_assert_eq!(canonical(&name), Ok(name));
        }
    }

    /// Letters of many scripts, so that most of the texts are names.
    #[test]
    fn letters_of_any_script_keep_one_form(typed in "[\\p{L}\\p{Mn}\\p{Nd}]{1,12}") {
        if let Ok(name) = canonical(&typed) {
            prop_assert_eq!(canonical(&name), Ok(name));
        }
    }

    #[test]
    fn case_makes_no_other_name(typed in "[a-zA-Z0-9._@+-]{1,30}") {
        prop_assert_eq!(canonical(&typed.to_uppercase()), canonical(&typed.to_lowercase()));
    }
}
