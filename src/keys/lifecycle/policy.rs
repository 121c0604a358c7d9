//! How keys are to live: the operator's settings, checked.

use super::super::Algorithm;
use std::fmt;
use time::Duration;

/// What keys there are and how long each part of their lives lasts. Check with [`KeyPolicy::check`] before use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPolicy {
    /// The algorithms for which keys are kept.
    pub algorithms: Vec<Algorithm>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key stands in the served JWKS before it signs: the lead time.
    pub publish_ahead: Duration,
    /// How long a verifier may cache the JWKS.
    pub jwks_max_age: Duration,
    /// The longest time for which anything that was signed may be shown, in whole seconds: the longest life of a token, and
    /// that of a session, whose ID tokens come back as hints.
    pub longest_signed_life: Duration,
    /// How far the clocks of verifiers may differ from ours.
    pub skew: Duration,
    /// The size of RSA moduli: 2048, 3072 or 4096.
    pub rsa_bits: u32,
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self {
            algorithms: Algorithm::ALL.to_vec(),
            rotate_every: Duration::days(30),
            publish_ahead: Duration::days(1),
            jwks_max_age: Duration::minutes(5),
            longest_signed_life: Duration::hours(1),
            skew: Duration::minutes(1),
            rsa_bits: 2048,
        }
    }
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyError {
    /// No algorithm, or one twice.
    Algorithms,
    /// A time is negative, zero where it must not be, or longer than ten years.
    Times,
    /// A lead time of less than twice the max-age would break verifiers that cache.
    PublishAhead,
    /// A key cannot turn more often than its successor's lead time.
    RotateEvery,
    /// An RSA size that is not offered.
    RsaBits,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Algorithms => {
                "algorithms must name ES256, RS256 or EdDSA, each at most once, and at least one"
            }
            Self::Times => "times must be positive and at most ten years",
            Self::PublishAhead => "publish_ahead must be at least twice jwks_max_age",
            Self::RotateEvery => "rotate_every must be at least publish_ahead",
            Self::RsaBits => "rsa_bits must be 2048, 3072 or 4096",
        })
    }
}

impl std::error::Error for PolicyError {}

impl KeyPolicy {
    /// Whether keys can live by this policy.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), PolicyError> {
        let twice = |algorithm| self.algorithms.iter().filter(|a| *a == algorithm).count() > 1;
        if self.algorithms.is_empty() || self.algorithms.iter().any(twice) {
            return Err(PolicyError::Algorithms);
        }
        let longest = Duration::days(3653);
        let positive = [self.rotate_every, self.publish_ahead, self.jwks_max_age, self.longest_signed_life];
        let in_bounds = |time: &Duration| time.is_positive() && *time <= longest;
        if !positive.iter().all(in_bounds) || self.skew.is_negative() || self.skew > longest {
            return Err(PolicyError::Times);
        }
        if self.publish_ahead < self.jwks_max_age * 2 {
            return Err(PolicyError::PublishAhead);
        }
        if self.rotate_every < self.publish_ahead {
            return Err(PolicyError::RotateEvery);
        }
        if ![2048, 3072, 4096].contains(&self.rsa_bits) {
            return Err(PolicyError::RsaBits);
        }
        Ok(())
    }

    /// The longest time for which what is signed may be shown, in whole seconds, rounded up.
    pub(super) fn signed_life(&self) -> u32 {
        let life = self.longest_signed_life;
        let rounded = life.whole_seconds() + i64::from(life.subsec_nanoseconds() > 0);
        u32::try_from(rounded).unwrap_or(u32::MAX)
    }

    /// How long after the last signature a key that may sign for `token_life` seconds stays published.
    pub(super) fn kept_for(&self, token_life: u32) -> Duration {
        Duration::seconds(token_life.into()) + self.skew
    }
}
