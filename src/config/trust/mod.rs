//! `[[trusted_issuers]]`: others whose word is taken for who somebody is. RFC 7523.

use super::reader::{Reader, Section};
use crate::records::{JwsAlgorithm, Scope};
use std::path::PathBuf;
use std::time::Duration;

/// The name of the list.
const LIST: &str = "trusted_issuers";

/// The longest life that a token of another may have where nothing is said, and the longest that may be said.
const USUAL_LIFE: Duration = Duration::from_secs(3600);
const LONGEST_LIFE: Duration = Duration::from_secs(30 * 86_400);

/// One of `[[trusted_issuers]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// The issuer, as its tokens name it; or a SPIFFE trust domain, `spiffe://NAME`.
    pub issuer: String,
    /// Where its keys are published.
    pub jwks_uri: Option<String>,
    /// The file that holds its keys.
    pub jwks_file: Option<PathBuf>,
    /// The audiences by which its tokens mean us.
    pub audiences: Vec<String>,
    /// The algorithms that it may sign with.
    pub algorithms: Vec<JwsAlgorithm>,
    /// How far ahead its tokens may expire.
    pub max_life: Duration,
    /// Whether a token that has a `jti` counts once.
    pub single_use: bool,
    /// The subjects that it is trusted for; a `*` stands for any text.
    pub subjects: Vec<String>,
    /// Further claims that its tokens must have, with their values.
    pub claims: Vec<(String, String)>,
    /// The scope that its subjects may have at most.
    pub scope: Scope,
    /// The roles of its subjects.
    pub roles: Vec<String>,
}

/// The list, and what is wrong in it.
pub(super) fn read(own_issuer: &str, reader: &mut Reader) -> Vec<TrustedIssuer> {
    // Read once without anything written, so that its keys are known.
    let _ = read_one(reader.template(LIST));
    let all: Vec<_> = (0..reader.tables(LIST)).map(|at| (at, read_one(reader.table(LIST, at)))).collect();
    for (at, one) in &all {
        check(*at, one, own_issuer, reader);
    }
    all.into_iter().map(|(_, Written { issuer, .. })| issuer).collect()
}

/// An issuer, and what of it could not be understood.
struct Written {
    issuer: TrustedIssuer,
    strange: Vec<&'static str>,
}

fn read_one(mut section: Section<'_>) -> Written {
    let mut strange = Vec::new();
    let issuer = section.take_optional("issuer").unwrap_or_default();
    let jwks_uri = section.take_optional("jwks_uri");
    let jwks_file = section.take_optional("jwks_file");
    let audiences = section.take_optional("audiences").unwrap_or_default();
    let names: Option<Vec<String>> = section.take_optional("algorithms");
    let parsed: Vec<_> = names.iter().flatten().filter_map(|name| JwsAlgorithm::parse(name)).collect();
    if parsed.len() != names.as_ref().map_or(0, Vec::len) || parsed.iter().any(|one| one.is_symmetric()) {
        strange.push("algorithms");
    }
    let max_life = section.take_optional("max_life").unwrap_or(USUAL_LIFE);
    let single_use = section.take_optional("single_use").unwrap_or(true);
    let subjects = section.take_optional("subjects").unwrap_or_default();
    let claims: Vec<String> = section.take_optional("claims").unwrap_or_default();
    let pairs: Vec<_> = claims.iter().filter_map(|claim| claim.split_once('=')).collect();
    if pairs.len() != claims.len() {
        strange.push("claims");
    }
    let issuer = TrustedIssuer {
        issuer,
        jwks_uri,
        jwks_file,
        audiences,
        algorithms: if names.is_some() { parsed } else { JwsAlgorithm::ALL_ASYMMETRIC.into() },
        max_life,
        single_use,
        subjects,
        claims: pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        scope: section.take_optional("scope").unwrap_or_default(),
        roles: section.take_optional("roles").unwrap_or_default(),
    };
    Written { issuer, strange }
}

fn check(at: usize, one: &Written, own_issuer: &str, reader: &mut Reader) {
    let Written { issuer: own, strange } = one;
    let mut refuse = |name: &str, what: &str| {
        let (key, table) = (format!("{LIST}.{at}.{name}"), format!("{LIST}.{at}"));
        reader.refuse(&[&key, &table], what);
    };
    let is_named = ["https://", "http://", "spiffe://"].iter().any(|start| own.issuer.starts_with(start));
    // RFC 8414 §2: no fragment; so what stands behind the first # of a subject of ours is the subject.
    let in_one_piece = !own.issuer.contains(|c: char| c.is_whitespace() || c == '#');
    if !is_named || own.issuer == own_issuer || !in_one_piece {
        refuse("issuer", "needed: the URL by which another issuer names itself, or spiffe://TRUST-DOMAIN");
    }
    if own.issuer.strip_prefix("spiffe://").is_some_and(|domain| domain.is_empty() || domain.contains('/')) {
        refuse("issuer", "a trust domain has no path: give spiffe://NAME");
    }
    if own.jwks_uri.is_some() == own.jwks_file.is_some() {
        refuse("jwks_uri", "give jwks_uri or jwks_file, and not both");
    }
    if own.subjects.is_empty() || own.subjects.iter().any(String::is_empty) {
        refuse("subjects", "needed: the subjects that it is trusted for, such as [\"repo:acme/site:*\"]");
    }
    if own.max_life.is_zero() || own.max_life > LONGEST_LIFE {
        refuse("max_life", "must be from \"1ms\" to \"30d\"");
    }
    for name in strange {
        let what = match *name {
            "algorithms" => "give names such as [\"ES256\", \"RS256\"]; none with a shared secret",
            _ => "give each claim as \"name=value\"",
        };
        refuse(name, what);
    }
}
