//! Single use of what others sign: client assertions (RFC 7523 §3), `DPoP` proofs (RFC 9449 §11.1).
//!
//! What was shown is remembered until it would have expired by itself, in the store, so a restart forgets nothing; and two
//! that race are told apart, since units of work are serialisable.

use super::OAuthError;
use crate::act::Act;
use crate::digest::sha256;
use crate::records::Tenant;
use crate::storage::{Stop, Tag, Txn};
use time::OffsetDateTime;

/// Something that must not have been shown before, and never is again.
#[derive(Debug, Clone)]
pub struct Spend {
    /// What kind of thing, such as `client_assertion`: identifiers of two kinds never meet.
    pub purpose: &'static str,
    /// Who made it: identifiers of two issuers never meet.
    pub issuer: String,
    /// Its identifier.
    pub jti: String,
    /// From when on it is not accepted anyway.
    pub until: OffsetDateTime,
    /// What to answer where it was shown before.
    pub replayed: OAuthError,
}

/// Spends all of these, or none.
///
/// # Errors
/// The `replayed` of the first that was shown before.
// RFC 7515 §10.10.
pub fn spend(txn: &mut (impl Txn + ?Sized), act: &Act, all: &[Spend]) -> Result<(), Stop<OAuthError>> {
    let mut tags: Vec<(Tag, u64)> = Vec::with_capacity(all.len());
    for one in all {
        let tag = tag(&act.tenant, one);
        // Whether its time has come is not asked: what is still remembered is refused.
        if txn.is_spent(&tag)? || tags.iter().any(|(other, _)| *other == tag) {
            return Err(Stop::Refused(one.replayed));
        }
        tags.push((tag, u64::try_from(one.until.unix_timestamp()).unwrap_or_default()));
    }
    for (tag, until) in tags {
        txn.spend(tag, until);
    }
    Ok(())
}

/// Lengths go first where anything may follow, so no two give the same bytes. Half of a SHA-256 is enough: whoever finds two
/// of his own that meet has one of them refused.
fn tag(tenant: &Tenant, one: &Spend) -> Tag {
    let Spend { purpose, issuer, jti, .. } = one;
    let named = format!("{};{purpose};{};{issuer};", tenant.as_str(), issuer.len());
    let hash = sha256(&[named.as_bytes(), jti.as_bytes()]);
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(place, byte)| *place = byte);
    Tag(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::ErrorCode;
    use crate::oauth::fixtures::act;
    use crate::storage::Store;
    use time::Duration;

    fn one(purpose: &'static str, issuer: &str, jti: &str) -> Spend {
        Spend {
            purpose,
            issuer: issuer.to_owned(),
            jti: jti.to_owned(),
            until: act().now + Duration::minutes(1),
            replayed: OAuthError::new(ErrorCode::InvalidClient, "Again.", "test.replayed"),
        }
    }

    fn run(store: &Store, all: Vec<Spend>) -> Result<(), &'static str> {
        store.run_blocking(move |txn| spend(txn, &act(), &all)).map_err(|stop| match stop {
            Stop::Refused(error) => error.cause,
            Stop::Fault(fault) => panic!("{fault}"),
        })
    }

    /// RFC 7523 §3: the same `jti` twice is a replay.
    #[test]
    fn what_was_shown_is_refused_the_second_time() {
        let store = Store::memory();
        assert_eq!(run(&store, vec![one("a", "web", "1")]), Ok(()));
        assert_eq!(run(&store, vec![one("a", "web", "1")]), Err("test.replayed"));
        assert_eq!(run(&store, vec![one("a", "web", "2"), one("a", "web", "2")]), Err("test.replayed"));
        assert_eq!(run(&store, vec![one("a", "web", "2")]), Ok(()), "a refusal spends nothing");
    }

    #[test]
    fn purposes_and_issuers_do_not_meet() {
        let store = Store::memory();
        let all = [("a", "web", "1"), ("b", "web", "1"), ("a", "we", "b;1"), ("a", "w", "eb;1")];
        for (purpose, issuer, jti) in all {
            assert_eq!(run(&store, vec![one(purpose, issuer, jti)]), Ok(()), "{purpose} {issuer} {jti}");
        }
    }
}
