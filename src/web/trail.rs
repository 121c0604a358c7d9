//! The way into the audit trail for entries of acts that change nothing.
//!
//! Anybody can have himself refused as often as he likes, and the trail is kept for ever. So of one address so many refusals a
//! minute stand there one by one, of all addresses together twenty times as many, and of the rest how many they were: the first
//! of them makes an entry with `suppressed: 1` at once, those that follow make another with [`Trail::flush`], which the server
//! calls every minute and before it stops. What is refused beyond the limit of all is counted as nobody's.
//! What was done, and what was refused in a unit of work, always has its own entry.

use crate::act::Act;
use crate::audit::{Entry, StatelessActs};
use crate::identity::login::{AddressLimit, network_of};
use crate::storage::{Fault, Store};
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// How many networks are counted at a time; those beyond are counted together, as nobody's.
const MAX_NETWORKS: usize = 1024;

/// The address that stands for all of them.
const EVERYBODY: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// The way into the audit trail.
pub struct Trail {
    store: Store,
    acts: StatelessActs,
    refusals: Refusals,
    suppressed: Mutex<Suppressed>,
}

/// How many refusals stand in the trail one by one.
#[derive(Debug)]
pub struct Refusals {
    /// Of one address.
    pub of_one: AddressLimit,
    /// Of all together.
    pub of_all: AddressLimit,
}

impl Trail {
    /// The way to the trail of this store, for what the operator chose to have there.
    pub fn new(store: Store, acts: StatelessActs, refusals: Refusals) -> Self {
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
        match self.pass(act, entry) {
            Some(entry) => self.acts.write(entry, &self.store).await,
            None => Ok(()),
        }
    }

    /// Notes the entry, whatever the operator chose.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written as JSON.
    pub fn note(&self, act: &Act, entry: Entry<'_>) -> Result<(), Fault> {
        match self.pass(act, entry) {
            Some(entry) => entry.note(&self.store),
            None => Ok(()),
        }
    }

    /// Tells how many were counted since this was called last: durable on return where the operator chose so, else soon.
    ///
    /// # Errors
    /// A [`Fault`] where an entry cannot be written, or waits and the store fails.
    pub async fn flush(&self, act: &Act) -> Result<(), Fault> {
        let counted = self.suppressed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let entries =
            counted.into_iter().map(|(network, count)| Entry::suppressed(act, network, count).encode());
        let entries: Vec<_> = entries.collect::<Result<_, _>>()?;
        if self.acts != StatelessActs::Durable || entries.is_empty() {
            for entry in entries {
                self.store.note(entry);
            }
            return Ok(());
        }
        let unit = self.store.run::<(), Infallible, _>(move |txn| {
            for entry in &entries {
                txn.append(entry.clone());
            }
            Ok(())
        });
        unit.await.map_err(Fault::from)
    }

    /// The entry; the one that stands in its place and in that of those that follow; or none where it is counted alone.
    fn pass<'a>(&self, act: &'a Act, entry: Entry<'a>) -> Option<Entry<'a>> {
        let Some(network) = entry.refused_from().map(network_of) else { return Some(entry) };
        let counted_as = if self.refusals.of_one.check(network).is_err() {
            Some(network)
        } else if self.refusals.of_all.check(EVERYBODY).is_err() {
            None
        } else {
            return Some(entry);
        };
        let mut suppressed = self.suppressed.lock().unwrap_or_else(PoisonError::into_inner);
        let (counted_as, is_first) = suppressed.count(counted_as);
        is_first.then(|| Entry::suppressed(act, counted_as, 1))
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trail").field("acts", &self.acts).finish_non_exhaustive()
    }
}

/// What was counted, beside what the trail knows already.
#[derive(Default)]
struct Suppressed(HashMap<Option<IpAddr>, u64>);

impl Suppressed {
    /// What was counted since this was asked last.
    fn take(&mut self) -> Vec<(Option<IpAddr>, u64)> {
        self.0.drain().filter(|(_, count)| *count > 0).collect()
    }

    /// Counts one, and gives as whose; and whether it is the first, of which the trail is told at once.
    fn count(&mut self, network: Option<IpAddr>) -> (Option<IpAddr>, bool) {
        let has_place = self.0.len() < MAX_NETWORKS || self.0.contains_key(&network);
        let counted_as = network.filter(|_| has_place);
        let known = self.0.get_mut(&counted_as).map(|count| *count = count.saturating_add(1));
        if known.is_none() {
            self.0.insert(counted_as, 0);
        }
        (counted_as, known.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_networks_are_counted_and_the_rest_together() {
        let mut suppressed = Suppressed::default();
        let nth = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
        let firsts = (0..3000).filter(|n| suppressed.count(nth(*n)).1).count();
        assert_eq!(firsts, MAX_NETWORKS + 1);
        assert_eq!(suppressed.count(nth(0)), (nth(0), false));
        let mut told = suppressed.take();
        told.sort_unstable();
        assert_eq!(told, [(None, 3000 - 1024 - 1), (nth(0), 1)]);
        assert_eq!(suppressed.take(), []);
    }
}
