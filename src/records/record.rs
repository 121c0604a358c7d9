//! How a record becomes a stored pair and comes back; the expiry index.

use super::Tenant;
use crate::storage::{Fault, Read, Txn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;

/// A stored struct.
pub trait Record: Serialize + DeserializeOwned {
    /// The space of keys that holds it: lower-case letters and `_`.
    const SPACE: &'static str;
    /// The version that is written. Raise it when a reader of the old form could not read the new one.
    const VERSION: u32;

    /// What tells this record from the others of its space.
    fn id(&self) -> String;

    /// When the record is of no more use to anybody and may be swept. Fixed for the life of the record: the index
    /// is written once, by [`insert`].
    fn expires_at(&self) -> Option<OffsetDateTime> {
        None
    }

    /// Keys of other records that go when this one is swept.
    fn swept_with(&self, _tenant: &Tenant) -> Vec<Vec<u8>> {
        Vec::new()
    }

    /// Reads an older version.
    fn upgrade(version: u32, _json: &str) -> Result<Self, Fault> {
        Err(Fault::broken(format!("{} record of unknown version {version}", Self::SPACE)))
    }
}

#[derive(Serialize)]
struct Written<'a, R> {
    v: u32,
    r: &'a R,
}

#[derive(Deserialize)]
struct Current<R> {
    v: u32,
    r: R,
}

#[derive(Deserialize)]
struct Stored<'a> {
    v: u32,
    #[serde(borrow)]
    r: &'a RawValue,
}

/// The storage key of the record `id` of the space `R`.
pub fn key<R: Record>(tenant: &Tenant, id: &str) -> Vec<u8> {
    [tenant.as_str(), "/", R::SPACE, "/", id].concat().into_bytes()
}

/// The record `id`, if there is one.
///
/// # Errors
/// A [`Fault`] where the store fails or the stored bytes are not such a record.
pub fn find<R: Record>(read: &(impl Read + ?Sized), tenant: &Tenant, id: &str) -> Result<Option<R>, Fault> {
    read.get(&key::<R>(tenant, id))?.map(|value| decode(&value)).transpose()
}

/// Stores a new record, and when it expires.
///
/// # Errors
/// A [`Fault`] where the record cannot be written as JSON.
pub fn insert<R: Record>(txn: &mut (impl Txn + ?Sized), tenant: &Tenant, record: &R) -> Result<(), Fault> {
    if let Some(at) = record.expires_at() {
        let mut keys = vec![key::<R>(tenant, &record.id())];
        keys.extend(record.swept_with(tenant));
        let keys: Vec<String> = keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
        let value = serde_json::to_vec(&keys).map_err(|e| Fault::broken(format!("expiry index: {e}")))?;
        txn.put(expiry_key(tenant, at, R::SPACE, &record.id()), value);
    }
    update(txn, tenant, record)
}

/// Replaces a stored record. Its expiry stays as it was inserted.
///
/// # Errors
/// A [`Fault`] where the record cannot be written as JSON.
pub fn update<R: Record>(txn: &mut (impl Txn + ?Sized), tenant: &Tenant, record: &R) -> Result<(), Fault> {
    let value = serde_json::to_vec(&Written { v: R::VERSION, r: record })
        .map_err(|e| Fault::broken(format!("{} record: {e}", R::SPACE)))?;
    txn.put(key::<R>(tenant, &record.id()), value);
    Ok(())
}

/// Deletes a record; nothing happens where there is none. An expiry index that is left behind is swept in its time.
pub fn remove<R: Record>(txn: &mut (impl Txn + ?Sized), tenant: &Tenant, id: &str) {
    txn.delete(key::<R>(tenant, id));
}

/// Up to `limit` records of a space whose id starts with `prefix`, in the order of their ids, those behind the id
/// `after` where it is given.
///
/// # Errors
/// A [`Fault`] where the store fails or a stored value is damaged.
pub fn list<R: Record>(
    read: &(impl Read + ?Sized),
    tenant: &Tenant,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<R>, Fault> {
    let after = after.map(|id| key::<R>(tenant, id));
    let pairs = read.scan(&key::<R>(tenant, prefix), after.as_deref(), limit)?;
    pairs.iter().map(|(_, value)| decode(value)).collect()
}

/// Deletes up to `limit` records whose expiry has passed at `now`, with what is swept beside them; those whose expiry
/// entries lie behind `after`, where it is given. Gives the expiry entries that were worked off; fewer than `limit` means
/// that none is left. The last of them is the next call's `after`, so that no store has to look at them again.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn sweep(
    txn: &mut (impl Txn + ?Sized),
    tenant: &Tenant,
    now: OffsetDateTime,
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Vec<u8>>, Fault> {
    let prefix = [tenant.as_str(), "/expiry/"].concat().into_bytes();
    let end = expiry_key(tenant, now, "", "");
    let due: Vec<_> = txn
        .scan(&prefix, after, limit)?
        .into_iter()
        .take_while(|(key, _)| key.as_slice() < end.as_slice())
        .collect();
    for (index, keys) in &due {
        let keys: Vec<String> =
            serde_json::from_slice(keys).map_err(|e| Fault::broken(format!("expiry index: {e}")))?;
        for key in keys {
            txn.delete(key.into_bytes());
        }
        txn.delete(index.clone());
    }
    Ok(due.into_iter().map(|(index, _)| index).collect())
}

fn expiry_key(tenant: &Tenant, at: OffsetDateTime, space: &str, id: &str) -> Vec<u8> {
    format!("{}/expiry/{:012}/{space}/{id}", tenant.as_str(), at.unix_timestamp().max(0)).into_bytes()
}

pub(super) fn decode<R: Record>(value: &[u8]) -> Result<R, Fault> {
    // In one pass where the version is the present one, as it nearly always is.
    if let Ok(Current { v, r }) = serde_json::from_slice(value)
        && v == R::VERSION
    {
        return Ok(r);
    }
    let broken = |e: serde_json::Error| Fault::broken(format!("{} record: {e}", R::SPACE));
    let stored: Stored<'_> = serde_json::from_slice(value).map_err(broken)?;
    if stored.v == R::VERSION {
        serde_json::from_str(stored.r.get()).map_err(broken)
    } else {
        R::upgrade(stored.v, stored.r.get())
    }
}
