//! Configuration: a TOML file and `LATCHKEY__SECTION__KEY` variables of the environment, checked as a whole.
//!
//! What is written is read into raw values with their places, then taken key by key into [`Settings`]. Unknown keys,
//! values of a wrong type and values that cannot be are faults; all of them are told at once, one a line, each with
//! file, line, key and what is allowed. Read by `cli` and `server` alone: the domain gets small policies made from
//! it. The environment is read here and nowhere else.

mod audit;
mod fault;
mod http;
mod issuer;
mod keys;
mod log;
mod login;
mod network;
mod outbound;
mod protocol;
mod raw;
mod reader;
mod registration;
mod storage;
mod tls;
mod trust;
mod units;
mod value;

pub use audit::Audit;
pub use fault::{Fault, Faults, Origin};
pub use http::Http;
pub use issuer::Issuer;
pub use keys::Keys;
pub use log::{Format, Level, Log};
pub use login::Login;
pub use network::Network;
pub use outbound::{Destination, Outbound};
pub use protocol::{Authorization, Dpop, Tokens};
pub use reader::Key;
pub use registration::{Registration, StatementSource};
pub use storage::Storage;
pub use tls::{Mtls, Tls};
pub use trust::TrustedIssuer;
pub use units::Size;

use crate::oauth::authorization_details::DetailTypes;
use crate::records::Profile;
use raw::Raw;
use reader::Reader;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The whole configuration, checked. One field a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The URL by which every token, link and cookie is named.
    pub issuer: Issuer,
    /// The folder that holds all that the server keeps.
    pub data_dir: PathBuf,
    /// A set of demands that every client is held to.
    pub profile: Option<Profile>,
    /// `[http]`
    pub http: Http,
    /// `[tls]`
    pub tls: Tls,
    /// `[mtls]`
    pub mtls: Mtls,
    /// `[tokens]`
    pub tokens: Tokens,
    /// `[authorization]`
    pub authorization: Authorization,
    /// `[authorization_details.TYPE]`
    pub authorization_details: DetailTypes,
    /// `[dpop]`
    pub dpop: Dpop,
    /// `[keys]`
    pub keys: Keys,
    /// `[login]`
    pub login: Login,
    /// `[registration]`
    pub registration: Registration,
    /// `[outbound]`
    pub outbound: Outbound,
    /// `[audit]`
    pub audit: Audit,
    /// `[log]`
    pub log: Log,
    /// `[storage]`
    pub storage: Storage,
    /// `[[trusted_issuers]]`
    pub trusted_issuers: Vec<TrustedIssuer>,
}

/// Checked settings, and which of them somebody wrote.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The value of every dotted key that was written in the file or the environment, as TOML.
    written: BTreeMap<String, String>,
    /// Where each of them stands.
    origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Whether somebody wrote this dotted key.
    pub fn wrote(&self, key: &str) -> bool {
        self.written.contains_key(key)
    }

    /// A fault of this dotted key that shows only where its value is used, such as a file that cannot be read.
    pub fn fault(&self, key: &str, what: impl Into<String>) -> Fault {
        let origin = self.origins.get(key).cloned().unwrap_or(Origin::Default);
        Fault { origin, key: key.to_owned(), what: what.into() }
    }

    /// The dotted keys that are written otherwise in `next`, or in one of the two alone.
    pub fn differences(&self, next: &Self) -> Vec<String> {
        let keys: BTreeSet<&String> = self.written.keys().chain(next.written.keys()).collect();
        keys.into_iter().filter(|key| self.written.get(*key) != next.written.get(*key)).cloned().collect()
    }

    /// Counts `next`'s value of this key as ours from now on.
    pub fn take_over(&mut self, key: &str, next: &Self) {
        match next.written.get(key) {
            Some(value) => self.written.insert(key.to_owned(), value.clone()),
            None => self.written.remove(key),
        };
    }
}

/// Reads the file, if one is named, and the environment of this process.
///
/// # Errors
/// Every fault of both.
pub fn load(file: Option<&Path>) -> Result<Loaded, Faults> {
    let text = file.map(|path| read_file(path).map(|text| (path, text))).transpose()?;
    check(text.as_ref().map(|(path, text)| (*path, text.as_str())), &environment())
}

/// Checks the text of a file and the variables of an environment.
///
/// # Errors
/// Every fault of both.
pub fn check(file: Option<(&Path, &str)>, environment: &[(String, String)]) -> Result<Loaded, Faults> {
    let mut raw = Raw::default();
    if let Some((path, text)) = file {
        raw.add_file(path, text);
    }
    raw.add_environment(environment);
    let mut reader = Reader::new(raw);
    let settings = read(&mut reader);
    let (written, origins) = (reader.values(), reader.origins());
    let (faults, _) = reader.finish();
    if faults.is_empty() { Ok(Loaded { settings, written, origins }) } else { Err(Faults(faults)) }
}

/// Every key that there is, with its default, in the order in which `config.example.toml` has them.
pub fn known_keys() -> Vec<Key> {
    let mut reader = Reader::new(Raw::default());
    read(&mut reader);
    reader.finish().1
}

/// The text of one environment variable, such as the one that `keys.kek_env` names.
#[allow(clippy::disallowed_methods, reason = "configuration is what reads the environment")]
pub fn variable(name: &str) -> Option<zeroize::Zeroizing<String>> {
    std::env::var(name).ok().map(zeroize::Zeroizing::new)
}

fn read(reader: &mut Reader) -> Settings {
    let mut top = reader.section("");
    let settings = Settings {
        issuer: top.take("issuer", Issuer::default()),
        data_dir: top.take("data_dir", PathBuf::from("./data")),
        profile: top.take_optional("profile"),
        http: http::read(reader.section("http")),
        tls: tls::read(reader.section("tls")),
        mtls: tls::read_mtls(reader.section("mtls")),
        tokens: protocol::read_tokens(reader.section("tokens")),
        dpop: protocol::read_dpop(reader.section("dpop")),
        authorization: protocol::read_authorization(reader.section("authorization")),
        authorization_details: reader.take_details(),
        keys: keys::read(reader.section("keys")),
        login: login::read(reader.section("login")),
        registration: registration::read(reader.section("registration")),
        outbound: outbound::read(reader.section("outbound")),
        audit: audit::read(reader.section("audit")),
        log: log::read(reader.section("log")),
        storage: storage::read(reader.section("storage")),
        trusted_issuers: Vec::new(),
    };
    let trusted_issuers = trust::read(settings.issuer.as_str(), reader);
    let settings = Settings { trusted_issuers, ..settings };
    tls::check(&settings.tls, &settings.issuer, reader);
    tls::check_mtls(&settings.mtls, &settings.tls, !settings.http.trusted_proxies.is_empty(), reader);
    protocol::check_tokens(&settings.tokens, reader);
    keys::check(&settings.keys, reader);
    protocol::check_profile(settings.profile, &settings.tokens, &settings.keys, reader);
    login::check(&settings.login, reader);
    registration::check(&settings.registration, reader);
    settings
}

fn read_file(path: &Path) -> Result<String, Faults> {
    let bytes = std::fs::read(path).map_err(|e| whole_file(path, format!("cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        whole_file(path, format!("is not UTF-8 from byte {valid} on"))
    })
}

fn whole_file(path: &Path, what: String) -> Faults {
    Faults(vec![Fault { origin: Origin::File { path: path.to_owned(), line: 1 }, key: String::new(), what }])
}

/// The variables of this process that are UTF-8; others can be no settings.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
