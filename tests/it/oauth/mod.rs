//! The protocol endpoints, spoken to over HTTP.

mod assertion_binding;
mod authorization_code;
mod authorize;
mod client_assertion;
mod client_credentials;
mod cors;
mod device;
mod discovery;
mod dpop;
mod endings;
mod fapi;
mod introspection;
mod jwks;
mod jwt_bearer;
mod logout;
mod logout_plans;
mod mtls;
mod openid;
mod refresh_token;
mod requests;
mod revocation;
mod secrets;
mod session_management;
mod token;
mod token_exchange;
mod userinfo;
