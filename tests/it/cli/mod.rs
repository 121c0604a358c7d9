//! The command and its configuration. All but the configuration is seen through the real binary.

mod clients;
mod config;
mod demo;
mod inspect;
mod process;
mod start;
mod tls;
mod verbs;
mod wire;
