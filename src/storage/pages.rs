//! A scan that has no end of its own: it fetches the next page when the last one is used up.

use super::port::{Fault, Pair, Pairs, Read};

/// The pairs under a prefix, one at a time, fetched a page at a time.
pub(super) struct Pages<'a> {
    source: &'a dyn Read,
    prefix: &'a [u8],
    after: Option<Vec<u8>>,
    size: usize,
    page: std::iter::Peekable<std::vec::IntoIter<Pair>>,
    exhausted: bool,
}

impl<'a> Pages<'a> {
    /// Pairs of `source` under `prefix`, those after the key `after` where it is given, `size` of them a fetch.
    pub(super) fn new(source: &'a dyn Read, prefix: &'a [u8], after: Option<&[u8]>, size: usize) -> Self {
        let page = Vec::new().into_iter().peekable();
        Self { source, prefix, after: after.map(<[u8]>::to_vec), size: size.max(1), page, exhausted: false }
    }

    /// The pair that [`Pages::take`] would give, none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<&Pair>, Fault> {
        if self.page.peek().is_none() && !self.exhausted {
            let fetched: Pairs = self.source.scan(self.prefix, self.after.as_deref(), self.size)?;
            self.exhausted = fetched.len() < self.size;
            if let Some((last, _)) = fetched.last() {
                self.after = Some(last.clone());
            }
            self.page = fetched.into_iter().peekable();
        }
        Ok(self.page.peek())
    }

    /// Moves on from the pair that was last peeked at, and gives it.
    pub(super) fn take(&mut self) -> Option<Pair> {
        self.page.next()
    }
}
