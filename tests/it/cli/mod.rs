//! The command and its configuration. All but the configuration is seen through the real binary.

mod check_config;
mod clients;
mod config;
mod demo;
mod folder;
mod inspect;
mod process;
mod start;
mod tls;
mod verbs;
mod wire;
