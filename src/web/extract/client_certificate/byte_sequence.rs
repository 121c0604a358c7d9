//! Byte sequences in header fields, one or a list of them. RFC 8941 §3.1, §3.3.5, as RFC 9440 uses them.
//!
//! RFC 9440 §2.1 knows neither parameters nor inner lists, so what has them is refused, as is an empty sequence.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// RFC 8941 §4.2.7: padding may be missing, and what stands in its bits does not count.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What may stand around the commas of a list. RFC 8941 §4.2.1.
const OWS: [char; 2] = [' ', '\t'];

/// One byte sequence. RFC 8941 §4.2.
pub(super) fn item(text: &str) -> Option<Vec<u8>> {
    decode(text.trim_matches(' '))
}

/// The byte sequences of a field that may have come on several lines. No line, or an empty one, is an empty list.
pub(super) fn list<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Vec<Vec<u8>>> {
    // RFC 8941 §4.2: the lines of a list are one list.
    let joined = lines.collect::<Vec<_>>().join(",");
    // RFC 8941 §4.2: before the whole there are spaces alone.
    let text = joined.trim_start_matches(' ');
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut items = text.split(',');
    let first = items.next().map(|item| item.trim_end_matches(OWS));
    // RFC 8941 §4.2.1: behind a comma there is another one: nothing is no byte sequence.
    first.into_iter().chain(items.map(|item| item.trim_matches(OWS))).map(decode).collect()
}

/// RFC 8941 §4.2.7.
fn decode(text: &str) -> Option<Vec<u8>> {
    let base64 = text.strip_prefix(':')?.strip_suffix(':')?;
    BASE64.decode(base64).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn a_byte_sequence_stands_between_colons() {
        for good in [":aGVsbG8=:", " :aGVsbG8=: ", ":aGVsbG8:", ":aGVsbG9=:"] {
            assert_eq!(item(good), Some(b"hello".to_vec()), "{good}");
        }
        for bad in [
            "",
            ":",
            "::",
            "aGVsbG8=",
            ":aGVsbG8=",
            ":aGVs bG8=:",
            ":aGVsbG8=:;a=1",
            "\":aGVsbG8=:\"",
            ":aGVsbG8_:",
            ":aGVsbG8==:",
            ":aGVsbG8=:,:aGVsbG8=:",
            ":a:",
            ":%3A:",
            "\t:aGVsbG8=:",
        ] {
            assert_eq!(item(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_has_commas_between_its_items_and_nowhere_else() {
        let list = |text| list(std::iter::once(text));
        assert_eq!(
            list(":YQ==:,:Yg==: ,\t:Yw==:\t"),
            Some(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()])
        );
        assert_eq!(list(""), Some(Vec::new()));
        for bad in [",", ":YQ==:,", ",:YQ==:", ":YQ==: :Yg==:", "(:YQ==:)", "\t:YQ==:", "\t"] {
            assert_eq!(list(bad), None, "{bad}");
        }
    }

    /// RFC 8941 §4.2.7, by hand: six bits a character, and bytes of eight.
    fn bits(text: &[u8]) -> Option<Vec<u8>> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let data: Vec<u8> = text.iter().copied().take_while(|byte| *byte != b'=').collect();
        let padding = &text[data.len()..];
        let most = match data.len() % 4 {
            0 => 0,
            1 => return None,
            left => 4 - left,
        };
        if padding.len() > most || padding.iter().any(|byte| *byte != b'=') {
            return None;
        }
        let mut bits = Vec::new();
        for byte in data {
            let value = ALPHABET.iter().position(|known| *known == byte)?;
            bits.extend((0..6).rev().map(|bit| value >> bit & 1 == 1));
        }
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        Some(bits.chunks_exact(8).map(byte).collect())
    }

    /// RFC 8941 §4.2.7, step by step: consumes a sequence from the beginning of `input`.
    fn consume(input: &mut &[u8]) -> Option<Vec<u8>> {
        let rest = input.strip_prefix(b":")?;
        let end = rest.iter().position(|byte| *byte == b':')?;
        *input = &rest[end + 1..];
        bits(&rest[..end]).filter(|bytes| !bytes.is_empty())
    }

    fn discard(input: &mut &[u8], what: &[u8]) {
        while let Some((first, rest)) = input.split_first()
            && what.contains(first)
        {
            *input = rest;
        }
    }

    fn item_by_steps(text: &str) -> Option<Vec<u8>> {
        let mut input = text.as_bytes();
        discard(&mut input, b" ");
        let found = consume(&mut input)?;
        discard(&mut input, b" ");
        input.is_empty().then_some(found)
    }

    /// RFC 8941 §4.2, §4.2.1, step by step.
    fn list_by_steps(lines: &[String]) -> Option<Vec<Vec<u8>>> {
        let text = lines.join(", ");
        let (mut input, mut members) = (text.as_bytes(), Vec::new());
        discard(&mut input, b" ");
        while !input.is_empty() {
            members.push(consume(&mut input)?);
            discard(&mut input, b" \t");
            if input.is_empty() {
                break;
            }
            input = input.strip_prefix(b",")?;
            discard(&mut input, b" \t");
            if input.is_empty() {
                return None;
            }
        }
        Some(members)
    }

    /// Pieces of such fields, so that what comes of them is often nearly right.
    fn line() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            6 => "[A-Za-z0-9+/]{0,9}={0,2}".prop_map(|text| format!(":{text}:")),
            4 => prop::sample::select(vec![",", ", ", " ,", " ,\t"]).prop_map(str::to_owned),
            2 => prop::sample::select(vec![" ", "\t", ":", "=", ";a=1", "A", "(", "\""]).prop_map(str::to_owned),
            1 => "\\PC{0,3}",
        ];
        vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn whatever_comes_is_read_as_the_algorithm_says(lines in vec(line(), 0..4)) {
            prop_assert_eq!(list(lines.iter().map(String::as_str)), list_by_steps(&lines));
            for line in &lines {
                prop_assert_eq!(item(line), item_by_steps(line), "{:?}", line);
            }
        }

        #[test]
        fn what_is_written_is_read_again(
            lines in vec(vec((vec(any::<u8>(), 1..40), any::<bool>(), "[ \t]{0,2}", "[ \t]{0,2}"), 1..4), 0..4),
        ) {
            let encode = |(bytes, padded, before, after): &(Vec<u8>, bool, String, String)| {
                let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                let text = if *padded { text.as_str() } else { text.trim_end_matches('=') };
                (format!(":{text}:"), before.clone(), after.clone())
            };
            let write = |line: &Vec<_>| {
                let mut text = String::new();
                for (at, item) in line.iter().enumerate() {
                    let (item, before, after) = encode(item);
                    if at > 0 {
                        text.extend([",", &before]);
                    }
                    text.extend([item, after]);
                }
                text
            };
            let written: Vec<String> = lines.iter().map(write).collect();
            let bytes: Vec<Vec<u8>> = lines.iter().flatten().map(|(bytes, ..)| bytes.clone()).collect();
            prop_assert_eq!(list(written.iter().map(String::as_str)), Some(bytes));
        }
    }
}
