//! Certificates for tests: an authority, and what it signs.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};

/// A certificate and its private key.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

/// What a certificate says.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The subject: attribute types and values, from the root of the directory downwards.
    pub(crate) subject: &'a [(&'a str, &'a str)],
    /// DNS names.
    pub(crate) dns: &'a [&'a str],
    /// URIs.
    pub(crate) uris: &'a [&'a str],
    /// Addresses.
    pub(crate) ips: &'a [&'a str],
    /// Mail addresses.
    pub(crate) emails: &'a [&'a str],
    /// From when to when it is valid, in seconds since the epoch.
    pub(crate) valid: (i64, i64),
    /// Whether it may sign others.
    pub(crate) authority: bool,
    /// Whether it says that it is for clients.
    pub(crate) for_clients: bool,
    /// The bits of its RSA key; without, the key is on P-256.
    pub(crate) rsa_bits: Option<u32>,
    /// Whether it is signed with SHA-1.
    pub(crate) by_sha1: bool,
}

/// Good from 2001 to 2096, about nobody.
pub(crate) const PLAIN: Wanted<'static> = Wanted {
    subject: &[],
    dns: &[],
    uris: &[],
    ips: &[],
    emails: &[],
    valid: (1_000_000_000, 4_000_000_000),
    authority: false,
    for_clients: false,
    rsa_bits: None,
    by_sha1: false,
};

impl Pair {
    /// An authority of this name, signed by itself.
    pub(crate) fn authority(name: &str) -> Self {
        Self::self_signed(&Wanted { subject: &[("CN", name)], authority: true, ..PLAIN })
    }

    /// A certificate that is signed by itself.
    pub(crate) fn self_signed(wanted: &Wanted<'_>) -> Self {
        make(wanted, None)
    }

    /// A certificate that this authority signs.
    pub(crate) fn issue(&self, wanted: &Wanted<'_>) -> Self {
        make(wanted, Some(self))
    }

    /// The certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }

    /// The private key as PEM.
    pub(crate) fn key_pem(&self) -> String {
        String::from_utf8(self.key.private_key_to_pem_pkcs8().unwrap()).unwrap()
    }

    /// The certificate as DER.
    pub(crate) fn der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap()
    }
}

fn make(wanted: &Wanted<'_>, by: Option<&Pair>) -> Pair {
    let key = generate(wanted.rsa_bits);
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = [0; 16];
    serial[0] = 1;
    serial[1..].copy_from_slice(&key.public_key_to_der().unwrap()[60..75]);
    builder.set_serial_number(&BigNum::from_slice(&serial).unwrap().to_asn1_integer().unwrap()).unwrap();
    let subject = name(wanted.subject);
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(by.map_or(&*subject, |by| by.certificate.subject_name())).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(wanted.valid.0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(wanted.valid.1).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    extend(&mut builder, wanted, by);
    let digest = if wanted.by_sha1 { MessageDigest::sha1() } else { MessageDigest::sha256() };
    builder.sign(by.map_or(&key, |by| &by.key), digest).unwrap();
    Pair { certificate: builder.build(), key }
}

fn generate(rsa_bits: Option<u32>) -> PKey<Private> {
    if let Some(bits) = rsa_bits {
        return PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
    }
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn extend(builder: &mut X509Builder, wanted: &Wanted<'_>, by: Option<&Pair>) {
    if wanted.authority {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    if wanted.for_clients {
        builder.append_extension(ExtendedKeyUsage::new().client_auth().build().unwrap()).unwrap();
    }
    let mut names = SubjectAlternativeName::new();
    for name in wanted.dns {
        names.dns(name);
    }
    for name in wanted.uris {
        names.uri(name);
    }
    for name in wanted.ips {
        names.ip(name);
    }
    for name in wanted.emails {
        names.email(name);
    }
    if [wanted.dns, wanted.uris, wanted.ips, wanted.emails].iter().any(|names| !names.is_empty()) {
        let issuer = by.map(|by| by.certificate.clone());
        let names = names.build(&builder.x509v3_context(issuer.as_deref(), None)).unwrap();
        builder.append_extension(names).unwrap();
    }
}

fn name(parts: &[(&str, &str)]) -> X509Name {
    let mut builder = X509NameBuilder::new().unwrap();
    for (kind, value) in parts {
        builder.append_entry_by_text(kind, value).unwrap();
    }
    builder.build()
}
