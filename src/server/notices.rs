//! What the server says on standard output once it is ready. Everything else goes to the log.

use super::StartError;
use super::demo::{Demo, REDIRECT_URI};
use crate::admin::{ClientView, Secret};
use crate::config::Settings;
use crate::web::paths;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::io::Write as _;
use url::form_urlencoded;

/// Says where everything is, and how to add the first administrator.
///
/// # Errors
/// Where standard output is closed.
pub(super) fn banner(settings: &Settings, link: Option<&SecretString>) -> Result<(), StartError> {
    let issuer = &settings.issuer;
    let mut text = format!(
        "Latchkey {} is ready.\n\n  issuer     {issuer}\n  JWKS       {issuer}{}\n  discovery  {issuer}{}\n  \
         data       {}\n",
        env!("CARGO_PKG_VERSION"),
        paths::JWKS,
        paths::OPENID_CONFIGURATION,
        settings.data_dir.display(),
    );
    if let Some(token) = link {
        text = format!(
            "{text}\nNobody can sign in yet. Add the first administrator within 30 minutes, once:\n\n  \
             {issuer}{}?token={}\n\nor: latchkey user add NAME\n",
            paths::SETUP,
            token.expose_secret()
        );
    }
    print(&text)
}

/// Says all that is needed to try the demonstration.
///
/// # Errors
/// Where standard output is closed.
pub(super) fn demo(settings: &Settings, demo: &Demo, as_json: bool) -> Result<(), StartError> {
    if as_json { print(&format!("{}\n", json_of(settings, demo))) } else { print(&text_of(settings, demo)) }
}

fn json_of(settings: &Settings, demo: &Demo) -> Value {
    let client = |view: &ClientView| {
        let mut shown = json!({
            "client_id": view.client_id,
            "redirect_uris": view.metadata.redirect_uris,
            "scope": view.metadata.scope,
            "audience": settings.issuer.as_str(),
        });
        if let (Some(secret), Some(members)) = (&view.client_secret, shown.as_object_mut()) {
            members.insert("client_secret".to_owned(), secret.expose().into());
        }
        shown
    };
    json!({
        "issuer": settings.issuer.as_str(),
        "user": {"username": demo.username, "password": demo.password.expose()},
        "clients": {
            "web": client(&demo.web),
            "native": client(&demo.native),
            "service": client(&demo.service),
        },
    })
}

fn text_of(settings: &Settings, demo: &Demo) -> String {
    let issuer = &settings.issuer;
    let secret = |view: &ClientView| {
        let client_id = &view.client_id;
        format!("{client_id}:{}", view.client_secret.as_ref().map(Secret::expose).unwrap_or_default())
    };
    let (service, web) = (secret(&demo.service), secret(&demo.web));
    let (token, introspect) = (paths::TOKEN, paths::INTROSPECT);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &demo.web.client_id)
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("scope", &demo.web.metadata.scope.clone().unwrap_or_default().to_string())
        .append_pair("state", &demo.state)
        .append_pair("code_challenge", &demo.code_challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    let data_dir = settings.data_dir.display();
    let command = std::env::current_exe().map_or("latchkey".to_owned(), |path| path.display().to_string());
    format!(
        "Latchkey {version} demonstration at {issuer}. Everything in it is gone when it ends (Ctrl-C).\n\
         \n\
         What it says about itself, and its keys:\n\
         \n  curl -s {issuer}{discovery}\
         \n  curl -s {issuer}{jwks}\n\
         \n\
         A service gets a token:\n\
         \n  curl -s -u '{service}' -d grant_type=client_credentials -d scope=read {issuer}{token}\n\
         \n\
         A service gets a token and asks about it:\n\
         \n  curl -s -u '{service}' -d token=\"$(curl -s -u '{service}' -d grant_type=client_credentials \
         {issuer}{token} | sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')\" {issuer}{introspect}\n\
         \n\
         A person signs in: open this in a browser, as {username} with the password {password}\n\
         \n  {issuer}{authorize}?{query}\n\
         \n\
         It ends at an address that begins with {REDIRECT_URI}, where nothing answers. This asks for that\n\
         address, and redeems the code in it within a minute:\n\
         \n  printf 'address: '; read -r a; a=${{a#*code=}}; curl -s -u '{web}' -d grant_type=authorization_code \
         -d code=\"${{a%%&*}}\" -d redirect_uri={REDIRECT_URI} -d code_verifier={verifier} {issuer}{token}\n\
         \n\
         {native} has no secret, as an application on a person's own device: write client_id={native} into the address,\n\
         and -d client_id={native} into the line in the place of -u '...'.\n\
         \n\
         Look behind the scenes, in another shell:\n\
         \n  LATCHKEY__DATA_DIR={data_dir} {command} key list\n",
        version = env!("CARGO_PKG_VERSION"),
        discovery = paths::OPENID_CONFIGURATION,
        jwks = paths::JWKS,
        authorize = paths::AUTHORIZE,
        native = demo.native.client_id,
        username = demo.username,
        password = demo.password.expose(),
        verifier = demo.code_verifier,
    )
}

fn print(text: &str) -> Result<(), StartError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| StartError::new(format!("standard output: {error}")))
}
