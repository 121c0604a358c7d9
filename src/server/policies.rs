//! From settings to the small policies that the domain knows.

use crate::config::{self, Destination, Settings, StatementSource};
use crate::identity::login::{AddressPolicy, LoginPolicy, ThrottlePolicy};
use crate::identity::password::PasswordPolicy;
use crate::identity::{HashParams, PoolPolicy, SessionPolicy};
use crate::jose::JwkSet;
use crate::keys::KeyPolicy;
use crate::oauth::clients::dynamic::{Bounds, RegistrationPolicy, StatementIssuer};
use crate::oauth::clients::profile;
use crate::oauth::clients::registration::Offer;
use crate::oauth::trust::{IssuerKeys, SubjectPattern, TrustedIssuer};
use crate::oauth::{MtlsPolicy, RequestPolicy, TokenPolicy};
use crate::ports::outbound::{AllowList, OutboundPolicy};
use crate::records::{Profile, SignatureAlgorithm};
use crate::server::StartError;
use crate::storage::Options;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use time::Duration;

/// The same span of time, as the domain counts it.
fn span(of: std::time::Duration) -> Duration {
    Duration::try_from(of).unwrap_or(Duration::MAX)
}

/// How the store is run.
pub(super) fn storage(settings: &Settings) -> Options {
    let own = &settings.storage;
    Options {
        journal_limit_bytes: own.journal_limit.0,
        checkpoint_every: own.checkpoint_every,
        min_free_bytes: own.min_free.0,
        cache_bytes: own.cache.0,
        ..Options::default()
    }
}

/// The algorithms that we sign with: those of the settings, as far as the profile goes.
pub(super) fn algorithms(settings: &Settings) -> Vec<SignatureAlgorithm> {
    let all = settings.keys.algorithms.iter().copied();
    all.filter(|algorithm| profile::signs(*algorithm, settings.profile)).collect()
}

/// How the signing keys live.
pub(super) fn keys(settings: &Settings) -> KeyPolicy {
    let own = &settings.keys;
    KeyPolicy {
        algorithms: algorithms(settings),
        rotate_every: span(own.rotate_every),
        publish_ahead: span(own.publish_ahead),
        jwks_max_age: span(own.jwks_max_age),
        // OIDC RP-Initiated Logout §2: an ID token comes back as a hint as long as its session lives, whatever its `exp`.
        longest_signed_life: span(settings.tokens.access_ttl_limit.max(settings.login.session_absolute)),
        skew: span(settings.tokens.clock_skew),
        rsa_bits: own.rsa_bits,
    }
}

/// The rules of tokens.
pub(super) fn tokens(settings: &Settings) -> TokenPolicy {
    let own = &settings.tokens;
    TokenPolicy {
        issuer: Arc::from(settings.issuer.as_str()),
        access_ttl: span(own.access_ttl),
        id_ttl: span(own.id_ttl),
        code_ttl: span(own.code_ttl),
        device_code_ttl: span(own.device_code_ttl),
        device_poll_interval: span(own.device_poll_interval),
        refresh_idle_ttl: span(own.refresh_idle_ttl),
        refresh_absolute_ttl: span(own.refresh_absolute_ttl),
        refresh_retry_grace: span(own.refresh_retry_grace),
        interaction_ttl: span(settings.login.interaction_ttl),
        clock_skew: span(own.clock_skew),
        trusted_issuers: Arc::default(),
        requests: requests(settings),
        acr_password: Arc::from(settings.login.acr_password.as_str()),
        userinfo_max_age: own.userinfo_max_age.map(span),
        mtls: mtls(settings),
        profile: settings.profile,
    }
}

/// How clients show certificates: at a listener of ours, or to a proxy.
fn mtls(settings: &Settings) -> Option<MtlsPolicy> {
    let own = &settings.mtls;
    let written = own.issuer.as_ref().map(|issuer| Arc::from(issuer.as_str()));
    let beside = own.listen.and_then(|listen| {
        let mut url = settings.issuer.to_url()?;
        // The listener speaks TLS, whatever stands before the other one.
        url.set_scheme("https").ok()?;
        url.set_port(Some(listen.port())).ok()?;
        Some(Arc::from(url.as_str().trim_end_matches('/')))
    });
    (own.header || own.listen.is_some()).then(|| MtlsPolicy { alias: written.or(beside) })
}

/// The rules of authorization requests.
fn requests(settings: &Settings) -> RequestPolicy {
    let own = &settings.authorization;
    RequestPolicy {
        pushed_ttl: span(own.pushed_ttl),
        require_pushed: own.require_pushed || settings.profile.is_some(),
        require_signed: own.require_signed || settings.profile == Some(Profile::Fapi2MessageSigning),
        details: Arc::new(settings.authorization_details.clone()),
    }
}

/// What clients may ask for.
pub(super) fn offer(settings: &Settings) -> Offer {
    let limit = settings.tokens.access_ttl_limit.as_secs();
    Offer {
        algorithms: algorithms(settings),
        access_token_ttl_limit: u32::try_from(limit).unwrap_or(u32::MAX),
        profile: settings.profile,
        certificates: mtls(settings).is_some(),
    }
}

/// Who may register clients, and what these may have.
pub(super) fn registration(settings: &Settings) -> RegistrationPolicy {
    let own = &settings.registration;
    let issuer = |source: &StatementSource| StatementIssuer {
        issuer: source.issuer.clone(),
        jwks_uri: source.jwks_uri.clone(),
    };
    RegistrationPolicy {
        mode: own.mode,
        documents: own.client_id_metadata_documents,
        bounds: Bounds {
            scope: own.scope.clone(),
            grant_types: own.grant_types.clone(),
            methods: own.token_endpoint_auth_methods.clone(),
            resources: own.resources.clone(),
            require_pkce: own.require_pkce,
            profile: own.profile,
        },
        unused_ttl: Some(span(own.unused_ttl)),
        statement_issuers: own.software_statement_issuers.iter().map(issuer).collect(),
        require_statement: own.require_software_statement,
        trust_redirects: own.trust_redirects,
    }
}

/// How often one address may register a client.
pub(super) fn registrations(settings: &Settings) -> AddressPolicy {
    AddressPolicy {
        per_minute: settings.registration.address_per_minute,
        burst: NonZeroU32::new(settings.registration.address_burst).unwrap_or(NonZeroU32::MIN),
    }
}

/// The rules of a sign-in.
pub(super) fn login(settings: &Settings) -> LoginPolicy {
    let own = &settings.login;
    LoginPolicy {
        throttle: ThrottlePolicy {
            free_failures: own.free_failures,
            first_delay: span(own.first_delay),
            longest_delay: span(own.longest_delay),
            window: span(own.failure_window),
        },
        session: SessionPolicy { absolute: span(own.session_absolute), idle: span(own.session_idle) },
    }
}

/// How often one address may try.
pub(super) fn addresses(settings: &Settings) -> AddressPolicy {
    AddressPolicy {
        per_minute: settings.login.address_per_minute,
        burst: NonZeroU32::new(settings.login.address_burst).unwrap_or(NonZeroU32::MIN),
    }
}

/// How often one address may begin a sign-in: twenty times as often as it may try one, since people come back, and
/// applications begin many that nobody ends.
pub(super) fn strangers(settings: &Settings) -> AddressPolicy {
    let tries = addresses(settings);
    let burst = tries.burst.saturating_mul(NonZeroU32::MIN.saturating_add(5));
    AddressPolicy { per_minute: tries.per_minute.saturating_mul(20), burst }
}

/// How many refusals of one address stand in the audit trail one by one.
pub(super) fn refusals(settings: &Settings) -> AddressPolicy {
    let per_minute = settings.audit.refusals_per_minute;
    AddressPolicy { per_minute, burst: NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN) }
}

/// How many refusals of all addresses together do: whoever has a /48 of IPv6 has 65,536 that count as one each.
pub(super) fn all_refusals(settings: &Settings) -> AddressPolicy {
    let one = refusals(settings);
    let burst = one.burst.saturating_mul(NonZeroU32::MIN.saturating_add(19));
    AddressPolicy { per_minute: one.per_minute.saturating_mul(20), burst }
}

/// How often one address may type the code of a device: a fifth as often as it may try a password, for a code is the
/// whole of what must be guessed.
pub(super) fn user_codes(settings: &Settings) -> AddressPolicy {
    let tries = addresses(settings);
    let fifth = |number: u32| number.div_ceil(5);
    AddressPolicy {
        per_minute: fifth(tries.per_minute),
        burst: NonZeroU32::new(fifth(tries.burst.get())).unwrap_or(NonZeroU32::MIN),
    }
}

/// What a new password must be.
pub(super) fn passwords(settings: &Settings) -> PasswordPolicy {
    PasswordPolicy { min_chars: usize::try_from(settings.login.password_min_length).unwrap_or(usize::MAX) }
}

/// The threads that hash for the sign-in page.
///
/// # Errors
/// Where the cost of a hash is out of bounds.
pub(super) fn pool(settings: &Settings) -> Result<PoolPolicy, StartError> {
    let own = &settings.login;
    let params = HashParams::new(own.argon2_memory, own.argon2_passes, own.argon2_lanes)
        .map_err(|error| StartError::new(format!("login.argon2_memory: {error}")))?;
    let default = PoolPolicy::default();
    let count = |number: u32| usize::try_from(number).ok().and_then(NonZeroUsize::new);
    Ok(PoolPolicy {
        params,
        workers: count(own.hash_workers).unwrap_or(default.workers),
        queue: count(own.hash_queue).unwrap_or(default.queue),
    })
}

/// One thread that hashes for administrative orders, so that these never wait behind sign-ins.
///
/// # Errors
/// As [`pool`].
pub(super) fn own_pool(settings: &Settings) -> Result<PoolPolicy, StartError> {
    Ok(PoolPolicy { workers: NonZeroUsize::MIN, ..pool(settings)? })
}

/// Where the server itself may call.
///
/// # Errors
/// One line, where the file of authorities cannot be read.
pub(super) fn outbound(settings: &Settings) -> Result<OutboundPolicy, StartError> {
    let own = &settings.outbound;
    let (mut hosts, mut networks) = (Vec::new(), Vec::new());
    for destination in &own.allow {
        match destination {
            Destination::Host(host) => hosts.push(host.clone()),
            Destination::Network(network) => networks.push(*network),
        }
    }
    let allow = AllowList::new(hosts, move |address| networks.iter().any(|own| own.contains(address)));
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path)
            .map_err(|error| StartError::new(format!("outbound.ca_file: {}: {error}", path.display())))
    };
    Ok(OutboundPolicy { allow, ca_pem: own.ca_file.as_ref().map(read).transpose()?, timeout: own.timeout })
}

/// Others whose word we take.
///
/// # Errors
/// One line, where a file of keys cannot be read.
pub(super) fn trusted_issuers(settings: &Settings) -> Result<Arc<[TrustedIssuer]>, StartError> {
    settings.trusted_issuers.iter().map(trusted_issuer).collect()
}

/// One of these.
///
/// # Errors
/// One line, where the file of its keys cannot be read.
pub(super) fn trusted_issuer(own: &config::TrustedIssuer) -> Result<TrustedIssuer, StartError> {
    let keys = match (&own.jwks_file, &own.jwks_uri) {
        (Some(path), _) => {
            let failed = |error: &dyn std::fmt::Display| {
                StartError::new(format!("trusted_issuers.jwks_file: {}: {error}", path.display()))
            };
            let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
            IssuerKeys::Known(Arc::new(JwkSet::parse(&bytes).map_err(|error| failed(&error))?))
        }
        (None, url) => IssuerKeys::At(url.clone().unwrap_or_default()),
    };
    Ok(TrustedIssuer {
        issuer: own.issuer.clone(),
        keys,
        audiences: own.audiences.clone(),
        algorithms: own.algorithms.clone(),
        longest_life: span(own.max_life),
        single_use: own.single_use,
        subjects: own.subjects.iter().cloned().map(SubjectPattern).collect(),
        claims: own.claims.clone(),
        scope: own.scope.clone(),
        roles: own.roles.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// OIDC RP-Initiated Logout §2: an ID token comes back as a hint for as long as its session lives.
    #[test]
    fn a_key_is_known_as_long_as_the_sessions_whose_id_tokens_it_signed() {
        for (text, hours) in [
            ("", 12),
            ("[login]\nsession_absolute = \"30d\"", 720),
            ("[login]\nsession_idle = \"1m\"\nsession_absolute = \"5m\"", 1),
        ] {
            let loaded = config::check(Some((Path::new("x.toml"), text)), &[]).unwrap();
            assert_eq!(keys(&loaded.settings).longest_signed_life, Duration::hours(hours), "{text}");
        }
    }
}
