//! Why the server does not start: one line each, which says what to do.

use crate::config::Faults;
use crate::keys::KeyError;
use crate::storage::{Fault, OpenError};
use std::fmt;

/// One line for the operator (a configuration has one a fault).
#[derive(Debug)]
pub struct StartError(String);

impl StartError {
    /// An error of this text.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<Faults> for StartError {
    fn from(faults: Faults) -> Self {
        Self(faults.to_string())
    }
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self(error.to_string())
    }
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self(error.to_string())
    }
}

impl From<Fault> for StartError {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}
