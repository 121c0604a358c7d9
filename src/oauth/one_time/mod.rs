//! Single use of what others sign: client assertions (RFC 7523 §3), `DPoP` proofs (RFC 9449 §11.1), request objects.
//!
//! What was shown is kept until it would have expired by itself, in the store, so a restart forgets nothing; and two
//! that race are told apart, since units of work are serialisable.

use super::OAuthError;
use crate::act::Act;
use crate::records::{OneTime, find, hash_of, insert};
use crate::storage::{Stop, Txn};
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
    let mut spent: Vec<OneTime> = Vec::with_capacity(all.len());
    for one in all {
        let record = OneTime { hash: hash(one.purpose, &one.issuer, &one.jti), expires_at: one.until };
        // Whether it has expired is not asked: what is still there is refused.
        let is_known = find::<OneTime>(txn, &act.tenant, &record.hash)?.is_some();
        if is_known || spent.iter().any(|other| other.hash == record.hash) {
            return Err(Stop::Refused(one.replayed));
        }
        spent.push(record);
    }
    for record in &spent {
        insert(txn, &act.tenant, record)?;
    }
    Ok(())
}

/// Lengths go first, so no two pairs give the same bytes.
fn hash(purpose: &str, issuer: &str, jti: &str) -> String {
    hash_of(format!("{purpose};{};{issuer};{jti}", issuer.len()).as_bytes())
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
