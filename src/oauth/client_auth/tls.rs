//! `tls_client_auth` and `self_signed_tls_client_auth`: the client's certificate says who it is. RFC 8705 §2.

use super::evidence::{Evidence, Unproven};
use super::{OAuthError, invalid_client};
use crate::jose::JwkSet;
use crate::records::{Authentication, Client};
use crate::x509::{Certificate, Doubt, Name};
use time::OffsetDateTime;

/// An authority that we trust vouches for the certificate, and it names the client. RFC 8705 §2.1.
pub(super) fn check_by_name(
    client: &Client,
    evidence: &Evidence<'_>,
    now: OffsetDateTime,
) -> Result<(), OAuthError> {
    let shown = evidence.certificate.ok_or(invalid_client("client_auth.certificate_missing"))?;
    evidence.anchors.vouch_for(shown, now).map_err(|doubt| match doubt {
        Doubt::Expired => invalid_client("client_auth.certificate_expired"),
        Doubt::Weak => invalid_client("client_auth.certificate_weak"),
        Doubt::Untrusted => invalid_client("client_auth.certificate_untrusted"),
    })?;
    if names(shown.own(), &client.authentication) {
        Ok(())
    } else {
        Err(invalid_client("client_auth.certificate_foreign"))
    }
}

/// The certificate is one of those that the client registered, or publishes where it registered. RFC 8705 §2.2. Nobody
/// need vouch for it, yet it must be valid at this time, and its key strong.
pub(super) fn check_by_key(
    client: &Client,
    evidence: &Evidence<'_>,
    now: OffsetDateTime,
) -> Result<(), Unproven> {
    let refused = |cause| Unproven::Refused(invalid_client(cause));
    let shown = evidence.certificate.ok_or(refused("client_auth.certificate_missing"))?;
    if !shown.own().is_valid_at(now) {
        return Err(refused("client_auth.certificate_expired"));
    }
    // RFC 7518 §3.3: the keys are looked at as they were published, the weak ones among them.
    if !shown.own().has_strong_key() {
        return Err(refused("client_auth.certificate_weak"));
    }
    let registered = client.keys.jwks.as_ref().and_then(|set| set.get("keys")?.as_array()).map(Vec::as_slice);
    let published = evidence.keys.map(JwkSet::as_published);
    if registered.or(published).unwrap_or_default().iter().any(|key| shown.own().is_of(key)) {
        Ok(())
    } else {
        Err(Unproven::KeyMissing(invalid_client("client_auth.certificate_not_registered")))
    }
}

/// RFC 8705 §2.1.2: exactly one of the five is registered, and that one decides.
fn names(certificate: &Certificate, expected: &Authentication) -> bool {
    let Authentication {
        tls_client_auth_subject_dn: subject,
        tls_client_auth_san_dns: dns,
        tls_client_auth_san_uri: uri,
        tls_client_auth_san_ip: ip,
        tls_client_auth_san_email: email,
        ..
    } = expected;
    match (subject, dns, uri, ip, email) {
        (Some(subject), None, None, None, None) => {
            Name::from_text(subject).is_some_and(|expected| certificate.subject() == Some(expected))
        }
        (None, Some(dns), None, None, None) => certificate.has_dns(dns),
        (None, None, Some(uri), None, None) => certificate.has_uri(uri),
        (None, None, None, Some(ip), None) => ip.parse().is_ok_and(|ip| certificate.has_ip(ip)),
        (None, None, None, None, Some(email)) => certificate.has_email(email),
        _ => false,
    }
}
