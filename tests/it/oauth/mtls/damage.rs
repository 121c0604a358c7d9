//! Certificates that somebody changed on the way. RFC 5280 §6.1, RFC 8705 §3.1.

use crate::support::certificates::{PLAIN, Pair, Wanted};
use latchkey::x509::{Anchors, ClientCertificate};
use time::OffsetDateTime;

/// Whichever bit is turned and wherever it is cut: what is left is no certificate, or one that no authority vouches
/// for. A second spelling of a good one would have a second thumbprint.
#[test]
fn nobody_vouches_for_a_certificate_that_was_changed() {
    let authority = Pair::authority("Clients");
    let anchors = Anchors::from_pem(authority.pem().as_bytes()).unwrap();
    let now = OffsetDateTime::from_unix_timestamp(2_000_000_000).unwrap();
    let subject = &[("O", "Example"), ("CN", "ada")];
    let (dns, uris, ips) = (&["a.example"], &["spiffe://a.example/x"], &["192.0.2.1"]);
    let der = authority.issue(&Wanted { subject, dns, uris, ips, for_clients: true, ..PLAIN }).der();
    let good = ClientCertificate::from_der(&der, []).unwrap();
    assert_eq!(anchors.vouch_for(&good, now), Ok(()));

    let turned = (0..der.len() * 8).map(|bit| {
        let mut changed = der.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit}"), changed)
    });
    let cut = (0..der.len()).map(|length| (format!("{length} bytes"), der[..length].to_vec()));
    let longer = (0..=255).map(|last| (format!("and {last}"), [der.as_slice(), &[last]].concat()));
    for (what, changed) in turned.chain(cut).chain(longer) {
        let Some(read) = ClientCertificate::from_der(&changed, []) else { continue };
        let own = read.own();
        let _ = (own.subject(), own.has_dns("b.example"), own.has_uri("x:y"), own.has_email("a@b.example"));
        assert!(anchors.vouch_for(&read, now).is_err(), "{what}");
        assert_ne!(read.thumbprint(), good.thumbprint(), "{what}");
    }
}
