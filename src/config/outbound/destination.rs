//! What an operator lists as callable: networks and hosts.

use crate::config::network::Network;
use crate::config::raw::Written;
use crate::config::value::{Item, Value, quote, text};

/// Something that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Every address of a network.
    Network(Network),
    /// A host, whatever address it has.
    Host(String),
}

impl Value for Destination {
    const ALLOWED: &'static str = "a network such as \"10.0.0.0/8\", or a host name in lower case";
    fn read(written: &Written) -> Option<Self> {
        if let Some(network) = Network::read(written) {
            return Some(Self::Network(network));
        }
        let host = text(written)?;
        let is_host = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        // What ends in a number would be an address (WHATWG URL §3.1), and none that can be read.
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_name = !last.is_empty() && !last.bytes().all(|byte| byte.is_ascii_digit());
        (is_name && host.bytes().all(is_host)).then(|| Self::Host(host.to_owned()))
    }
    fn render(&self) -> String {
        match self {
            Self::Network(network) => network.render(),
            Self::Host(host) => quote(host),
        }
    }
}

impl Item for Destination {
    const LIST_ALLOWED: &'static str =
        "a list of networks and host names such as [\"10.0.0.0/8\", \"idp.internal\"]";
}
