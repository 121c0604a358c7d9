//! A browser without a screen: keeps cookies, follows redirects within our own site, and fills in the forms that it
//! finds in the HTML, so that whatever a form carries is carried.

use super::app::ISSUER;
use super::{Answer, App};
use actix_web::test::TestRequest;
use std::collections::BTreeMap;

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 8;

/// A browser with its cookies and the page that it shows.
#[derive(Clone)]
pub(crate) struct Browser {
    app: App,
    /// The cookies by their names.
    pub(crate) cookies: BTreeMap<String, String>,
    /// The path that the address line shows.
    pub(crate) path: String,
    /// The body of the page.
    pub(crate) html: String,
}

/// A form as the page holds it.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// Where it goes.
    pub(crate) action: String,
    /// What it carries.
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// Types into a field.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a field out.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}

impl Browser {
    /// A browser that has never been here.
    pub(crate) fn new(app: &App) -> Self {
        Self { app: app.clone(), cookies: BTreeMap::new(), path: String::new(), html: String::new() }
    }

    /// Opens a path, and follows redirects until there is a page or the way leads elsewhere.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let answer = self.send(TestRequest::get(), path).await;
        self.follow(answer).await
    }

    /// Sends a form, and follows as [`Browser::open`] does.
    pub(crate) async fn submit(&mut self, form: &Form) -> Answer {
        let answer = self.submit_once(form).await;
        self.follow(answer).await
    }

    /// Sends a form and follows nothing.
    pub(crate) async fn submit_once(&mut self, form: &Form) -> Answer {
        let request = TestRequest::post()
            .insert_header(("origin", ISSUER))
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_form(&form.fields);
        self.send(request, &form.action).await
    }

    /// Sends a request with the browser's cookies.
    pub(crate) async fn send(&mut self, request: TestRequest, path: &str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.uri(path).insert_header(("accept", "text/html"));
        if !cookies.is_empty() {
            request = request.insert_header(("cookie", cookies.join("; ")));
        }
        let answer = self.app.send(request).await;
        path.clone_into(&mut self.path);
        self.html = answer.text();
        for line in answer.headers.get_all("set-cookie") {
            self.keep(line.to_str().unwrap());
        }
        answer
    }

    /// The form of the page that goes to `action`.
    pub(crate) fn form(&self, action: &str) -> Form {
        let opening = format!("<form method=\"post\" action=\"{action}\">");
        let (_, rest) =
            self.html.split_once(&opening).unwrap_or_else(|| panic!("no {opening} in {}", self.html));
        let (body, _) = rest.split_once("</form>").unwrap();
        let fields = body.split("<input ").skip(1).map(|input| input.split('>').next().unwrap());
        let fields = fields.map(|input| (attribute(input, "name"), attribute(input, "value")));
        Form { action: action.to_owned(), fields: fields.collect() }
    }

    /// Types a username and a password into the login page, and sends it.
    pub(crate) async fn log_in(&mut self, username: &str, password: &str) -> Answer {
        let form = self.form("/login").with("username", username).with("password", password);
        self.submit(&form).await
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..MOST_REDIRECTS {
            let location = answer.header("location");
            if answer.status != 303 || !location.starts_with('/') {
                return answer;
            }
            answer = self.send(TestRequest::get(), &location).await;
        }
        panic!("still redirected after {MOST_REDIRECTS} steps, to {}", self.path);
    }

    fn keep(&mut self, line: &str) {
        let (name, rest) = line.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let opening = format!("{name}=\"");
    let value = tag.split_once(&opening).map(|(_, rest)| rest.split('"').next().unwrap());
    let value = value.unwrap_or_default();
    value
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}
