//! The chain of audit entries.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the log, counted from 1 without gaps.
    pub sequence: u64,
    /// SHA-256 of the whole line before, without its newline, in hexadecimal; 64 zeroes in the first entry.
    pub prev_hash: String,
    /// What was recorded: one JSON object, byte for byte as it was appended.
    pub event: String,
}

/// The end of the chain: all that the next entry needs to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 while there is none.
    pub sequence: u64,
    /// SHA-256 of the last line; zeroes while there is none.
    pub hash: [u8; 32],
}

/// Links events to the chain, one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::storage) struct Chain(Head);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    seq: u64,
    prev_hash: String,
    #[serde(borrow)]
    event: &'a RawValue,
}

impl Chain {
    /// A chain that goes on after `head`.
    pub(in crate::storage) fn after(head: Head) -> Self {
        Self(head)
    }

    /// The end of the chain.
    pub(in crate::storage) fn head(&self) -> Head {
        self.0
    }

    /// Links `event`, one JSON object on one line; gives the line without the newline.
    pub(in crate::storage) fn link(&mut self, event: &[u8]) -> Vec<u8> {
        let sequence = self.0.sequence.saturating_add(1);
        let start = format!("{{\"seq\":{sequence},\"prev_hash\":\"{}\",\"event\":", hex(&self.0.hash));
        let mut line = Vec::with_capacity(start.len() + event.len() + 1);
        line.extend(start.into_bytes());
        line.extend(event);
        line.push(b'}');
        self.0 = Head { sequence, hash: hash_of(&line) };
        line
    }

    /// Reads `line`, which must be the next in the chain; says in a few words what is wrong if it is not.
    pub(in crate::storage) fn follow(&mut self, line: &[u8]) -> Result<AuditEntry, String> {
        let expected = hex(&self.0.hash);
        let entry = self.follow_unseen(line)?;
        if entry.prev_hash == expected {
            Ok(entry)
        } else {
            Err("its prev_hash is not the hash of the line before it".to_owned())
        }
    }

    /// As [`Chain::follow`] where the line before was not read: its hash is taken on trust.
    pub(in crate::storage) fn follow_unseen(&mut self, line: &[u8]) -> Result<AuditEntry, String> {
        let read: Line<'_> =
            serde_json::from_slice(line).map_err(|_| "it is not an audit entry".to_owned())?;
        let expected = self.0.sequence.saturating_add(1);
        if read.seq != expected {
            return Err(format!("its number is {}, where {expected} belongs", read.seq));
        }
        self.0 = Head { sequence: read.seq, hash: hash_of(line) };
        Ok(AuditEntry { sequence: read.seq, prev_hash: read.prev_hash, event: read.event.get().to_owned() })
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of a line. Not by the one-call form, which looks the algorithm up each time: an entry is written for each
/// token.
pub(super) fn hash_of(line: &[u8]) -> [u8; 32] {
    let mut hash = openssl::sha::Sha256::new();
    hash.update(line);
    hash.finish()
}
