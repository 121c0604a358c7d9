//! The edge: the only place that knows actix, askama, cookies and status codes.

pub mod pages;
pub mod respond;
pub mod static_files;
