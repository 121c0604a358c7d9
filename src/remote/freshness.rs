//! For how long a document that was fetched counts as fresh. RFC 9111 §4.2.1.

use time::Duration;

/// At least so long, or every request of a client would be one of ours.
const SHORTEST: Duration = Duration::MINUTE;
/// At most so long, or a key that was taken back would live on.
const LONGEST: Duration = Duration::HOUR;
/// Where the answer says nothing.
const USUAL: Duration = Duration::minutes(5);

/// What a `Cache-Control` header means for us. RFC 9111 §5.2.2.
pub fn lifetime(cache_control: Option<&str>) -> Duration {
    let directives = || cache_control.unwrap_or_default().split(',').map(str::trim);
    if directives().any(|one| one.eq_ignore_ascii_case("no-store") || one.eq_ignore_ascii_case("no-cache")) {
        return SHORTEST;
    }
    let max_age = directives().find_map(|one| {
        let (name, value) = one.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let seconds = || value.parse::<i64>().ok().filter(|seconds| *seconds >= 0);
        name.trim().eq_ignore_ascii_case("max-age").then(seconds).flatten()
    });
    max_age.map_or(USUAL, |seconds| Duration::seconds(seconds).clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_word_counts_within_bounds() {
        for (header, seconds) in [
            (None, 300),
            (Some(""), 300),
            (Some("public"), 300),
            (Some("max-age=abc"), 300),
            (Some("max-age=-1"), 300),
            (Some("max-age=0"), 60),
            (Some("max-age=600"), 600),
            (Some("public, Max-Age=\"600\""), 600),
            (Some("s-maxage=9, max-age=900"), 900),
            (Some("max-age=999999999999999"), 3600),
            (Some("max-age=600, no-store"), 60),
            (Some("no-cache"), 60),
        ] {
            assert_eq!(lifetime(header), Duration::seconds(seconds), "{header:?}");
        }
    }
}
