//! The protocol endpoints, one file each: parse -> authenticate -> decide -> seal -> render.

pub mod authorize;
pub mod device_authorization;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod par;
pub mod protected_resource;
pub mod registration;
pub mod revoke;
pub mod token;
pub mod userinfo;

use super::authentication::{authenticate, authenticate_proving};
use super::extract::Call;
use super::respond::ProtocolError;
use crate::audit::Entry;

/// Writes the entry of an act that changes nothing, as the operator chose.
async fn write_stateless(call: &Call, entry: Entry<'_>) -> Result<(), ProtocolError> {
    call.state.trail.write(&call.act, entry).await.map_err(|fault| ProtocolError::stopped(call, fault.into()))
}
