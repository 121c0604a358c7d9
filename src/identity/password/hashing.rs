//! One hash: argon2id (RFC 9106) in memory that is used again and again.

use super::params::HashParams;
use super::phc::{Parts, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The length of the hashes that we make, in bytes.
const HASH_BYTES: usize = 32;

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right.
    Right {
        /// The stored hash was made with lower parameters than are asked for now: hash anew and replace it.
        rehash: bool,
    },
    /// The password is wrong, or there is none.
    Wrong,
}

/// Working memory. Kept by its worker between hashes: allocating and clearing it anew costs a good part of a hash.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
    hashes: u64,
}

impl Memory {
    /// Gives back what goes beyond the needs of `params`: a stored hash may once have asked for more.
    pub(super) fn trim_to(&mut self, params: HashParams) {
        let needed = params.memory_kib() as usize;
        if self.blocks.len() > needed {
            self.blocks.truncate(needed);
            self.blocks.shrink_to_fit();
        }
    }

    /// How many hashes were made in this memory.
    pub(super) fn hashes(&self) -> u64 {
        self.hashes
    }

    /// Fills `out` with the argon2id hash.
    fn derive(
        &mut self,
        params: HashParams,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), argon2::Error> {
        let params = Params::new(params.memory_kib(), params.passes(), params.lanes(), Some(out.len()))?;
        if self.blocks.len() < params.block_count() {
            self.blocks.resize(params.block_count(), Block::default());
        }
        self.hashes += 1;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            password,
            salt,
            out,
            &mut self.blocks,
        )
    }
}

/// Hashes a prepared password.
pub(super) fn hash(
    memory: &mut Memory,
    params: HashParams,
    password: &str,
    salt: [u8; 16],
) -> Result<PasswordHash, argon2::Error> {
    let mut hash = vec![0; HASH_BYTES];
    memory.derive(params, password.as_bytes(), &salt, &mut hash)?;
    Ok(Parts { params, salt: salt.to_vec(), hash }.to_phc())
}

/// Compares a prepared password with a stored hash. Where there is none, or one that cannot be read, the same work
/// is done with the present parameters, and the answer is [`Verdict::Wrong`].
pub(super) fn verify(
    memory: &mut Memory,
    params: HashParams,
    password: &str,
    stored: Option<&str>,
) -> Result<Verdict, argon2::Error> {
    let known = stored.and_then(Parts::parse);
    if stored.is_some() && known.is_none() {
        tracing::error!(
            "a stored password hash cannot be read; its owner cannot sign in until it is set anew"
        );
    }
    let is_known = known.is_some();
    let parts = known.unwrap_or_else(|| Parts { params, salt: vec![0; 16], hash: vec![0; HASH_BYTES] });
    let mut hash = vec![0; parts.hash.len()];
    memory.derive(parts.params, password.as_bytes(), &parts.salt, &mut hash)?;
    let equal = openssl::memcmp::eq(&hash, &parts.hash);
    if equal && is_known {
        Ok(Verdict::Right { rehash: parts.params.is_weaker_than(params) })
    } else {
        Ok(Verdict::Wrong)
    }
}
