//! Reading through a layer of writes that lies above something else.

use super::pages::Pages;
use super::port::{Fault, Pairs, Read};
use std::ops::{Bound, RangeBounds};

/// The keys that a scan of `prefix` after the key `after` looks at first; it ends where the prefix does.
pub(super) fn from<'a>(prefix: &'a [u8], after: Option<&'a [u8]>) -> impl RangeBounds<[u8]> {
    let first = match after {
        Some(after) if after >= prefix => Bound::Excluded(after),
        _ => Bound::Included(prefix),
    };
    (first, Bound::Unbounded)
}

/// As [`Read::scan`] over `beneath` with the writes `above` laid on it: in order of keys, all under `prefix` and
/// after `after`, a value or none where the key is deleted.
pub(super) fn scan<'a>(
    above: impl Iterator<Item = (&'a Vec<u8>, Option<&'a [u8]>)>,
    beneath: &dyn Read,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Pairs, Fault> {
    let mut above = above.peekable();
    if above.peek().is_none() {
        return beneath.scan(prefix, after, limit);
    }
    let mut beneath = Pages::new(beneath, prefix, after, limit);
    let mut found = Vec::new();
    while found.len() < limit {
        let next = beneath.peek()?.map(|(key, _)| key.as_slice());
        match (above.peek(), next) {
            (Some((written, _)), Some(stored)) if written.as_slice() > stored => {
                found.extend(beneath.take());
            }
            (Some((written, _)), stored) => {
                if stored == Some(written.as_slice()) {
                    beneath.take();
                }
                found.extend(above.next().and_then(|(key, value)| Some((key.clone(), value?.to_vec()))));
            }
            (None, Some(_)) => found.extend(beneath.take()),
            (None, None) => break,
        }
    }
    Ok(found)
}
