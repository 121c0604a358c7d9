//! The client that goes out to the real world, and where it does not go.
//!
//! - `https` alone; `http` where the operator listed the host or all that it resolves to.
//! - Public addresses alone, but for those that the operator listed. Literals are judged after the URL is parsed, so
//!   decimal, octal and hexadecimal spellings and IPv4 within IPv6 are judged as what they mean.
//! - A name is resolved by us, once a connection, and connected to what was judged: it cannot be another address a
//!   moment later (DNS rebinding). Connections are not kept.
//! - No redirects, no proxies of the environment, no cookies, no decompression, a bound on size and on time.

use super::resolver::NameResolver;
use super::{Fetch, FetchError, Fetched, MAX_ANSWER, Outbound, Pending, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Response, redirect, tls};
use secrecy::ExposeSecret as _;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use url::{Host, Url};

/// The longest URL that is called.
const MAX_URL: usize = 2048;

/// What may be called although it is not public.
#[derive(Clone)]
pub struct AllowList {
    hosts: Vec<String>,
    lists: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

impl AllowList {
    /// These hosts, in lower case, whatever they resolve to, and the addresses for which `lists` holds.
    pub fn new(hosts: Vec<String>, lists: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self { hosts, lists: Arc::new(lists) }
    }

    /// Nothing.
    pub fn empty() -> Self {
        Self::new(Vec::new(), |_| false)
    }

    fn names(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    fn lists(&self, address: IpAddr) -> bool {
        (self.lists)(address)
    }
}

impl fmt::Debug for AllowList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AllowList").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// How far the client goes.
// RFC 9101 §8, OIDC Core §6.2: TLS, the certificate and the name checked.
#[derive(Debug, Clone)]
pub struct OutboundPolicy {
    /// What may be called although it is not public.
    pub allow: AllowList,
    /// Certificates, in PEM form, of authorities that are trusted beside those of the system.
    pub ca_pem: Option<Vec<u8>>,
    /// The longest that one request may take, from the name to the last byte.
    pub timeout: Duration,
}

/// The guarded client. What it calls with is made when it is first needed, as many servers never do: openssl reads the
/// authorities of the system then, which takes longer than all the rest of a start, and some megabytes.
#[derive(Debug)]
pub struct GuardedOutbound {
    setup: Setup,
    /// Connects to what is public, or listed.
    secure: OnceCell<Client>,
    /// For `http`: connects to what is listed alone.
    plain: OnceCell<Client>,
}

/// What a client is made of.
#[derive(Clone)]
struct Setup {
    allow: AllowList,
    resolver: Arc<dyn NameResolver>,
    /// Those that are trusted beside the system's.
    authorities: Vec<Certificate>,
    timeout: Duration,
}

impl GuardedOutbound {
    /// A client of this policy.
    ///
    /// # Errors
    /// One line, where the certificates cannot be read.
    pub fn new(policy: &OutboundPolicy, resolver: &Arc<dyn NameResolver>) -> Result<Self, String> {
        let authorities = policy.ca_pem.as_deref().map(Certificate::from_pem_bundle).transpose();
        let authorities = authorities.map_err(|error| format!("outbound: {error}"))?;
        let setup = Setup {
            allow: policy.allow.clone(),
            resolver: Arc::clone(resolver),
            authorities: authorities.unwrap_or_default(),
            timeout: policy.timeout,
        };
        Ok(Self { setup, secure: OnceCell::new(), plain: OnceCell::new() })
    }

    /// The client for this scheme.
    async fn client(&self, scheme: &str) -> Result<&Client, FetchError> {
        let is_plain = scheme == "http";
        let make = || async {
            let setup = self.setup.clone();
            let made = tokio::task::spawn_blocking(move || setup.client(is_plain)).await;
            made.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        };
        let client = if is_plain { &self.plain } else { &self.secure };
        client.get_or_try_init(make).await.map_err(|error: String| {
            tracing::error!(%error, "no request can be sent to other servers: TLS cannot be set up");
            FetchError::Unreachable
        })
    }

    /// The URL, if it is one that we call.
    fn admit(&self, url: &str) -> Result<Url, FetchError> {
        if url.len() > MAX_URL {
            return Err(FetchError::NotAllowed);
        }
        let url = Url::parse(url).map_err(|_| FetchError::NotAllowed)?;
        let is_plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(FetchError::NotAllowed),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::NotAllowed);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            // A name is judged when it is resolved.
            Some(Host::Domain(_)) => None,
            None => return Err(FetchError::NotAllowed),
        };
        let may_call = |address| self.setup.allow.lists(address) || (!is_plain && is_public(address));
        if literal.is_some_and(|address| !may_call(address)) {
            return Err(FetchError::NotAllowed);
        }
        Ok(url)
    }

    async fn fetch(&self, fetch: Fetch) -> Result<Fetched, FetchError> {
        let url = self.admit(&fetch.url)?;
        let client = self.client(url.scheme()).await?;
        let mut request = match &fetch.body {
            Some((kind, body)) => {
                client.post(url).header(CONTENT_TYPE, *kind).body(body.expose_secret().to_owned())
            }
            None => client.get(url),
        };
        if let Some(value) = &fetch.authorization {
            let mut value =
                HeaderValue::from_str(value.expose_secret()).map_err(|_| FetchError::NotAllowed)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.header(ACCEPT, fetch.accept).send().await.map_err(|e| explain(&e))?;
        if response.status().is_redirection() {
            return Err(FetchError::Redirected);
        }
        read(response).await
    }
}

impl Outbound for GuardedOutbound {
    fn send(&self, fetch: Fetch) -> Pending<'_> {
        Box::pin(async move {
            // The host alone: the rest of a URL may be a secret.
            let host = Url::parse(&fetch.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let answer = self.fetch(fetch).await;
            if let Err(error) = &answer {
                let host = host.unwrap_or_default();
                tracing::info!(host, %error, "a request to another server failed");
            }
            answer
        })
    }
}

async fn read(mut response: Response) -> Result<Fetched, FetchError> {
    let text = |name: HeaderName| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let (content_type, cache_control) = (text(CONTENT_TYPE), text(CACHE_CONTROL));
    let mut fetched =
        Fetched { status: response.status().as_u16(), content_type, cache_control, body: Vec::new() };
    while let Some(chunk) = response.chunk().await.map_err(|e| explain(&e))? {
        if fetched.body.len() + chunk.len() > MAX_ANSWER {
            return Err(FetchError::TooLarge);
        }
        fetched.body.extend_from_slice(&chunk);
    }
    Ok(fetched)
}

impl fmt::Debug for Setup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Setup").field("allow", &self.allow).finish_non_exhaustive()
    }
}

impl Setup {
    fn client(&self, listed_alone: bool) -> Result<Client, reqwest::Error> {
        let guard = Guard { allow: self.allow.clone(), resolver: Arc::clone(&self.resolver), listed_alone };
        Client::builder()
            .tls_certs_merge(self.authorities.clone())
            // RFC 9325 §3.1.1, §6.1: and the certificate is that of the host.
            .tls_version_min(tls::Version::TLS_1_2)
            .timeout(self.timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .dns_resolver(guard)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .build()
    }
}

fn explain(error: &reqwest::Error) -> FetchError {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<Blocked>() {
            return FetchError::NotAllowed;
        }
        source = inner.source();
    }
    if error.is_timeout() { FetchError::TimedOut } else { FetchError::Unreachable }
}

/// Resolves names for the client, and gives it no address that was not judged.
struct Guard {
    allow: AllowList,
    resolver: Arc<dyn NameResolver>,
    listed_alone: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let is_named = self.allow.names(name.as_str());
        let (allow, listed_alone) = (self.allow.clone(), self.listed_alone);
        let found = self.resolver.resolve(name.as_str());
        Box::pin(async move {
            let mut addresses = found.await?;
            addresses.retain(|address| {
                is_named || allow.lists(*address) || (!listed_alone && is_public(*address))
            });
            if addresses.is_empty() {
                return Err(Blocked.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// A name has no address that we would call.
#[derive(Debug)]
struct Blocked;

impl fmt::Display for Blocked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name has no address that may be called")
    }
}

impl std::error::Error for Blocked {}
