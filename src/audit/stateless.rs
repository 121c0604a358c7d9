//! Acts that change nothing: what becomes of their entries.

use super::Entry;
use crate::storage::{Fault, Store};

/// What becomes of the entry of an act that changes nothing, such as a client credentials grant or an introspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatelessActs {
    /// Noted: durable within 100 ms, and nobody waits for it.
    #[default]
    Queued,
    /// Durable before the answer.
    Durable,
    /// Not written.
    Off,
}

impl StatelessActs {
    /// Writes the entry, or not, as the operator chose.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written, or waits and the store fails.
    pub async fn write(self, entry: Entry<'_>, store: &Store) -> Result<(), Fault> {
        match self {
            Self::Queued => entry.note(store),
            Self::Durable => store.append(entry.encode()?).await,
            Self::Off => Ok(()),
        }
    }
}
