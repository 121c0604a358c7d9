//! What has to be fetched before a registration is decided on. Nothing else of what a client names is fetched: its
//! pages, pictures and addresses for logout are not looked at here.

use crate::jose::json::Object;
use crate::oauth::OAuthError;
use crate::oauth::clients::dynamic::statement;
use crate::oauth::clients::registration::{check_sector, sector_unreachable};
use crate::ports::outbound::Fetch;
use crate::records::Client;
use crate::remote::RemoteError;
use crate::web::extract::Call;

/// Checks what lies at the client's `sector_identifier_uri`, where it has one. OIDC Registration §5.
pub(super) async fn check(call: &Call, client: &Client) -> Result<(), OAuthError> {
    let Some(uri) = &client.subjects.sector_identifier_uri else { return Ok(()) };
    let fetched = call.state.outbound.send(Fetch::get(uri, "application/json")).await;
    let fetched = fetched.map_err(|error| sector_unreachable(error.as_str()))?;
    if fetched.status != 200 {
        return Err(sector_unreachable("outbound.status"));
    }
    check_sector(client, &fetched.body)
}

/// Lays what a software statement says over what the client says of itself, with the keys of the statement's issuer.
pub(super) async fn lay_over(call: &Call, document: Object, said: &str) -> Result<Object, OAuthError> {
    let issuer = statement::issuer(&call.realm.registration, said)?;
    let failed = |error: RemoteError| statement::unverifiable(error.as_str());
    let mut keys = call.state.remote_keys.get(&issuer.jwks_uri).await.map_err(failed)?;
    if statement::names_another_key(said, &keys) {
        keys = call.state.remote_keys.get_newer(&issuer.jwks_uri, &keys).await.map_err(failed)?;
    }
    statement::lay_over(document, said, &keys, (&call.act, call.realm.rules.policy.clock_skew))
}
