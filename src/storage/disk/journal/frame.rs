//! A journal frame: what one group of units left behind.
//!
//! ```text
//! header   length of the body (u32), CRC-32C of all that follows it and of the length (u32), sequence (u64)
//! body     version (1 byte), pairs and sum of the index afterwards (u64 each),
//!          audit head before: sequence (u64), hash (32 bytes),
//!          number of writes (u32), each: length of key (u16), length of value (u32, all ones: deleted), key, value
//!          number of events (u32), each: length (u32), bytes
//!          number of tags spent (u32), each: tag (16 bytes), until when it is remembered (u64)
//! ```
//! Numbers are little-endian. Version 1 ends before the tags.

use super::super::super::audit::Head;
use super::super::super::changes::Changes;
use super::super::super::port::Tag;
use super::super::index::Mark;
use super::cursor::Cursor;

const VERSION: u8 = 2;
const DELETED: u32 = u32::MAX;
/// Bytes before the body.
pub(in crate::storage::disk) const HEADER_BYTES: usize = 16;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::storage::disk) struct Frame {
    /// Where the index stands after this frame.
    pub(in crate::storage::disk) mark: Mark,
    /// Where the audit log stood before this frame.
    pub(in crate::storage::disk) audit_before: Head,
    /// What was written and spent, and the audit events.
    pub(in crate::storage::disk) changes: Changes,
}

/// A header that was read.
pub(in crate::storage::disk) struct Header {
    /// The length of the body, in bytes.
    pub(in crate::storage::disk) length: usize,
    checksum: u32,
    /// The frame's place in the journal.
    pub(in crate::storage::disk) sequence: u64,
}

impl Header {
    /// Splits `bytes` into its fields; whether they make sense, [`Frame::decode`] tells.
    pub(in crate::storage::disk) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let length = usize::try_from(cursor.u32()?).ok()?;
        Some(Self { length, checksum: cursor.u32()?, sequence: cursor.u64()? })
    }
}

impl Frame {
    /// The bytes of the frame; none if it is over 4 GiB.
    pub(in crate::storage::disk) fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes.push(VERSION);
        bytes.extend(self.mark.pairs.to_le_bytes());
        bytes.extend(self.mark.sum.to_le_bytes());
        bytes.extend(self.audit_before.sequence.to_le_bytes());
        bytes.extend(self.audit_before.hash);
        bytes.extend(u32::try_from(self.changes.writes.len()).ok()?.to_le_bytes());
        for (key, value) in &self.changes.writes {
            let length = value.as_ref().map_or(Some(DELETED), |value| u32::try_from(value.len()).ok())?;
            bytes.extend(u16::try_from(key.len()).ok()?.to_le_bytes());
            bytes.extend(length.to_le_bytes());
            bytes.extend(key);
            bytes.extend(value.iter().flatten());
        }
        bytes.extend(u32::try_from(self.changes.events.len()).ok()?.to_le_bytes());
        for event in &self.changes.events {
            bytes.extend(u32::try_from(event.len()).ok()?.to_le_bytes());
            bytes.extend(event);
        }
        bytes.extend(u32::try_from(self.changes.spent.len()).ok()?.to_le_bytes());
        for (Tag(tag), until) in &self.changes.spent {
            bytes.extend(tag);
            bytes.extend(until.to_le_bytes());
        }
        let length = u32::try_from(bytes.len() - HEADER_BYTES).ok()?.to_le_bytes();
        let sequence = self.mark.sequence.to_le_bytes();
        let (header, body) = bytes.split_at_mut(HEADER_BYTES);
        let checksum = checksum(length, sequence, body).to_le_bytes();
        for (place, byte) in header.iter_mut().zip(length.into_iter().chain(checksum).chain(sequence)) {
            *place = byte;
        }
        Some(bytes)
    }

    /// Reads the body that belongs to `header`; none if it is damaged.
    pub(in crate::storage::disk) fn decode(header: &Header, body: &[u8]) -> Option<Self> {
        let length = u32::try_from(body.len()).ok()?.to_le_bytes();
        if checksum(length, header.sequence.to_le_bytes(), body) != header.checksum {
            return None;
        }
        let mut cursor = Cursor::new(body);
        let version = cursor.u8()?;
        if !(1..=VERSION).contains(&version) {
            return None;
        }
        let mark = Mark { sequence: header.sequence, pairs: cursor.u64()?, sum: cursor.u64()? };
        let audit_before = Head { sequence: cursor.u64()?, hash: cursor.take(32)?.try_into().ok()? };
        let mut changes = Changes::default();
        for _ in 0..cursor.u32()? {
            let key_length = cursor.u16()?.into();
            let value_length = cursor.u32()?;
            let key = cursor.take(key_length)?.to_vec();
            let value = match value_length {
                DELETED => None,
                length => Some(cursor.take(usize::try_from(length).ok()?)?.to_vec()),
            };
            changes.writes.insert(key, value);
        }
        for _ in 0..cursor.u32()? {
            let length = usize::try_from(cursor.u32()?).ok()?;
            changes.events.push(cursor.take(length)?.to_vec());
        }
        if version > 1 {
            for _ in 0..cursor.u32()? {
                changes.spent.insert(Tag(cursor.take(16)?.try_into().ok()?), cursor.u64()?);
            }
        }
        cursor.is_empty().then_some(Self { mark, audit_before, changes })
    }
}

fn checksum(length: [u8; 4], sequence: [u8; 8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(&length), &sequence), body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_and_any_flipped_bit_is_seen(
            writes in prop::collection::btree_map(any::<Vec<u8>>(), any::<Option<Vec<u8>>>(), 0..5),
            events in prop::collection::vec(any::<Vec<u8>>(), 0..4),
            spent in prop::collection::btree_map(any::<[u8; 16]>().prop_map(Tag), any::<u64>(), 0..4),
            sequence: u64, bit: prop::sample::Index,
        ) {
            let mark = Mark { sequence, pairs: 3, sum: 4 };
            let audit_before = Head { sequence: 9, hash: [7; 32] };
            let frame = Frame { mark, audit_before, changes: Changes { writes, spent, events } };
            let mut bytes = frame.encode().unwrap();
            let (header, body) = bytes.split_at(HEADER_BYTES);
            prop_assert_eq!(Frame::decode(&Header::decode(header).unwrap(), body), Some(frame));
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let (header, body) = bytes.split_at(HEADER_BYTES);
            let header = Header::decode(header).unwrap();
            prop_assert!(header.length != body.len() || Frame::decode(&header, body).is_none());
        }
    }

    #[test]
    fn a_frame_from_before_the_tags_is_read() {
        let changes = Changes { events: vec![b"{}".to_vec()], ..Changes::default() };
        let frame = Frame { mark: Mark::default(), audit_before: Head::default(), changes };
        let bytes = frame.encode().unwrap();
        let mut body = bytes[HEADER_BYTES..bytes.len() - 4].to_vec();
        body[0] = 1;
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        let checksum = checksum(length, [0; 8], &body);
        let header = Header { length: body.len(), checksum, sequence: 0 };
        assert_eq!(Frame::decode(&header, &body), Some(frame));
        body[0] = 3;
        let header = Header { checksum: super::checksum(length, [0; 8], &body), ..header };
        assert_eq!(Frame::decode(&header, &body), None);
    }
}
