//! A detail in words, for the person who is asked. RFC 9396 §12: what is shown is what is granted.
//!
//! The values come from the client. They are shown as text, on one line, without characters that turn or hide what
//! stands around them.

use super::{DetailTypes, type_of};
use serde_json::Value;

/// More characters of one value are not shown.
const MAX_SHOWN: usize = 200;

/// What a person is shown of a detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The sentence of its type.
    Sentence(String),
    /// Of a type without a sentence: its name, and each member with its value.
    Members(String, Vec<(String, String)>),
}

/// A detail, as a person is to read it.
pub fn show(detail: &Value, types: &DetailTypes) -> Shown {
    let name = type_of(detail).unwrap_or_default();
    if let Some(text) = types.get(name).and_then(|kind| kind.text.as_deref()) {
        return Shown::Sentence(fill(text, detail));
    }
    let members = detail.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    let members = members.map(|(name, value)| (plain(name), plain(&text_of(value))));
    Shown::Members(plain(name), members.collect())
}

/// The names in braces.
pub(super) fn names(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

fn fill(text: &str, detail: &Value) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((path, rest)) = part.split_once('}') else {
            filled.push('{');
            filled.push_str(part);
            continue;
        };
        let value = path.split('.').try_fold(detail, |value, name| value.get(name));
        filled.push_str(&value.map_or_else(|| "–".to_owned(), |value| plain(&text_of(value))));
        filled.push_str(rest);
    }
    filled
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name} {}", text_of(value)));
            members.collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// One line of what can be seen. Unicode TR36 §3.5: marks that turn the direction of writing can make one text look like
/// another.
fn plain(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut shown: String =
        text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).take(MAX_SHOWN).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn types() -> DetailTypes {
        serde_json::from_value(json!({
            "payment": {"text": "Pay {amount.value} {amount.currency} to {to}{", "members": {"amount": "object", "to": "text"}},
            "account": {"actions": ["*"]},
        }))
        .unwrap()
    }

    #[test]
    fn the_sentence_of_a_type_tells_the_values() {
        let sentence = |detail: Value| show(&detail, &types());
        let amount = json!({"value": 12.5, "currency": "EUR"});
        assert_eq!(
            sentence(json!({"type": "payment", "amount": amount, "to": "Ada"})),
            Shown::Sentence("Pay 12.5 EUR to Ada{".into())
        );
        assert_eq!(
            sentence(json!({"type": "payment", "to": ["a", "b"]})),
            Shown::Sentence("Pay – – to a, b{".into())
        );
        assert_eq!(
            sentence(json!({"type": "account", "actions": ["read", "list"], "limit": {"per": "day"}})),
            Shown::Members(
                "account".into(),
                vec![("actions".into(), "read, list".into()), ("limit".into(), "per day".into())]
            )
        );
    }

    #[test]
    fn a_value_neither_turns_nor_hides_what_stands_around_it() {
        let to = format!("A\n\u{202e}b\u{0}{}", "x".repeat(300));
        let Shown::Sentence(text) = show(&json!({"type": "payment", "to": to}), &types()) else { panic!() };
        assert!(text.starts_with("Pay – – to A  b x") && text.ends_with("x…{") && text.chars().count() < 230);
        assert_eq!(names("{a.b} and {c} {"), ["a.b", "c"]);
    }

    #[test]
    fn types_that_contradict_themselves_are_named() {
        let faults = |kind: Value| {
            let types: DetailTypes = serde_json::from_value(json!({"t": kind})).unwrap();
            types.faults().len()
        };
        assert_eq!(types().faults(), []);
        assert_eq!(faults(json!({"required": ["x"]})), 1);
        assert_eq!(faults(json!({"text": "{x} {actions}"})), 2);
        assert_eq!(faults(json!({"members": {"type": "text", "actions": "list"}})), 2);
        let unnamed: DetailTypes = serde_json::from_value(json!({"a b": {}})).unwrap();
        assert_eq!(unnamed.faults().len(), 1);
        assert!(serde_json::from_value::<DetailTypes>(json!({"t": {"member": {}}})).is_err());
    }
}
