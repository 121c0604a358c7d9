//! What was shown once: a tag each, and until when it must be remembered. In memory; the store on disk makes it durable
//! beside the pairs.
//!
//! Nothing is written as often as these, in no order, and nothing lives as short: in an ordered index each would cost two
//! writes to a far page. Here it costs one entry of a table, and nothing when its time has come.

use super::port::Tag;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tags, with the second until which each is remembered (since 1970).
type Shard = HashMap<Tag, u64>;

/// In how many tables they lie, so that none is walked or moved in one go when there are millions.
const SHARDS: usize = 32;
/// A table that is this much larger than it need be is made smaller.
const SPACIOUS: usize = 8;

/// All tags that are remembered.
#[derive(Debug, Default)]
pub(super) struct Spent {
    shards: [Mutex<Shard>; SHARDS],
    /// How many there are, about: who reads it need not wait for those who write.
    count: AtomicUsize,
}

impl Spent {
    /// Whether `tag` is remembered.
    pub(super) fn contains(&self, tag: &Tag) -> bool {
        locked(self.shard(tag)).contains_key(tag)
    }

    /// How many tags are remembered.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Remembers `tags`.
    pub(super) fn extend(&self, tags: impl IntoIterator<Item = (Tag, u64)>) {
        for (tag, until) in tags {
            let before = locked(self.shard(&tag)).insert(tag, until);
            self.count.fetch_add(usize::from(before.is_none()), Ordering::Relaxed);
        }
    }

    /// Forgets what need not be remembered from the second `now` on.
    pub(super) fn forget(&self, now: u64) {
        for shard in &self.shards {
            let mut shard = locked(shard);
            let before = shard.len();
            shard.retain(|_, until| *until > now);
            self.count.fetch_sub(before - shard.len(), Ordering::Relaxed);
            if shard.capacity() > SPACIOUS * shard.len() {
                let needed = 2 * shard.len();
                shard.shrink_to(needed);
            }
        }
    }

    /// Hands all to `visit`, a table at a time, and stops at its first failure. What is added meanwhile may be among them.
    pub(super) fn visit<E>(&self, visit: &mut dyn FnMut(Vec<(Tag, u64)>) -> Result<(), E>) -> Result<(), E> {
        for shard in &self.shards {
            let tags: Vec<_> = locked(shard).iter().map(|(tag, until)| (*tag, *until)).collect();
            if !tags.is_empty() {
                visit(tags)?;
            }
        }
        Ok(())
    }

    /// Tags are parts of hashes, so the first byte spreads them.
    fn shard(&self, Tag([first, ..]): &Tag) -> &Mutex<Shard> {
        let [shard, ..] = &self.shards;
        self.shards.get(usize::from(*first) % SHARDS).unwrap_or(shard)
    }
}

/// Nothing that runs under the lock panics, so poison means nothing here.
fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn tag(n: u64) -> Tag {
        // As a hash would, so that every table has some.
        let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        Tag([spread, n.to_be_bytes()].concat().try_into().unwrap())
    }

    fn all(spent: &Spent) -> Vec<(Tag, u64)> {
        let mut found = Vec::new();
        let collect = &mut |tags| {
            found.extend(tags);
            Ok(())
        };
        spent.visit::<Infallible>(collect).unwrap();
        found.sort_unstable();
        found
    }

    #[test]
    fn what_is_over_is_forgotten_and_its_room_given_back() {
        let spent = Spent::default();
        spent.extend((0..10_000).map(|n| (tag(n), n)));
        assert_eq!((all(&spent).len(), spent.count()), (10_000, 10_000));
        spent.extend([(tag(1), 1)]);
        spent.forget(9_989);
        assert!(!spent.contains(&tag(9_989)) && spent.contains(&tag(9_990)));
        let mut left: Vec<_> = (9_990..10_000).map(|n| (tag(n), n)).collect();
        left.sort_unstable();
        assert_eq!((all(&spent), spent.count()), (left, 10));
        let room: usize = spent.shards.iter().map(|shard| locked(shard).capacity()).sum();
        assert!(room < 1_000, "{room}");
    }
}
