//! Whether a client is the one that it says it is.

use super::evidence::{Evidence, Unproven};
use super::presented::{Presented, Shown};
use super::{
    AuthenticatedClient, Claimed, OAuthError, client_secret_jwt, invalid_client, private_key_jwt, secret,
    tls, workload,
};
use crate::act::Act;
use crate::oauth::TokenPolicy;
use crate::oauth::one_time::Spend;
use crate::records::{Confirmation, TokenEndpointAuthMethod as Method};

/// A client that is who it says it is.
#[derive(Debug)]
pub struct Proven {
    /// The client.
    pub client: AuthenticatedClient,
    /// What was shown and must never be accepted again. To be spent before anything is decided.
    pub spends: Vec<Spend>,
    /// The key that the request has to prove beside all that.
    bound: Confirmation,
}

impl Proven {
    /// The same client, with the key of the request's DPoP proof, where it shows one.
    ///
    /// # Errors
    /// `invalid_client` where what proves the client is bound to a key that the request does not prove. RFC 7800 §3.
    pub fn proving(self, jkt: Option<String>) -> Result<(AuthenticatedClient, Vec<Spend>), OAuthError> {
        let proved = Confirmation { jkt, ..self.client.proved().clone() };
        self.bound.check(&proved).map_err(invalid_client)?;
        Ok((self.client.proving(proved), self.spends))
    }
}

/// The refusal where a client's published keys cannot be had, for this private cause.
pub const fn keys_unavailable(cause: &'static str) -> OAuthError {
    invalid_client(cause)
}

impl Claimed {
    /// The identifier of the client that is named.
    pub fn client_id(&self) -> &str {
        &self.client.client_id
    }

    /// Where the keys are published that the proof needs; none where none are needed, or they are registered.
    pub fn keys_at<'a>(&'a self, policy: &'a TokenPolicy) -> Option<String> {
        if let Shown::Workload(token) = &self.presented.shown {
            return workload::keys_at(&self.client, token, policy);
        }
        let needs_keys = matches!(
            (self.client.token_endpoint_auth_method, &self.presented.shown),
            (Method::PrivateKeyJwt, Shown::Assertion(_)) | (Method::SelfSignedTlsClientAuth, Shown::Nothing)
        );
        let keys = &self.client.keys;
        keys.jwks_uri.clone().filter(|_| needs_keys && keys.jwks.is_none() && !self.client.disabled)
    }

    /// Checks what the request shows. Changes nothing: the same may be tried again with newer keys.
    ///
    /// # Errors
    /// `invalid_client` where the client is disabled, uses another method than it registered, or shows the wrong
    /// thing. All of these read the same from outside.
    pub fn prove(&self, act: &Act, evidence: &Evidence<'_>) -> Result<Proven, Unproven> {
        let Self { client, presented: Presented { shown, .. } } = self;
        if client.disabled {
            return Err(Unproven::Refused(invalid_client("client.disabled")));
        }
        let (spend, bound) = if let Shown::Workload(shown) = shown {
            workload::check(client, shown, act, evidence)?
        } else {
            (self.check(act, evidence)?, Confirmation::default())
        };
        let client = AuthenticatedClient { client: self.client.clone(), proved: evidence.proved() };
        Ok(Proven { client, spends: spend.into_iter().collect(), bound })
    }

    fn check(&self, act: &Act, evidence: &Evidence<'_>) -> Result<Option<Spend>, Unproven> {
        let Self { client, presented: Presented { shown, .. } } = self;
        // RFC 6749 §2.3.2, §10.1: the method is the one that was registered.
        match (client.token_endpoint_auth_method, shown) {
            (Method::None, Shown::Nothing) => Ok(None),
            (Method::ClientSecretBasic, Shown::Basic(shown))
            | (Method::ClientSecretPost, Shown::Post(shown)) => {
                secret::check(client, shown, act).map_err(Unproven::Refused)?;
                Ok(None)
            }
            (Method::ClientSecretJwt, Shown::Assertion(shown)) => {
                client_secret_jwt::check(client, shown, act, evidence).map(Some)
            }
            (Method::PrivateKeyJwt, Shown::Assertion(shown)) => {
                private_key_jwt::check(client, shown, act, evidence).map(Some)
            }
            // RFC 8705 §2: the request names the client, and the certificate proves it.
            (Method::TlsClientAuth, Shown::Nothing) => {
                tls::check_by_name(client, evidence, act.now).map_err(Unproven::Refused)?;
                Ok(None)
            }
            (Method::SelfSignedTlsClientAuth, Shown::Nothing) => {
                tls::check_by_key(client, evidence, act.now)?;
                Ok(None)
            }
            _ => Err(Unproven::Refused(invalid_client("client_auth.method_not_registered"))),
        }
    }
}
