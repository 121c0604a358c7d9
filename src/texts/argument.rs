//! Arguments of texts: names that somebody else chose.
//!
//! Writing that runs from right to left, and characters that turn the writing round, can rearrange what stands beside
//! them: a client's name could make a sentence say something else. So the turning characters are left out, and
//! what is not plain ASCII is set apart (Unicode UAX #9, §2.3 and §2.4).

use fluent_bundle::FluentValue;
use std::borrow::Cow;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// The argument, set apart where it needs that. Numbers are as they were.
pub(super) fn isolated(value: FluentValue<'_>) -> FluentValue<'_> {
    match value {
        FluentValue::String(text) if !text.is_ascii() => FluentValue::String(Cow::Owned(set_apart(&text))),
        plain @ (FluentValue::String(_)
        | FluentValue::Number(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error) => plain,
    }
}

fn set_apart(text: &str) -> String {
    let mut apart = String::with_capacity(text.len() + 6);
    apart.push(FIRST_STRONG_ISOLATE);
    apart.extend(text.chars().filter(|&character| !turns_the_writing(character)));
    apart.push(POP_DIRECTIONAL_ISOLATE);
    apart
}

/// Embeddings, overrides and isolates, and what ends them. UAX #9, table 2.
fn turns_the_writing(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(argument: &str) -> String {
        let FluentValue::String(text) = isolated(argument.into()) else { panic!("no text any more") };
        text.into_owned()
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(text("Meadow Notes <b>"), "Meadow Notes <b>");
    }

    /// attacks: M45.
    #[test]
    fn a_name_cannot_break_out_of_its_place() {
        assert_eq!(text("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(text("\u{2069}\u{202e}evil"), "\u{2068}evil\u{2069}");
    }
}
