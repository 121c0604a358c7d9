//! Assertions by which a client proves who it is, whatever signs them. RFC 7521 §4.2, RFC 7523 §2.2 and §3, OIDC Core
//! §9, FAPI 2.0 Security Profile §5.3.2.1.

use super::evidence::{Evidence, Unproven};
use super::presented::{Presented, Shown};
use super::{ErrorCode, OAuthError, Params, invalid_client};
use crate::act::Act;
use crate::jose::{JoseError, Jws, JwsAlgorithm, Registered, Window, With};
use crate::oauth::clients::profile;
use crate::oauth::one_time::Spend;
use crate::records::Client;
use serde::Deserialize;
use time::Duration;

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What identifiers of assertions are spent as.
const PURPOSE: &str = "client_assertion";

/// How far ahead an assertion may expire, so that its identifier needs no longer memory. RFC 7523 §3.
const LONGEST_LIFE: Duration = Duration::HOUR;

/// The types that an assertion may have: none, or one that is meant for this or for nothing in particular. What is
/// typed for another use is none (RFC 8725 §3.11, §3.12).
// rfc7523bis §4: `client-authentication+jwt`; a client that names no type is not refused for that.
const TYPES: [&str; 3] = ["jwt", "jose", "client-authentication+jwt"];

#[derive(Deserialize)]
struct Subject {
    iss: Option<String>,
    sub: String,
}

/// Reads `client_assertion`. The client is the one that the assertion names; a `client_id` may stand beside it if it is
/// the same (RFC 7521 §4.2).
pub(super) fn parse(params: &Params) -> Result<Presented, OAuthError> {
    let missing = OAuthError::invalid_request(
        "A client assertion needs client_assertion and client_assertion_type.",
        "client_assertion.incomplete",
    );
    let kind = params.required("client_assertion_type", missing)?;
    let text = params.required("client_assertion", missing)?;
    if kind != TYPE {
        // RFC 7521 §4.2.1.
        return Err(invalid_client("client_assertion.type_unknown"));
    }
    let assertion = Jws::parse(text).map_err(refused)?;
    let Subject { iss, sub } =
        assertion.unverified_claims().map_err(|_| invalid_client("client_assertion.subject"))?;
    // The client of a workload has another name than its issuer gives it, so `client_id` says which it is.
    if let Some(named) = params.get("client_id")?.filter(|named| *named != sub) {
        if iss.as_ref() == Some(&sub) {
            return Err(invalid_client("client_assertion.other_client"));
        }
        return Ok(Presented { client_id: named.to_owned(), shown: Shown::Workload(text.into()) });
    }
    Ok(Presented { client_id: sub, shown: Shown::Assertion(Box::new(assertion)) })
}

/// What an assertion is verified with.
pub(super) struct Check<'a> {
    /// The client that it must name.
    pub(super) client: &'a Client,
    /// The key, or the keys.
    pub(super) with: With<'a>,
    /// The algorithms that the method allows.
    pub(super) allowed: &'a [JwsAlgorithm],
}

impl Check<'_> {
    /// Checks an assertion in full. Gives what is to be spent.
    pub(super) fn run(&self, assertion: &Jws, act: &Act, evidence: &Evidence<'_>) -> Result<Spend, Unproven> {
        let header = assertion.header();
        if header.typ.is_some() && !TYPES.iter().any(|typ| header.is_type(typ)) {
            return Err(Unproven::Refused(refused(JoseError::Type)));
        }
        let verified =
            assertion.verify(self.with, &self.algorithms()).map_err(|error| match (error, &header.kid) {
                (JoseError::UnknownKey, _) | (JoseError::Signature, None) => {
                    Unproven::KeyMissing(refused(error))
                }
                _ => Unproven::Refused(refused(error)),
            })?;
        let claims = verified.claims().map_err(told);
        claims.and_then(|claims| self.judge(claims, act, evidence)).map_err(Unproven::Refused)
    }

    /// The algorithms of the method, as far as the client's registration and profile go.
    fn algorithms(&self) -> Vec<JwsAlgorithm> {
        let registered = self.client.authentication.token_endpoint_auth_signing_alg;
        self.allowed
            .iter()
            .copied()
            .filter(|one| registered.is_none_or(|registered| one.matches(registered)))
            // FAPI 2.0 Security Profile §5.4.1.
            .filter(|one| self.client.profile.is_none() || JwsAlgorithm::FAPI.contains(one))
            .collect()
    }

    /// RFC 7523 §3: who, for whom, when, and which.
    fn judge(&self, claims: Registered, act: &Act, evidence: &Evidence<'_>) -> Result<Spend, OAuthError> {
        let client_id = &self.client.client_id;
        // OIDC Core §9: both are the client's identifier.
        // RFC 8725 §3.8: issuer and subject are those of the key's owner.
        // RFC 7521 §5.2: issuer and subject are there, and compared as strings.
        if claims.iss.as_ref() != Some(client_id) {
            return Err(tell(
                "iss and sub of the client assertion must be the client_id.",
                "client_assertion.issuer",
            ));
        }
        if claims.sub.as_ref() != Some(client_id) {
            return Err(invalid_client("client_assertion.subject"));
        }
        self.check_audience(&claims, evidence)?;
        let skew = profile::skew(evidence.policy.clock_skew, self.client.profile);
        let window = Window { now: act.now, skew, longest_life: LONGEST_LIFE };
        // RFC 7523 §3: `exp` is there and has not passed, nor is `nbf` or `iat` ahead.
        let until = claims.check_times(&window).map_err(told)?;
        // OIDC Core §9: `jti` is required.
        let jti = claims
            .jti
            .filter(|jti| !jti.is_empty())
            .ok_or(tell("The client assertion needs a jti.", "client_assertion.jti"))?;
        let replayed = tell(
            "The jti of the client assertion was used before: make one a request.",
            "client_assertion.replayed",
        );
        Ok(Spend { purpose: PURPOSE, issuer: client_id.clone(), jti, until, replayed })
    }

    /// RFC 7523 §3: the audience is us. FAPI 2.0 Security Profile §5.3.2.1: the issuer alone, as a string, since an
    /// endpoint's URL may be one that a client was led to (RFC 9700 §4.4).
    fn check_audience(&self, claims: &Registered, evidence: &Evidence<'_>) -> Result<(), OAuthError> {
        let issuer = &*evidence.policy.issuer;
        if self.client.authentication.assertion_audience_issuer_only || self.client.profile.is_some() {
            let is_issuer = claims.aud.as_ref().is_some_and(|audience| audience.is_only(issuer));
            return if is_issuer { Ok(()) } else { Err(told(JoseError::Audience)) };
        }
        // Not done: rfc7523bis §4: the issuer as the sole audience for every client: those that name the endpoint's URL would stay
        // outside. Demanded of each that has `assertion_audience_issuer_only`, and under the profiles.
        if claims.check_audience(&[issuer]).is_ok() {
            return Ok(());
        }
        let endpoints = evidence.endpoints.map(|path| evidence.policy.urls(path)).concat();
        let accepted: Vec<&str> = endpoints.iter().map(String::as_str).collect();
        claims.check_audience(&accepted).map_err(told)
    }
}

fn refused(error: JoseError) -> OAuthError {
    invalid_client(error.as_str())
}

/// A refusal that says why: only whoever holds the client's key gets to see it.
const fn tell(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, description, cause)
}

/// The same, for what stands in an assertion whose signature is right.
fn told(error: JoseError) -> OAuthError {
    let description = match error.as_str() {
        "jws.audience" => "aud of the client assertion must be the issuer, as a string.",
        "jws.expired" => "The client assertion has expired.",
        "jws.not_yet_valid" => "The client assertion is not valid yet: see nbf and iat.",
        "jws.long_lived" => "exp of the client assertion must be within an hour.",
        _ => "The client assertion lacks exp, or has a claim of another type.",
    };
    tell(description, error.as_str())
}
