//! What may be shown as a picture: bytes that are one of four kinds by what they begin with, and of a size that no
//! browser suffers from. What their server calls them counts for nothing. SVG is a program, and none of the four.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

use crate::digest::sha256;

/// A picture is no wider and no higher, in pixels: a few kilobytes can unfold to gigabytes.
const LONGEST_SIDE: u32 = 1024;

/// A picture that may be shown. To clone it copies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type, by its bytes.
    pub media_type: &'static str,
    /// A name that follows from its bytes and can stand in a URL.
    pub name: Arc<str>,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Picture {
    /// The picture that these bytes are; none where they are none that is shown.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (media_type, width, height) = measure(&bytes)?;
        let is_small = |side| (1..=LONGEST_SIDE).contains(&side);
        if !is_small(width) || !is_small(height) {
            return None;
        }
        let name = URL_SAFE_NO_PAD.encode(sha256(&[&bytes])).into();
        Some(Self { media_type, name, bytes: bytes.into() })
    }
}

/// The media type, the width and the height.
fn measure(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        // PNG §11.2.1: the header comes first.
        is_at(bytes, 12, b"IHDR")?;
        return Some(("image/png", number(bytes, 16, 4)?, number(bytes, 20, 4)?));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some(("image/gif", little(bytes, 6, 2)?, little(bytes, 8, 2)?));
    }
    if bytes.starts_with(b"RIFF") && is_at(bytes, 8, b"WEBP").is_some() {
        let (width, height) = measure_webp(bytes)?;
        return Some(("image/webp", width, height));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        let (width, height) = measure_jpeg(bytes)?;
        return Some(("image/jpeg", width, height));
    }
    None
}

/// RFC 9649 §2.5, §2.6, §2.7: lossy, lossless, extended.
fn measure_webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => {
            is_at(bytes, 23, b"\x9d\x01\x2a")?;
            Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff))
        }
        b"VP8L" => {
            is_at(bytes, 20, b"\x2f")?;
            let packed = little(bytes, 21, 4)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

/// The size stands in the frame header, behind segments that each say how long they are. ITU-T T.81 B.2.2.
fn measure_jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        is_at(bytes, at, b"\xff")?;
        match number(bytes, at + 1, 1)? {
            // Markers may be filled up before.
            0xff => at += 1,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((number(bytes, at + 7, 2)?, number(bytes, at + 5, 2)?));
            }
            // Without a segment behind it, or the beginning of the picture without its header.
            0x01 | 0xd0..=0xda => return None,
            _ => at += 2 + usize::try_from(number(bytes, at + 2, 2)?.max(2)).ok()?,
        }
    }
}

fn is_at(bytes: &[u8], at: usize, expected: &[u8]) -> Option<()> {
    bytes.get(at..)?.starts_with(expected).then_some(())
}

/// The number that so many bytes are, the largest part first.
fn number(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = bytes.get(at..)?.get(..count)?;
    Some(digits.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// The same, the smallest part first.
fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = bytes.get(at..)?.get(..count)?;
    Some(digits.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Option<&'static str> {
        Picture::read(bytes.to_vec()).map(|picture| picture.media_type)
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
    }

    #[test]
    fn a_picture_is_what_its_bytes_are() {
        for (bytes, expected) in [
            (&png(64, 32)[..], "image/png"),
            (b"GIF89a\x40\0\x20\0", "image/gif"),
            (b"GIF87a\x40\0\x20\0", "image/gif"),
            (b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x0b\x08\0\x20\0\x40", "image/jpeg"),
            (b"RIFF....WEBPVP8 ....\0\0\0\x9d\x01\x2a\x40\0\x20\0", "image/webp"),
            (b"RIFF....WEBPVP8L....\x2f\x3f\xc0\x07\0", "image/webp"),
            (b"RIFF....WEBPVP8X........\x3f\0\0\x1f\0\0", "image/webp"),
        ] {
            assert_eq!(kind(bytes), Some(expected), "{bytes:?}");
            assert_eq!(measure(bytes), Some((expected, 64, 32)), "{bytes:?}");
            // Cut off anywhere it is none, and nothing panics.
            for end in 0..bytes.len() {
                assert_eq!(kind(&bytes[..end]), None, "{:?}", &bytes[..end]);
            }
        }
    }

    /// attacks: M44.
    #[test]
    fn whatever_is_none_or_too_large_is_not_shown() {
        for bytes in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<!doctype html><script>alert(1)</script>",
            b"\x89PNG\r\n\x1a\nIHDR",
            b"BM......",
            b"\0\0\x01\0",
            b"\xff\xd8\xff\xda\0\x02",
            b"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0",
            b"GIF89a\0\0\x20\0",
            &png(0, 1),
            &png(1, 0),
            &png(1025, 1),
            &png(1, 100_000),
            &png(u32::MAX, u32::MAX),
        ] {
            assert_eq!(kind(bytes), None, "{bytes:?}");
        }
        assert_eq!(kind(&png(1024, 1024)), Some("image/png"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(head in 0_usize..4, tail in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            let heads = [&b"\xff\xd8"[..], b"RIFF....WEBPVP8", b"GIF89a", b"\x89PNG\r\n\x1a\n"];
            let _ = Picture::read([heads[head], &tail].concat());
        }
    }
}
