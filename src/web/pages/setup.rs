//! The page on which the first administrator is made, behind a link that works once.

use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use askama::Template;

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No username by PRECIS. RFC 8265 §3.3.
    UsernameUnusable,
    /// Somebody has it.
    UsernameTaken,
    /// Too few characters.
    PasswordShort,
    /// More bytes than we hash.
    PasswordLong,
    /// A character that RFC 8265 §4.2 does not allow.
    PasswordUnusable,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 5] = [
        Self::UsernameUnusable,
        Self::UsernameTaken,
        Self::PasswordShort,
        Self::PasswordLong,
        Self::PasswordUnusable,
    ];

    /// The key of its text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::UsernameUnusable => "setup-username-unusable",
            Self::UsernameTaken => "setup-username-taken",
            Self::PasswordShort => "setup-password-short",
            Self::PasswordLong => "setup-password-long",
            Self::PasswordUnusable => "setup-password-unusable",
        }
    }
}

/// The page on which the first administrator is made.
#[derive(Debug, Template)]
#[template(path = "pages/setup.html")]
pub struct SetupPage {
    /// The frame.
    pub frame: Frame,
    /// What stands in the username field.
    pub username: String,
    /// What is wrong with what was typed.
    pub problem: Option<Problem>,
    /// How many characters a password has at least.
    pub least_length: u32,
    /// The link's token.
    pub token: String,
    /// The form.
    pub form: FormSeal,
}

impl SetupPage {
    fn username_invalid(&self) -> bool {
        matches!(self.problem, Some(Problem::UsernameUnusable | Problem::UsernameTaken))
    }

    fn password_invalid(&self) -> bool {
        self.problem.is_some() && !self.username_invalid()
    }

    fn username_described(&self) -> &'static str {
        if self.username_invalid() { "notice" } else { "" }
    }

    fn password_described(&self) -> &'static str {
        if self.password_invalid() { "notice password-hint" } else { "password-hint" }
    }
}

impl Page for SetupPage {
    fn title_key(&self) -> &'static str {
        "setup-title"
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |username: &str, problem| SetupPage {
        frame: frame.clone(),
        username: username.into(),
        problem,
        least_length: 12,
        token: "TOKEN".into(),
        form: FormSeal { csrf: "CSRF".into(), interaction: None },
    };
    let mut samples = vec![Sample::of("first", &page("", None))];
    samples.extend(Problem::ALL.map(|problem| Sample::of(problem.key(), &page("ada", Some(problem)))));
    samples
}
