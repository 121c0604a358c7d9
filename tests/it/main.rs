//! The integration tests, one binary. Each folder stands for a part of the product.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod architecture;
mod caching;
mod cli;
mod docs;
mod fuzz;
mod identity;
mod jobs;
mod jose;
mod keys;
mod oauth;
mod pages;
mod ports;
mod records;
mod registration;
mod remote;
mod storage;
mod support;
mod trail;
