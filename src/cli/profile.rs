//! What is known of a person, as flags or as a document. OIDC Core §5.1.

use super::{Failure, secret_input};
use crate::identity::ProfileChange;
use clap::Args;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// The profile of a person, by the registered names.
#[derive(Debug, Args)]
pub(super) struct ProfileArgs {
    /// Read the whole profile from a JSON file (- for standard input): the members of OIDC Core section 5.1, with
    /// roles and groups; null removes one
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The full name
    #[arg(long)]
    name: Option<String>,
    /// The given names
    #[arg(long)]
    given_name: Option<String>,
    /// The middle names
    #[arg(long)]
    middle_name: Option<String>,
    /// The family names
    #[arg(long)]
    family_name: Option<String>,
    /// What they are called
    #[arg(long)]
    nickname: Option<String>,
    /// The URL of a page about them
    #[arg(long, value_name = "URL")]
    profile: Option<String>,
    /// The URL of a picture of them
    #[arg(long, value_name = "URL")]
    picture: Option<String>,
    /// The URL of their own page
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// The gender, in whatever word
    #[arg(long)]
    gender: Option<String>,
    /// The birthday: YYYY-MM-DD, 0000-MM-DD without the year, or YYYY alone
    #[arg(long, value_name = "DATE")]
    birthdate: Option<String>,
    /// The time zone, such as Europe/Paris
    #[arg(long, value_name = "ZONE")]
    zoneinfo: Option<String>,
    /// The language, such as pt-BR
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// The mail address
    #[arg(long)]
    email: Option<String>,
    /// The mail address is known to be theirs
    #[arg(long)]
    email_verified: bool,
    /// The telephone number, such as "+1 425 555 1212"
    #[arg(long, value_name = "NUMBER")]
    phone_number: Option<String>,
    /// The telephone number is known to be theirs
    #[arg(long)]
    phone_number_verified: bool,
    /// A role; may stand several times
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// A group; may stand several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl ProfileArgs {
    /// The document, with what flags say over it.
    pub(super) fn read(self) -> Result<ProfileChange, Failure> {
        change(self.members()?)
    }

    /// Likewise, where something must change; `removed` names the members that go.
    pub(super) fn changes(self, removed: &[String]) -> Result<ProfileChange, Failure> {
        let mut document = self.members()?;
        document.extend(removed.iter().map(|member| (member.replace('-', "_"), Value::Null)));
        if document.is_empty() {
            return Err(Failure::new(
                "nothing is changed: give a setting, such as --name, --remove or --from",
            ));
        }
        change(document)
    }

    fn members(self) -> Result<Map<String, Value>, Failure> {
        let mut document = self.document()?;
        let text = [
            ("name", self.name),
            ("given_name", self.given_name),
            ("middle_name", self.middle_name),
            ("family_name", self.family_name),
            ("nickname", self.nickname),
            ("profile", self.profile),
            ("picture", self.picture),
            ("website", self.website),
            ("gender", self.gender),
            ("birthdate", self.birthdate),
            ("zoneinfo", self.zoneinfo),
            ("locale", self.locale),
            ("email", self.email),
            ("phone_number", self.phone_number),
        ];
        let given = text.into_iter().filter_map(|(member, text)| Some((member.to_owned(), text?.into())));
        document.extend(given);
        for (member, flag) in
            [("email_verified", self.email_verified), ("phone_number_verified", self.phone_number_verified)]
        {
            if flag {
                document.insert(member.to_owned(), true.into());
            }
        }
        for (member, entries) in [("roles", self.roles), ("groups", self.groups)] {
            if !entries.is_empty() {
                document.insert(member.to_owned(), entries.into());
            }
        }
        Ok(document)
    }

    fn document(&self) -> Result<Map<String, Value>, Failure> {
        let Some(path) = &self.from else { return Ok(Map::new()) };
        let text = if path.as_os_str() == "-" {
            secret_input::from_stdin()?
        } else {
            secret_input::from_file(path)?
        };
        serde_json::from_str(text.expose())
            .map_err(|error| Failure(format!("{}: no JSON object: {error}", path.display())))
    }
}

fn change(document: Map<String, Value>) -> Result<ProfileChange, Failure> {
    serde_json::from_value(Value::Object(document))
        .map_err(|error| Failure(format!("the profile is refused: {error}")))
}
