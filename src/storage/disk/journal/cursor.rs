//! Reading fields off the front of a byte slice.

/// What is left of a slice. Every method gives none where not enough is left.
pub(in crate::storage::disk) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// All of `bytes`.
    pub(in crate::storage::disk) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `count` bytes.
    pub(in crate::storage::disk) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next byte.
    pub(in crate::storage::disk) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// The next two bytes, little-endian.
    pub(in crate::storage::disk) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    /// The next four bytes, little-endian.
    pub(in crate::storage::disk) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    /// The next eight bytes, little-endian.
    pub(in crate::storage::disk) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// Whether nothing is left.
    pub(in crate::storage::disk) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
