//! The command and its configuration.

mod config;
