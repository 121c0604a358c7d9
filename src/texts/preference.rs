//! Which languages a person wants, best first.

use unic_langid::LanguageIdentifier;

/// How many tags of a request are read at most.
const LIMIT: usize = 16;

/// The wanted languages, best first: those of `ui_locales` in their order, then those of `Accept-Language` by their
/// weight. What is not a language tag is passed over.
pub(super) fn wanted(ui_locales: Option<&str>, accept_language: Option<&str>) -> Vec<LanguageIdentifier> {
    let named = ui_locales.unwrap_or_default().split(' ').take(LIMIT).filter_map(|tag| tag.parse().ok());
    let mut weighted: Vec<(u16, LanguageIdentifier)> =
        accept_language.unwrap_or_default().split(',').take(LIMIT).filter_map(weigh).collect();
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    named.chain(weighted.into_iter().map(|(_, tag)| tag)).collect()
}

/// One member of `Accept-Language` with its weight in thousandths; none for `*`, for weight 0 and for nonsense.
fn weigh(member: &str) -> Option<(u16, LanguageIdentifier)> {
    let (tag, parameter) = member.split_once(';').unwrap_or((member, "q=1"));
    let tag = tag.trim().parse().ok()?;
    let weight: f32 = parameter.trim().strip_prefix("q=")?.parse().ok()?;
    if !(weight > 0.0 && weight <= 1.0) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    let thousandths = (weight * 1000.0) as u16;
    Some((thousandths, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(ui_locales: Option<&str>, accept_language: Option<&str>) -> Vec<String> {
        wanted(ui_locales, accept_language).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_request_comes_before_the_browser_and_weights_order_the_rest() {
        assert_eq!(tags(Some("fr-CA de"), Some("en;q=0.5, nl, da;q=0.8")), ["fr-CA", "de", "nl", "da", "en"]);
    }

    #[test]
    fn nonsense_and_unwanted_languages_are_passed_over() {
        assert!(tags(Some("\0 -- 12345678901"), Some("*, en;q=0, de;q=2, fr;q=x, ;;")).is_empty());
        assert!(tags(Some(&"en ".repeat(10_000)), None).len() <= LIMIT);
    }
}
