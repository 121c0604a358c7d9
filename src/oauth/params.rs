//! Request parameters, from a query or a form body: `application/x-www-form-urlencoded`, read strictly.
//!
//! Only names that somebody asks for are looked at, so that others are ignored: RFC 6749 §3.1, §3.2;
//! OIDC Core §3.1.2.2, §13.1, §13.2.

use super::{ErrorCode, OAuthError};

/// More parameters than this are nobody's honest request.
const MAX_PARAMETERS: usize = 64;

/// The parameters of one request, in their order.
///
/// Debug shows names alone: values may be secrets.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `name=value&...` with percent-encoding and `+` for a space.
    ///
    /// # Errors
    /// `invalid_request` where an escape is broken, a text is not UTF-8 or holds a NUL, or there are more than 64.
    pub fn parse(encoded: &[u8]) -> Result<Self, OAuthError> {
        let mut pairs = Vec::with_capacity(8);
        for pair in encoded.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(malformed("The request has too many parameters."));
            }
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The parameters that these names and values are: what a request object or a pushed request says.
    ///
    /// # Errors
    /// As [`Params::parse`].
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, OAuthError> {
        if pairs.len() > MAX_PARAMETERS {
            return Err(malformed("The request has too many parameters."));
        }
        if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(malformed("A parameter holds a NUL character."));
        }
        Ok(Self(pairs))
    }

    /// Names and values, in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The same without the parameters of these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// The same with this parameter behind the others.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of `name`. An empty value counts as none: RFC 6749 §3.1.
    ///
    /// # Errors
    /// `invalid_request` where the parameter stands there more than once: RFC 6749 §3.1.
    pub fn get(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty());
        if found.next().is_some() { Err(duplicate()) } else { Ok(value) }
    }

    /// Every value of a parameter that may be repeated, such as `resource` (RFC 8707 §2).
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, value)| known == name && !value.is_empty())
            .map(|(_, v)| v.as_str())
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// `missing` where there is none; `invalid_request` where there are two.
    pub fn required(&self, name: &str, missing: OAuthError) -> Result<&str, OAuthError> {
        self.get(name)?.ok_or(missing)
    }

    /// The parameters as a query, in their order.
    pub fn to_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Refuses a request in which any parameter but the repeatable `resource` stands more than once.
    ///
    /// # Errors
    /// `invalid_request`. RFC 6749 §3.1, §3.2.
    pub fn refuse_duplicates(&self) -> Result<(), OAuthError> {
        self.refuse_duplicates_but(&["resource"])
    }

    /// Refuses a request in which any parameter but these stands more than once.
    ///
    /// # Errors
    /// `invalid_request`. RFC 6749 §3.1, §3.2.
    pub fn refuse_duplicates_but(&self, repeatable: &[&str]) -> Result<(), OAuthError> {
        let repeated = self.0.iter().enumerate().any(|(at, (name, _))| {
            !repeatable.contains(&name.as_str()) && self.0.iter().take(at).any(|(earlier, _)| earlier == name)
        });
        if repeated { Err(duplicate()) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Params {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

const fn malformed(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description, "params.malformed")
}

const fn duplicate() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, "A parameter appears more than once.", "params.duplicate")
}

pub(super) fn decode(encoded: &[u8]) -> Result<String, OAuthError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().and_then(|&digit| (digit as char).to_digit(16));
                let low = rest.next().and_then(|&digit| (digit as char).to_digit(16));
                match (high, low) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or_default(),
                    _ => return Err(malformed("A parameter has a broken percent-escape.")),
                }
            }
            plain => plain,
        });
    }
    // RFC 6749 §10.14: what comes in is checked before anybody uses it.
    if bytes.contains(&0) {
        return Err(malformed("A parameter holds a NUL character."));
    }
    String::from_utf8(bytes).map_err(|_| malformed("A parameter is not UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
        params.get(name).unwrap()
    }

    #[test]
    fn names_and_values_are_decoded() {
        let params = Params::parse(b"a=1+2&b%20c=%C3%A9&d&&e=x=y").unwrap();
        assert_eq!(get(&params, "a"), Some("1 2"));
        assert_eq!(get(&params, "b c"), Some("é"));
        assert_eq!(get(&params, "e"), Some("x=y"));
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_omitted() {
        assert_eq!(get(&Params::parse(b"d&f=").unwrap(), "f"), None);
    }

    #[test]
    fn a_parameter_that_stands_twice_is_refused() {
        let params = Params::parse(b"a=1&b=2&a=").unwrap();
        assert_eq!(params.get("a").unwrap_err().cause, "params.duplicate");
        assert_eq!(params.refuse_duplicates().unwrap_err().cause, "params.duplicate");
        assert!(Params::parse(b"resource=x&resource=y").unwrap().refuse_duplicates().is_ok());
    }

    #[test]
    fn broken_bytes_are_refused() {
        for bad in
            [&b"a=%"[..], b"a=%2", b"a=%zz", b"a=%ff%fe", b"a=%c0%af", b"a=%ed%a0%80", b"a=%00", b"\xff=1"]
        {
            assert_eq!(Params::parse(bad).unwrap_err().cause, "params.malformed", "{bad:?}");
        }
        assert!(Params::parse("a=1&".repeat(65).as_bytes()).is_err());
    }

    #[test]
    fn values_are_never_printed() {
        assert_eq!(format!("{:?}", Params::parse(b"client_secret=hush").unwrap()), "{\"client_secret\"}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..256)) {
            let _ = Params::parse(&bytes);
        }

        #[test]
        fn what_a_client_encodes_comes_back(name in "\\PC{1,20}", value in "\\PC{1,40}") {
            let encoded = url::form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            let params = Params::parse(encoded.as_bytes()).unwrap();
            proptest::prop_assert_eq!(params.get(&name).unwrap(), Some(value.as_str()));
        }
    }
}
