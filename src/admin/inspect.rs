//! Explaining a token.

use super::{Answer, Refusal, Secret, Services};
use crate::oauth::tokens::inspect::explain;

pub(super) fn execute(
    services: &Services,
    token: &Secret,
    audience: Option<&str>,
) -> Result<Answer, Refusal> {
    let keys = services.keys.load();
    let explanation =
        explain(&services.store, &services.act(), &services.rules, &keys, token.expose(), audience)?;
    Ok(Answer::Explained(explanation))
}
