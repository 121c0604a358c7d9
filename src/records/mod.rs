//! What is stored, one file a record: its key, its version, its indexes, its expiry.
//!
//! # Layout of keys
//!
//! ```text
//! <tenant>/<space>/<id>                          a record
//! <tenant>/expiry/<unix seconds, 12 digits>/<space>/<id>   what to delete when (value: the keys, a JSON list)
//! ```
//!
//! A tenant and a space consist of lower-case letters, digits, `-` and `_`, so the first two slashes always
//! separate; an id may hold any byte. A value is JSON, `{"v": version, "r": record}`; an older version is upgraded
//! when it is read ([`Record::upgrade`]).

mod claims_request;
mod client;
mod confirmation;
mod consent;
mod grant;
mod jws_algorithm;
mod pending;
mod people;
mod record;
mod registered;
mod remembered;
mod response_mode;
mod revoked_token;
mod scope;
mod server_secret;
mod signing_key;
mod tenant;

pub use claims_request::{ClaimsRequest, RequestedClaim};
pub use client::{
    About, Authentication, Binding, Client, ClientKeys, ClientSecret, GrantType, Introspects, Logout, Origin,
    Profile, PublishedDocument, Requests, Responses, SelfRegistered, SignatureAlgorithm, SubjectType,
    Subjects, TokenEndpointAuthMethod, TokenExchange, WorkloadIdentity,
};
pub use confirmation::Confirmation;
pub use consent::{Asked, Consent};
pub use grant::{Grant, RefreshState, Revocation};
pub use jws_algorithm::JwsAlgorithm;
pub use pending::{
    AuthorizationCode, DeviceAnswer, DeviceAuthorization, Interaction, LogoutNotice, PushedRequest, UserCode,
    WaitingDevice,
};
pub use people::{
    Address, BrowserSession, Details, LoginThrottle, Participant, SessionCookie, SetupLink, User, Username,
};
pub use record::{Record, find, insert, key, list, remove, sweep, update};
pub use registered::{InitialAccessToken, ProtectedResource, UnusedClient};
pub use remembered::Remembered;
pub use response_mode::ResponseMode;
pub use revoked_token::RevokedToken;
pub use scope::{Scope, ScopeError};
pub use server_secret::ServerSecret;
pub use signing_key::{KeyState, PublicKey, SigningKey};
pub use tenant::Tenant;

/// Text form of a SHA-256: what is stored in place of a random secret, so that the store holds nothing that could
/// be presented. Base64url without padding.
pub fn hash_of(secret: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(crate::digest::sha256(&[secret]))
}
