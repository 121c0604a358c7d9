//! How a client proves who it is. OIDC Registration §2, RFC 8705 §2.1.2, RFC 7523 §2.2.

use super::{Offer, refuse};
use crate::oauth::OAuthError;
use crate::records::{Authentication, Client, JwsAlgorithm, TokenEndpointAuthMethod};
use crate::x509::Name;
use std::net::IpAddr;

/// A longer subject of a certificate is refused. In bytes.
const MAX_SUBJECT: usize = 512;

pub(super) fn check(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    let (own, method) = (&client.authentication, client.token_endpoint_auth_method);
    if own.token_endpoint_auth_signing_alg.is_some_and(|algorithm| !suits(method, algorithm)) {
        return Err(refuse(
            "token_endpoint_auth_signing_alg: must suit token_endpoint_auth_method, HS256 and the like for \
             client_secret_jwt, others for private_key_jwt.",
            "registration.token_endpoint_auth_signing_alg",
        ));
    }
    check_subject(own, method)?;
    let by_certificate = matches!(
        method,
        TokenEndpointAuthMethod::TlsClientAuth | TokenEndpointAuthMethod::SelfSignedTlsClientAuth
    );
    let needs_certificates = by_certificate || client.binding.tls_client_certificate_bound_access_tokens;
    if needs_certificates && !offer.certificates {
        return Err(refuse(
            "tls_client_auth, self_signed_tls_client_auth, tls_client_certificate_bound_access_tokens: this server \
             cannot be shown certificates (mtls.listen, mtls.header in its configuration).",
            "registration.no_certificates",
        ));
    }
    // RFC 9700 §2.1.1, §4.14.2: a public client has nothing else that protects its codes and refresh tokens.
    if client.is_public() && !(client.require_pkce && client.rotate_refresh_tokens) {
        return Err(refuse(
            "require_pkce, rotate_refresh_tokens: a public client needs both.",
            "registration.public_policy",
        ));
    }
    Ok(())
}

/// OIDC Registration §2: the algorithm is one of the method; with other methods it means nothing.
fn suits(method: TokenEndpointAuthMethod, algorithm: JwsAlgorithm) -> bool {
    match method {
        TokenEndpointAuthMethod::ClientSecretJwt => algorithm.is_symmetric(),
        TokenEndpointAuthMethod::PrivateKeyJwt => !algorithm.is_symmetric(),
        TokenEndpointAuthMethod::None
        | TokenEndpointAuthMethod::ClientSecretBasic
        | TokenEndpointAuthMethod::ClientSecretPost
        | TokenEndpointAuthMethod::TlsClientAuth
        | TokenEndpointAuthMethod::SelfSignedTlsClientAuth => true,
    }
}

fn check_subject(own: &Authentication, method: TokenEndpointAuthMethod) -> Result<(), OAuthError> {
    let subjects = [
        &own.tls_client_auth_subject_dn,
        &own.tls_client_auth_san_dns,
        &own.tls_client_auth_san_uri,
        &own.tls_client_auth_san_ip,
        &own.tls_client_auth_san_email,
    ];
    let given: Vec<&String> = subjects.into_iter().flatten().collect();
    // RFC 8705 §2.1.2: exactly one of them says who the client is.
    let expected = usize::from(method == TokenEndpointAuthMethod::TlsClientAuth);
    if given.len() != expected {
        return Err(refuse(
            "tls_client_auth_subject_dn, tls_client_auth_san_...: exactly one with tls_client_auth, none without.",
            "registration.tls_subject.count",
        ));
    }
    let plain = |text: &&String| {
        !text.trim().is_empty() && text.len() <= MAX_SUBJECT && !text.chars().any(char::is_control)
    };
    let is_address = own.tls_client_auth_san_ip.iter().all(|text| text.parse::<IpAddr>().is_ok());
    // RFC 4514 §3: what cannot be read would never be anybody's name.
    let is_name = own.tls_client_auth_subject_dn.iter().all(|text| Name::from_text(text).is_some());
    if !given.iter().all(plain) || !is_address || !is_name {
        return Err(refuse(
            "tls_client_auth_subject_dn, tls_client_auth_san_...: must be the subject of a certificate.",
            "registration.tls_subject",
        ));
    }
    Ok(())
}
