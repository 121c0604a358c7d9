//! The `jwt-bearer` grant: a trusted issuer says who somebody is, and that is all that is needed. RFC 7521 §4.1, RFC
//! 7523 §2.1, §3.
//!
//! Its subjects are workloads: service accounts, jobs, SPIFFE IDs. They are nobody of ours, so their tokens name them
//! with their issuer, and no grant of a person stands behind them.
//!
//! Not done: RFC 7521 §4.1, RFC 7523 §2.1: a request of no client: which resources and scopes are allowed is its setting.
//! Not done: RFC 7523 §3.1: people of ours as subjects: no other issuer speaks for them.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::one_time;
use crate::oauth::tokens::{AccessToken, Issued};
use crate::oauth::trust::{self, Assertion, Candidate};
use crate::oauth::{ErrorCode, OAuthError, Params, Rules, TokenPolicy, resource, scope};
use crate::records::Scope;
use crate::storage::{Fault, Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;

/// The registered name.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// So long a token lives, however soon the assertion expires.
const LEAST_LIFE: Duration = Duration::MINUTE;

/// What the client sends.
#[derive(Debug, Clone)]
pub struct Request {
    assertion: SecretString,
    scope: Option<Scope>,
    resources: Vec<String>,
    /// The assertion, once it was verified.
    verified: Option<Box<Assertion>>,
}

/// Reads the request. RFC 7523 §2.1, RFC 8707 §2.2.
///
/// # Errors
/// `invalid_request` where the assertion is missing, `invalid_scope`, `invalid_target`.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    if params.get("authorization_details")?.is_some() {
        // RFC 9396 §5: a workload is given none, and is told so.
        return Err(OAuthError::new(
            ErrorCode::InvalidAuthorizationDetails,
            "This grant gives no authorization details.",
            "details.type_not_registered",
        ));
    }
    let missing = OAuthError::invalid_request("assertion is missing.", "assertion.missing");
    Ok(Request {
        assertion: params.required("assertion", missing)?.to_owned().into(),
        scope: scope::parse(params)?,
        resources: resource::parse(params)?,
        verified: None,
    })
}

impl Request {
    /// The assertion, with the issuer that may have signed it.
    ///
    /// # Errors
    /// `invalid_grant`.
    pub fn candidate<'a>(&'a self, policy: &'a TokenPolicy) -> Result<Candidate<'a>, OAuthError> {
        trust::find(policy, self.assertion.expose_secret())
    }

    /// The same request, with its assertion verified.
    #[must_use]
    pub fn with(self, verified: Assertion) -> Self {
        Self { verified: Some(Box::new(verified)), ..self }
    }
}

/// Issues a token for the subject of a verified assertion. RFC 7521 §4.1: no refresh token.
///
/// # Errors
/// `invalid_grant` for an assertion that was used before, or is bound to a key that is not proved, `invalid_scope`, `invalid_target`.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, Stop<OAuthError>> {
    let Some(assertion) = request.verified.as_deref() else {
        return Err(Stop::Fault(Fault::broken("an assertion was not verified")));
    };
    // RFC 7800 §3.
    assertion
        .check_binding(client.proved())
        .map_err(|cause| Stop::Refused(OAuthError::invalid_grant(cause)))?;
    // What only a person can give is no workload's.
    let allowed = assertion
        .issuer
        .scope
        .filtered(|token| client.scope.contains(token) && !scope::concerns_a_person(token));
    let scope = scope::narrow(&allowed, request.scope.as_ref()).map_err(Stop::Refused)?;
    resource::permit(&client.resources, &request.resources).map_err(Stop::Refused)?;
    one_time::spend(txn, act, assertion.spend.as_slice())?;
    let own = AccessToken::for_client(act, &rules.policy, client, scope, &request.resources);
    // RFC 7521 §4.1: the token does not outlive the assertion by much.
    let latest = assertion.expires_at.max(act.now + LEAST_LIFE).unix_timestamp();
    let access = AccessToken {
        sub: assertion.issuer.name_of(&assertion.subject),
        roles: assertion.issuer.roles.clone(),
        exp: own.exp.min(latest),
        ..own
    };
    Entry::new(act, Event::AuthnTokenCreated)
        .because(GRANT_TYPE)
        .actor(&access.sub)
        .client(&client.client_id)
        .jti(access.jti.as_str())
        .scope(&access.scope)
        .audience(access.aud.iter())
        .append(txn)?;
    Ok(Issued::access_alone(access, client.access_token_signed_response_alg))
}
