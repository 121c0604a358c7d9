//! As much of DER as names need. X.690 §8, §10.

/// One value: its tag, its content, and both with the length between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// The first byte.
    pub(super) tag: u8,
    /// What is in it.
    pub(super) content: &'a [u8],
    /// The whole encoding.
    pub(super) whole: &'a [u8],
}

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;

/// The first value in `bytes`, and what follows it. None where that is no definite, shortest encoding.
pub(super) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let (digits, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
        rest = behind;
        let shortest = !digits.is_empty() && digits.len() <= 3 && digits.first() != Some(&0);
        let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        (shortest && length >= 0x80).then_some(length)?
    };
    let (content, rest) = rest.split_at_checked(length)?;
    let (whole, _) = bytes.split_at_checked(bytes.len() - rest.len())?;
    Some((Value { tag, content, whole }, rest))
}

/// The only value in `bytes`, which has this tag.
pub(super) fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (value, rest) = read(bytes)?;
    (value.tag == tag && rest.is_empty()).then_some(value.content)
}

/// Every value in the content of a sequence or a set.
pub(super) fn all(mut content: &[u8]) -> Option<Vec<Value<'_>>> {
    let mut values = Vec::new();
    while !content.is_empty() {
        let (value, rest) = read(content)?;
        values.push(value);
        content = rest;
    }
    Some(values)
}

/// The text of a value of one of the string types. X.690 §8.23.
pub(super) fn text(value: Value<'_>) -> Option<String> {
    let wide = |size: usize, unit: fn(&[u8]) -> Option<u32>| {
        let exact = value.content.len().is_multiple_of(size);
        exact.then(|| value.content.chunks(size).map(|bytes| char::from_u32(unit(bytes)?)).collect())?
    };
    match value.tag {
        // UTF8String, NumericString, PrintableString, IA5String, VisibleString.
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(value.content.to_vec()).ok(),
        // TeletexString: read as Latin-1, as everybody does.
        0x14 => Some(value.content.iter().copied().map(char::from).collect()),
        // UniversalString.
        0x1c => wide(4, |bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?))),
        // BMPString.
        0x1e => wide(2, |bytes| Some(u16::from_be_bytes(bytes.try_into().ok()?).into())),
        _ => None,
    }
}

/// The content of an object identifier that is written as numbers with dots. X.690 §8.19.
pub(super) fn object_identifier(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(|arc| {
        let plain = arc == "0" || (!arc.starts_with('0') && arc.bytes().all(|b| b.is_ascii_digit()));
        if plain { arc.parse::<u64>().ok() } else { None }
    });
    let (first, second) = (arcs.next()??, arcs.next()??);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut bytes = base_128(second.checked_add(first * 40)?);
    for arc in arcs {
        bytes.extend(base_128(arc?));
    }
    Some(bytes)
}

fn base_128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut more = 0;
    loop {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | more);
        number >>= 7;
        more = 0x80;
        if number == 0 {
            bytes.reverse();
            return bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_are_encoded_as_in_x_690() {
        assert_eq!(object_identifier("2.5.4.3"), Some(vec![0x55, 4, 3]));
        assert_eq!(
            object_identifier("1.2.840.113549.1.9.1"),
            Some(vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1])
        );
        for bad in ["", "2", "3.1", "1.40", "2.5.", "2.05", "2.5.x", "2.5.-1", "2.99999999999999999999"] {
            assert_eq!(object_identifier(bad), None, "{bad}");
        }
    }

    #[test]
    fn lengths_that_are_not_the_shortest_or_run_over_are_refused() {
        assert!(read(&[0x0c, 1, b'a']).is_some());
        for bad in [
            &[0x0c][..],
            &[0x0c, 2, b'a'],
            &[0x0c, 0x80],
            &[0x0c, 0x81, 1, b'a'],
            &[0x0c, 0x85, 1, 1, 1, 1, 1],
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
