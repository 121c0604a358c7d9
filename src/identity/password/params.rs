//! The cost of one password hash.

use std::fmt;

/// The parameters of argon2id. RFC 9106 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParams {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The parameters are out of bounds, or too weak for a release build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamsError;

impl fmt::Display for ParamsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "the password hash needs 8 to 262144 KiB of memory for each lane, 1 to 16 passes and 1 to 16 lanes; a \
             release build refuses less than 7168 KiB, and less than 35840 KiB times passes",
        )
    }
}

impl std::error::Error for ParamsError {}

impl HashParams {
    /// 19 MiB, two passes, one lane: about 50 ms of one core. OWASP's and our default.
    pub const RECOMMENDED: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };

    /// Almost no cost at all: for tests. A release build refuses to work with it.
    pub const LOWERED: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };

    /// Parameters of `memory_kib` KiB (8 a lane to 262,144), 1 to 16 passes and 1 to 16 lanes.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, ParamsError> {
        let lanes_fit = (1..=16).contains(&lanes) && memory_kib >= 8 * lanes;
        if lanes_fit && memory_kib <= 262_144 && (1..=16).contains(&passes) {
            Ok(Self { memory_kib, passes, lanes })
        } else {
            Err(ParamsError)
        }
    }

    /// Memory, in KiB.
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// How many times the memory is gone over.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// How many independent lanes the memory has.
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    /// Refuses, in a release build, parameters that are weaker than any of OWASP's sets for argon2id.
    pub fn check(self) -> Result<(), ParamsError> {
        let strong = self.memory_kib >= 7168 && self.memory_kib * self.passes >= 35_840;
        if strong || cfg!(debug_assertions) { Ok(()) } else { Err(ParamsError) }
    }

    /// Whether a hash made with these parameters is cheaper to attack than one made with `other`.
    pub fn is_weaker_than(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.passes < other.passes
    }
}

impl Default for HashParams {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}
