//! The secrets of clients: how they are made, and in which form they are kept.
//!
//! One that is shown at each request is kept as its hash. One that signs (`client_secret_jwt`) is needed itself, so it
//! is sealed under the key-encryption key, bound to its client.

use crate::act::Act;
use crate::keys::KeyError;
use crate::keys::sealing::{Context, KekRing, Sealed};
use crate::ports::Seed;
use crate::records::{self, Client, ClientSecret, Tenant, TokenEndpointAuthMethod, hash_of};
use crate::storage::{Fault, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// By which a leaked client secret is found, and told from every other kind.
pub const PREFIX: &str = "lks_";

/// What a seal of a client secret is for; see [`Context`].
const PURPOSE: &str = "client_secret";

/// A new secret for this client, and the form in which it is kept.
pub(super) fn make(
    act: &Act,
    client: &Client,
    keks: &KekRing,
) -> Result<(SecretString, ClientSecret), KeyError> {
    let signs = client.token_endpoint_auth_method == TokenEndpointAuthMethod::ClientSecretJwt;
    // OIDC Core §16.19, RFC 6749 §10.10, RFC 7515 §10.1, RFC 8725 §3.5: 256 random bits, made here and never chosen.
    // Not done: RFC 6749 §2.3.1: a brake on guesses: of 256 random bits nobody guesses any.
    let mut bytes = Zeroizing::new(act.seed.expand("client.secret").to_vec());
    if signs {
        // RFC 7518 §3.2: a key of HS512 has at least 64 bytes.
        bytes.extend_from_slice(&act.seed.expand("client.secret.more"));
    }
    // RFC 7591 §3.2.1, OIDC Registration §3.2: no two clients have the same.
    let secret = SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*bytes)));
    let mut kept =
        ClientSecret { hash: hash_of(secret.expose_secret().as_bytes()), sealed: None, expires_at: None };
    if signs {
        kept.sealed = Some(seal(keks, &client.client_id, &kept.hash, secret.expose_secret(), &act.seed)?);
    }
    Ok((secret, kept))
}

/// The secret itself; none where it is kept as its hash alone, or its seal is broken.
pub(in crate::oauth) fn open(
    keks: &KekRing,
    client_id: &str,
    kept: &ClientSecret,
) -> Option<Zeroizing<Vec<u8>>> {
    let sealed: Sealed = serde_json::from_value(kept.sealed.clone()?).ok()?;
    keks.open(&context(&name(client_id, &kept.hash)), &sealed).ok()
}

/// Seals the secrets of up to `limit` clients behind the identifier `after` anew, where they are not under the active
/// key-encryption key. Gives how many there were, and the last client that was looked at, where more may follow.
///
/// # Errors
/// A [`Fault`] where the store fails, or a seal cannot be opened.
pub fn rewrap(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    (keks, seed): (&KekRing, &Seed),
    after: Option<&str>,
    limit: usize,
) -> Result<(usize, Option<String>), Fault> {
    let clients = records::list::<Client>(txn, tenant, "", after, limit)?;
    let next = (clients.len() == limit).then(|| clients.last().map(|last| last.client_id.clone())).flatten();
    let mut count = 0;
    for mut client in clients {
        let mut changed = false;
        for kept in &mut client.secrets {
            if let Some(again) = rewrapped(keks, seed, &client.client_id, kept)? {
                kept.sealed = Some(again);
                changed = true;
                count += 1;
            }
        }
        if changed {
            records::update(txn, tenant, &client)?;
        }
    }
    Ok((count, next))
}

/// The secret's seal under the active key-encryption key; none where it has none, or has that one.
fn rewrapped(
    keks: &KekRing,
    seed: &Seed,
    client_id: &str,
    kept: &ClientSecret,
) -> Result<Option<serde_json::Value>, KeyError> {
    let Some(sealed) = kept.sealed.clone() else { return Ok(None) };
    let name = name(client_id, &kept.hash);
    let broken = || KeyError::Unsealable { name: format!("{PURPOSE} {name}") };
    let sealed: Sealed = serde_json::from_value(sealed).map_err(|_| broken())?;
    if !keks.is_outdated(&sealed) {
        return Ok(None);
    }
    let plaintext = keks.open(&context(&name), &sealed)?;
    let again = keks.seal(&context(&name), &plaintext, seed)?;
    serde_json::to_value(again).map(Some).map_err(|_| broken())
}

fn seal(
    keks: &KekRing,
    client_id: &str,
    hash: &str,
    secret: &str,
    seed: &Seed,
) -> Result<serde_json::Value, KeyError> {
    let name = name(client_id, hash);
    let sealed = keks.seal(&context(&name), secret.as_bytes(), seed)?;
    serde_json::to_value(sealed).map_err(|_| KeyError::Crypto("sealing"))
}

/// The client and which of its secrets, so that no seal opens at another place.
fn name(client_id: &str, hash: &str) -> String {
    format!("{client_id} {hash}")
}

fn context(name: &str) -> Context<'_> {
    Context { purpose: PURPOSE, name, version: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::sealing::Kek;
    use crate::oauth::fixtures::{act, client, store_with};
    use crate::records::find;
    use crate::storage::Stop;

    fn signing() -> Client {
        Client { token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretJwt, ..client() }
    }

    #[test]
    fn a_secret_that_signs_is_sealed_and_any_other_is_not() {
        let keks = KekRing::new(Kek::new([1; 32]), Vec::new());
        let (secret, kept) = make(&act(), &signing(), &keks).unwrap();
        assert!(secret.expose_secret().len() >= 64, "RFC 7518 §3.2");
        assert!(!serde_json::to_string(&kept).unwrap().contains(&secret.expose_secret()[4..]));
        assert_eq!(open(&keks, "web", &kept).unwrap().as_slice(), secret.expose_secret().as_bytes());
        assert!(open(&keks, "other", &kept).is_none(), "bound to its client");
        let moved = ClientSecret { hash: "h".to_owned(), ..kept };
        assert!(open(&keks, "web", &moved).is_none());
        let shown =
            Client { token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretBasic, ..client() };
        assert!(make(&act(), &shown, &keks).unwrap().1.sealed.is_none());
    }

    #[test]
    fn a_sealed_secret_moves_to_another_kek_unchanged() {
        let old = KekRing::new(Kek::new([1; 32]), Vec::new());
        let (secret, kept) = make(&act(), &signing(), &old).unwrap();
        let store = store_with(&Client { secrets: vec![kept], ..signing() });
        let rewrapped = store.run_blocking(|txn| {
            let both = KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]);
            rewrap(txn, &act().tenant, (&both, &act().seed), None, 1).map_err(Stop::<()>::Fault)
        });
        assert_eq!(rewrapped.unwrap(), (1, Some("web".to_owned())));
        let new = KekRing::new(Kek::new([2; 32]), Vec::new());
        let client: Client = find(&store, &act().tenant, "web").unwrap().unwrap();
        assert_eq!(
            open(&new, "web", &client.secrets[0]).unwrap().as_slice(),
            secret.expose_secret().as_bytes()
        );
        assert!(open(&old, "web", &client.secrets[0]).is_none());
    }
}
