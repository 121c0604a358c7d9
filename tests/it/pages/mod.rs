//! The pages: how they look, what they say, and what they refuse.

mod browser;
mod consent;
mod contrast;
mod device;
mod errors;
mod headers;
mod index;
mod login;
mod logos;
mod logout;
mod samples;
mod setup;
mod templates;
mod throttle;
