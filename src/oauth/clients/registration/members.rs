//! The members that a registration may have, each with its type, so that a refusal names the member. RFC 7591 §2.

use super::{ApplicationType, Metadata, refuse};
use crate::jose::json::{self, Object};
use crate::oauth::OAuthError;
use crate::records::{
    GrantType, JwsAlgorithm, Profile, Scope, SignatureAlgorithm, SubjectType, TokenEndpointAuthMethod,
    WorkloadIdentity,
};
use serde::Deserialize;
use serde_json::Value;

/// One member that we know.
struct Member {
    name: &'static str,
    reads: fn(&Value) -> bool,
    refusal: &'static str,
}

fn reads<T: for<'de> Deserialize<'de>>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

macro_rules! members {
    ($($name:ident: $type:ty = $what:literal),+ $(,)?) => {
        [$(Member {
            name: stringify!($name),
            reads: reads::<$type>,
            refusal: concat!(stringify!($name), ": must be ", $what, "."),
        }),+]
    };
}

/// Every member of [`Metadata`]. A test compares.
const MEMBERS: [Member; 62] = members![
    client_name: String = "a text",
    application_type: ApplicationType = "web or native",
    redirect_uris: Vec<String> = "a list of texts",
    grant_types: Vec<GrantType> = "a list out of authorization_code, refresh_token, client_credentials, \
        urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:token-exchange and \
        urn:ietf:params:oauth:grant-type:jwt-bearer",
    response_types: Vec<String> = "a list of texts",
    token_endpoint_auth_method: TokenEndpointAuthMethod = "a method that this server has",
    scope: Scope = "a text of scope values, one space apart",
    id_token_signed_response_alg: SignatureAlgorithm = "an algorithm that this server signs with",
    access_token_signed_response_alg: SignatureAlgorithm = "an algorithm that this server signs with",
    resources: Vec<String> = "a list of texts",
    roles: Vec<String> = "a list of texts",
    require_pkce: bool = "true or false",
    rotate_refresh_tokens: bool = "true or false",
    skip_consent: bool = "true or false",
    access_token_ttl: u32 = "a number of seconds",
    profile: Profile = "fapi2_security or fapi2_message_signing",
    client_uri: String = "a text",
    logo_uri: String = "a text",
    policy_uri: String = "a text",
    tos_uri: String = "a text",
    contacts: Vec<String> = "a list of texts",
    software_id: String = "a text",
    software_version: String = "a text",
    initiate_login_uri: String = "a text",
    jwks: Object = "a JSON Web Key Set",
    jwks_uri: String = "a text",
    subject_type: SubjectType = "public or pairwise",
    sector_identifier_uri: String = "a text",
    token_endpoint_auth_signing_alg: JwsAlgorithm = "the name of a signature algorithm",
    assertion_audience_issuer_only: bool = "true or false",
    tls_client_auth_subject_dn: String = "a text",
    tls_client_auth_san_dns: String = "a text",
    tls_client_auth_san_uri: String = "a text",
    tls_client_auth_san_ip: String = "a text",
    tls_client_auth_san_email: String = "a text",
    dpop_bound_access_tokens: bool = "true or false",
    require_dpop_nonce: bool = "true or false",
    tls_client_certificate_bound_access_tokens: bool = "true or false",
    request_object_signing_alg: String = "the name of a signature algorithm, or none",
    require_signed_request_object: bool = "true or false",
    require_pushed_authorization_requests: bool = "true or false",
    request_uris: Vec<String> = "a list of texts",
    default_max_age: u32 = "a number of seconds",
    require_auth_time: bool = "true or false",
    default_acr_values: Vec<String> = "a list of texts",
    authorization_details_types: Vec<String> = "a list of texts",
    userinfo_signed_response_alg: SignatureAlgorithm = "an algorithm that this server signs with",
    authorization_signed_response_alg: SignatureAlgorithm = "an algorithm that this server signs with",
    introspection_signed_response_alg: SignatureAlgorithm = "an algorithm that this server signs with",
    post_logout_redirect_uris: Vec<String> = "a list of texts",
    backchannel_logout_uri: String = "a text",
    backchannel_logout_session_required: bool = "true or false",
    frontchannel_logout_uri: String = "a text",
    frontchannel_logout_session_required: bool = "true or false",
    workload_identities: Vec<WorkloadIdentity> = "a list of objects, each with an issuer and a subject",
    token_exchange_audiences: Vec<String> = "a list of texts",
    token_exchange_subject_audiences: Vec<String> = "a list of texts",
    token_exchange_subject_issuers: Vec<String> = "a list of texts",
    token_exchange_impersonation: bool = "true or false",
    token_exchange_bound_subjects: bool = "true or false",
    introspection_audiences: Vec<String> = "a list of texts",
    introspects_any_token: bool = "true or false",
];

/// What belongs to the registration, and not to the client's record.
const AROUND: [Member; 3] = members![
    client_id: String = "a text",
    client_secret: String = "a text",
    software_statement: String = "a text",
];

/// Whether a client has a setting of this name.
pub fn is_known(name: &str) -> bool {
    MEMBERS.iter().any(|member| member.name == name)
}

/// What nothing can be, since this server encrypts nothing: a client that asks for it would take in the clear what it
/// wants to have hidden. OIDC Registration §2, JARM §3, RFC 9701 §6.
// Not done: OIDC Core §10.2, §16.14, §16.21: encryption of ID tokens, userinfo and requests: none holds a secret of its
// own.
#[derive(Deserialize)]
enum Nothing {}

// Not done: OIDC Registration §2: encrypted ID tokens, userinfo and request objects: TLS and PAR hide what they would.
const ENCRYPTION: [Member; 10] = members![
    id_token_encrypted_response_alg: Nothing = "left out, as this server does not encrypt",
    id_token_encrypted_response_enc: Nothing = "left out, as this server does not encrypt",
    userinfo_encrypted_response_alg: Nothing = "left out, as this server does not encrypt",
    userinfo_encrypted_response_enc: Nothing = "left out, as this server does not encrypt",
    authorization_encrypted_response_alg: Nothing = "left out, as this server does not encrypt",
    authorization_encrypted_response_enc: Nothing = "left out, as this server does not encrypt",
    introspection_encrypted_response_alg: Nothing = "left out, as this server does not encrypt",
    introspection_encrypted_response_enc: Nothing = "left out, as this server does not encrypt",
    request_object_encryption_alg: Nothing = "left out, as this server does not decrypt",
    request_object_encryption_enc: Nothing = "left out, as this server does not decrypt",
];

/// Reads a document as it came: one JSON object, no member twice, no NUL in any text.
///
/// # Errors
/// `invalid_client_metadata`.
pub fn document(bytes: &[u8]) -> Result<Object, OAuthError> {
    let members = json::parse_object(bytes).map_err(|_| {
        refuse(
            "The registration must be one well-formed JSON object that names no member twice.",
            "registration.document",
        )
    })?;
    if members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)) {
        return Err(refuse("The registration holds a NUL character.", "registration.document"));
    }
    Ok(members)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Metadata {
    /// Takes the members that we know out of a document; RFC 7591 §2: the others are ignored. `null` is as good as
    /// nothing (RFC 7592 §2.2).
    ///
    /// # Errors
    /// `invalid_client_metadata`, with the name of the member that is of another type or of an unknown value.
    pub fn read(mut document: Object) -> Result<Self, OAuthError> {
        // Not done: OIDC Registration §2.1: names in other languages, likewise. Not done: RFC 7591 §2.2: names in other languages (`client_name#de`) are ignored, as unknown members are.
        document.retain(|_, value| !value.is_null());
        for member in MEMBERS.iter().chain(&AROUND).chain(&ENCRYPTION) {
            if document.get(member.name).is_some_and(|value| !(member.reads)(value)) {
                return Err(refuse(member.refusal, "registration.type"));
            }
        }
        Self::deserialize(Value::Object(document))
            .map_err(|_| refuse("The registration cannot be read.", "registration.type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::clients::registration::fixtures::{full, known_members};
    use serde_json::json;

    #[test]
    fn every_member_of_the_metadata_is_in_the_table_and_no_other() {
        let of_record = || MEMBERS.iter().map(|member| member.name);
        let mut names: Vec<_> = of_record().map(str::to_owned).collect();
        names.sort_unstable();
        assert_eq!(names, known_members());
        let whole = serde_json::to_value(Metadata::read(full()).unwrap()).unwrap();
        for name in of_record() {
            assert!(whole.get(name).is_some(), "{name} is lost on the way");
        }
    }

    #[test]
    fn a_member_of_another_type_is_refused_by_its_name() {
        for member in MEMBERS.iter().chain(&AROUND).chain(&ENCRYPTION) {
            for value in [json!({"a": 1}), json!([1]), json!(-1), json!(1.5), json!(""), json!([["a"]])] {
                let mut document = Object::new();
                document.insert(member.name.to_owned(), value.clone());
                let Err(error) = Metadata::read(document) else { continue };
                assert_eq!(error.cause, "registration.type");
                assert!(
                    error.description.starts_with(&format!("{}: ", member.name)),
                    "{}",
                    error.description
                );
            }
        }
        for (name, value) in [
            ("redirect_uris", json!("https://app.example/cb")),
            ("client_name", json!(["a"])),
            ("grant_types", json!(["implicit"])),
            ("token_endpoint_auth_method", json!("magic")),
            ("scope", json!(["openid"])),
            ("scope", json!("a\"b")),
            ("jwks", json!("{}")),
            ("jwks", json!([])),
            ("default_max_age", json!("60")),
            ("default_max_age", json!(-1)),
            ("require_auth_time", json!("true")),
            ("token_endpoint_auth_signing_alg", json!("none")),
            ("id_token_signed_response_alg", json!("none")),
            ("id_token_signed_response_alg", json!("HS256")),
            ("id_token_encrypted_response_alg", json!("RSA-OAEP")),
            ("contacts", json!("ada@example.com")),
            ("subject_type", json!("other")),
        ] {
            let document = [(name.to_owned(), value.clone())].into_iter().collect();
            let error = Metadata::read(document).unwrap_err();
            assert!(error.description.starts_with(&format!("{name}: ")), "{name} {value}: {error}");
        }
    }

    #[test]
    fn a_grant_that_we_do_not_have_is_refused_with_those_that_we_have() {
        let document = [("grant_types".to_owned(), json!(["foo"]))].into_iter().collect();
        let error = Metadata::read(document).unwrap_err();
        for grant in GrantType::ALL {
            assert!(error.description.contains(grant.as_str()), "{}", error.description);
        }
    }

    #[test]
    fn what_is_null_or_unknown_counts_as_left_out() {
        let null: Object = MEMBERS
            .iter()
            .chain(&AROUND)
            .chain(&ENCRYPTION)
            .map(|member| (member.name.to_owned(), Value::Null))
            .collect();
        assert_eq!(Metadata::read(null).unwrap(), Metadata::default());
        let unknown = json!({"client_name#de": "Netz", "x": {"y": [1]}, "admin": true});
        assert_eq!(Metadata::read(unknown.as_object().unwrap().clone()).unwrap(), Metadata::default());
    }

    #[test]
    fn a_document_that_two_readers_could_read_in_two_ways_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
        for bad in [
            &b""[..],
            b"[]",
            b"{} {}",
            b"{\"client_name\":\"a\",\"client_name\":\"b\"}",
            b"{\"jwks\":{\"keys\":[],\"keys\":[]}}",
            b"{\"client_name\":\"a\\u0000b\"}",
            b"{\"jwks\":{\"a\":[\"\\u0000\"]}}",
            b"{\"client_name\":\"\xff\xfe\"}",
            b"{\"client_name\":\"\\ud800\"}",
            b"\xef\xbb\xbf{}",
            deep.as_bytes(),
        ] {
            assert_eq!(document(bad).unwrap_err().cause, "registration.document", "{} bytes", bad.len());
        }
        assert!(document(b"{\"client_name\":\"a\"}").is_ok());
    }
}
