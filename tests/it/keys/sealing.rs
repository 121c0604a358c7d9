//! Secrets at rest. decisions: AES-256-GCM, associated data names purpose, name and version.

use super::kek_ring;
use latchkey::keys::KeyError;
use latchkey::keys::sealing::{Context, Kek, KekRing, create_file, from_command, from_file, from_text};
use latchkey::ports::Seed;
use std::os::unix::fs::PermissionsExt as _;

const PLAIN: &[u8] = b"a private key";

fn context(name: &str) -> Context<'_> {
    Context { purpose: "signing_key", name, version: 1 }
}

fn seed() -> Seed {
    Seed::new([9; 32])
}

#[test]
fn what_is_sealed_opens_in_its_own_place_alone() {
    let ring = kek_ring(1);
    let sealed = ring.seal(&context("a"), PLAIN, &seed()).unwrap();
    assert_eq!(ring.open(&context("a"), &sealed).unwrap().as_slice(), PLAIN);
    let elsewhere = [
        context("b"),
        Context { purpose: "server_secret", ..context("a") },
        Context { version: 2, ..context("a") },
        // The parts of a context never run into each other.
        Context { purpose: "signing_ke", name: "ya", version: 1 },
    ];
    for place in elsewhere {
        assert!(matches!(ring.open(&place, &sealed), Err(KeyError::Unsealable { .. })), "{place:?}");
    }
}

#[test]
fn a_changed_byte_anywhere_breaks_the_seal() {
    let ring = kek_ring(1);
    let sealed = ring.seal(&context("a"), PLAIN, &seed()).unwrap();
    for at in 0..sealed.ciphertext.len() {
        let mut bad = sealed.clone();
        let other = if bad.ciphertext.as_bytes()[at] == b'A' { "B" } else { "A" };
        bad.ciphertext.replace_range(at..=at, other);
        assert!(ring.open(&context("a"), &bad).is_err(), "byte {at}");
    }
    for nonce in ["", "AAAA", "AAAAAAAAAAAAAAAA", "not base64!"] {
        let bad = latchkey::keys::sealing::Sealed { nonce: nonce.to_owned(), ..sealed.clone() };
        assert!(ring.open(&context("a"), &bad).is_err(), "nonce {nonce:?}");
    }
    let short = latchkey::keys::sealing::Sealed { ciphertext: "AAAA".to_owned(), ..sealed };
    assert!(ring.open(&context("a"), &short).is_err());
}

#[test]
fn another_kek_is_named_and_the_old_one_still_opens() {
    let sealed = kek_ring(1).seal(&context("a"), PLAIN, &seed()).unwrap();
    let error = kek_ring(2).open(&context("a"), &sealed).unwrap_err();
    assert_eq!(error, KeyError::UnknownKek { kek: sealed.kek.clone(), name: "signing_key a".to_owned() });
    assert!(error.to_string().contains(&sealed.kek) && !error.to_string().contains('\n'));
    let both = KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]);
    assert_eq!(both.open(&context("a"), &sealed).unwrap().as_slice(), PLAIN);
    assert!(both.is_outdated(&sealed));
    assert!(!both.is_outdated(&both.seal(&context("a"), PLAIN, &seed()).unwrap()));
}

/// A unit of work that runs again makes the same seal; another plaintext never shares its nonce.
#[test]
fn a_nonce_follows_from_the_seed_and_from_what_is_sealed() {
    let ring = kek_ring(1);
    let seal = |name, plain: &[u8], seed: &Seed| ring.seal(&context(name), plain, seed).unwrap();
    let first = seal("a", PLAIN, &seed());
    assert_eq!(first, seal("a", PLAIN, &seed()));
    assert_ne!(first.nonce, seal("a", b"another", &seed()).nonce);
    assert_ne!(first.nonce, seal("b", PLAIN, &seed()).nonce);
    assert_ne!(first.nonce, seal("a", PLAIN, &Seed::new([8; 32])).nonce);
}

#[test]
fn a_kek_is_never_printed() {
    let text = format!("{:?}", kek_ring(0x41));
    assert!(text.contains("kek-") && !text.contains("65") && !text.contains("AAAA"), "{text}");
}

#[test]
fn a_new_file_is_for_its_owner_alone_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kek");
    let made = create_file(&path, &seed()).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(from_file(&path).unwrap().active().id(), made.active().id());
    assert!(create_file(&path, &seed()).is_err(), "an existing file is never replaced");
    assert!(!path.with_file_name("kek.new").exists());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = from_file(&path).unwrap_err().to_string();
    assert!(error.contains("0600") && error.contains("kek"), "{error}");
    assert!(from_file(&folder.path().join("absent")).is_err());
}

#[test]
fn a_text_may_hold_several_keys_in_any_usual_form() {
    let (hex, base64) = ("01".repeat(32), "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=");
    let ring = from_text(&format!("# the new one\n{hex}  # since May\n\n{base64}\n"), "test").unwrap();
    assert_eq!(ring.active().id(), Kek::new([1; 32]).id());
    assert!(ring.find(Kek::new([2; 32]).id()).is_some());
    assert!(from_text(base64.trim_end_matches('='), "test").is_ok());
    for bad in ["", " \n", "short", &"0g".repeat(32), "AgIC"] {
        let error = from_text(bad, "the variable").unwrap_err().to_string();
        assert!(error.contains("the variable"), "{error}");
        assert!(bad.trim().is_empty() || !error.contains(bad.trim()), "the error repeats the text: {error}");
    }
}

#[test]
fn a_command_may_print_the_key() {
    let print = |text: &str| from_command("printf", &["%s".to_owned(), text.to_owned()]);
    assert_eq!(print(&"01".repeat(32)).unwrap().active().id(), Kek::new([1; 32]).id());
    assert!(print("nothing").is_err());
    assert!(from_command("false", &[]).unwrap_err().to_string().contains("exit"));
    assert!(from_command("/no/such/program", &[]).is_err());
}

#[test]
fn a_key_file_that_a_crash_left_half_made_is_in_nobody_s_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kek");
    std::fs::write(path.with_file_name("kek.new"), "half").unwrap();
    create_file(&path, &seed()).unwrap();
    from_file(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the unfinished file is gone");
}
