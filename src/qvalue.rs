//! Weights of content negotiation, as `Accept` and its kin have them. RFC 9110 §12.4.2.

/// A weight in thousandths: from 0 to 1, with at most three digits behind the point. None for whatever else.
pub fn thousandths(weight: &str) -> Option<u16> {
    let (whole, digits) = weight.split_once('.').unwrap_or((weight, ""));
    if !matches!(whole, "0" | "1") || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{digits:0<3}").parse().ok().filter(|weight| *weight <= 1000)
}
