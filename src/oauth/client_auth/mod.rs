//! Client authentication. RFC 6749 §2.3; one file a method.

mod basic;
mod none;
mod post;
mod tls;

use super::{ErrorCode, OAuthError, Params};
use crate::act::Act;
use crate::records::{Client, Confirmation, TokenEndpointAuthMethod, find, hash_of};
use crate::storage::{Read, Stop};
use crate::x509::{Anchors, ClientCertificate};
use secrecy::{ExposeSecret as _, SecretString};

/// A client that has proved who it is (or, if public, has named itself), with the keys that its request proved
/// beside that. Made here alone.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    client: Client,
    proved: Confirmation,
}

impl AuthenticatedClient {
    /// The same client, with the keys that its request proved: by a DPoP proof, by its TLS certificate.
    #[must_use]
    pub fn proving(self, proved: Confirmation) -> Self {
        Self { proved, ..self }
    }

    /// The keys that its request proved.
    pub fn proved(&self) -> &Confirmation {
        &self.proved
    }

    /// The key that its new tokens are bound to: of the DPoP proof, where there is one (RFC 9449 §5); else of the
    /// certificate, where the client registered for that (RFC 8705 §3.4).
    pub fn confirmation(&self) -> Option<Confirmation> {
        let certificate = &self.client.binding.tls_client_certificate_bound_access_tokens;
        let bound = match &self.proved {
            Confirmation { jkt: Some(jkt), .. } => Confirmation { jkt: Some(jkt.clone()), x5t_s256: None },
            Confirmation { x5t_s256, .. } if *certificate => {
                Confirmation { jkt: None, x5t_s256: x5t_s256.clone() }
            }
            Confirmation { .. } => Confirmation::default(),
        };
        Some(bound).filter(|bound| !bound.is_empty())
    }
}

impl std::ops::Deref for AuthenticatedClient {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// What a request presents to prove who its client is.
#[derive(Debug)]
struct Presented {
    client_id: String,
    method: TokenEndpointAuthMethod,
    secret: Option<SecretString>,
}

/// What a request shows beside its parameters.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The value of the `Authorization` header, where there is one.
    pub authorization: Option<&'a [u8]>,
    /// The certificate that the client showed, where it showed one. RFC 8705 §2.
    pub certificate: Option<&'a ClientCertificate>,
    /// The authorities whose certificates are taken.
    pub anchors: &'a Anchors,
}

impl Evidence<'_> {
    /// The keys that the request proves.
    fn proved(&self) -> Confirmation {
        Confirmation { jkt: None, x5t_s256: self.certificate.map(|shown| shown.thumbprint().to_owned()) }
    }
}

/// Finds out which client sends a request.
///
/// # Errors
/// `invalid_request` where two methods are used at a time (RFC 6749 §2.3); `invalid_client` where the client is
/// unknown or disabled, uses another method than it registered, or shows a wrong secret. All of the latter read the
/// same from outside.
pub fn authenticate(
    read: &(impl Read + ?Sized),
    act: &Act,
    evidence: &Evidence<'_>,
    params: &Params,
) -> Result<AuthenticatedClient, Stop<OAuthError>> {
    let presented = present(evidence.authorization, params).map_err(Stop::Refused)?;
    let client: Client = find(read, &act.tenant, &presented.client_id)?
        .ok_or(Stop::Refused(invalid_client("client.unknown")))?;
    prove(&client, &presented, evidence, act).map_err(Stop::Refused)?;
    Ok(AuthenticatedClient { client, proved: evidence.proved() })
}

/// Which method the request uses, and what it shows.
fn present(authorization: Option<&[u8]>, params: &Params) -> Result<Presented, OAuthError> {
    let in_body = params.get("client_secret")?.is_some();
    match authorization {
        Some(_) if in_body => Err(OAuthError::new(
            ErrorCode::InvalidRequest,
            "The client authenticates in two ways at once.",
            "client_auth.two_methods",
        )),
        Some(header) => basic::parse(header, params),
        None if in_body => post::parse(params),
        None => none::parse(params),
    }
}

fn prove(
    client: &Client,
    presented: &Presented,
    evidence: &Evidence<'_>,
    act: &Act,
) -> Result<(), OAuthError> {
    use TokenEndpointAuthMethod::{None as Named, SelfSignedTlsClientAuth, TlsClientAuth};
    if client.disabled {
        return Err(invalid_client("client.disabled"));
    }
    // RFC 8705 §2: the request names the client, and the certificate proves it.
    match (presented.method, client.token_endpoint_auth_method) {
        (Named, TlsClientAuth) => {
            return tls::prove_by_name(client, evidence.certificate, evidence.anchors, act.now);
        }
        (Named, SelfSignedTlsClientAuth) => {
            let keys = client.keys.jwks.as_ref().unwrap_or(&serde_json::Value::Null);
            return tls::prove_by_key(keys, evidence.certificate, act.now);
        }
        _ => {}
    }
    if client.token_endpoint_auth_method != presented.method {
        return Err(invalid_client("client_auth.method_not_registered"));
    }
    let Some(secret) = &presented.secret else {
        return Ok(());
    };
    // The secret has 256 random bits, so a plain hash of it tells nothing; the comparison takes constant time.
    let hash = hash_of(secret.expose_secret().as_bytes());
    let right = client
        .secrets
        .iter()
        .filter(|known| known.expires_at.is_none_or(|at| act.now < at))
        .filter(|known| known.hash.len() == hash.len())
        .any(|known| openssl::memcmp::eq(known.hash.as_bytes(), hash.as_bytes()));
    if right { Ok(()) } else { Err(invalid_client("client_auth.secret_wrong")) }
}

const fn invalid_client(cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "Client authentication failed.", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::{act, client, store_with};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const SECRET: &str = "lks_right";

    fn cause(client: &Client, authorization: Option<&str>, body: &str) -> Result<String, &'static str> {
        let store = store_with(client);
        let params = Params::parse(body.as_bytes()).unwrap();
        let evidence = Evidence {
            authorization: authorization.map(str::as_bytes),
            certificate: None,
            anchors: &Anchors::default(),
        };
        match authenticate(&store, &act(), &evidence, &params) {
            Ok(client) => Ok(client.client_id.clone()),
            Err(Stop::Refused(error)) => Err(error.cause),
            Err(Stop::Fault(fault)) => panic!("{fault}"),
        }
    }

    fn basic(user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }

    fn confidential(method: TokenEndpointAuthMethod) -> Client {
        Client {
            token_endpoint_auth_method: method,
            secrets: vec![crate::records::ClientSecret {
                hash: hash_of(SECRET.as_bytes()),
                expires_at: None,
            }],
            ..client()
        }
    }

    #[test]
    fn each_registered_method_is_taken_and_no_other() {
        use TokenEndpointAuthMethod::{ClientSecretBasic, ClientSecretPost, None as Public};
        let post = format!("client_id=web&client_secret={SECRET}");
        let header = basic("web", SECRET);
        let wrong_method = Err("client_auth.method_not_registered");
        assert_eq!(cause(&confidential(ClientSecretBasic), Some(&header), ""), Ok("web".into()));
        assert_eq!(cause(&confidential(ClientSecretBasic), None, &post), wrong_method);
        assert_eq!(cause(&confidential(ClientSecretBasic), None, "client_id=web"), wrong_method);
        assert_eq!(cause(&confidential(ClientSecretPost), None, &post), Ok("web".into()));
        assert_eq!(cause(&confidential(ClientSecretPost), Some(&header), ""), wrong_method);
        assert_eq!(cause(&confidential(Public), None, "client_id=web"), Ok("web".into()));
        assert_eq!(cause(&confidential(Public), Some(&header), ""), wrong_method);
    }

    #[test]
    fn what_does_not_prove_the_client_is_refused() {
        let client = || confidential(TokenEndpointAuthMethod::ClientSecretBasic);
        for (header, body, expected) in [
            (basic("web", "lks_wrong"), "", "client_auth.secret_wrong"),
            (basic("web", ""), "", "client_auth.basic_malformed"),
            (basic("nobody", SECRET), "", "client.unknown"),
            (basic("web", SECRET), "client_id=other", "client_auth.two_client_ids"),
            (basic("web", SECRET), "client_secret=lks_right", "client_auth.two_methods"),
            ("Basic !!!".into(), "", "client_auth.basic_malformed"),
            ("Basic".into(), "", "client_auth.basic_malformed"),
            (format!("Basic {}", STANDARD.encode("web")), "", "client_auth.basic_malformed"),
            (format!("Basic {}", STANDARD.encode(b"web:\xff\xfe")), "", "client_auth.basic_malformed"),
            ("Bearer abc".into(), "", "client_auth.scheme_unknown"),
        ] {
            assert_eq!(cause(&client(), Some(&header), body), Err(expected), "{header} {body}");
        }
        assert_eq!(
            cause(&Client { disabled: true, ..client() }, Some(&basic("web", SECRET)), ""),
            Err("client.disabled")
        );
        assert_eq!(cause(&client(), None, ""), Err("client_auth.missing"));
    }

    #[test]
    fn a_replaced_secret_is_taken_until_it_expires() {
        let with_expiry = |by: i64| {
            let mut client = confidential(TokenEndpointAuthMethod::ClientSecretBasic);
            client.secrets[0].expires_at = Some(act().now + time::Duration::seconds(by));
            cause(&client, Some(&basic("web", SECRET)), "")
        };
        assert_eq!(with_expiry(1), Ok("web".into()));
        assert_eq!(with_expiry(0), Err("client_auth.secret_wrong"));
    }
}
