//! From settings to everything that stands behind the edge: store, key-encryption keys, signing keys, secrets.

use super::{StartError, policies};
use crate::admin::{Answer, Order, Services, execute};
use crate::audit::{Entry, Event};
use crate::config::{self, Settings};
use crate::identity::PasswordPool;
use crate::identity::login::KnownDevices;
use crate::jobs::rotate_keys::RotateKeys;
use crate::keys::sealing::{self, KekRing};
use crate::keys::{KeyRing, lifecycle, server_secret};
use crate::oauth::dpop::{DpopPolicy, Nonces};
use crate::oauth::{Pepper, Rules, TokenPolicy};
use crate::ports::outbound::{GuardedOutbound, NameResolver, Outbound, SystemResolver};
use crate::ports::{Clock, Entropy, Seed, SystemClock, SystemEntropy};
use crate::records::Tenant;
use crate::storage::{Fault, Opening, Store};
use std::convert::Infallible;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The name under which the key of the known-device cookies is sealed.
const KNOWN_DEVICES: &str = "known_devices";

/// An open house: the store is ours, the secrets are opened, the keys are read.
pub struct House {
    /// What administrative orders need, and the edge too.
    pub services: Services,
    /// The cookies of known devices.
    pub devices: KnownDevices,
    /// How opening the store went.
    pub opening: Opening,
}

impl House {
    /// Opens the data folder of these settings; makes what is missing at the first start.
    ///
    /// # Errors
    /// One line: the folder is another user's, in use or not writable, acknowledged data is missing, or the key-encryption key is
    /// not the right one.
    pub fn open(settings: &Settings) -> Result<Self, StartError> {
        make_folder(&settings.data_dir)?;
        refuse_of_others(&settings.data_dir)?;
        let (store, opening) = Store::open(&settings.data_dir, &policies::storage(settings))?;
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
            (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let tenant = Tenant::default_tenant();
        let sealing = Arc::new(load_keks(settings, opening.pairs == 0, &entropy.seed())?);
        let keys = Arc::new(KeyRing::new(tenant.clone(), policies::keys(settings), Arc::clone(&sealing)));
        keys.show(&lifecycle::load_all(&store, &tenant)?)?;
        let Secrets { pepper, subjects, devices, nonces } =
            load_secrets(&store, &tenant, &sealing, &entropy.seed())?;
        let rotation =
            RotateKeys::new(Arc::clone(&keys), store.clone(), Arc::clone(&clock), Arc::clone(&entropy));
        let passwords = PasswordPool::start(policies::own_pool(settings)?)
            .map_err(|error| StartError::new(error.to_string()))?;
        let services = Services {
            tenant,
            store,
            keys,
            rotation,
            rules: Rules {
                policy: TokenPolicy {
                    trusted_issuers: policies::trusted_issuers(settings)?,
                    ..policies::tokens(settings)
                },
                pepper: Pepper::new(*pepper),
                subjects: Pepper::new(*subjects),
                dpop: DpopPolicy { nonces: Nonces::new(*nonces), require_nonce: settings.dpop.require_nonce },
            },
            offer: policies::offer(settings),
            password_policy: policies::passwords(settings),
            passwords: Arc::new(passwords),
            outbound: open_outbound(settings)?,
            clock,
            entropy,
        };
        let house = Self { services, devices: KnownDevices::new(*devices), opening };
        house.tell_of_mending()?;
        Ok(house)
    }

    /// Writes into log and audit trail what had to be mended, if anything had.
    fn tell_of_mending(&self) -> Result<(), Fault> {
        if !self.opening.was_mended() {
            return Ok(());
        }
        tracing::warn!("the store was mended: {}", self.opening);
        let (act, found) = (self.services.act(), self.opening.to_string());
        let told = self.services.store.run_blocking::<(), Infallible, _>(move |txn| {
            Ok(Entry::new(&act, Event::SysStoreRecovered).actor("server").target(&found).append(txn)?)
        });
        told.map_err(Fault::from)
    }

    /// Carries out one order while no server runs.
    ///
    /// # Errors
    /// The refusal's own line.
    pub fn carry_out(&self, order: Order) -> Result<Answer, StartError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartError::new(error.to_string()))?;
        let answer = runtime.block_on(execute(&self.services, order));
        answer.map_err(|refusal| StartError::new(refusal.what))
    }

    /// Closes the store.
    ///
    /// # Errors
    /// One line, where it does not end well.
    pub fn close(self) -> Result<(), StartError> {
        Ok(self.services.store.close()?)
    }
}

/// The guarded way to other servers.
fn open_outbound(settings: &Settings) -> Result<Arc<dyn Outbound>, StartError> {
    let resolver: Arc<dyn NameResolver> = Arc::new(SystemResolver);
    let outbound = GuardedOutbound::new(&policies::outbound(settings)?, &resolver);
    Ok(Arc::new(outbound.map_err(StartError::new)?))
}

/// Makes the folder, for its owner alone, where it does not exist.
fn make_folder(path: &Path) -> Result<(), StartError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        StartError::new(format!("data folder {} cannot be made: {error}; set data_dir", path.display()))
    })
}

/// Refuses the store of another user: what root wrote there, that user's server could not use any more. A folder without a store
/// is anybody's who may write to it, such as a volume that was mounted.
fn refuse_of_others(path: &Path) -> Result<(), StartError> {
    let owner = match std::fs::metadata(path.join("journal")) {
        Ok(found) => found.uid(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let what = format!("data folder {} cannot be used: {error}; set data_dir", path.display());
            return Err(StartError::new(what));
        }
    };
    let own = rustix::process::geteuid().as_raw();
    if owner == own {
        return Ok(());
    }
    Err(StartError::new(format!(
        "the store in {} belongs to uid {owner}, and this runs as uid {own}: run it as that user \
         (sudo -u '#{owner}' latchkey ...)",
        path.display()
    )))
}

/// The key-encryption keys from where the settings say; by default from a file in the data folder, which is made
/// with the store and never again.
fn load_keks(settings: &Settings, is_new: bool, seed: &Seed) -> Result<KekRing, StartError> {
    let own = &settings.keys;
    if let Some(name) = &own.kek_env {
        let text = config::variable(name).ok_or_else(|| {
            StartError::new(format!("keys.kek_env: the environment variable {name} is not set"))
        })?;
        return Ok(sealing::from_text(&text, &format!("the environment variable {name}"))?);
    }
    if let Some((program, arguments)) = own.kek_command.split_first() {
        return Ok(sealing::from_command(program, arguments)?);
    }
    let path = own.kek_file.clone().unwrap_or_else(|| settings.data_dir.join("kek"));
    if path.exists() {
        return Ok(sealing::from_file(&path)?);
    }
    if is_new {
        return Ok(sealing::create_file(&path, seed)?);
    }
    Err(StartError::new(format!(
        "the key-encryption key {} is missing, and the store is sealed under it: restore the file, or set \
         keys.kek_file",
        path.display()
    )))
}

/// The server's own secrets.
struct Secrets {
    pepper: Zeroizing<[u8; 32]>,
    subjects: Zeroizing<[u8; 32]>,
    devices: Zeroizing<[u8; 32]>,
    nonces: Zeroizing<[u8; 32]>,
}

fn load_secrets(
    store: &Store,
    tenant: &Tenant,
    keks: &Arc<KekRing>,
    seed: &Seed,
) -> Result<Secrets, StartError> {
    let (tenant, keks, seed) = (tenant.clone(), Arc::clone(keks), seed.clone());
    let loaded = store.run_blocking::<_, Infallible, _>(move |txn| {
        let mut load = |name| server_secret::load_or_make(txn, &tenant, &keks, name, &seed);
        Ok(Secrets {
            pepper: load(Pepper::NAME)?,
            subjects: load(Pepper::OF_SUBJECTS)?,
            devices: load(KNOWN_DEVICES)?,
            nonces: load(Nonces::NAME)?,
        })
    });
    Ok(loaded.map_err(Fault::from)?)
}
