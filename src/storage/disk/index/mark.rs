//! What the index should hold at a point of the journal: how many pairs, and a sum over them.

/// The position of the index in the journal, with a fingerprint of its contents.
///
/// It stands in every journal frame and in the index itself, written in the same batch as the pairs. So an index
/// that lost pages, or that comes from another day, contradicts itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::storage::disk) struct Mark {
    /// The last journal frame that went in; 0 before the first.
    pub(in crate::storage::disk) sequence: u64,
    /// How many pairs there are.
    pub(in crate::storage::disk) pairs: u64,
    /// The sum of the checksums of all pairs, modulo 2^64.
    pub(in crate::storage::disk) sum: u64,
}

impl Mark {
    /// Counts a pair with this checksum in.
    pub(in crate::storage::disk) fn add(&mut self, checksum: u32) {
        self.pairs = self.pairs.wrapping_add(1);
        self.sum = self.sum.wrapping_add(u64::from(checksum));
    }

    fn subtract(&mut self, checksum: u32) {
        self.pairs = self.pairs.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(u64::from(checksum));
    }

    /// Counts out the pair that was there, and in the one that is there now, each by its checksum.
    pub(in crate::storage::disk) fn replace(&mut self, before: Option<u32>, now: Option<u32>) {
        if let Some(before) = before {
            self.subtract(before);
        }
        if let Some(now) = now {
            self.add(now);
        }
    }

    /// 24 bytes.
    pub(in crate::storage::disk) fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let numbers = [self.sequence, self.pairs, self.sum];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`Mark::to_bytes`] wrote.
    pub(in crate::storage::disk) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 24] = bytes.try_into().ok()?;
        let mut numbers =
            bytes.chunks_exact(8).filter_map(|chunk| Some(u64::from_le_bytes(chunk.try_into().ok()?)));
        Some(Self { sequence: numbers.next()?, pairs: numbers.next()?, sum: numbers.next()? })
    }
}

/// The checksum of a pair, CRC-32C over key and value.
pub(in crate::storage::disk) fn checksum(key: &[u8], value: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(key), value)
}
