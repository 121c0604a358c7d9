//! What a client is told of its registration. RFC 7591 §3.2.1, RFC 7592 §3.

use crate::jose::json::Object;
use crate::oauth::clients::Registered;
use crate::oauth::clients::registration::Metadata;
use crate::records::{Client, Origin, SubjectType};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The client information response: everything that is registered, whoever chose it.
#[derive(Debug, Serialize)]
pub struct Information {
    client_id: String,
    client_id_issued_at: i64,
    /// A new secret: only its hash is kept, so it is told this once.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    client_secret: Option<SecretString>,
    /// RFC 7591 §3.2.1: 0, as it does not expire; it stands beside a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<u8>,
    #[serde(serialize_with = "expose")]
    registration_access_token: SecretString,
    #[serde(skip_serializing_if = "String::is_empty")]
    registration_client_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_statement: Option<String>,
    #[serde(flatten)]
    metadata: Object,
}

/// Members that a client's record leaves out where they are false.
const FALSE: [&str; 7] = [
    "require_auth_time",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "backchannel_logout_session_required",
    "frontchannel_logout_session_required",
];

/// RFC 7591 §3.2.1: all registered metadata, what is at its default too.
fn complete(metadata: &Metadata) -> Object {
    let mut members = match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Object::new(),
    };
    for name in FALSE {
        members.entry(name).or_insert(Value::Bool(false));
    }
    members.entry("subject_type").or_insert_with(|| SubjectType::default().as_str().into());
    members
}

impl Information {
    /// Of a client that was just registered or changed, with its new secret where it has one, and the token by which it
    /// manages itself.
    pub fn of(registered: Registered, token: SecretString) -> Self {
        let Registered { client, secret, .. } = registered;
        Self {
            client_secret_expires_at: secret.as_ref().map(|_| 0),
            client_secret: secret,
            ..Self::read(client, token)
        }
    }

    /// Of a client that reads what is registered.
    pub fn read(client: Client, token: SecretString) -> Self {
        let software_statement = match &client.origin {
            Origin::Registered(own) => own.software_statement.clone(),
            Origin::Operator | Origin::Document(_) => None,
        };
        Self {
            client_id: client.client_id.clone(),
            client_id_issued_at: client.created_at.unix_timestamp(),
            client_secret: None,
            client_secret_expires_at: None,
            registration_access_token: token,
            registration_client_uri: String::new(),
            software_statement,
            metadata: complete(&client.into()),
        }
    }

    /// The same, with the address at which the registration is managed: below `endpoint`. RFC 7592 §3.
    #[must_use]
    pub fn managed_below(self, endpoint: &str) -> Self {
        Self { registration_client_uri: format!("{endpoint}/{}", self.client_id), ..self }
    }

    /// Which client it is about.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

#[allow(clippy::ref_option, reason = "serde asks in this form")]
fn expose_some<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.as_ref().map(SecretString::expose_secret).unwrap_or_default())
}
