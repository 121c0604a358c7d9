//! Which languages a person wants, best first, and which of ours serves them. RFC 4647.

use crate::qvalue::thousandths;

/// How many tags of a request are read at most.
const LIMIT: usize = 16;

/// The wanted languages, best first: those of `ui_locales` in their order, then those of `Accept-Language` by their
/// weight. What is not a language range (RFC 4647 §2.1) is passed over, and so is `*`: RFC 4647 §3.4.
pub(super) fn wanted(ui_locales: Option<&str>, accept_language: Option<&str>) -> Vec<String> {
    let named = ui_locales.unwrap_or_default().split(' ').take(LIMIT).filter_map(range);
    let mut weighted: Vec<(u16, String)> =
        accept_language.unwrap_or_default().split(',').take(LIMIT).filter_map(weigh).collect();
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    named.chain(weighted.into_iter().map(|(_, range)| range)).collect()
}

/// Whichever of `known` fits best: the first of the ranges that names one, itself or by its beginning. RFC 4647 §3.4.
pub(super) fn look_up<T>(
    wanted: &[String],
    known: &[T],
    tag_of: impl for<'a> Fn(&'a T) -> &'a str,
) -> Option<usize> {
    let find = |range: &str| known.iter().position(|one| tag_of(one).eq_ignore_ascii_case(range));
    wanted.iter().find_map(|range| std::iter::successors(Some(range.as_str()), shorter).find_map(find))
}

/// The range without its last subtag, and without what only announces that. RFC 4647 §3.4.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "`successors` gives it so")]
fn shorter<'a>(range: &&'a str) -> Option<&'a str> {
    let (mut rest, _) = range.rsplit_once('-')?;
    while let Some((before, last)) = rest.rsplit_once('-')
        && last.len() == 1
    {
        rest = before;
    }
    Some(rest)
}

/// A language range, also where it is written as locales of POSIX are, with underscores. RFC 4647 §2.1.
fn range(text: &str) -> Option<String> {
    let range = text.replace('_', "-");
    let mut subtags = range.split('-');
    let is_short = |subtag: &str| (1..=8).contains(&subtag.len());
    let is_range =
        subtags.next().is_some_and(|first| is_short(first) && first.bytes().all(|b| b.is_ascii_alphabetic()))
            && subtags.all(|subtag| is_short(subtag) && subtag.bytes().all(|b| b.is_ascii_alphanumeric()));
    is_range.then_some(range)
}

/// One member of `Accept-Language` with its weight in thousandths; none for `*`, for weight 0 and for nonsense. RFC 9110
/// §12.5.4.
fn weigh(member: &str) -> Option<(u16, String)> {
    let (tag, parameter) = member.split_once(';').unwrap_or((member, "q=1"));
    let (_, weight) = parameter.trim().split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("q"))?;
    let weight = thousandths(weight).filter(|weight| *weight > 0)?;
    Some((weight, range(tag.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn the_request_comes_before_the_browser_and_weights_order_the_rest() {
        let wanted = wanted(Some("fr-CA de"), Some("en;q=0.5, nl, da;Q=0.8, fi;q=0.801"));
        assert_eq!(wanted, ["fr-CA", "de", "nl", "fi", "da", "en"]);
    }

    #[test]
    fn nonsense_and_unwanted_languages_are_passed_over() {
        assert!(
            wanted(Some("\0 -- 12345678901"), Some("*, en;q=0, de;q=2, fr;q=x, ;;, it;q=1.001")).is_empty()
        );
        assert!(wanted(Some(&"en ".repeat(10_000)), None).len() <= LIMIT);
    }

    fn chosen<'a>(ui_locales: &str, known: &[&'a str]) -> Option<&'a str> {
        look_up(&wanted(Some(ui_locales), None), known, |tag| tag).map(|at| known[at])
    }

    /// RFC 4647 §3.4, with its own example.
    #[test]
    fn the_longest_beginning_that_there_is_serves() {
        let range = "zh-Hant-CN-x-private1-private2";
        for (known, expected) in [
            (&["zh", "zh-Hant", "zh-Hant-CN"][..], Some("zh-Hant-CN")),
            (&["zh", "zh-Hant-CN-x", "zh-hant"], Some("zh-hant")),
            (&["zh-Hans", "zh"], Some("zh")),
            (&["zh-Hans"], None),
        ] {
            assert_eq!(chosen(range, known), expected, "{known:?}");
        }
        assert_eq!(chosen("pt-BR", &["pt", "pt-BR"]), Some("pt-BR"));
        assert_eq!(
            chosen("de-DE-u-co-phonebk fr", &["fr", "de"]),
            Some("de"),
            "what has extensions is a tag too"
        );
        assert_eq!(chosen("sl-nedis de_AT", &["de"]), Some("de"));
    }

    /// A small world of subtags, so that tags often begin alike.
    fn tag() -> impl Strategy<Value = Vec<String>> {
        let subtags = prop::sample::select(vec!["Latn", "Cyrl", "AT", "419", "x", "u", "abcdefgh", "1996"]);
        (prop::sample::select(vec!["de", "DE", "sr", "en"]), vec(subtags, 0..4)).prop_map(|(first, rest)| {
            let mut tag = vec![first.to_owned()];
            tag.extend(rest.into_iter().map(str::to_owned));
            tag
        })
    }

    /// The same in the plainest words: of every beginning of every range, in order of the ranges and then of their
    /// lengths, the first that is a known tag; none that ends by announcing something.
    fn naive(ranges: &[Vec<String>], known: &[String]) -> Option<usize> {
        for range in ranges {
            for length in (1..=range.len()).rev() {
                let beginning = range[..length].join("-").to_lowercase();
                let announces = length > 1 && length < range.len() && range[length - 1].len() == 1;
                if !announces && let Some(at) = known.iter().position(|tag| tag.to_lowercase() == beginning) {
                    return Some(at);
                }
            }
        }
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn lookup_is_that_of_the_model(ranges in vec(tag(), 0..6), known in vec(tag(), 0..8)) {
            let known: Vec<String> = known.iter().map(|tag| tag.join("-")).collect();
            let ui_locales = ranges.iter().map(|range| range.join("-")).collect::<Vec<_>>().join(" ");
            let found = look_up(&wanted(Some(&ui_locales), None), &known, String::as_str);
            prop_assert_eq!(found, naive(&ranges, &known), "{} in {:?}", ui_locales, known);
        }

        /// RFC 9110 §12.5.4: by weight, and in their order where weights are equal.
        #[test]
        fn weights_order_what_the_browser_wants(
            members in vec((tag(), 0_u16..=1000, 0_usize..3, any::<bool>()), 0..10),
        ) {
            let mut expected = Vec::new();
            for weight in (1..=1000).rev() {
                let equal = members.iter().filter(|(_, own, ..)| *own == weight);
                expected.extend(equal.map(|(tag, ..)| tag.join("-")));
            }
            let written = members.iter().map(|(tag, weight, blanks, upper)| {
                let (q, blank) = (if *upper { 'Q' } else { 'q' }, " ".repeat(*blanks));
                let number = match weight {
                    1000 => "1".to_owned(),
                    other => format!("0.{other:03}").trim_end_matches('0').to_owned(),
                };
                format!("{blank}{}{blank};{blank}{q}={number}{blank}", tag.join("-"))
            });
            prop_assert_eq!(wanted(None, Some(&written.collect::<Vec<_>>().join(","))), expected);
        }

        #[test]
        fn whatever_is_sent_gives_ranges_alone(ui_locales in "\\PC{0,40}", accepted in "[a-zA-Z0-9*;=.,q _-]{0,60}") {
            for range in wanted(Some(&ui_locales), Some(&accepted)) {
                let subtags: Vec<&str> = range.split('-').collect();
                prop_assert!(subtags[0].chars().all(|c| c.is_ascii_alphabetic()));
                let fits = |tag: &&str| (1..=8).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric());
                prop_assert!(subtags.iter().all(fits), "{}", range);
            }
        }
    }
}
