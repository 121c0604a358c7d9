//! The protocol endpoints, one file each: parse -> authenticate -> decide -> seal -> render.

pub mod authorize;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod revoke;
pub mod token;
pub mod userinfo;

use super::extract::Call;
use super::respond::ProtocolError;
use crate::audit::{Entry, Event};
use crate::oauth::Params;
use crate::oauth::client_auth::{self, AuthenticatedClient, Evidence};

/// Writes the entry of an act that changes nothing, as the operator chose.
async fn write_stateless(call: &Call, entry: Entry<'_>) -> Result<(), ProtocolError> {
    call.state
        .stateless_acts
        .write(entry, &call.state.store)
        .await
        .map_err(|fault| ProtocolError::stopped(call, fault.into()))
}

/// Authenticates the client of a request; a refusal stands in the audit trail.
async fn authenticate(call: &Call, params: &Params) -> Result<AuthenticatedClient, ProtocolError> {
    let evidence = Evidence {
        authorization: call.authorization(),
        certificate: call.certificate(),
        anchors: &call.state.certificates.anchors(),
    };
    match client_auth::authenticate(&call.state.store, &call.act, &evidence, params) {
        Ok(client) => Ok(client),
        Err(stop) => {
            let error = ProtocolError::stopped(call, stop);
            write_stateless(call, Entry::new(&call.act, Event::AuthnClient).refused(error.cause())).await?;
            Err(error)
        }
    }
}
