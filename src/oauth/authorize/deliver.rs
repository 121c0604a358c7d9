//! How an authorization response travels: in the query of a redirect or in a form, in plain members or signed.
//! RFC 6749 §4.1.2, RFC 9207, OIDC Form Post §2, JARM §2.

use super::TrustedRedirect;
use crate::keys::{KeyError, Snapshot};
use crate::oauth::TokenPolicy;
use crate::records::{Client, SignatureAlgorithm};
use serde_json::{Map, Value};
use std::fmt;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded::Serializer;

/// JARM §2.1: ten minutes are the longest life that is recommended.
const LONGEST_LIFE: Duration = Duration::minutes(10);

/// What the client is told, before it is sealed. Never printed: it may hold a code.
pub struct Response<'a> {
    target: &'a TrustedRedirect,
    members: Vec<(&'static str, String)>,
}

/// What the browser is given to carry. Never printed.
pub enum Delivery {
    /// It is sent to this URI.
    Redirect(String),
    /// It posts these fields.
    Form {
        /// Where to.
        action: String,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

impl<'a> Response<'a> {
    /// These members and, where there is one, the state. RFC 6749 §4.1.2.
    pub(super) fn new(target: &'a TrustedRedirect, mut members: Vec<(&'static str, String)>) -> Self {
        if let Some(state) = target.state() {
            members.push(("state", state.to_owned()));
        }
        Self { target, members }
    }

    /// Seals the response in the mode of its target.
    ///
    /// # Errors
    /// A [`KeyError`] where it is to be signed and cannot be.
    pub fn deliver(
        self,
        policy: &TokenPolicy,
        keys: &Snapshot,
        now: OffsetDateTime,
    ) -> Result<Delivery, KeyError> {
        let Self { target, members } = self;
        let mode = target.mode();
        let fields = if mode.is_signed() {
            vec![("response", sign(members, target.client(), policy, keys, now)?)]
        } else {
            // RFC 9207 §2, FAPI 2.0 Security Profile §5.3.2.2, OAuth 2.1 §7.15.1.
            // RFC 9700 §4.4.2: against mix-up.
            members.into_iter().chain([("iss", policy.issuer.as_ref().to_owned())]).collect()
        };
        let uri = target.redirect_uri();
        // JARM §2.3.3, §2.3.1.
        if mode.is_posted() {
            return Ok(Delivery::Form { action: uri.to_owned(), fields });
        }
        let query = Serializer::new(String::new()).extend_pairs(fields).finish();
        // RFC 6749 §3.1.2: a query that the URI already has is kept.
        let joint = if uri.contains('?') { '&' } else { '?' };
        Ok(Delivery::Redirect(format!("{uri}{joint}{query}")))
    }
}

/// JARM §2.1: the members as the claims of a JWT, beside `iss`, `aud` and `exp`.
// Not done: JARM §2.2: encryption. No client can register for it, and the code is bound by PKCE.
fn sign(
    members: Vec<(&'static str, String)>,
    client: &Client,
    policy: &TokenPolicy,
    keys: &Snapshot,
    now: OffsetDateTime,
) -> Result<String, KeyError> {
    // FAPI 2.0 Message Signing §5.4.1: JARM.
    let expires_at = now + policy.id_ttl.min(LONGEST_LIFE);
    let mut claims: Map<String, Value> =
        members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    // JARM §2.1, RFC 9207 §2: the issuer stands in the JWT, so not beside it.
    claims.insert("iss".to_owned(), policy.issuer.as_ref().into());
    claims.insert("aud".to_owned(), client.client_id.as_str().into());
    claims.insert("exp".to_owned(), expires_at.unix_timestamp().into());
    // OIDC Core §16.5, §16.6: an answer that can be shown to others later.
    keys.sign_jwt(algorithm(client, keys), "JWT", &claims, now, expires_at)
}

/// JARM §3: RS256, where the client registered nothing. It is not offered everywhere, and FAPI 2.0 Security Profile
/// §5.4.1 forbids it: then the algorithm is that of the client's ID tokens.
fn algorithm(client: &Client, keys: &Snapshot) -> SignatureAlgorithm {
    let default = Some(SignatureAlgorithm::Rs256)
        .filter(|algorithm| client.profile.is_none() && keys.signer(*algorithm).is_some())
        .unwrap_or(client.id_token_signed_response_alg);
    client.responses.authorization_signed_response_alg.unwrap_or(default)
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Response").field("target", &self.target).finish_non_exhaustive()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Redirect(_) => "Redirect(..)",
            Self::Form { .. } => "Form(..)",
        })
    }
}
