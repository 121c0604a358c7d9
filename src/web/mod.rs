//! The edge: the only place that knows actix, askama, cookies and status codes.

mod assertions;
mod authentication;
mod authorization_request;
mod client_document;
pub mod extract;
pub mod logos;
pub mod middleware;
pub mod pages;
pub mod paths;
mod possession;
pub mod protocol;
pub mod published;
pub mod respond;
pub mod routes;
pub mod state;
pub mod static_files;
pub mod trail;
