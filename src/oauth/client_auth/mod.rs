//! Client authentication. RFC 6749 §2.3; one file a method.
//!
//! It goes in steps, since a client, or its keys, may lie on another server: [`Presented::read`] reads who the client says
//! it is, [`claim`] finds it, [`Claimed::prove`] says whether it is so. What was proved by something that holds once is
//! spent by the edge, before anything is decided.

mod assertion;
mod basic;
mod client_secret_jwt;
mod evidence;
mod none;
mod post;
mod presented;
mod private_key_jwt;
mod proof;
mod reading;
mod secret;
mod tls;
mod workload;

pub use evidence::{Evidence, Unproven};
pub use presented::Presented;
pub use proof::{Proven, keys_unavailable};

use super::clients::profile;
use super::{ErrorCode, OAuthError, Params, TokenPolicy};
use crate::act::Act;
use crate::records::{Client, Confirmation, Remembered};
use crate::storage::{Read, Stop};
use std::sync::Arc;

/// A client that has proved who it is (or, if public, has named itself), with the keys that its request proved
/// beside that. Made here alone.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
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

/// A client that a request names, and what the request shows for it. Nothing is proved yet.
#[derive(Debug)]
pub struct Claimed {
    client: Arc<Client>,
    presented: Presented,
}

/// Finds the client that a request comes from, by its own word. `clients` are those that were read before.
///
/// # Errors
/// `invalid_client` where the client is unknown, or not registered as its profile demands.
pub fn claim(
    read: &(impl Read + ?Sized),
    clients: &Remembered<Client>,
    act: &Act,
    policy: &TokenPolicy,
    presented: Presented,
) -> Result<Claimed, Stop<OAuthError>> {
    let client = clients
        .find(read, &act.tenant, &presented.client_id)?
        .ok_or(Stop::Refused(invalid_client("client.unknown")))?;
    if profile::stricter(client.profile, policy.profile).is_none() {
        return Ok(Claimed { client, presented });
    }
    let held = profile::admit(Arc::unwrap_or_clone(client), policy.profile, ErrorCode::InvalidClient);
    Ok(Claimed { client: held.map(Arc::new).map_err(Stop::Refused)?, presented })
}

/// All of these read the same from outside.
const fn invalid_client(cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "Client authentication failed.", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::{act, client, prove, rules, store_with};
    use crate::records::{TokenEndpointAuthMethod, hash_of};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const SECRET: &str = "lks_right";

    fn cause(client: &Client, authorization: Option<&str>, body: &str) -> Result<String, &'static str> {
        let store = store_with(client);
        let params = Params::parse(body.as_bytes()).unwrap();
        let presented =
            Presented::read(authorization.map(str::as_bytes), &params).map_err(|error| error.cause)?;
        let claimed = claim(&store, &Remembered::default(), &act(), &rules().policy, presented);
        match claimed.and_then(|claimed| prove(&claimed).map_err(Stop::Refused)) {
            Ok(proven) => Ok(proven.client.client_id.clone()),
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
                sealed: None,
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
