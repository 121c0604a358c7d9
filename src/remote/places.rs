//! Where what is known of a URL stands: in so many places and no more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;

/// How many places there are; the one that was asked for longest ago goes first.
const MAX_PLACES: usize = 1024;

struct Place<T> {
    asked_at: OffsetDateTime,
    held: Arc<T>,
}

/// A place for each URL.
pub(super) struct Places<T>(Mutex<HashMap<String, Place<T>>>);

impl<T: Default> Places<T> {
    /// What stands at the place of this URL; a new one where there is none.
    pub(super) fn at(&self, url: &str, now: OffsetDateTime) -> Arc<T> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !places.contains_key(url) && places.len() >= MAX_PLACES {
            let oldest = places.iter().min_by_key(|(_, place)| place.asked_at).map(|(url, _)| url.clone());
            oldest.and_then(|url| places.remove(&url));
        }
        let place =
            places.entry(url.to_owned()).or_insert_with(|| Place { asked_at: now, held: Arc::default() });
        place.asked_at = now;
        Arc::clone(&place.held)
    }
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
