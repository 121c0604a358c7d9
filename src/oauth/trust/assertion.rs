//! A token that a trusted issuer signed, from finding out whose it may be to believing it. RFC 7523 §3, RFC 8725 §3;
//! SPIFFE JWT-SVID §3, §4.

use super::{IssuerKeys, TrustedIssuer, confirmation};
use crate::act::Act;
use crate::jose::{JoseError, JwkSet, Jws, Registered, Window, With};
use crate::oauth::one_time::Spend;
use crate::oauth::{ErrorCode, OAuthError, TokenPolicy};
use crate::records::Confirmation;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// What identifiers of assertions are spent as.
const PURPOSE: &str = "assertion";

/// The types that a token may have: none, or one that is meant for nothing in particular. What is typed for another use,
/// such as `at+jwt` or `logout+jwt`, is no assertion. RFC 8725 §3.11, §3.12; SPIFFE JWT-SVID §2.
const TYPES: [&str; 2] = ["jwt", "jose"];

/// Longer subjects are nobody's.
const MAX_SUBJECT: usize = 512;

/// The cause where a token is bound to a key that no request can prove here.
pub const UNBOUND: &str = "assertion.unbound";

/// A token that a trusted issuer may have signed. Nothing in it is believed yet.
#[derive(Debug)]
pub struct Candidate<'a> {
    token: &'a str,
    issuer: &'a TrustedIssuer,
}

/// A token that a trusted issuer did sign, for us, and that holds now.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// The issuer, with what its subjects may have.
    pub issuer: TrustedIssuer,
    /// The subject, as the issuer names it.
    pub subject: String,
    /// When it expires.
    pub expires_at: OffsetDateTime,
    /// Who acts for the subject already. RFC 8693 §4.1.
    pub act: Option<Value>,
    /// Who may. RFC 8693 §4.4.
    pub may_act: Option<Value>,
    /// The key that whoever shows it must prove, where its issuer says so; empty where that is none that can be proved
    /// here. RFC 7800 §3.
    pub confirmation: Option<Confirmation>,
    /// What is to be spent where it is used.
    pub spend: Option<Spend>,
}

impl Assertion {
    /// Whether a request that proved these keys may use it.
    ///
    /// # Errors
    /// The private cause.
    pub fn check_binding(&self, proved: &Confirmation) -> Result<(), &'static str> {
        match &self.confirmation {
            None => Ok(()),
            // RFC 7800 §3: its issuer wants the key proved, so what cannot be checked is not taken.
            Some(bound) if bound.is_empty() => Err(UNBOUND),
            Some(bound) => bound.check(proved),
        }
    }
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy)]
pub enum Unverified {
    /// It is wrong.
    Refused(OAuthError),
    /// None of the issuer's fetched keys made it; newer ones may have.
    KeyMissing(OAuthError),
}

impl Unverified {
    /// The refusal, once there is nothing more to try.
    pub fn refusal(self) -> OAuthError {
        match self {
            Self::Refused(error) | Self::KeyMissing(error) => error,
        }
    }
}

#[derive(Deserialize)]
struct Named {
    iss: Option<String>,
    sub: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// RFC 7521 §4.1.1: an assertion that is not valid is no valid grant.
fn refuse(cause: &'static str) -> OAuthError {
    let description = match cause {
        "jws.malformed" | "jws.header" | "jws.critical" | "jws.claims" => {
            "The assertion is no signed JWT, or lacks one of sub, aud and exp, or has one of another type."
        }
        "jws.type" => "The typ of the assertion is that of another use.",
        "jws.audience" => "aud of the assertion must be this issuer, or what was agreed on with its own.",
        "jws.expired" => "The assertion has expired.",
        "jws.not_yet_valid" => "The assertion is not valid yet: see nbf and iat.",
        "jws.long_lived" => "exp of the assertion is too far ahead.",
        "assertion.replayed" => "The assertion was used before.",
        // One text for all: whoever cannot sign is not told whom we trust, nor what our calls to others met with.
        _ => {
            "The assertion is not signed by an issuer that is trusted here, for a subject and claims that it is trusted for."
        }
    };
    OAuthError::new(ErrorCode::InvalidGrant, description, cause)
}

/// The refusal where an issuer's keys cannot be had, for this private cause.
pub fn keys_unavailable(cause: &'static str) -> OAuthError {
    refuse(cause)
}

/// Finds out which trusted issuer may have signed this token, by the token's own word.
///
/// # Errors
/// `invalid_grant` where it is no token of one, or of a subject that none is trusted for.
pub fn find<'a>(policy: &'a TokenPolicy, token: &'a str) -> Result<Candidate<'a>, OAuthError> {
    let unread = Jws::parse(token).map_err(|error| refuse(error.as_str()))?;
    let header = unread.header();
    if header.typ.is_some() && !TYPES.iter().any(|typ| header.is_type(typ)) {
        return Err(refuse(JoseError::Type.as_str()));
    }
    let named: Named = unread.unverified_claims().map_err(|error| refuse(error.as_str()))?;
    let subject = named.sub.as_deref().filter(|sub| !sub.is_empty() && sub.len() <= MAX_SUBJECT);
    let subject = subject.ok_or(refuse("assertion.subject"))?;
    let of_issuer = || policy.trusted_issuers.iter().filter(|one| is_of(one, named.iss.as_deref(), subject));
    if of_issuer().next().is_none() {
        return Err(refuse("assertion.issuer_unknown"));
    }
    let has_claims = |one: &TrustedIssuer| {
        one.claims.iter().all(|(name, value)| named.others.get(name).is_some_and(|own| is_value(own, value)))
    };
    let issuer = of_issuer().find(|one| one.covers(subject) && has_claims(one));
    Ok(Candidate { token, issuer: issuer.ok_or(refuse("assertion.subject_not_trusted"))? })
}

/// SPIFFE JWT-SVID §3.1, §4: a SPIFFE ID names its trust domain, so its token needs no `iss`; all others do (RFC 7523 §3).
fn is_of(issuer: &TrustedIssuer, iss: Option<&str>, subject: &str) -> bool {
    if issuer.is_trust_domain() {
        return subject.strip_prefix(&issuer.issuer).is_some_and(|path| path.starts_with('/'));
    }
    iss == Some(issuer.issuer.as_str())
}

fn is_value(own: &Value, value: &str) -> bool {
    match own {
        Value::String(own) => own == value,
        Value::Bool(own) => own.to_string() == value,
        Value::Number(own) => own.to_string() == value,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

impl Candidate<'_> {
    /// The issuer's name, for the audit trail and for policies.
    pub fn issuer(&self) -> &str {
        &self.issuer.issuer
    }

    /// Where the keys are published; none where they are known.
    pub fn keys_at(&self) -> Option<&str> {
        match &self.issuer.keys {
            IssuerKeys::At(url) => Some(url),
            IssuerKeys::Known(_) => None,
        }
    }

    /// Verifies the token with the issuer's keys, `fetched` where they are published. `endpoint` is the URL that it may
    /// name beside our issuer.
    ///
    /// # Errors
    /// `invalid_grant` with the cause.
    pub fn verify(
        &self,
        act: &Act,
        policy: &TokenPolicy,
        fetched: Option<&JwkSet>,
        endpoint: &str,
    ) -> Result<Assertion, Unverified> {
        let wrong = |error: JoseError| Unverified::Refused(refuse(error.as_str()));
        let keys = match (&self.issuer.keys, fetched) {
            (IssuerKeys::Known(keys), _) => keys,
            (IssuerKeys::At(_), Some(keys)) => keys,
            (IssuerKeys::At(_), None) => return Err(wrong(JoseError::UnknownKey)),
        };
        let token = Jws::parse(self.token).map_err(wrong)?;
        let names_key = token.header().kid.is_some();
        let verified = token.verify(With::Set(keys), &self.issuer.accepted()).map_err(|error| {
            match (error, names_key) {
                (JoseError::UnknownKey, _) | (JoseError::Signature, false) => {
                    Unverified::KeyMissing(refuse(error.as_str()))
                }
                _ => wrong(error),
            }
        })?;
        let claims: Registered = verified.claims().map_err(wrong)?;
        let further: Further = verified.claims().map_err(wrong)?;
        self.judge(act, policy, claims, (endpoint, further)).map_err(Unverified::Refused)
    }

    /// RFC 7523 §3: about whom, for whom, when, and which.
    fn judge(
        &self,
        act: &Act,
        policy: &TokenPolicy,
        claims: Registered,
        (endpoint, further): (&str, Further),
    ) -> Result<Assertion, OAuthError> {
        let refused = |error: JoseError| refuse(error.as_str());
        let issuer = self.issuer;
        let subject = claims.sub.clone().ok_or(refuse("assertion.subject"))?;
        // SPIFFE JWT-SVID §3.2: an audience must be there, and be us.
        let mut accepted: Vec<&str> = issuer.audiences.iter().map(String::as_str).collect();
        if accepted.is_empty() {
            accepted = vec![&policy.issuer, endpoint];
        }
        // RFC 7523 §3, rfc7523bis §4: our issuer or token endpoint, or what the operator agreed on with the issuer.
        claims.check_audience(&accepted).map_err(refused)?;
        let window = Window { now: act.now, skew: policy.clock_skew, longest_life: issuer.longest_life };
        // RFC 7521 §5.2, SPIFFE JWT-SVID §3.3: `exp` must be there, and not passed.
        let until = claims.check_times(&window).map_err(refused)?;
        let spend = claims.jti.filter(|jti| issuer.single_use && !jti.is_empty()).map(|jti| Spend {
            purpose: PURPOSE,
            issuer: issuer.issuer.clone(),
            jti,
            until,
            replayed: refuse("assertion.replayed"),
        });
        let expires_at = claims.exp.map_or(until, |at| at.0);
        Ok(Assertion {
            issuer: issuer.clone(),
            subject,
            expires_at,
            act: further.act,
            may_act: further.may_act,
            confirmation: further.cnf.as_ref().map(confirmation::read),
            spend,
        })
    }
}

#[derive(Deserialize)]
struct Further {
    #[serde(default)]
    act: Option<Value>,
    #[serde(default)]
    may_act: Option<Value>,
    #[serde(default, deserialize_with = "whatever")]
    cnf: Option<Value>,
}

/// What stands there, `null` too: it is not the same as nothing.
fn whatever<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
