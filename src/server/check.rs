//! What a start finds out about the files that the settings name, without a start: nothing is made, bound or run.

use super::tls::Tls;
use super::{StartError, policies};
use crate::config::{Fault, Loaded, Settings, variable};
use crate::keys::sealing;
use crate::ports::SystemClock;
use crate::ports::outbound::{GuardedOutbound, NameResolver, SystemResolver};
use crate::storage::Store;
use std::sync::Arc;

/// The fault of each file, or variable of the environment, that [`super::serve`] would refuse.
///
/// What `keys.kek_command` prints is not asked for, and whether a key opens the store is seen when that is opened.
pub fn faults(loaded: &Loaded) -> Vec<Fault> {
    let settings = &loaded.settings;
    let mut faults: Vec<Fault> = Tls::faults(settings, &SystemClock)
        .into_iter()
        .chain(outbound(settings).err())
        .chain(policies::pool(settings).err())
        .map(|error| named(loaded, &error))
        .collect();
    if let Err((key, what)) = key_encryption_key(settings) {
        faults.push(loaded.fault(key, what));
    }
    for (at, issuer) in settings.trusted_issuers.iter().enumerate() {
        if let Err(error) = policies::trusted_issuer(issuer) {
            let what = error.to_string();
            let (_, what) = what.split_once(": ").unwrap_or(("", &what));
            faults.push(loaded.fault(&format!("trusted_issuers.{at}.jwks_file"), what));
        }
    }
    faults
}

/// Errors of the start begin with the key that they are about.
fn named(loaded: &Loaded, error: &StartError) -> Fault {
    let text = error.to_string();
    let (key, what) = text.split_once(": ").unwrap_or(("", &text));
    loaded.fault(key, what)
}

fn outbound(settings: &Settings) -> Result<(), StartError> {
    let resolver: Arc<dyn NameResolver> = Arc::new(SystemResolver);
    let opened = GuardedOutbound::new(&policies::outbound(settings)?, &resolver);
    opened.map(drop).map_err(|what| {
        what.strip_prefix("outbound: ").map_or_else(
            || StartError::new(&what),
            |what| StartError::new(format!("outbound.ca_file: {what}")),
        )
    })
}

fn key_encryption_key(settings: &Settings) -> Result<(), (&'static str, String)> {
    if let Some(name) = &settings.keys.kek_env {
        let key = "keys.kek_env";
        let text =
            variable(name).ok_or_else(|| (key, format!("the environment variable {name} is not set")))?;
        let read = sealing::from_text(&text, &format!("the environment variable {name}"));
        return read.map(drop).map_err(|error| (key, error.to_string()));
    }
    if !settings.keys.kek_command.is_empty() {
        return Ok(());
    }
    let path = settings.keys.kek_file.clone().unwrap_or_else(|| settings.data_dir.join("kek"));
    // The first start makes it.
    if !path.exists() && !Store::exists_in(&settings.data_dir) {
        return Ok(());
    }
    sealing::from_file(&path).map(drop).map_err(|error| ("keys.kek_file", error.to_string()))
}
