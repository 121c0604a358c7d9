//! How TLS is spoken. RFC 9325 (BCP 195), RFC 8446, FAPI 2.0 Security Profile §5.2.1 and §5.2.2.
//!
//! Not done: RFC 9325 §3.6: no client is asked for a certificate after the handshake. Not done: RFC 9325 §3.7, §3.9: one
//! name, one certificate: what SNI says changes nothing. Not done: RFC 9325 §6.5: OCSP stapling: short-lived certificates
//! are renewed without a restart.

use super::material::Material;
use arc_swap::ArcSwap;
use openssl::error::ErrorStack;
use openssl::ssl::{
    AlpnError, ClientHelloResponse, SslAcceptor, SslAcceptorBuilder, SslAlert, SslContext, SslMethod,
    SslOptions, SslSessionCacheMode, SslVerifyMode, SslVersion, select_next_proto,
};
use std::sync::Arc;

/// RFC 9325 §4.2: the suites of TLS 1.2 that have forward secrecy and authenticated encryption, best first.
const TLS_1_2: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
     ECDHE-RSA-AES256-GCM-SHA384";

/// The suites of TLS 1.3, best first. RFC 8446 §9.1.
const TLS_1_3: &str = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/// HTTP/1.1 alone, in the form of RFC 7301 §3.1.
const PROTOCOLS: &[u8] = b"\x08http/1.1";

/// How many sessions are kept to be resumed.
const SESSIONS: i32 = 8192;

/// Whom a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody; no client is asked for a certificate.
    Everybody,
    /// Clients that may show a certificate. RFC 8705 §2.
    Clients,
}

/// The settings of a listener that shows this certificate.
///
/// # Errors
/// Where OpenSSL takes offence, such as at a key that is too short for it.
pub(super) fn builder(material: &Material, audience: Audience) -> Result<SslAcceptorBuilder, ErrorStack> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    // RFC 9325 §3.1.1: neither TLS 1.1 nor anything older; RFC 8996.
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_cipher_list(TLS_1_2)?;
    builder.set_ciphersuites(TLS_1_3)?;
    // RFC 9325 §3.3: no compression; §3.5: no renegotiation. Sessions are kept here, so that no key of tickets lives as
    // long as the process: RFC 9325 §3.4.
    builder.set_options(
        SslOptions::NO_COMPRESSION
            | SslOptions::NO_RENEGOTIATION
            | SslOptions::NO_TICKET
            | SslOptions::CIPHER_SERVER_PREFERENCE,
    );
    // RFC 9325 §3.10: no early data, which could be sent again.
    builder.set_max_early_data(0)?;
    // RFC 9325 §4.5; FAPI 2.0 Security Profile §5.4.1: RSA keys of 2048 bits and curves of 224 at least, and no SHA-1.
    builder.set_security_level(2);
    builder.set_session_id_context(b"latchkey")?;
    match audience {
        Audience::Everybody => {
            builder.set_session_cache_mode(SslSessionCacheMode::SERVER);
            builder.set_session_cache_size(SESSIONS);
            builder.set_num_tickets(1)?;
            builder.set_verify(SslVerifyMode::NONE);
        }
        Audience::Clients => {
            // Every connection proves anew that its client holds the key.
            builder.set_session_cache_mode(SslSessionCacheMode::OFF);
            builder.set_num_tickets(0)?;
            // RFC 8705 §2.2: a certificate may be signed by anybody, itself included. The handshake proves possession of
            // its key; whose it is, how strong, and whether that counts, is found out for each request.
            builder.set_verify_callback(SslVerifyMode::PEER, |_, _| {
                // What OpenSSL found is forgotten, or it would end the handshake at the next pause.
                drop(ErrorStack::get());
                true
            });
        }
    }
    // RFC 7301 §3.2: a client that speaks none of our protocols is told so.
    builder.set_alpn_select_callback(|_, theirs| {
        select_next_proto(PROTOCOLS, theirs).ok_or(AlpnError::ALERT_FATAL)
    });
    builder.set_certificate(&material.leaf)?;
    for authority in &material.chain {
        builder.add_extra_chain_cert(authority.clone())?;
    }
    builder.set_private_key(&material.key)?;
    builder.check_private_key()?;
    Ok(builder)
}

/// Lets every new connection take the context that is current when it comes.
pub(super) fn follow(builder: &mut SslAcceptorBuilder, current: Arc<ArcSwap<SslContext>>) {
    builder.set_client_hello_callback(move |connection, alert| {
        if connection.set_ssl_context(&current.load()).is_err() {
            *alert = SslAlert::INTERNAL_ERROR;
            return Err(ErrorStack::get());
        }
        Ok(ClientHelloResponse::SUCCESS)
    });
}
