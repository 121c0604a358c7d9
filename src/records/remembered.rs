//! Records that are asked for again and again, kept as they were decoded.

use super::Tenant;
use super::record::{Record, decode, key};
use crate::storage::{Fault, Read};
use arc_swap::ArcSwapOption;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

/// How many places there are.
const PLACES: usize = 1024;

/// Longer stored values than this are decoded each time, so that all places together stay small. In bytes.
const MAX_BYTES: usize = 8 * 1024;

/// A table of decoded records. It saves the decoding and nothing else: the stored bytes are read each time, and a record
/// is given again only where they are those that it was decoded from. So it is never behind the store, whoever wrote
/// there, and nothing has to tell it of a change.
///
/// Each key has one place, where the last record that was asked for stays. Neither readers nor writers ever wait.
pub struct Remembered<R> {
    places: Box<[ArcSwapOption<Kept<R>>]>,
    hasher: RandomState,
}

struct Kept<R> {
    key: Vec<u8>,
    bytes: Vec<u8>,
    record: Arc<R>,
}

impl<R: Record> Remembered<R> {
    /// The record `id`, if there is one.
    ///
    /// # Errors
    /// As [`super::find`].
    pub fn find(
        &self,
        read: &(impl Read + ?Sized),
        tenant: &Tenant,
        id: &str,
    ) -> Result<Option<Arc<R>>, Fault> {
        let key = key::<R>(tenant, id);
        let Some(bytes) = read.get(&key)? else { return Ok(None) };
        let Some(place) = self.place(&key) else { return decode(&bytes).map(Arc::new).map(Some) };
        if let Some(kept) = &*place.load()
            && kept.bytes == bytes
            && kept.key == key
        {
            return Ok(Some(Arc::clone(&kept.record)));
        }
        let record: Arc<R> = Arc::new(decode(&bytes)?);
        if bytes.len() <= MAX_BYTES {
            place.store(Some(Arc::new(Kept { key, bytes, record: Arc::clone(&record) })));
        }
        Ok(Some(record))
    }

    fn place(&self, key: &[u8]) -> Option<&ArcSwapOption<Kept<R>>> {
        let hash = self.hasher.hash_one(key) % PLACES as u64;
        usize::try_from(hash).ok().and_then(|at| self.places.get(at))
    }
}

impl<R> Default for Remembered<R> {
    fn default() -> Self {
        let places = std::iter::repeat_with(ArcSwapOption::empty).take(PLACES).collect();
        Self { places, hasher: RandomState::new() }
    }
}

impl<R> fmt::Debug for Remembered<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Remembered(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{insert, remove, update};
    use crate::storage::{Store, Txn};
    use serde::{Deserialize, Serialize};
    use std::convert::Infallible;

    #[derive(Debug, Serialize, Deserialize)]
    struct Note {
        name: String,
        text: String,
    }

    impl Record for Note {
        const SPACE: &'static str = "note";
        const VERSION: u32 = 1;

        fn id(&self) -> String {
            self.name.clone()
        }
    }

    fn note(name: &str, text: &str) -> Note {
        Note { name: name.to_owned(), text: text.to_owned() }
    }

    fn write(store: &Store, unit: impl Fn(&mut dyn Txn) + Send + 'static) {
        let ran = store.run_blocking::<(), Infallible, _>(move |txn| {
            unit(txn);
            Ok(())
        });
        assert!(ran.is_ok());
    }

    #[test]
    fn a_record_is_decoded_once_as_long_as_its_bytes_stay() {
        let (store, notes) = (Store::memory(), Remembered::<Note>::default());
        let find = |name: &str| notes.find(&store, &Tenant::default_tenant(), name).unwrap();
        assert!(find("a").is_none());
        write(&store, |txn| insert(txn, &Tenant::default_tenant(), &note("a", "one")).unwrap());
        let (first, again) = (find("a").unwrap(), find("a").unwrap());
        assert!(Arc::ptr_eq(&first, &again));

        write(&store, |txn| update(txn, &Tenant::default_tenant(), &note("a", "two")).unwrap());
        assert_eq!((find("a").unwrap().text.as_str(), first.text.as_str()), ("two", "one"));

        write(&store, |txn| remove::<Note>(txn, &Tenant::default_tenant(), "a"));
        assert!(find("a").is_none());
    }

    #[test]
    fn a_long_record_is_not_kept() {
        let (store, notes) = (Store::memory(), Remembered::<Note>::default());
        let find = || notes.find(&store, &Tenant::default_tenant(), "a").unwrap().unwrap();
        write(&store, |txn| {
            insert(txn, &Tenant::default_tenant(), &note("a", &"x".repeat(MAX_BYTES))).unwrap();
        });
        assert!(!Arc::ptr_eq(&find(), &find()));
    }

    #[test]
    fn records_that_share_a_place_are_told_apart() {
        let (store, notes) = (Store::memory(), Remembered::<Note>::default());
        let names: Vec<String> = (0..PLACES + 200).map(|number| number.to_string()).collect();
        let all = names.clone();
        write(&store, move |txn| {
            for name in &all {
                insert(txn, &Tenant::default_tenant(), &note(name, "the same")).unwrap();
            }
        });
        for _ in 0..2 {
            for name in &names {
                assert_eq!(notes.find(&store, &Tenant::default_tenant(), name).unwrap().unwrap().name, *name);
            }
        }
    }
}
