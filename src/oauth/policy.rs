//! What the server's configuration says about tokens, and the secrets that refresh tokens and subjects are made with.

use super::authorization_details::DetailTypes;
use super::dpop::DpopPolicy;
use super::trust::TrustedIssuer;
use crate::records::Profile;
use std::sync::Arc;
use time::Duration;

/// A password that travels by TLS, as the OASIS standard for SAML authentication contexts names it.
const ACR_PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// The rules for tokens; made once from the configuration.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// The issuer: an absolute URL without query, fragment or trailing slash. RFC 8414 §2.
    pub issuer: Arc<str>,
    /// The life of an access token, unless the client has its own.
    // RFC 6750 §5.3: short, by default five minutes.
    pub access_ttl: Duration,
    /// The life of an ID token.
    pub id_ttl: Duration,
    /// How long an authorization code can be redeemed. RFC 6749 §4.1.2 recommends at most ten minutes.
    pub code_ttl: Duration,
    /// How long a device code can be approved and redeemed. RFC 8628 §3.2, `expires_in`.
    pub device_code_ttl: Duration,
    /// How long a device waits between two polls. RFC 8628 §3.2, `interval`.
    pub device_poll_interval: Duration,
    /// How long a refresh token may lie unused.
    pub refresh_idle_ttl: Duration,
    /// The life of a grant, however often it is refreshed.
    pub refresh_absolute_ttl: Duration,
    /// How long a redeemed refresh token may be redeemed again while its successor is unused.
    pub refresh_retry_grace: Duration,
    /// How long a person may take to sign in and consent.
    pub interaction_ttl: Duration,
    /// How far a clock may be ahead of ours.
    pub clock_skew: Duration,
    /// The name of the level that a sign-in by password reaches. OIDC Core §2, `acr`.
    pub acr_password: Arc<str>,
    /// How old a sign-in may be for our own userinfo endpoint; any age, where there is none. RFC 9470 §3.
    pub userinfo_max_age: Option<Duration>,
    /// Others whose word we take for who somebody is. RFC 7523.
    pub trusted_issuers: Arc<[TrustedIssuer]>,
    /// How clients show certificates; none where they cannot. RFC 8705.
    pub mtls: Option<MtlsPolicy>,
    /// What an authorization request must be.
    pub requests: RequestPolicy,
    /// The set of demands that every client is held to.
    pub profile: Option<Profile>,
}

/// How clients show certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MtlsPolicy {
    /// The URL by which they reach us, where it is not the issuer: RFC 8705 §5. Without a slash at its end.
    pub alias: Option<Arc<str>>,
}

/// The rules for authorization requests; made once from the configuration.
#[derive(Debug, Clone)]
pub struct RequestPolicy {
    /// How long a pushed request can be taken up. RFC 9126 §2.2.
    pub pushed_ttl: Duration,
    /// Whether every request must be pushed. RFC 9126 §5.
    pub require_pushed: bool,
    /// Whether every request must be a signed object. RFC 9101 §10.5.
    pub require_signed: bool,
    /// What may be asked for in detail. RFC 9396 §2.
    pub details: Arc<DetailTypes>,
}

impl Default for RequestPolicy {
    fn default() -> Self {
        Self {
            pushed_ttl: Duration::seconds(60),
            require_pushed: false,
            require_signed: false,
            details: Arc::default(),
        }
    }
}

impl TokenPolicy {
    /// The URLs of the endpoint at this path: below the issuer, and where clients show certificates (RFC 8705 §5).
    pub fn urls(&self, path: &str) -> Vec<String> {
        let alias = self.mtls.as_ref().and_then(|mtls| mtls.alias.as_ref());
        std::iter::once(&self.issuer).chain(alias).map(|base| format!("{base}{path}")).collect()
    }

    /// The defaults, for this issuer.
    pub fn for_issuer(issuer: &str) -> Self {
        Self {
            issuer: Arc::from(issuer),
            access_ttl: Duration::minutes(5),
            id_ttl: Duration::minutes(5),
            code_ttl: Duration::seconds(60),
            device_code_ttl: Duration::minutes(10),
            device_poll_interval: Duration::seconds(5),
            refresh_idle_ttl: Duration::days(14),
            refresh_absolute_ttl: Duration::days(90),
            refresh_retry_grace: Duration::seconds(30),
            interaction_ttl: Duration::minutes(15),
            clock_skew: Duration::seconds(10),
            acr_password: Arc::from(ACR_PASSWORD),
            userinfo_max_age: None,
            trusted_issuers: Arc::default(),
            mtls: None,
            requests: RequestPolicy::default(),
            profile: None,
        }
    }
}

/// A secret of the server that goes into every value of one kind. Never printed.
#[derive(Clone)]
pub struct Pepper(Arc<[u8; 32]>);

impl Pepper {
    /// The name under which that of refresh tokens is sealed in the store.
    pub const NAME: &'static str = "refresh_token_pepper";
    /// The name under which that of pairwise subjects is sealed in the store. It must never change.
    pub const OF_SUBJECTS: &'static str = "pairwise_subjects";

    /// A pepper of these 256 random bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pepper(..)")
    }
}

/// What every decision of this layer needs beside the request and the store.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The rules for tokens.
    pub policy: TokenPolicy,
    /// The secret of refresh tokens.
    pub pepper: Pepper,
    /// The secret of pairwise subjects.
    pub subjects: Pepper,
    /// How keys are proved.
    pub dpop: DpopPolicy,
}
