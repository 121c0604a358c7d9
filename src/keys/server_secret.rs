//! Secrets of the server itself, such as the pepper of refresh tokens: 256 random bits each, made at the first
//! start and sealed under the key-encryption key.

use super::KeyError;
use super::sealing::{Context, KekRing, Sealed};
use crate::ports::Seed;
use crate::records::{self, ServerSecret, Tenant};
use crate::storage::{Fault, Txn};
use zeroize::Zeroizing;

/// What a seal of a server secret is for; see [`Context`].
const PURPOSE: &str = "server_secret";

/// The secret of this name, made from the seed where there is none yet.
///
/// # Errors
/// A [`Fault`] where the store fails, or the seal cannot be opened.
pub fn load_or_make(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    keks: &KekRing,
    name: &str,
    seed: &Seed,
) -> Result<Zeroizing<[u8; 32]>, Fault> {
    if let Some(found) = records::find::<ServerSecret>(txn, tenant, name)? {
        let bytes = open(keks, &found)?;
        let secret: [u8; 32] = bytes.as_slice().try_into().map_err(|_| broken(name))?;
        return Ok(Zeroizing::new(secret));
    }
    let secret = Zeroizing::new(seed.expand(&format!("server secret {name}")));
    let sealed = keks.seal(&context(name), secret.as_slice(), seed)?;
    records::insert(txn, tenant, &written(name, &sealed)?)?;
    Ok(secret)
}

/// Seals every server secret anew that is not under the active key-encryption key. Gives how many there were.
///
/// # Errors
/// A [`Fault`] where the store fails, or a seal cannot be opened.
pub fn rewrap(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    keks: &KekRing,
    seed: &Seed,
) -> Result<usize, Fault> {
    let mut count = 0;
    for secret in records::list::<ServerSecret>(txn, tenant, "", None, 100)? {
        if keks.is_outdated(&sealed(&secret)?) {
            let plaintext = open(keks, &secret)?;
            let again = keks.seal(&context(&secret.name), &plaintext, seed)?;
            records::update(txn, tenant, &written(&secret.name, &again)?)?;
            count += 1;
        }
    }
    Ok(count)
}

fn context(name: &str) -> Context<'_> {
    Context { purpose: PURPOSE, name, version: 1 }
}

fn open(keks: &KekRing, secret: &ServerSecret) -> Result<Zeroizing<Vec<u8>>, Fault> {
    Ok(keks.open(&context(&secret.name), &sealed(secret)?)?)
}

fn sealed(secret: &ServerSecret) -> Result<Sealed, Fault> {
    serde_json::from_value(secret.sealed.clone()).map_err(|_| broken(&secret.name))
}

fn written(name: &str, sealed: &Sealed) -> Result<ServerSecret, Fault> {
    let sealed = serde_json::to_value(sealed).map_err(|_| broken(name))?;
    Ok(ServerSecret { name: name.to_owned(), sealed })
}

fn broken(name: &str) -> Fault {
    KeyError::Unsealable { name: format!("{PURPOSE} {name}") }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::sealing::Kek;
    use crate::storage::{Stop, Store};
    use std::sync::Arc;

    fn in_unit<T: Send + 'static>(
        store: &Store,
        mut unit: impl FnMut(&mut dyn Txn) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        store.run_blocking::<T, (), _>(move |txn| Ok(unit(txn)?)).map_err(|stop| match stop {
            Stop::Refused(()) => unreachable!("nothing refuses"),
            Stop::Fault(fault) => fault,
        })
    }

    fn load(store: &Store, keks: &Arc<KekRing>, seed: u8) -> Result<[u8; 32], Fault> {
        let keks = Arc::clone(keks);
        in_unit(store, move |txn| {
            load_or_make(txn, &Tenant::default_tenant(), &keks, "pepper", &Seed::new([seed; 32])).map(|s| *s)
        })
    }

    #[test]
    fn a_secret_is_made_once_and_moves_to_another_kek_unchanged() {
        let store = Store::memory();
        let old = Arc::new(KekRing::new(Kek::new([1; 32]), Vec::new()));
        let secret = load(&store, &old, 5).unwrap();
        assert_eq!(load(&store, &old, 6).unwrap(), secret);

        let new = Arc::new(KekRing::new(Kek::new([2; 32]), Vec::new()));
        assert!(load(&store, &new, 7).unwrap_err().what.contains("which is not configured"));

        let both = Arc::new(KekRing::new(Kek::new([2; 32]), vec![Kek::new([1; 32])]));
        let rewrapped =
            in_unit(&store, move |txn| rewrap(txn, &Tenant::default_tenant(), &both, &Seed::new([8; 32])));
        assert_eq!(rewrapped.unwrap(), 1);
        assert_eq!(load(&store, &new, 9).unwrap(), secret);
    }
}
