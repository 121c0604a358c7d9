//! What the tests that speak HTTP begin with.

pub(crate) mod app;
pub(crate) mod flow;

pub(crate) use app::{Answer, App};
