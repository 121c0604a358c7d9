//! `claims` and `acr_values`: what should be told, and how strong the sign-in should be. OIDC Core §5.5, §3.1.2.1.

use crate::oauth::{OAuthError, Params, claims as request};
use crate::records::{ClaimsRequest, Client, Scope};

/// The longest `acr_values`, in bytes.
const MAX_ACR_VALUES: usize = 1024;

/// Reads the claims that are asked for one by one. They belong to OpenID requests alone: others ask for nothing that
/// would tell them.
pub(in crate::oauth::authorize) fn claims(
    params: &Params,
    scope: &Scope,
) -> Result<Option<ClaimsRequest>, OAuthError> {
    let claims = params.get("claims")?.map(request::parse).transpose()?;
    Ok(claims.filter(|claims| scope.contains("openid") && *claims != ClaimsRequest::default()))
}

/// Reads the wished levels, best first; the client's own, where the request says nothing.
pub(in crate::oauth::authorize) fn acr_values(
    params: &Params,
    client: &Client,
    claims: Option<&ClaimsRequest>,
) -> Result<Vec<String>, OAuthError> {
    match params.get("acr_values")? {
        Some(values) if values.len() > MAX_ACR_VALUES => {
            Err(OAuthError::invalid_request("acr_values is longer than 1024 bytes.", "acr_values.too_long"))
        }
        Some(values) => Ok(values.split(' ').filter(|value| !value.is_empty()).map(str::to_owned).collect()),
        // OIDC Registration §2, `default_acr_values`: an acr that is asked for as a claim stands over it too.
        None if claims.is_some_and(|claims| claims.id_token.contains_key("acr")) => Ok(Vec::new()),
        None => Ok(client.requests.default_acr_values.clone()),
    }
}
