//! User codes: what a person reads off a device and types. RFC 8628 §6.1.

use crate::ports::Seed;
use crate::records::hash_of;

/// 20 letters without vowels, so that no words arise, and none that looks like a digit. RFC 8628 §6.1.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// 20 to the power of 8 codes: 34.5 bits. RFC 8628 §5.1, §6.1.
const LENGTH: usize = 8;

/// What is typed is not longer than this, in bytes, with whatever people put between the letters.
const MAX_TYPED: usize = 64;

/// A user code in its stored form: eight letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCodeText(String);

impl UserCodeText {
    /// A random code. The number tells the tries of one act from each other.
    pub(super) fn random(seed: &Seed, attempt: u8) -> Option<Self> {
        let bytes = seed.expand(&format!("user_code.{attempt}"));
        // What is left of 240 spreads evenly over 20 letters; of 32 bytes, eight are below that all but surely.
        let letters =
            bytes.iter().filter(|byte| **byte < 240).filter_map(|byte| LETTERS.get(usize::from(*byte % 20)));
        let code: String = letters.take(LENGTH).map(|letter| char::from(*letter)).collect();
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// Reads what a person typed: in whatever case, and with whatever signs between the letters. RFC 8628 §6.1.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_TYPED {
            return None;
        }
        let code: String =
            typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        let fits = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        fits.then_some(Self(code))
    }

    /// The code as people see it: `XXXX-XXXX`.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{second}")
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> String {
        hash_of(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCodeText("BCDFGHJK".to_owned());
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "B.C.D.F.G.H.J.K", "bcdf–ghjk", "BCDF\tGHJK"]
        {
            assert_eq!(UserCodeText::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "BCDFGHJ", "BCDFGHJKL", "ACDFGHJK", "BCDFGHJ1", "BCDFGHJß", &"-".repeat(100)] {
            assert_eq!(UserCodeText::parse(typed), None, "{typed}");
        }
        assert_eq!(code.shown(), "BCDF-GHJK");
    }

    #[test]
    fn random_codes_differ_and_use_every_letter() {
        let codes: Vec<_> = (0..64_u8).filter_map(|n| UserCodeText::random(&Seed::new([n; 32]), 0)).collect();
        assert_eq!(codes.len(), 64);
        let all: String = codes.iter().map(|code| code.0.as_str()).collect();
        assert!(LETTERS.iter().all(|letter| all.contains(char::from(*letter))));
        assert_ne!(
            UserCodeText::random(&Seed::new([1; 32]), 0),
            UserCodeText::random(&Seed::new([1; 32]), 1)
        );
        assert_eq!(UserCodeText::parse(&codes[0].shown()).as_ref(), Some(&codes[0]));
    }
}
