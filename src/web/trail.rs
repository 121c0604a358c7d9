//! The way into the audit trail for entries of acts that change nothing.
//!
//! Anybody can have himself refused as often as he likes, and the trail is kept for ever. So of one address so many refusals a
//! minute stand there one by one, and of the rest how many they were: the first of them makes an entry with `suppressed: 1`
//! at once, those that follow within its minute make another, with the next refusal of anybody after that.
//! What was done, and what was refused in a unit of work, always has its own entry.

use crate::act::Act;
use crate::audit::{Entry, StatelessActs};
use crate::identity::login::{AddressLimit, network_of};
use crate::storage::{Fault, Store};
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// How long refusals are counted before the trail tells how many they were.
const WINDOW: Duration = Duration::MINUTE;

/// How many networks are counted at a time; those beyond are counted together, as nobody's.
const MAX_NETWORKS: usize = 1024;

/// The way into the audit trail.
pub struct Trail {
    store: Store,
    acts: StatelessActs,
    refusals: AddressLimit,
    suppressed: Mutex<Suppressed>,
}

impl Trail {
    /// The way to the trail of this store, for what the operator chose to have there: `refusals` are those of an address that
    /// stand there one by one.
    pub fn new(store: Store, acts: StatelessActs, refusals: AddressLimit) -> Self {
        Self { store, acts, refusals, suppressed: Mutex::default() }
    }

    /// Writes the entry, or not, as the operator chose.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written, or waits and the store fails.
    pub async fn write(&self, act: &Act, entry: Entry<'_>) -> Result<(), Fault> {
        if self.acts == StatelessActs::Off {
            return Ok(());
        }
        match self.pass(act, entry)? {
            Some(entry) => self.acts.write(entry, &self.store).await,
            None => Ok(()),
        }
    }

    /// Notes the entry, whatever the operator chose.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written as JSON.
    pub fn note(&self, act: &Act, entry: Entry<'_>) -> Result<(), Fault> {
        match self.pass(act, entry)? {
            Some(entry) => entry.note(&self.store),
            None => Ok(()),
        }
    }

    /// The entry, unless it is counted instead. Notes what was counted, where its time has come.
    fn pass<'a>(&self, act: &Act, entry: Entry<'a>) -> Result<Option<Entry<'a>>, Fault> {
        let Some(network) = entry.refused_from().map(network_of) else { return Ok(Some(entry)) };
        let mut suppressed = self.suppressed.lock().unwrap_or_else(PoisonError::into_inner);
        for (network, count) in suppressed.take_due(act.now) {
            Entry::suppressed(act, network, count).note(&self.store)?;
        }
        if self.refusals.check(network).is_ok() {
            return Ok(Some(entry));
        }
        if let (counted_as, true) = suppressed.count(network, act.now) {
            Entry::suppressed(act, counted_as, 1).note(&self.store)?;
        }
        Ok(None)
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trail").field("acts", &self.acts).finish_non_exhaustive()
    }
}

/// What was counted since the first of them, beside what the trail knows already.
#[derive(Default)]
struct Suppressed {
    since: Option<OffsetDateTime>,
    counts: HashMap<Option<IpAddr>, u64>,
}

impl Suppressed {
    /// What was counted, where that is a minute old.
    fn take_due(&mut self, now: OffsetDateTime) -> Vec<(Option<IpAddr>, u64)> {
        match self.since {
            Some(since) if now >= since.saturating_add(WINDOW) => {
                self.since = None;
                self.counts.drain().filter(|(_, count)| *count > 0).collect()
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// Counts one, and gives as whose; and whether it is the first, of which the trail is told at once.
    fn count(&mut self, network: IpAddr, now: OffsetDateTime) -> (Option<IpAddr>, bool) {
        self.since.get_or_insert(now);
        let has_place = self.counts.len() < MAX_NETWORKS || self.counts.contains_key(&Some(network));
        let counted_as = Some(network).filter(|_| has_place);
        let known = self.counts.get_mut(&counted_as).map(|count| *count = count.saturating_add(1));
        if known.is_none() {
            self.counts.insert(counted_as, 0);
        }
        (counted_as, known.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_networks_are_counted_and_the_rest_together() {
        let (mut suppressed, now) = (Suppressed::default(), OffsetDateTime::UNIX_EPOCH);
        let nth = |n: u32| IpAddr::from(n.to_be_bytes());
        let firsts = (0..3000).filter(|n| suppressed.count(nth(*n), now).1).count();
        assert_eq!(firsts, MAX_NETWORKS + 1);
        assert_eq!(suppressed.count(nth(0), now), (Some(nth(0)), false));
        assert_eq!(suppressed.take_due(now + WINDOW - Duration::SECOND), []);
        let mut due = suppressed.take_due(now + WINDOW);
        due.sort_unstable();
        assert_eq!(due, [(None, 3000 - 1024 - 1), (Some(nth(0)), 1)]);
        assert_eq!(suppressed.take_due(now + WINDOW * 9), []);
    }
}
