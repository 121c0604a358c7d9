//! What a request object says about itself: by whom, for whom, when. RFC 9101 §4, §5 and §10.8, RFC 7519 §4.1.

use super::{because, refused};
use crate::act::Act;
use crate::jose::json::Object;
use crate::jose::{JoseError, NumericDate, Registered};
use crate::oauth::clients::profile;
use crate::oauth::{OAuthError, TokenPolicy};
use crate::records::{Client, Profile};
use serde_json::Value;
use time::Duration;

/// FAPI 2.0 Message Signing §5.3.1: how long an object may live, and how old it may be.
const LONGEST: Duration = Duration::minutes(60);

/// Checks the claims that are not parameters of the request, and that the object names its client.
pub(super) fn check(
    members: &Object,
    client: &Client,
    act: &Act,
    policy: &TokenPolicy,
) -> Result<(), OAuthError> {
    // RFC 9101 §5: the client inside is the client outside.
    if members.get("client_id").and_then(Value::as_str) != Some(&client.client_id) {
        return Err(refused("request_object.client_id"));
    }
    // RFC 9101 §4, OIDC Core §6.1: an object names no other object.
    if members.contains_key("request") || members.contains_key("request_uri") {
        return Err(refused("request_object.nested"));
    }
    let claims: Registered =
        serde_json::from_value(Value::Object(members.clone())).map_err(|_| because(JoseError::Claims))?;
    // RFC 9101 §4, RFC 7519 §4.1.1.
    if claims.iss.as_ref().is_some_and(|issuer| *issuer != client.client_id) {
        return Err(refused("request_object.issuer"));
    }
    // RFC 9101 §10.8: what could be taken for an assertion of the client is not taken for a request of it.
    if claims.sub.as_ref() == Some(&client.client_id) {
        return Err(refused("request_object.subject"));
    }
    // RFC 9101 §10.3.
    if claims.aud.is_some() {
        claims.check_audience(&[&policy.issuer]).map_err(because)?;
    }
    check_times(&claims, act, profile::skew(policy.clock_skew, client.profile))?;
    match client.profile {
        Some(Profile::Fapi2MessageSigning) => check_message_signing(&claims, act),
        Some(Profile::Fapi2Security) | None => Ok(()),
    }
}

/// RFC 7519 §4.1.4 to §4.1.6, for those of the three that stand there.
fn check_times(claims: &Registered, act: &Act, skew: Duration) -> Result<(), OAuthError> {
    let latest = act.now.saturating_add(skew);
    if claims.exp.is_some_and(|exp| act.now >= exp.0.saturating_add(skew)) {
        return Err(because(JoseError::Expired));
    }
    if [claims.nbf, claims.iat].into_iter().flatten().any(|from| from.0 > latest) {
        return Err(because(JoseError::NotYetValid));
    }
    Ok(())
}

/// FAPI 2.0 Message Signing §5.3.1: `aud`, `nbf` and `exp` are required, and an object is young and lives shortly.
fn check_message_signing(claims: &Registered, act: &Act) -> Result<(), OAuthError> {
    let (Some(NumericDate(from)), Some(NumericDate(until))) = (claims.nbf, claims.exp) else {
        return Err(because(JoseError::Claims));
    };
    if claims.aud.is_none() {
        return Err(because(JoseError::Audience));
    }
    if from < act.now.saturating_sub(LONGEST) || until > from.saturating_add(LONGEST) {
        return Err(because(JoseError::LongLived));
    }
    Ok(())
}
