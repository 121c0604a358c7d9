//! The login page.

use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use askama::Template;

/// Why the person sees the page again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Nobody has this username, or it has another password: never told which.
    Wrong,
    /// A field was empty.
    Missing,
    /// Too many tries: the next one counts after so many seconds.
    Delayed(u32),
    /// More people sign in than we can check passwords of.
    Busy,
}

/// The login page.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginPage {
    /// The frame.
    pub frame: Frame,
    /// To which client the person goes on; none where they came by themselves.
    pub client_name: Option<String>,
    /// What stands in the username field.
    pub username: String,
    /// Why the page is shown again.
    pub notice: Option<Notice>,
    /// The form that signs in.
    pub sign_in: FormSeal,
    /// The form that goes back to the client without signing in.
    pub cancel: Option<FormSeal>,
}

impl LoginPage {
    fn notice_text(&self) -> Option<String> {
        Some(match self.notice? {
            Notice::Wrong => self.frame.text("login-wrong"),
            Notice::Missing => self.frame.text("login-missing"),
            Notice::Delayed(seconds) => self.frame.text_with("login-delayed", "seconds", seconds),
            Notice::Busy => self.frame.text("login-busy"),
        })
    }

    /// Whether what was typed is at fault, rather than the moment.
    fn invalid(&self) -> bool {
        matches!(self.notice, Some(Notice::Wrong | Notice::Missing))
    }

    /// The element that tells more about the fields.
    fn described(&self) -> &'static str {
        if self.notice.is_some() { "notice" } else { "" }
    }
}

impl Page for LoginPage {
    fn title_key(&self) -> &'static str {
        "login-title"
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let seal = FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) };
    let page = |client_name: Option<&str>, username: &str, notice| LoginPage {
        frame: frame.clone(),
        client_name: client_name.map(Into::into),
        username: username.into(),
        notice,
        sign_in: FormSeal { interaction: client_name.and(seal.interaction.clone()), ..seal.clone() },
        cancel: client_name.map(|_| seal.clone()),
    };
    vec![
        Sample::of("plain", &page(None, "", None)),
        Sample::of("client", &page(Some("Meadow Notes"), "", None)),
        Sample::of("wrong", &page(Some("Meadow Notes"), "ada", Some(Notice::Wrong))),
        Sample::of("missing", &page(None, "", Some(Notice::Missing))),
        Sample::of("delayed", &page(Some("Meadow Notes"), "ada", Some(Notice::Delayed(30)))),
        Sample::of("busy", &page(None, "ada", Some(Notice::Busy))),
        Sample::of("markup", &page(Some("\"><script>alert(1)</script>"), "<b>\"'&", Some(Notice::Wrong))),
    ]
}
