//! Who calls, when, of which realm: read once for each request.

use super::client_ip;
use crate::act::Act;
use crate::records::Confirmation;
use crate::web::middleware::RequestId;
use crate::web::state::{AppState, Realm};
use crate::x509::ClientCertificate;
use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

/// The most of a `User-Agent` that is kept, in bytes.
const MAX_USER_AGENT: usize = 256;

/// RFC 9449 §4.1.
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// One request, resolved: the realm comes from the route, the tenant from the realm, and neither from anything that
/// the caller writes. Its credentials are never printed.
#[derive(Clone)]
pub struct Call {
    /// What the handlers work with.
    pub state: web::Data<AppState>,
    /// Whose endpoint was called.
    pub realm: Arc<Realm>,
    /// The circumstances.
    pub act: Act,
    authorization: Option<Vec<u8>>,
    certificate: Option<Arc<ClientCertificate>>,
    dpop: Vec<Vec<u8>>,
    method: Method,
}

impl Call {
    /// The value of the `Authorization` header, where there is one. Of several it is all, as a list (RFC 9110 §5.3): no
    /// scheme reads that.
    pub fn authorization(&self) -> Option<&[u8]> {
        self.authorization.as_deref()
    }

    /// The certificate that the client showed, where it showed one. RFC 8705 §2.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_deref()
    }

    /// The values of the `DPoP` headers. RFC 9449 §4.1.
    pub fn dpop(&self) -> &[Vec<u8>] {
        &self.dpop
    }

    /// The method of the request.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Takes a try from the bucket of the caller's address, where a stranger calls: what anybody may make us write or
    /// fetch is bounded by address. Whom we know pays nothing.
    ///
    /// # Errors
    /// Where the bucket is empty: how long until there is a try in it.
    pub fn check_stranger(&self, is_stranger: bool) -> Result<(), Duration> {
        let address = self.act.remote.filter(|_| is_stranger);
        address.map_or(Ok(()), |address| self.state.strangers.check(address))
    }

    /// The keys that the connection proves: that of the client's certificate. RFC 8705 §3.
    pub fn proved(&self) -> Confirmation {
        let x5t_s256 = self.certificate.as_ref().map(|shown| shown.thumbprint().to_owned());
        Confirmation { jkt: None, x5t_s256 }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Call").field("act", &self.act).finish_non_exhaustive()
    }
}

impl FromRequest for Call {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Call, Error> {
    let state: &web::Data<AppState> =
        request.app_data().ok_or_else(|| ErrorInternalServerError("the application has no state"))?;
    let realm: &web::Data<Realm> =
        request.app_data().ok_or_else(|| ErrorInternalServerError("the route belongs to no realm"))?;
    let realm = Arc::clone(realm);
    let act = Act {
        tenant: realm.tenant.clone(),
        now: state.clock.now(),
        seed: state.entropy.seed(),
        request_id: request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default(),
        remote: request.peer_addr().map(|peer| client_ip::of(peer.ip(), request.headers(), &state.proxies)),
        user_agent: user_agent(request),
    };
    let values = |name| -> Vec<Vec<u8>> {
        request.headers().get_all(name).map(|value| value.as_bytes().to_vec()).collect()
    };
    let authorization =
        Some(values(AUTHORIZATION)).filter(|all| !all.is_empty()).map(|all| all.join(&b", "[..]));
    let dpop = values(DPOP);
    let method = request.method().clone();
    let certificate = state.certificates.find(request, &state.proxies);
    Ok(Call { state: state.clone(), realm, act, authorization, certificate, dpop, method })
}

fn user_agent(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(USER_AGENT)?.to_str().ok()?;
    Some(text.get(..MAX_USER_AGENT).unwrap_or(text).to_owned())
}
