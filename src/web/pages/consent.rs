//! The consent page: what a client asks for, in plain sentences.

use crate::records::Scope;
use crate::web::respond::page::{FormSeal, Frame, Page, Sample};
use askama::Template;

/// The consent page.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentPage {
    /// The frame.
    pub frame: Frame,
    /// Who asks.
    pub client_name: String,
    /// The host to which the answer goes.
    pub redirect_host: String,
    /// Who is signed in.
    pub account: String,
    /// What is asked for.
    pub scope: Scope,
    /// Where the tokens are to be used. RFC 8707.
    pub resources: Vec<String>,
    /// The form that answers.
    pub form: FormSeal,
    /// Where one signs in as somebody else.
    pub switch_href: String,
}

impl ConsentPage {
    /// One sentence for each thing that is asked for; never none.
    fn sentences(&self) -> Vec<String> {
        let scopes = self.scope.iter().map(|token| self.sentence(token));
        let resources =
            self.resources.iter().map(|at| self.frame.text_with("consent-resource", "resource", at.as_str()));
        let mut all: Vec<String> = scopes.chain(resources).collect();
        if all.is_empty() {
            all.push(self.frame.text("consent-scope-openid"));
        }
        all
    }

    fn sentence(&self, token: &str) -> String {
        match token {
            "openid" => self.frame.text("consent-scope-openid"),
            "profile" => self.frame.text("consent-scope-profile"),
            "email" => self.frame.text("consent-scope-email"),
            "offline_access" => self.frame.text("consent-scope-offline_access"),
            "roles" => self.frame.text("consent-scope-roles"),
            "groups" => self.frame.text("consent-scope-groups"),
            other => self.frame.text_with("consent-scope-other", "scope", other),
        }
    }
}

impl Page for ConsentPage {
    fn title_key(&self) -> &'static str {
        "consent-title"
    }
}

/// The looks of the page.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    let page = |client_name: &str, scope: &str, resources: &[&str]| ConsentPage {
        frame: frame.clone(),
        client_name: client_name.into(),
        redirect_host: "notes.meadow.example".into(),
        account: "Ada Lovelace".into(),
        scope: Scope::parse(scope).unwrap_or_default(),
        resources: resources.iter().map(|&at| at.into()).collect(),
        form: FormSeal { csrf: "CSRF".into(), interaction: Some("INTERACTION".into()) },
        switch_href: frame.href("/login?interaction=INTERACTION"),
    };
    let all = "openid profile email offline_access roles groups orders:read";
    vec![
        Sample::of("usual", &page("Meadow Notes", "openid profile email", &[])),
        Sample::of("all", &page("Meadow Notes", all, &["https://api.meadow.example"])),
        Sample::of("nothing", &page("Meadow Notes", "", &[])),
        Sample::of("markup", &page("\"><script>alert(1)</script>", "openid <script>", &["'><b>"])),
    ]
}
