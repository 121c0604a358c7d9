//! Durations (`"5m"`) and sizes (`"64MiB"`).

use super::raw::Written;
use super::value::{Value, quote, text};
use std::time::Duration;

/// The units of durations with their milliseconds, largest first.
const DURATIONS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The units of sizes with their bytes, largest first.
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Value for Duration {
    const ALLOWED: &'static str = "a duration such as \"30s\", \"5m\", \"1h\" or \"30d\" (ms, s, m, h, d)";

    fn read(written: &Written) -> Option<Self> {
        measure(text(written)?, &DURATIONS).map(Self::from_millis)
    }

    fn render(&self) -> String {
        quote(&in_units(u64::try_from(self.as_millis()).unwrap_or(u64::MAX), &DURATIONS))
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// So many mebibytes.
    pub const fn mebibytes(count: u64) -> Self {
        Self(count << 20)
    }

    /// So many kibibytes.
    pub const fn kibibytes(count: u64) -> Self {
        Self(count << 10)
    }
}

impl Value for Size {
    const ALLOWED: &'static str = "a size such as \"64KiB\" or \"1GiB\" (B, KiB, MiB, GiB)";

    fn read(written: &Written) -> Option<Self> {
        measure(text(written)?, &SIZES).map(Self)
    }

    fn render(&self) -> String {
        quote(&in_units(self.0, &SIZES))
    }
}

/// The product of the number at the start of `text` and the unit that follows it.
fn measure(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// `amount` in the largest unit that divides it.
fn in_units(amount: u64, units: &[(&str, u64)]) -> String {
    let fitting = units.iter().find(|(_, factor)| amount > 0 && amount.is_multiple_of(*factor));
    match fitting.or(units.last()) {
        Some((unit, factor)) => format!("{}{unit}", amount / factor),
        None => amount.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duration(text: &str) -> Option<Duration> {
        Duration::read(&Written::Text(text.to_owned()))
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("5m"), Some(Duration::from_secs(300)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("30d"), Some(Duration::from_secs(30 * 86_400)));
        for bad in ["5", "m", "", "5 m", "-5m", "5M", "1.5h", "99999999999999999999d", "5mm"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(Duration::read(&Written::Number("5".to_owned())), None, "a bare number has no unit");
    }

    #[test]
    fn a_value_is_rendered_as_it_would_be_written() {
        for text in ["\"5m\"", "\"30d\"", "\"90s\"", "\"1ms\""] {
            let written = Written::Text(text.trim_matches('"').to_owned());
            assert_eq!(Duration::read(&written).unwrap().render(), text);
        }
        assert_eq!(Size::mebibytes(64).render(), "\"64MiB\"");
        assert_eq!(Size::read(&Written::Text("64MiB".to_owned())), Some(Size::mebibytes(64)));
        assert_eq!(Size::read(&Written::Text("64MB".to_owned())), None);
    }
}
