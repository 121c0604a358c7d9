//! A certificate and its private key, from their files, checked before anybody is shown them.

use crate::server::StartError;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use std::cmp::Ordering;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// More bytes of a file are not read: no chain and no key is as long.
const LONGEST: u64 = 1024 * 1024;

/// The bits of a mode by which a key is open to more than its owner, and the reading of its group.
const OPEN_TO_OTHERS: u32 = 0o037;

/// Where a certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    /// The section of the configuration that names them.
    pub(super) section: &'static str,
    /// The certificate, and those of the authorities between.
    pub(super) certificate: PathBuf,
    /// The private key.
    pub(super) key: PathBuf,
}

/// What the files hold, as bytes.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// A certificate that can be shown now.
pub(super) struct Material {
    /// The server's own certificate.
    pub(super) leaf: X509,
    /// Those of the authorities between it and the root.
    pub(super) chain: Vec<X509>,
    /// The private key.
    pub(super) key: PKey<Private>,
}

impl Files {
    /// Reads both files.
    ///
    /// # Errors
    /// One line: a file cannot be read, or the key is open to others.
    pub(super) fn read(&self) -> Result<Contents, StartError> {
        let (certificate, _) = self.bytes("certificate", &self.certificate)?;
        let (key, mode) = self.bytes("key", &self.key)?;
        if mode & OPEN_TO_OTHERS != 0 {
            let mode = mode & 0o7777;
            return Err(self.refuse(
                "key",
                &self.key,
                format!("can be read or changed by others (mode {mode:04o}): make it 0600 or 0640"),
            ));
        }
        Ok(Contents { certificate: certificate.to_vec(), key })
    }

    fn bytes(&self, name: &str, path: &Path) -> Result<(Zeroizing<Vec<u8>>, u32), StartError> {
        let read = || -> io::Result<_> {
            let file = File::open(path)?;
            let mode = file.metadata()?.permissions().mode();
            let mut bytes = Zeroizing::new(Vec::new());
            file.take(LONGEST).read_to_end(&mut bytes)?;
            Ok((bytes, mode))
        };
        read().map_err(|error| self.refuse(name, path, format!("cannot be read: {error}")))
    }

    /// The certificate that the files hold, if it may be shown at this time.
    ///
    /// # Errors
    /// One line: no PEM, a key that is encrypted or fits another certificate, a time outside the validity.
    pub(super) fn check(&self, contents: &Contents, now: OffsetDateTime) -> Result<Material, StartError> {
        let refuse_certificate = |what: String| self.refuse("certificate", &self.certificate, what);
        let refuse_key = |what: String| self.refuse("key", &self.key, what);
        let mut chain = X509::stack_from_pem(&contents.certificate)
            .map_err(|error| {
                refuse_certificate(format!("is no certificate in PEM form: {}", Reason(&error)))
            })?
            .into_iter();
        let leaf = chain.next().ok_or_else(|| refuse_certificate("holds no certificate".to_owned()))?;
        let key = private_key(&contents.key).map_err(refuse_key)?;
        let own = leaf.public_key().map_err(|error| refuse_certificate(Reason(&error).to_string()))?;
        if !own.public_eq(&key) {
            let certificate = self.certificate.display();
            return Err(refuse_key(format!("does not fit the certificate {certificate}")));
        }
        if is_after(leaf.not_before(), now) {
            return Err(refuse_certificate(format!("is valid only from {}", leaf.not_before())));
        }
        if !is_after(leaf.not_after(), now) {
            return Err(refuse_certificate(format!("has expired on {}", leaf.not_after())));
        }
        Ok(Material { leaf, chain: chain.collect(), key })
    }

    /// One line about one of the files.
    pub(super) fn refuse(&self, name: &str, path: &Path, what: impl fmt::Display) -> StartError {
        StartError::new(format!("{}.{name}: {} {what}", self.section, path.display()))
    }
}

impl Contents {
    /// By which other contents are told from these.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        crate::digest::sha256(&[&self.certificate, &self.key])
    }
}

/// Nobody is asked for a pass phrase: a server starts by itself.
fn private_key(pem: &[u8]) -> Result<PKey<Private>, String> {
    let mut asked = false;
    PKey::private_key_from_pem_callback(pem, |_| {
        asked = true;
        Err(ErrorStack::get())
    })
    .map_err(|error| {
        if asked {
            "is encrypted: give a key without a pass phrase, in a file of mode 0600".to_owned()
        } else {
            format!("is no private key in PEM form: {}", Reason(&error))
        }
    })
}

/// Whether this instant comes after `now`.
pub(super) fn is_after(instant: &Asn1TimeRef, now: OffsetDateTime) -> bool {
    let now = Asn1Time::from_unix(now.unix_timestamp());
    now.is_ok_and(|now| instant.compare(&now).is_ok_and(|order| order == Ordering::Greater))
}

/// What OpenSSL says is wrong, without its file names and numbers.
pub(super) struct Reason<'a>(pub(super) &'a ErrorStack);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.errors().last().and_then(openssl::error::Error::reason);
        formatter.write_str(reason.unwrap_or("unknown reason"))
    }
}
