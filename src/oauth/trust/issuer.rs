//! What the configuration says about an issuer that we trust.

use crate::jose::{JwkSet, JwsAlgorithm};
use crate::records::Scope;
use std::sync::Arc;
use time::Duration;

/// An issuer, with those of its subjects that it is trusted for, and what these may have. Several of these may name one
/// issuer; the first that fits a token counts.
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    /// The issuer, compared exactly; or a SPIFFE trust domain, `spiffe://NAME`, whose tokens need not name an issuer.
    pub issuer: String,
    /// Its keys.
    pub keys: IssuerKeys,
    /// The audiences that its tokens may name to mean us; where none are given, our issuer and our token endpoint.
    pub audiences: Vec<String>,
    /// The algorithms that it may sign with.
    pub algorithms: Vec<JwsAlgorithm>,
    /// How far ahead its tokens may expire.
    pub longest_life: Duration,
    /// Whether a token that has a `jti` counts once. RFC 7523 §3.
    pub single_use: bool,
    /// The subjects that it is trusted for.
    pub subjects: Vec<SubjectPattern>,
    /// Further claims that its tokens must have, with their values.
    pub claims: Vec<(String, String)>,
    /// The scope that its subjects may have at most, as far as the client that shows the token may.
    pub scope: Scope,
    /// The roles of its subjects.
    pub roles: Vec<String>,
}

/// The keys of an issuer.
#[derive(Debug, Clone)]
pub enum IssuerKeys {
    /// Published there.
    At(String),
    /// Known from the configuration.
    Known(Arc<JwkSet>),
}

impl TrustedIssuer {
    /// Whether this is a SPIFFE trust domain. SPIFFE-ID §2.
    pub fn is_trust_domain(&self) -> bool {
        self.issuer.starts_with("spiffe://")
    }

    /// The name of its subject in our tokens: one that nobody of ours has, and no other issuer's subject.
    pub fn name_of(&self, subject: &str) -> String {
        // A SPIFFE ID names its trust domain itself. Clients and people of ours have no `:` in their names.
        if self.is_trust_domain() { subject.to_owned() } else { format!("{}#{subject}", self.issuer) }
    }

    /// The algorithms of its tokens that count. SPIFFE JWT-SVID §2.1: of a trust domain those of its list alone, to
    /// which `EdDSA` does not belong.
    pub(super) fn accepted(&self) -> Vec<JwsAlgorithm> {
        let is_listed = |one: &JwsAlgorithm| !matches!(one, JwsAlgorithm::EdDsa | JwsAlgorithm::Ed25519);
        self.algorithms.iter().copied().filter(|one| !self.is_trust_domain() || is_listed(one)).collect()
    }

    /// Whether it is trusted for this subject.
    pub(super) fn covers(&self, subject: &str) -> bool {
        let is_its_own = !self.is_trust_domain()
            || subject.strip_prefix(&self.issuer).is_some_and(|path| path.starts_with('/') && path.len() > 1);
        is_its_own && self.subjects.iter().any(|pattern| pattern.fits(subject))
    }
}

/// A subject, in which each `*` stands for any text, an empty one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPattern(pub String);

impl SubjectPattern {
    /// Whether the subject is of this form, as a whole.
    pub fn fits(&self, subject: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == subject };
        let Some(mut left) = subject.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        // Each middle part is taken where it stands first: what is left for the rest is then longest.
        for part in parts {
            match left.find(part).and_then(|at| left.get(at + part.len()..)) {
                Some(behind) => left = behind,
                None => return false,
            }
        }
        left.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        let fits = |pattern: &str, subject| SubjectPattern(pattern.to_owned()).fits(subject);
        for (pattern, subject) in [
            ("a", "a"),
            ("*", ""),
            ("*", "a:b"),
            ("a*", "a"),
            ("repo:acme/*:ref:refs/heads/main", "repo:acme/site:ref:refs/heads/main"),
            ("a*b*c", "axxbyyc"),
            ("a*b*c", "abbcc"),
            ("*a", "aa"),
            ("a**c", "abc"),
        ] {
            assert!(fits(pattern, subject), "{pattern} {subject}");
        }
        for (pattern, subject) in [
            ("a", "ab"),
            ("a", ""),
            ("a*b", "a"),
            ("ab*b", "ab"),
            ("repo:acme/*:ref:refs/heads/main", "repo:acme2/site:ref:refs/heads/main"),
            ("repo:acme/*:ref:refs/heads/main", "repo:acme/site:ref:refs/heads/main2"),
            ("a.c", "abc"),
            ("", "a"),
            ("A", "a"),
        ] {
            assert!(!fits(pattern, subject), "{pattern} {subject}");
        }
    }
}
