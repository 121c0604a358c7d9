//! For how long a server that failed is left alone.

use time::Duration;

/// After its first failure; twice as long after each that follows.
const SHORTEST: Duration = Duration::seconds(5);
/// Never longer, or it would be missed when it is back.
const LONGEST: Duration = Duration::MINUTE;

/// For how long a server that failed so often in a row is not asked again.
pub(super) fn rest(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
    SHORTEST.saturating_mul(2_i32.saturating_pow(doublings)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_grows_up_to_a_minute() {
        for (failures, seconds) in [(0, 0), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (u32::MAX, 60)] {
            assert_eq!(rest(failures), Duration::seconds(seconds), "{failures}");
        }
    }
}
