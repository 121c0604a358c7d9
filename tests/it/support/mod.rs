//! What the tests that speak HTTP begin with.

pub(crate) mod app;

pub(crate) use app::App;
