//! `docs/spec-map.md`: which file deals with which clause, gathered from the marks in the source.
//!
//! A mark is `RFC 6749 §4.1.2` or `OIDC Core §3.1.2.1` in a comment; more sections of the same document may follow,
//! after a comma, `and` or `to`. `Not done: RFC … §…: reason` stands for a demand that we leave out, or that is none to
//! us, and is listed below the table of its document.

use super::markdown::{files_below, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Every document that may be cited. One that is missing here is a misprint, or new: then it gets its line.
const TITLES: &[(&str, &str)] = &[
    ("Browser-Based Apps", "OAuth 2.0 for Browser-Based Applications (draft 26)"),
    ("CIMD", "OAuth Client ID Metadata Document (draft 02)"),
    ("FAPI 2.0 Message Signing", "FAPI 2.0 Message Signing"),
    ("FAPI 2.0 Security Profile", "FAPI 2.0 Security Profile"),
    ("JARM", "JWT Secured Authorization Response Mode for OAuth 2.0"),
    ("OIDC Back-Channel Logout", "OpenID Connect Back-Channel Logout 1.0"),
    ("OIDC Core", "OpenID Connect Core 1.0"),
    ("OIDC Discovery", "OpenID Connect Discovery 1.0"),
    ("OIDC Form Post", "OAuth 2.0 Form Post Response Mode"),
    ("OIDC Front-Channel Logout", "OpenID Connect Front-Channel Logout 1.0"),
    ("OIDC Multiple Response Types", "OAuth 2.0 Multiple Response Type Encoding Practices"),
    ("OIDC RP-Initiated Logout", "OpenID Connect RP-Initiated Logout 1.0"),
    ("OIDC Registration", "OpenID Connect Dynamic Client Registration 1.0"),
    ("OIDC Session Management", "OpenID Connect Session Management 1.0"),
    (
        "OIDC Unmet Authentication Requirements",
        "OpenID Connect Core Error Code unmet_authentication_requirements 1.0",
    ),
    ("MCP Authorization", "Model Context Protocol, Authorization (2025-11-25)"),
    ("OAuth 2.1", "The OAuth 2.1 Authorization Framework (draft 16)"),
    ("Refresh Token Expiration", "OAuth 2.0 Refresh Token and Authorization Expiration (draft 03)"),
    ("SPIFFE JWT-SVID", "SPIFFE JWT-SVID"),
    ("rfc7523bis", "Updates to OAuth 2.0 JWT Client Authentication and Assertion-Based Grants (draft 08)"),
    ("RFC 2045", "MIME, part one"),
    ("RFC 2104", "HMAC: Keyed-Hashing for Message Authentication"),
    ("RFC 3339", "Date and Time on the Internet: Timestamps"),
    ("RFC 3966", "The tel URI for Telephone Numbers"),
    ("RFC 3986", "Uniform Resource Identifier (URI): Generic Syntax"),
    ("RFC 4291", "IP Version 6 Addressing Architecture"),
    ("RFC 4514", "LDAP: String Representation of Distinguished Names"),
    ("RFC 4647", "Matching of Language Tags"),
    ("RFC 4632", "Classless Inter-domain Routing (CIDR)"),
    ("RFC 5116", "An Interface and Algorithms for Authenticated Encryption"),
    ("RFC 5280", "X.509 Certificate and CRL Profile"),
    ("RFC 5321", "Simple Mail Transfer Protocol"),
    ("RFC 5646", "Tags for Identifying Languages"),
    ("RFC 5861", "HTTP Cache-Control Extensions for Stale Content"),
    ("RFC 5893", "Right-to-Left Scripts for Internationalized Domain Names for Applications"),
    ("RFC 3056", "Connection of IPv6 Domains via IPv4 Clouds (6to4)"),
    ("RFC 5958", "Asymmetric Key Packages"),
    ("RFC 6052", "IPv6 Addressing of IPv4/IPv6 Translators"),
    ("RFC 6265", "HTTP State Management Mechanism"),
    ("RFC 6454", "The Web Origin Concept"),
    ("RFC 6585", "Additional HTTP Status Codes"),
    ("RFC 6749", "The OAuth 2.0 Authorization Framework"),
    ("RFC 6750", "OAuth 2.0 Bearer Token Usage"),
    ("RFC 6797", "HTTP Strict Transport Security"),
    ("RFC 6890", "Special-Purpose IP Address Registries"),
    ("RFC 7009", "OAuth 2.0 Token Revocation"),
    ("RFC 7239", "Forwarded HTTP Extension"),
    ("RFC 7301", "TLS Application-Layer Protocol Negotiation Extension"),
    ("RFC 7396", "JSON Merge Patch"),
    ("RFC 7515", "JSON Web Signature"),
    ("RFC 7517", "JSON Web Key"),
    ("RFC 7518", "JSON Web Algorithms"),
    ("RFC 7519", "JSON Web Token"),
    ("RFC 7521", "Assertion Framework for OAuth 2.0 Client Authentication and Authorization Grants"),
    ("RFC 7523", "JWT Profile for OAuth 2.0 Client Authentication and Authorization Grants"),
    ("RFC 7396", "JSON Merge Patch"),
    ("RFC 7591", "OAuth 2.0 Dynamic Client Registration Protocol"),
    ("RFC 7592", "OAuth 2.0 Dynamic Client Registration Management Protocol"),
    ("RFC 7617", "The 'Basic' HTTP Authentication Scheme"),
    ("RFC 7636", "Proof Key for Code Exchange by OAuth Public Clients"),
    ("RFC 7638", "JSON Web Key Thumbprint"),
    ("RFC 7662", "OAuth 2.0 Token Introspection"),
    ("RFC 7797", "JSON Web Signature Unencoded Payload Option"),
    ("RFC 7800", "Proof-of-Possession Key Semantics for JSON Web Tokens"),
    ("RFC 8017", "PKCS #1: RSA Cryptography Specifications Version 2.2"),
    ("RFC 8032", "Edwards-Curve Digital Signature Algorithm"),
    ("RFC 8037", "CFRG Elliptic Curve Diffie-Hellman and Signatures in JOSE"),
    ("RFC 8176", "Authentication Method Reference Values"),
    ("RFC 8215", "Local-Use IPv4/IPv6 Translation Prefix"),
    ("RFC 8246", "HTTP Immutable Responses"),
    ("RFC 8252", "OAuth 2.0 for Native Apps"),
    ("RFC 8259", "The JavaScript Object Notation Data Interchange Format"),
    ("RFC 8264", "PRECIS Framework"),
    ("RFC 8265", "Usernames and Passwords by PRECIS"),
    ("RFC 8414", "OAuth 2.0 Authorization Server Metadata"),
    ("RFC 8417", "Security Event Token"),
    ("RFC 8446", "TLS 1.3"),
    ("RFC 8628", "OAuth 2.0 Device Authorization Grant"),
    ("RFC 8693", "OAuth 2.0 Token Exchange"),
    ("RFC 8705", "OAuth 2.0 Mutual-TLS Client Authentication and Certificate-Bound Access Tokens"),
    ("RFC 8707", "Resource Indicators for OAuth 2.0"),
    ("RFC 8725", "JSON Web Token Best Current Practices"),
    ("RFC 8941", "Structured Field Values for HTTP"),
    ("RFC 8996", "Deprecating TLS 1.0 and TLS 1.1"),
    ("RFC 9068", "JWT Profile for OAuth 2.0 Access Tokens"),
    ("RFC 9101", "JWT-Secured Authorization Request"),
    ("RFC 9106", "Argon2 Memory-Hard Function"),
    ("RFC 9110", "HTTP Semantics"),
    ("RFC 9111", "HTTP Caching"),
    ("RFC 9112", "HTTP/1.1"),
    ("RFC 9126", "OAuth 2.0 Pushed Authorization Requests"),
    ("RFC 9207", "OAuth 2.0 Authorization Server Issuer Identification"),
    ("RFC 9278", "JWK Thumbprint URI"),
    ("RFC 9325", "Recommendations for Secure Use of TLS and DTLS"),
    ("RFC 9396", "OAuth 2.0 Rich Authorization Requests"),
    ("RFC 9440", "Client-Cert HTTP Header Field"),
    ("RFC 9449", "OAuth 2.0 Demonstrating Proof of Possession"),
    ("RFC 9470", "OAuth 2.0 Step Up Authentication Challenge Protocol"),
    ("RFC 9562", "Universally Unique IDentifiers"),
    ("RFC 9649", "WebP Image Format"),
    ("RFC 9651", "Structured Field Values for HTTP"),
    ("RFC 9700", "Best Current Practice for OAuth 2.0 Security"),
    ("RFC 9701", "JWT Response for OAuth Token Introspection"),
    ("RFC 9728", "OAuth 2.0 Protected Resource Metadata"),
    ("RFC 9864", "Fully-Specified Algorithms for JOSE and COSE"),
];

const HEAD: &str = "# Where each clause is dealt with\n\n\
    Made from the marks in the source by `tests/it/docs/spec_map.rs`; do not edit. After a change of marks:\n\
    `LATCHKEY_BLESS=1 cargo test --test it docs::`\n\n\
    A line says where to look, not that the whole section is done there. What is left out stands below the table of its\n\
    document, with the reason.\n";

/// A section as it is written, after a key that sorts numbers as numbers.
type Section = (Vec<(u32, String)>, String);

/// What the marks give: the files of each section of each document, and what is left out.
#[derive(Default)]
struct Map {
    sections: BTreeMap<(String, Section), BTreeSet<String>>,
    left_out: BTreeMap<String, BTreeSet<LeftOut>>,
}

/// A demand that is left out: its section's key, what stands after the document's name, and the file.
type LeftOut = (Vec<(u32, String)>, String, String);

impl Map {
    fn of_source() -> Self {
        let mut map = Self::default();
        for path in files_below("src", "rs") {
            let text = fs::read_to_string(root().join(&path)).unwrap();
            for comment in comments(&text) {
                map.read(&path, &comment);
            }
        }
        map
    }

    fn read(&mut self, path: &str, comment: &str) {
        let mut parts = comment.split("Not done: ");
        for (document, sections) in marks(parts.next().unwrap_or_default()) {
            for section in sections {
                let key = (document.clone(), (sort_key(&section), section));
                self.sections.entry(key).or_default().insert(path.to_owned());
            }
        }
        for left_out in parts {
            let (document, rest) = document(left_out)
                .unwrap_or_else(|| panic!("{path}: of which document? Not done: {left_out}"));
            let key = sections(rest).first().map(|section| sort_key(section)).unwrap_or_default();
            let entry = (key, rest.trim_start_matches([',', ' ']).trim_end().to_owned(), path.to_owned());
            self.left_out.entry(document).or_default().insert(entry);
        }
    }

    fn render(&self) -> String {
        let mut out = HEAD.to_owned();
        let documents: BTreeSet<_> =
            self.sections.keys().map(|(document, _)| document).chain(self.left_out.keys()).collect();
        for document in documents {
            write!(out, "\n## {document}: {}\n", title(document).unwrap_or("?")).unwrap();
            let sections: Vec<_> = self.sections.iter().filter(|((of, _), _)| of == document).collect();
            if !sections.is_empty() {
                out.push_str("\n| section | files |\n|---|---|\n");
            }
            for ((_, (_, section)), files) in sections {
                let files: Vec<_> = files.iter().map(|file| link(file)).collect();
                let section = if section.is_empty() { "(all)" } else { section };
                writeln!(out, "| {section} | {} |", files.join(", ")).unwrap();
            }
            if let Some(left_out) = self.left_out.get(document) {
                out.push_str("\nLeft out, or no demand on us:\n\n");
                for (_, what, file) in left_out {
                    writeln!(out, "- {what} ({})", link(file)).unwrap();
                }
            }
        }
        out
    }
}

fn link(path: &str) -> String {
    format!("[{}](../{path})", path.trim_start_matches("src/"))
}

fn title(document: &str) -> Option<&'static str> {
    TITLES.iter().find(|(name, _)| *name == document).map(|(_, title)| *title)
}

/// The comments of a source file, each as one line: lines that follow each other belong together.
fn comments(source: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in source.lines() {
        let text = line.trim_start();
        let text = ["//!", "///", "//"].iter().find_map(|mark| text.strip_prefix(mark)).map(str::trim);
        match (text, found.last_mut()) {
            (Some(text), Some(last)) if !text.is_empty() => {
                last.push_str(text);
                last.push(' ');
            }
            (_, Some(last)) if !last.is_empty() => found.push(String::new()),
            _ => {}
        }
    }
    found.into_iter().map(|comment| comment.trim().to_owned()).filter(|comment| !comment.is_empty()).collect()
}

/// Every document that a comment cites, with the sections; an empty one stands for the whole.
fn marks(comment: &str) -> Vec<(String, Vec<String>)> {
    let starts = |word: &'static str| comment.match_indices(word).map(|(at, _)| at);
    let mut found = Vec::new();
    let others = TITLES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name: &&str| !name.starts_with("RFC ") && !name.starts_with("OIDC "));
    let names = ["RFC ", "OIDC "].into_iter().chain(others);
    for at in names.flat_map(starts) {
        let Some((document, rest)) = document(&comment[at..]) else { continue };
        let mut sections = sections(rest);
        if sections.is_empty() {
            sections.push(String::new());
        }
        found.push((document, sections));
    }
    found
}

/// The document whose name stands at the start of `text`, and what follows it.
fn document(text: &str) -> Option<(String, &str)> {
    if let Some(number) = text.strip_prefix("RFC ") {
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        return (digits > 0).then(|| (format!("RFC {}", &number[..digits]), &number[digits..]));
    }
    let named = TITLES.iter().find(|(name, _)| text.starts_with(name));
    let name =
        named.map_or_else(|| text.split([',', '§', '.']).next().unwrap_or(text).trim(), |(name, _)| name);
    Some((name.to_owned(), &text[name.len()..]))
}

/// The sections at the start of `text`: `§4.1, §4.2 and appendix B`.
fn sections(mut text: &str) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let start = text.trim_start_matches([' ', ',']);
        let start = ["and ", "to ", "or "].iter().find_map(|word| start.strip_prefix(word)).unwrap_or(start);
        let (prefix, body) = match (start.strip_prefix('§'), start.strip_prefix("appendix ")) {
            (Some(body), _) => ("§", body),
            (_, Some(body)) => ("appendix ", body),
            (None, None) => return found,
        };
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(body.len());
        found.push(format!("{prefix}{}", body[..end].trim_end_matches('.')));
        text = &body[end..];
        if body[..end].ends_with('.') {
            return found;
        }
    }
}

/// Sorts `§4.2` before `§4.10`, and appendices last.
fn sort_key(section: &str) -> Vec<(u32, String)> {
    let appendix = u32::from(section.starts_with("appendix"));
    let number = section.trim_start_matches("appendix ").trim_start_matches('§');
    let parts = number.split('.').filter(|part| !part.is_empty());
    let mut key = vec![(appendix, String::new())];
    key.extend(parts.map(|part| (part.parse().unwrap_or(0), part.to_owned())));
    key
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the developer asks by an environment variable to have the file rewritten"
)]
fn the_map_is_what_the_marks_give() {
    let path = root().join("docs/spec-map.md");
    let made = Map::of_source().render();
    if std::env::var_os("LATCHKEY_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/spec-map.md is out of date: LATCHKEY_BLESS=1 cargo test --test it docs::");
}

#[test]
fn every_document_that_is_cited_is_known() {
    let map = Map::of_source();
    let unknown: BTreeSet<_> = map
        .sections
        .keys()
        .map(|(name, _)| name)
        .chain(map.left_out.keys())
        .filter(|name| title(name).is_none())
        .collect();
    assert!(unknown.is_empty(), "a misprint, or a new document that needs its line in TITLES: {unknown:?}");
}

#[test]
fn marks_are_read_in_every_form() {
    let read = |comment: &str| {
        let found = marks(comment).into_iter();
        found.map(|(document, sections)| format!("{document} {}", sections.join(" "))).collect::<Vec<_>>()
    };
    assert_eq!(read("RFC 6749 §4.1.2, §5.2. Then RFC 7636."), ["RFC 6749 §4.1.2 §5.2", "RFC 7636 "]);
    assert_eq!(read("RFC 9700 §4.1.3, §2.1; RFC 8252 §7: x"), ["RFC 9700 §4.1.3 §2.1", "RFC 8252 §7"]);
    assert_eq!(read("OIDC Core §5.4 and §11"), ["OIDC Core §5.4 §11"]);
    assert_eq!(read("OIDC Core, appendix A.3: x"), ["OIDC Core appendix A.3"]);
    assert_eq!(read("OIDC Front-Channel Logout §3)"), ["OIDC Front-Channel Logout §3"]);
    assert_eq!(read("(RFC 6749 §3.2, appendix B)"), ["RFC 6749 §3.2 appendix B"]);
    assert_eq!(comments("/// RFC 6749\n/// §2\nfn f() {}\n    // b\n\n// c"), ["RFC 6749 §2", "b", "c"]);
}

#[test]
fn what_is_left_out_is_listed_and_not_taken_for_done() {
    let mut map = Map::default();
    map.read("src/a.rs", "RFC 6749 §2. Not done: RFC 6749 §3: nobody asks. Not done: RFC 8446 §4.2: x");
    let out = map.render();
    assert!(out.contains("| §2 | [a.rs](../src/a.rs) |") && !out.contains("| §3 |"), "{out}");
    assert!(out.contains("\n- §3: nobody asks. ([a.rs](../src/a.rs))\n\n## RFC 8446"), "{out}");
    assert!(out.ends_with("Left out, or no demand on us:\n\n- §4.2: x ([a.rs](../src/a.rs))\n"), "{out}");
    assert!(sort_key("§4.2") < sort_key("§4.10") && sort_key("§9") < sort_key("appendix A"));
}
