//! The files that certificate and key are in.

use super::client::{ask, connect, home, protect, server_pair, shown, write};
use crate::cli::process::{Home, wait};
use crate::support::certificates::{PLAIN, Pair, Wanted};
use openssl::pkey::PKey;
use openssl::symm::Cipher;
use rustix::process::Signal;

fn refuses(home: &Home, expected: &str) {
    let said = home.refuse_to_serve(&[]);
    let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("latchkey: ")).collect();
    assert_eq!((said.code, errors.len()), (1, 1), "{said:?}");
    assert!(errors[0].contains(expected), "{expected}: {said:?}");
    assert!(!home.path("data").exists(), "{expected}");
}

#[test]
fn files_that_cannot_be_used_stop_the_start_with_one_line() {
    let pair = server_pair("one");
    let home = home(&pair);
    write(&home, &Pair { key: server_pair("two").key, ..pair.clone() });
    refuses(&home, "tls.key: tls.key does not fit the certificate tls.pem");
    for (valid, expected) in [
        ((1_000_000_000, 1_000_000_001), "tls.certificate: tls.pem has expired on Sep  9 01:46:41 2001 GMT"),
        ((4_000_000_000, 4_000_000_001), "tls.certificate: tls.pem is valid only from Oct  2"),
    ] {
        write(&home, &Pair::self_signed(&Wanted { valid, subject: &[("CN", "x")], ..PLAIN }));
        refuses(&home, expected);
    }
    write(&home, &pair);
    for mode in [0o604, 0o660, 0o644] {
        protect(&home, mode);
        refuses(&home, &format!("tls.key: tls.key can be read or changed by others (mode {mode:04o})"));
    }
    let key: &PKey<_> = &pair.key;
    let locked = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"secret").unwrap();
    home.write("tls.key", &String::from_utf8(locked).unwrap());
    protect(&home, 0o600);
    refuses(&home, "tls.key: tls.key is encrypted: give a key without a pass phrase");
    home.write("tls.key", "nonsense");
    refuses(&home, "tls.key: tls.key is no private key in PEM form");
    home.write("tls.pem", "nonsense");
    refuses(&home, "tls.certificate: tls.pem holds no certificate");
    std::fs::remove_file(home.path("tls.pem")).unwrap();
    refuses(&home, "tls.certificate: tls.pem cannot be read: No such file");
}

/// The group may read the key, as is the custom where certificates are renewed by another program.
#[test]
fn a_new_certificate_is_taken_up_on_sighup_and_drops_no_connection() {
    let home = home(&server_pair("one"));
    protect(&home, 0o640);
    let server = home.serve(&[]);
    let mut open = connect(server.address, |_| ()).unwrap();
    assert_eq!(shown(&open), "one");

    let authority = Pair::authority("root");
    let between = authority.issue(&Wanted { subject: &[("CN", "between")], authority: true, ..PLAIN });
    let next = between.issue(&Wanted { subject: &[("CN", "two")], ..PLAIN });
    write(&home, &next);
    home.write("tls.pem", &(next.pem() + &between.pem()));
    server.signal(Signal::HUP);
    wait(|| server.log().contains("new certificate taken up: tls.pem"));
    let fresh = connect(server.address, |_| ()).unwrap();
    assert_eq!(shown(&fresh), "two");
    assert_eq!(fresh.ssl().peer_cert_chain().unwrap().len(), 2, "the authority between is sent too");
    assert!(ask(&mut open).starts_with("HTTP/1.1 200"), "the old connection goes on");

    home.write("tls.key", &server_pair("three").key_pem());
    server.signal(Signal::HUP);
    wait(|| server.log().contains("the certificate stays as it was: tls.key: tls.key does not fit"));
    assert_eq!(shown(&connect(server.address, |_| ()).unwrap()), "two");
    server.stop();
}
