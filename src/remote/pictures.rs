//! Pictures by URL, kept in memory. Nobody waits for one: a page shows what is kept, and one of those who ask fetches
//! behind it what is not kept or no longer fresh. A server that fails rests, longer each time; what it said last is
//! shown for a day at most, and not at all once it says something that is no picture.

use super::freshness::lifetime;
use super::picture::Picture;
use super::rest::rest;
use crate::ports::Clock;
use crate::ports::outbound::{Fetch, Outbound};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// So many are kept, of 64 KiB at most; the one that was asked for longest ago goes first.
const MAX_PLACES: usize = 128;
/// A picture is shown for so long after it was fetched, while its server fails.
const LONGEST_STALE: Duration = Duration::DAY;
/// Nobody else fetches it for so long after somebody began to.
const TURN: Duration = Duration::MINUTE;

const ACCEPT: &str = "image/webp, image/png, image/jpeg, image/gif";

/// The pictures of others.
pub struct Pictures {
    outbound: Arc<dyn Outbound>,
    clock: Arc<dyn Clock>,
    places: Mutex<HashMap<String, Place>>,
}

struct Place {
    asked_at: OffsetDateTime,
    /// The picture, and when it was fetched.
    held: Option<(Picture, OffsetDateTime)>,
    /// When it is to be fetched.
    due_at: OffsetDateTime,
    /// How many tries failed in a row.
    failures: u32,
}

/// What is known of a picture at this moment.
#[derive(Debug)]
pub struct Known {
    /// The picture, where there is one to be shown.
    pub picture: Option<Picture>,
    /// Whether it is the caller's turn to fetch it: [`Pictures::renew`]. Nobody else is told so meanwhile.
    pub is_due: bool,
}

impl Pictures {
    /// No pictures yet; they come this way.
    pub fn new(outbound: Arc<dyn Outbound>, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock, places: Mutex::default() }
    }

    /// What is known of the picture at this URL.
    pub fn look(&self, url: &str) -> Known {
        let now = self.clock.now();
        let mut places = self.places();
        if !places.contains_key(url) && places.len() >= MAX_PLACES {
            let oldest = places.iter().min_by_key(|(_, place)| place.asked_at).map(|(url, _)| url.clone());
            oldest.and_then(|url| places.remove(&url));
        }
        let new = || Place { asked_at: now, held: None, due_at: now, failures: 0 };
        let place = places.entry(url.to_owned()).or_insert_with(new);
        place.asked_at = now;
        let is_due = now >= place.due_at;
        if is_due {
            place.due_at = now.saturating_add(TURN);
        }
        Known { picture: place.shown(now), is_due }
    }

    /// Fetches the picture at this URL and keeps it.
    pub async fn renew(&self, url: &str) {
        let answer = self.outbound.send(Fetch::get(url, ACCEPT)).await;
        let now = self.clock.now();
        let mut places = self.places();
        // Others may have taken its place meanwhile.
        let Some(place) = places.get_mut(url) else { return };
        let (picture, life) = match answer {
            Ok(answer) if answer.status == 200 => {
                (Picture::read(answer.body), lifetime(answer.cache_control.as_deref()))
            }
            // RFC 9110 §15.5.9, RFC 6585 §4: these pass, and so does what is a server's own fault.
            Err(_) => return place.fail(now),
            Ok(answer) if matches!(answer.status, 408 | 425 | 429 | 500..) => return place.fail(now),
            Ok(_) => (None, Duration::ZERO),
        };
        let Some(picture) = picture else {
            place.held = None;
            return place.fail(now);
        };
        *place =
            Place { held: Some((picture, now)), due_at: now.saturating_add(life), failures: 0, ..*place };
    }

    /// The picture of this name, where it is shown anywhere.
    pub fn named(&self, name: &str) -> Option<Picture> {
        let now = self.clock.now();
        let places = self.places();
        places.values().filter_map(|place| place.shown(now)).find(|picture| &*picture.name == name)
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn shown(&self, now: OffsetDateTime) -> Option<Picture> {
        let (picture, fetched_at) = self.held.as_ref()?;
        (now < fetched_at.saturating_add(LONGEST_STALE)).then(|| picture.clone())
    }

    fn fail(&mut self, now: OffsetDateTime) {
        self.failures = self.failures.saturating_add(1);
        self.due_at = now.saturating_add(rest(self.failures));
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pictures(..)")
    }
}
