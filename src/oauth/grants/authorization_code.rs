//! The `authorization_code` grant. RFC 6749 §4.1.3; PKCE: RFC 7636; replay: RFC 9700 §2.1.1, RFC 6749 §4.1.2.

use super::remaining::Remaining;
use super::{binding, record, refreshable_until};
use crate::act::Act;
use crate::audit::Event;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::{AccessToken, IdToken, Issued, RefreshToken, standing};
use crate::oauth::{ErrorCode, OAuthError, Params, Rules, authorization_details, pkce, resource, revocation};
use crate::records::{AuthorizationCode, Grant, find, hash_of, update};
use crate::storage::{Stop, Txn};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// The registered name.
pub const GRANT_TYPE: &str = "authorization_code";

/// By which a leaked code is found, and told from every other kind of token.
pub const PREFIX: &str = "lkc_";

/// What the client sends.
#[derive(Debug, Clone)]
pub struct Request {
    code: SecretString,
    redirect_uri: String,
    code_verifier: Option<SecretString>,
    resources: Vec<String>,
    details: Option<Vec<Value>>,
}

/// Reads the request. RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2.
///
/// # Errors
/// `invalid_request` where `code` or `redirect_uri` is missing (we require the latter in every authorization
/// request, so it must be repeated), `invalid_target`.
// Not done: OAuth 2.1 §10.2: a request without `redirect_uri`: clients of RFC 6749 §4.1.3 send it, and are held to it.
pub fn parse(params: &Params) -> Result<Request, OAuthError> {
    let missing = |description, cause| OAuthError::invalid_request(description, cause);
    Ok(Request {
        code: params.required("code", missing("code is missing.", "code.missing"))?.to_owned().into(),
        redirect_uri: params
            .required("redirect_uri", missing("redirect_uri is missing.", "redirect_uri.missing"))?
            .to_owned(),
        code_verifier: params.get("code_verifier")?.map(|verifier| verifier.to_owned().into()),
        resources: resource::parse(params)?,
        details: authorization_details::parse_narrower(params)?,
    })
}

/// Redeems the code: once. A second use revokes the grant with all that followed from it.
///
/// # Errors
/// `invalid_grant` for a code that is unknown, used, expired, another client's or bound to something else;
/// `invalid_target`.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Issued, Stop<OAuthError>> {
    let mut code = load(txn, act, client, request)?;
    let mut grant: Grant = find(txn, &act.tenant, &code.grant_id.to_string())?
        .ok_or(Stop::Refused(OAuthError::invalid_grant("grant.unknown")))?;
    let user = standing(txn, act, client, &grant)?;
    let Remaining { scope, resources, details } =
        Remaining::of(client, rules, &grant, &code.scope).map_err(Stop::Refused)?;
    let resources = resource::choose(&resources, &request.resources).map_err(Stop::Refused)?;
    let details =
        authorization_details::choose(&details, request.details.as_deref()).map_err(Stop::Refused)?;

    let refresh = grant.refresh.as_ref().map(|state| RefreshToken::derive(grant.id, state, 0, &rules.pepper));
    let id = scope
        .contains("openid")
        .then(|| IdToken::of(act, rules, client, (&grant, &user), code.nonce.clone()));
    let access =
        AccessToken::for_user(act, rules, client, (&grant, &user), scope, &resources).with_details(details);

    if binding::bind(&mut grant, client) {
        update(txn, &act.tenant, &grant)?;
    }
    code.consumed_at = Some(act.now);
    update(txn, &act.tenant, &code)?;
    record(txn, act, &grant, &access, GRANT_TYPE)?;
    // RFC 6749 §4.1.4.
    Ok(Issued::for_user(access, refresh, id, client).refreshable(refreshable_until(rules, &grant)))
}

/// The code, if this client may redeem it now with what it shows.
fn load(
    txn: &mut dyn Txn,
    act: &Act,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<AuthorizationCode, Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(OAuthError::invalid_grant(cause)));
    let hash = hash_of(request.code.expose_secret().as_bytes());
    let Some(code) = find::<AuthorizationCode>(txn, &act.tenant, &hash)? else {
        return refuse("code.unknown");
    };
    // RFC 6749 §4.1.3: the code was issued to the authenticated client.
    if code.client_id != client.client_id {
        return refuse("code.foreign_client");
    }
    // RFC 6749 §4.1.2: a code used twice is refused, and what was issued on it is revoked.
    // OIDC Core §15.5.1, §16.9, §16.10; RFC 9700 §4.3.1: so a code that leaked is of no more use.
    if code.consumed_at.is_some() {
        revocation::revoke_grant(txn, act, code.grant_id, Event::AuthnTokenReuse, "code.reused")?;
        return refuse("code.reused");
    }
    if act.now >= code.usable_until {
        return refuse("code.expired");
    }
    // RFC 6749 §4.1.3: the redirect URIs are identical.
    // OIDC Core §3.1.3.2, RFC 6749 §10.6.
    if code.redirect_uri != request.redirect_uri {
        return Err(Stop::Refused(OAuthError::new(
            ErrorCode::InvalidGrant,
            "redirect_uri is not that of the authorization request.",
            "code.redirect_uri_differs",
        )));
    }
    let verifier = request.code_verifier.as_ref().map(SecretString::expose_secret);
    // RFC 9700 §4.5: a stolen code is of no use in the flow of another.
    binding::check_code(&code, client).map_err(Stop::Refused)?;
    pkce::verify(code.code_challenge.as_deref(), verifier).map_err(Stop::Refused)?;
    Ok(code)
}
