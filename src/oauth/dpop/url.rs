//! Whether two URLs are the same: `htu` against the endpoint that was called. RFC 9449 §4.3; RFC 3986 §6.2.2, §6.2.3.
//!
//! What a URL reader for browsers would repair is not repaired here: it is another URL.

use std::fmt::Write as _;

/// Whether `shown` is this URL of ours. RFC 9449 §4.3: query and fragment do not count.
pub(super) fn is_same(shown: &str, ours: &str) -> bool {
    // Ours is a URL, so what equals it to the letter is the same one.
    shown == ours || normalise(shown).is_some_and(|shown| normalise(ours) == Some(shown))
}

/// The form that all spellings of a URL share, without query and fragment. None where it is no http or https URL.
fn normalise(url: &str) -> Option<String> {
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    // RFC 3986 §6.2.2.1: scheme and host do not mind case.
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let authority = authority.to_ascii_lowercase();
    // RFC 3986 §6.2.3: the default port may be written, or left empty.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        Some(_) | None => (authority.as_str(), ""),
    };
    // A user's name has no business in the URL of an endpoint, nor has anything that some reader takes for a slash.
    let is_address = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || host.contains(['@', '\\', '%']) || (host.contains(':') && !is_address) {
        return None;
    }
    let port = if port == default_port { "" } else { port };
    let colon = if port.is_empty() { "" } else { ":" };
    let path = without_dots(&with_normal_escapes(path)?);
    Some(format!("{scheme}://{host}{colon}{port}{path}"))
}

/// RFC 3986 §6.2.2.2: what needs no escape stands unescaped. §6.2.2.1: the other escapes are written in capitals.
fn with_normal_escapes(path: &str) -> Option<String> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path.chars();
    while let Some(next) = rest.next() {
        if next != '%' {
            normal.push(next);
            continue;
        }
        let (high, low) = (rest.next()?.to_digit(16)?, rest.next()?.to_digit(16)?);
        let byte = u8::try_from(high * 16 + low).ok()?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            write!(normal, "%{byte:02X}").ok()?;
        }
    }
    Some(normal)
}

/// RFC 3986 §5.2.4: `.` and `..` are walked. §6.2.3: an empty path is the root.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_open = true;
    for segment in path.split('/').skip(1) {
        ends_open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            plain => segments.push(plain),
        }
    }
    if ends_open {
        segments.push("");
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OURS: &str = "https://id.example/auth/token";

    #[test]
    fn other_spellings_are_the_same_url() {
        for same in [
            OURS,
            "HTTPS://ID.Example/auth/token",
            "https://id.example:443/auth/token",
            "https://id.example:/auth/token",
            "https://id.example/auth/token?a=b",
            "https://id.example/auth/token#top",
            "https://id.example/auth/token?a=b#top",
            "https://id.example/auth/./token",
            "https://id.example/auth/x/../token",
            "https://id.example/../auth/token",
            "https://id.example/%61uth/t%6Fken",
            "https://id.example/auth/%2e/token",
        ] {
            assert!(is_same(same, OURS), "{same}");
        }
        assert!(is_same("http://localhost:80", "http://localhost/"));
        assert!(is_same("https://[::1]:8443/a", "https://[::1]:8443/a"));
    }

    #[test]
    fn other_urls_are_not() {
        for other in [
            "",
            "/auth/token",
            "id.example/auth/token",
            "https:id.example/auth/token",
            "https://",
            "https:///auth/token",
            "http://id.example/auth/token",
            "http://id.example:443/auth/token",
            "https://id.example:8443/auth/token",
            "https://id.example.evil.example/auth/token",
            "https://evil.example/auth/token",
            "https://id.example@evil.example/auth/token",
            "https://user@id.example/auth/token",
            "https://evil.example\\@id.example/auth/token",
            "https://id.example/auth/token/",
            "https://id.example/auth//token",
            "https://id.example/auth/Token",
            "https://id.example/auth%2Ftoken",
            "https://id.example/auth\\token",
            "https://id.example/auth/token%00",
            "https://id.example/auth/token%",
            "https://id.example/auth/token%2",
            "https://id.example/auth/token ",
            " https://id.example/auth/token",
            "https://id.example/auth/t\u{43e}ken",
            "https://id.example./auth/token",
            "https://id%2Eexample/auth/token",
            "ftp://id.example/auth/token",
        ] {
            assert!(!is_same(other, OURS), "{other}");
        }
    }

    /// A path of segments, and another spelling of it.
    fn spellings() -> impl Strategy<Value = (String, String)> {
        let segment = "[a-zA-Z0-9._~-]{1,8}".prop_filter("no dots", |text| text != "." && text != "..");
        let detour = prop_oneof![Just(""), Just("/."), Just("/x/.."), Just("/%2e"), Just("/y/%2E.")];
        let step = (segment, detour, any::<u64>());
        proptest::collection::vec(step, 1..5).prop_map(|steps| {
            let mut plain = String::new();
            let mut other = String::new();
            for (segment, detour, escapes) in steps {
                plain.push('/');
                plain.push_str(&segment);
                other.push_str(detour);
                other.push('/');
                for (at, letter) in segment.chars().enumerate() {
                    match escapes >> (at * 2) & 3 {
                        0 => write!(other, "%{:02x}", u32::from(letter)).unwrap(),
                        1 => write!(other, "%{:02X}", u32::from(letter)).unwrap(),
                        _ => other.push(letter),
                    }
                }
            }
            (plain, other)
        })
    }

    proptest! {
        #[test]
        fn every_spelling_is_found(
            (plain, other) in spellings(),
            port in prop_oneof![Just(""), Just(":"), Just(":443")],
            query in "(\\?[a-z/.=&]{0,8})?(#[a-z/]{0,4})?",
        ) {
            let (ours, shown) =
                (format!("https://id.example{plain}"), format!("hTTps://ID.exAMple{port}{other}{query}"));
            prop_assert!(is_same(&shown, &ours), "{} {}", shown, ours);
        }

        #[test]
        fn no_other_path_is_taken_for_ours(one in "(/[a-zA-Z0-9~]{1,6}){1,3}", two in "(/[a-zA-Z0-9~]{1,6}){1,3}") {
            let at = |path: &str| format!("https://id.example{path}");
            prop_assert_eq!(is_same(&at(&one), &at(&two)), one == two);
        }

        /// A reader for browsers agrees wherever we call two URLs the same.
        #[test]
        fn whatever_we_take_for_ours_a_browser_does_too(shown in "https://id\\.example[:/.a-b%2eE?#]{0,12}") {
            let ours = "https://id.example/a/b";
            if is_same(&shown, ours) {
                let read = ::url::Url::parse(&shown).unwrap();
                prop_assert_eq!(read.host_str(), Some("id.example"));
                prop_assert_eq!(read.path().replace("%61", "a").replace("%62", "b"), "/a/b");
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(shown in any::<String>()) {
            is_same(&shown, OURS);
            if let Some(normal) = normalise(&shown) {
                prop_assert_eq!(normalise(&normal), Some(normal.clone()), "once is enough");
            }
        }

        #[test]
        fn normalising_again_changes_nothing(shown in "https?://[a-zA-Z.:0-9]{1,8}[/.a-zA-Z%0-9]{0,16}") {
            if let Some(normal) = normalise(&shown) {
                prop_assert_eq!(normalise(&normal), Some(normal.clone()));
            }
        }
    }
}
