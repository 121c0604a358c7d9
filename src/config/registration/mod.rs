//! `[registration]`: who may register clients, and what these may have.

mod words;

pub use words::StatementSource;

use super::reader::{Reader, Section};
use crate::oauth::clients::dynamic::Mode;
use crate::records::{GrantType, Profile, Scope, TokenEndpointAuthMethod};
use std::time::Duration;

/// `[registration]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one key")]
pub struct Registration {
    /// Who may register a client over HTTP. RFC 7591.
    pub mode: Mode,
    /// Whether a client may be what a document at its own https address says. CIMD §4.
    pub client_id_metadata_documents: bool,
    /// The most that these clients may have in `scope`.
    pub scope: Scope,
    /// The grants that they may use.
    pub grant_types: Vec<GrantType>,
    /// The ways in which they may authenticate.
    pub token_endpoint_auth_methods: Vec<TokenEndpointAuthMethod>,
    /// The resources that they may ask tokens for.
    pub resources: Vec<String>,
    /// Whether confidential ones need PKCE too.
    pub require_pkce: bool,
    /// The set of demands that they are held to.
    pub profile: Option<Profile>,
    /// One that was given no token goes after this time.
    pub unused_ttl: Duration,
    /// How many registrations an address gets back each minute; 0 switches the limit off.
    pub address_per_minute: u32,
    /// How many registrations an address has at once.
    pub address_burst: u32,
    /// Whose software statements count, and where the keys of these issuers are.
    pub software_statement_issuers: Vec<StatementSource>,
    /// Whether a registration needs a software statement.
    pub require_software_statement: bool,
    /// Whether people are sent to clients that nobody vouches for without being asked. RFC 9700 §4.11.2.
    pub trust_redirects: bool,
}

pub(super) fn read(mut section: Section<'_>) -> Registration {
    let days = |count: u64| Duration::from_secs(count * 86_400);
    let scope = Scope::parse("openid profile email offline_access").unwrap_or_default();
    let methods = vec![
        TokenEndpointAuthMethod::ClientSecretBasic,
        TokenEndpointAuthMethod::ClientSecretPost,
        TokenEndpointAuthMethod::PrivateKeyJwt,
        TokenEndpointAuthMethod::None,
    ];
    Registration {
        mode: section.take("mode", Mode::Off),
        client_id_metadata_documents: section.take("client_id_metadata_documents", false),
        scope: section.take("scope", scope),
        grant_types: section.take("grant_types", vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        token_endpoint_auth_methods: section.take("token_endpoint_auth_methods", methods),
        resources: section.take_if("resources", Vec::new(), "a list of absolute URIs", are_absolute),
        require_pkce: section.take("require_pkce", true),
        profile: section.take_optional("profile"),
        unused_ttl: section.take_within("unused_ttl", days(30), Duration::from_secs(60)..=days(3650)),
        address_per_minute: section.take_within("address_per_minute", 10, 0..=100_000),
        address_burst: section.take_within("address_burst", 20, 1..=100_000),
        software_statement_issuers: section.take("software_statement_issuers", Vec::new()),
        require_software_statement: section.take("require_software_statement", false),
        trust_redirects: section.take("trust_redirects", false),
    }
}

#[allow(clippy::ptr_arg, reason = "asked for in this form")]
fn are_absolute(uris: &Vec<String>) -> bool {
    uris.iter().all(|uri| url::Url::parse(uri).is_ok() && !uri.contains('#'))
}

pub(super) fn check(registration: &Registration, reader: &mut Reader) {
    if registration.require_software_statement && registration.client_id_metadata_documents {
        reader.refuse(
            &["registration.client_id_metadata_documents", "registration.require_software_statement"],
            "contradicts registration.require_software_statement: documents come without one",
        );
    }
    if registration.require_software_statement && registration.software_statement_issuers.is_empty() {
        reader.refuse(
            &["registration.require_software_statement", "registration.software_statement_issuers"],
            "needs registration.software_statement_issuers: name whose statements count",
        );
    }
}
