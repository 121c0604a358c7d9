//! What an authorization request asks, wherever it says so. RFC 9101 §5, RFC 9126 §4.
//!
//! The rules are `oauth::authorize`'s and `oauth::request_object`'s; here stands what they cannot do by themselves: fetch
//! an object that lies at a URI of its client, and the keys that the client publishes. Both before anything is decided.

use super::extract::Call;
use crate::oauth::authorize::{Asked, Named, client_of, pushed};
use crate::oauth::request_object::{self, Evidence, Unread};
use crate::oauth::{OAuthError, Params};
use crate::ports::outbound::Fetch;
use crate::records::Client;
use crate::remote::RemoteError;
use crate::storage::Stop;

/// The media types of a request object. RFC 9101 §5.2.3.
const ACCEPT: &str = "application/oauth-authz-req+jwt, application/jwt";

/// Finds what a request asks.
///
/// # Errors
/// `invalid_request_object`, `invalid_request_uri`; `invalid_request` where the request names no client.
pub(super) async fn resolve(call: &Call, outer: &Params) -> Result<Asked, Stop<OAuthError>> {
    let named = Named::read(outer).map_err(Stop::Refused)?;
    if named == Named::Plain {
        return Ok(Asked::plain(outer.clone()));
    }
    let client = client_of(&call.state.store, &call.act, &call.realm.rules.policy, outer)?;
    match named {
        Named::Plain => Ok(Asked::plain(outer.clone())),
        Named::Object(object) => read(call, &client, object).await.map_err(Stop::Refused),
        Named::Reference(uri) => {
            let object = fetch(call, &client, uri).await.map_err(Stop::Refused)?;
            read(call, &client, &object).await.map_err(Stop::Refused)
        }
        Named::Pushed(uri) => {
            let request = pushed::load(&call.state.store, &call.act, &client.client_id, uri)?;
            Asked::pushed(request).map_err(Stop::Refused)
        }
    }
}

/// Reads an object, with keys that are fetched where the client publishes them. They are fetched again for a key that they
/// lack, as often as [`crate::remote::RemoteKeys`] allows.
async fn read(call: &Call, client: &Client, object: &str) -> Result<Asked, OAuthError> {
    let (policy, keks) = (&call.realm.rules.policy, call.realm.keys.keks());
    let evidence = Evidence { policy, keks, keys: None };
    let read = |evidence: &Evidence<'_>| request_object::read(object, client, &call.act, evidence);
    let Some(url) = request_object::keys_at(object, client) else {
        return read(&evidence).map_err(Unread::refusal);
    };
    let failed = |error: RemoteError| request_object::refused(error.as_str());
    let kept = call.state.remote_keys.get(url).await.map_err(failed)?;
    match read(&Evidence { keys: Some(&kept), ..evidence }) {
        Err(Unread::KeyMissing(_)) => {
            let newer = call.state.remote_keys.get_newer(url, &kept).await.map_err(failed)?;
            read(&Evidence { keys: Some(&newer), ..evidence }).map_err(Unread::refusal)
        }
        Err(Unread::Refused(error)) => Err(error),
        Ok(asked) => Ok(asked),
    }
}

/// Fetches an object from where its client registered it, and from nowhere else.
async fn fetch(call: &Call, client: &Client, uri: &str) -> Result<String, OAuthError> {
    let url = request_object::check_reference(uri, client)?;
    // OIDC Core §6.2.3, RFC 9101 §5.2.3: by GET.
    let answer = call.state.outbound.send(Fetch::get(&url, ACCEPT)).await;
    let answer = answer.map_err(|error| request_object::unacceptable(error.as_str()))?;
    if answer.status != 200 {
        return Err(request_object::unacceptable("outbound.status"));
    }
    let object = String::from_utf8(answer.body);
    object
        .map(|object| object.trim().to_owned())
        .map_err(|_| request_object::unacceptable("request_uri.not_text"))
}
