//! The cookie that names a browser: every pending interaction and every form is bound to the browser in which it began.

use super::cookie::{CookieKind, CookieValue, Cookies};
use crate::ports::Seed;
use crate::records::hash_of;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A browser, by the random value of its cookie: 256 bits.
#[derive(Debug, Clone)]
pub struct Browser {
    value: CookieValue,
    secret: Seed,
    fresh: bool,
}

impl Browser {
    /// The browser that sent the request, if it has its cookie already.
    pub fn find(request: &HttpRequest, cookies: Cookies) -> Option<Self> {
        let value = cookies.read(request, CookieKind::Browser)?;
        let secret: [u8; 32] = URL_SAFE_NO_PAD.decode(value.expose()).ok()?.try_into().ok()?;
        Some(Self { value, secret: Seed::new(secret), fresh: false })
    }

    /// The browser that sent the request; a new name for it where it has none.
    pub fn find_or_name(request: &HttpRequest, cookies: Cookies, seed: &Seed) -> Option<Self> {
        Self::find(request, cookies).or_else(|| {
            let secret = seed.expand("browser cookie");
            let value = CookieValue::new(URL_SAFE_NO_PAD.encode(secret))?;
            Some(Self { value, secret: Seed::new(secret), fresh: true })
        })
    }

    /// What an interaction keeps of it.
    pub fn hash(&self) -> String {
        hash_of(self.value.expose().as_bytes())
    }

    /// `Set-Cookie`, if the browser does not have the cookie yet. It ends with the browser.
    pub fn set_cookie(&self, cookies: Cookies) -> Option<HeaderValue> {
        if self.fresh { cookies.set(CookieKind::Browser, &self.value, None) } else { None }
    }

    /// What the tokens of its forms are made from.
    pub(super) fn secret(&self) -> &Seed {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const COOKIES: Cookies = Cookies::new(true);

    #[test]
    fn a_browser_is_named_once() {
        let seed = Seed::new([1; 32]);
        let stranger = TestRequest::default().to_http_request();
        assert!(Browser::find(&stranger, COOKIES).is_none());
        let named = Browser::find_or_name(&stranger, COOKIES, &seed).unwrap();
        let line = named.set_cookie(COOKIES).unwrap();
        let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        let again = TestRequest::default().append_header(("cookie", pair)).to_http_request();
        let known = Browser::find_or_name(&again, COOKIES, &Seed::new([2; 32])).unwrap();
        assert_eq!(known.hash(), named.hash());
        assert!(known.set_cookie(COOKIES).is_none());
    }
}
