//! Distinguished names, and when two of them are the same. RFC 5280 §4.1.2.4, §7.1; as text: RFC 4514.

use super::der::{self, OBJECT_IDENTIFIER, SEQUENCE, SET};

/// The short names of attribute types. RFC 4514 §3, and those that certificates of organisations and people have.
const TYPES: [(&str, &str); 22] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("T", "2.5.4.12"),
    ("TITLE", "2.5.4.12"),
    ("BUSINESSCATEGORY", "2.5.4.15"),
    ("POSTALCODE", "2.5.4.17"),
    ("NAME", "2.5.4.41"),
    ("GIVENNAME", "2.5.4.42"),
    ("GN", "2.5.4.42"),
    ("DNQUALIFIER", "2.5.4.46"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
];

/// A distinguished name. Two are equal where RFC 5280 §7.1 calls them so: the same parts in the same order, each with
/// the same attributes in any order, their texts compared without regard to case and to the amount of space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Vec<Vec<Attribute>>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    object_identifier: Vec<u8>,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    /// Of a type that is no text: the encoding itself.
    Other(Vec<u8>),
}

impl Name {
    /// Reads a name from DER. RFC 5280 §4.1.2.4. None where it is malformed or empty.
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        for part in der::all(der::only(bytes, SEQUENCE)?)? {
            let set = (part.tag == SET).then_some(part.content)?;
            let attributes = der::all(set)?.into_iter().map(|pair| {
                let pair = der::all((pair.tag == SEQUENCE).then_some(pair.content)?)?;
                let [kind, value] = pair.as_slice() else { return None };
                let kind = (kind.tag == OBJECT_IDENTIFIER).then_some(kind.content)?;
                Some(Attribute { object_identifier: kind.to_vec(), value: Value::of(*value) })
            });
            parts.push(sorted(attributes.collect::<Option<_>>()?)?);
        }
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// Reads a name from its text. RFC 4514 §3. Spaces around `,`, `+` and `=` are passed over. None where it is
    /// malformed, empty, or names an attribute type that we do not know; any can be written as an object identifier.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for part in split(text, ',')? {
            let attributes = split(part, '+')?.into_iter().map(|pair| {
                let (kind, value) = pair.split_once('=')?;
                Some(Attribute { object_identifier: kind_of(kind.trim())?, value: Value::from_text(value)? })
            });
            parts.push(sorted(attributes.collect::<Option<_>>()?)?);
        }
        // RFC 4514 §2.1: the last part comes first.
        parts.reverse();
        Some(Self(parts))
    }
}

impl Value {
    fn of(value: der::Value<'_>) -> Self {
        match der::text(value) {
            Some(text) => Self::Text(prepared(&text)),
            None => Self::Other(value.whole.to_vec()),
        }
    }

    /// RFC 4514 §2.4, §3.
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(' ');
        if let Some(hex) = text.strip_prefix('#') {
            let bytes = hex.trim_end_matches(' ');
            let bytes = (0..bytes.len()).step_by(2).map(|at| byte(bytes.get(at..at + 2)?));
            let bytes = bytes.collect::<Option<Vec<u8>>>()?;
            let (value, rest) = der::read(&bytes)?;
            return rest.is_empty().then(|| Self::of(value));
        }
        unescaped(text).map(|text| Self::Text(prepared(&text)))
    }
}

fn sorted(mut attributes: Vec<Attribute>) -> Option<Vec<Attribute>> {
    attributes.sort();
    (!attributes.is_empty()).then_some(attributes)
}

fn kind_of(written: &str) -> Option<Vec<u8>> {
    let known = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(written));
    der::object_identifier(known.map_or(written, |(_, dotted)| dotted))
}

/// The parts of a text between separators that are not escaped; each has something in it.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        if !escaped && character == separator {
            parts.push(text.get(start..at)?);
            start = at + character.len_utf8();
        }
        escaped = !escaped && character == '\\';
    }
    parts.push(text.get(start..)?);
    parts.iter().all(|part| !part.trim().is_empty()).then_some(parts)
}

/// RFC 4514 §3: a backslash before a special character, or before two hexadecimal digits of a byte.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => {
                let next = rest.next()?;
                if " \"#+,;<=>\\".contains(next) {
                    bytes.extend(next.to_string().bytes());
                } else {
                    bytes.push(byte(&format!("{next}{}", rest.next()?))?);
                }
            }
            '"' | '+' | ',' | ';' | '<' | '>' | '\0' => return None,
            other => bytes.extend(other.to_string().bytes()),
        }
    }
    String::from_utf8(bytes).ok()
}

fn byte(hex: &str) -> Option<u8> {
    let digits = hex.len() == 2 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    digits.then(|| u8::from_str_radix(hex, 16).ok())?
}

/// RFC 5280 §7.1: case, and the amount of space, make no difference.
fn prepared(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::x509::X509NameBuilder;

    fn certified(entries: &[(&str, &str)]) -> Name {
        let mut builder = X509NameBuilder::new().unwrap();
        for (kind, value) in entries {
            builder.append_entry_by_text(kind, value).unwrap();
        }
        Name::from_der(&builder.build().to_der().unwrap()).unwrap()
    }

    /// RFC 4514 §4.
    #[test]
    fn the_text_of_a_name_is_the_name() {
        let entries = [("C", "GB"), ("O", "Sue, Grabbit and Runn"), ("CN", "L. Eagle")];
        for text in [
            r"CN=L. Eagle,O=Sue\, Grabbit and Runn,C=GB",
            r"cn = l.  eagle , o=SUE\2C Grabbit and Runn, 2.5.4.6=gb",
        ] {
            assert_eq!(Name::from_text(text), Some(certified(&entries)), "{text}");
        }
        let hex = r"CN=#0c084c2e204561676c65,O=Sue\, Grabbit and Runn,C=GB";
        assert_eq!(Name::from_text(hex), Some(certified(&entries)));
        let others =
            ["CN=L. Eagle,C=GB", r"C=GB,O=Sue\, Grabbit and Runn,CN=L. Eagle", "CN=L.Eagle,O=Sue,C=GB"];
        for text in others {
            assert_ne!(Name::from_text(text), Some(certified(&entries)), "{text}");
        }
        assert_eq!(Name::from_text(r"CN=Lu\C4\8Di\C4\87"), Some(certified(&[("CN", "Lučić")])));
        assert_eq!(
            Name::from_text("UID=jsmith,DC=example,DC=net"),
            Some(certified(&[("DC", "net"), ("DC", "example"), ("UID", "jsmith")]))
        );
    }

    #[test]
    fn parts_with_several_attributes_have_no_order() {
        assert_eq!(
            Name::from_text("OU=Sales+CN=J. Smith,DC=net"),
            Name::from_text("CN=j. smith+OU=Sales,DC=net")
        );
        assert_ne!(
            Name::from_text("OU=Sales+CN=J. Smith,DC=net"),
            Name::from_text("OU=Sales,CN=J. Smith,DC=net")
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            " ",
            "CN",
            "CN=a,",
            ",CN=a",
            "CN=a++O=b",
            "X=a",
            "CN=a;O=b",
            "CN=\"a\"",
            "CN=a\\",
            "CN=a\\zz",
            "CN=\\ff",
            "CN=#zz",
            "CN=#0c05",
            "=a",
            "CN=<a>",
        ] {
            assert_eq!(Name::from_text(bad), None, "{bad}");
        }
        for bad in [&b""[..], b"\x30\x00", b"\x31\x00", b"\x30\x02\x31\x00", b"\x30\x80"] {
            assert_eq!(Name::from_der(bad), None, "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_and_no_text_harm_the_reader(bytes: Vec<u8>, text: String) {
            Name::from_der(&bytes);
            Name::from_text(&text);
            Name::from_text(&format!("CN={text}"));
        }
    }
}
