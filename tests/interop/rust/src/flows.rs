//! The ways to a token, through openidconnect.

use crate::checks::expect;
use crate::verify::AccessTokenVerifier;
use openidconnect::core::{
    CoreClient, CoreProviderMetadata, CoreResponseType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::url::Url;
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl,
    Scope, SubjectIdentifier, reqwest,
};
use serde::Deserialize;
use std::collections::HashMap;
use std::error::Error;
use std::process::Command;

pub type Outcome<T> = Result<T, Box<dyn Error>>;
pub type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the server says about itself.
#[derive(Deserialize)]
pub struct Demonstration {
    pub issuer: String,
    clients: HashMap<String, Registered>,
}

/// One of its clients.
#[derive(Clone, Deserialize)]
pub struct Registered {
    pub client_id: String,
    pub client_secret: Option<String>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    pub audience: String,
}

/// A server that is known from its metadata.
pub struct Server {
    pub demo: Demonstration,
    pub metadata: CoreProviderMetadata,
    http: reqwest::blocking::Client,
}

impl Server {
    /// Reads the demonstration and the server's metadata; a foreign issuer is refused.
    pub fn discover() -> Outcome<Self> {
        let demo: Demonstration = serde_json::from_slice(&std::fs::read(std::env::var("LATCHKEY_DEMO")?)?)?;
        let http =
            reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(demo.issuer.clone())?, &http)?;
        Ok(Self { demo, metadata, http })
    }

    pub fn registered(&self, name: &str) -> Outcome<Registered> {
        Ok(self.demo.clients.get(name).ok_or("the demonstration lacks a client")?.clone())
    }

    /// The library's client for a registered one.
    pub fn client(&self, registered: &Registered) -> Outcome<Client> {
        let id = ClientId::new(registered.client_id.clone());
        let secret = registered.client_secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(self.metadata.clone(), id, secret);
        Ok(match registered.redirect_uris.first() {
            Some(uri) => client.set_redirect_uri(RedirectUrl::new(uri.clone())?),
            None => client,
        })
    }

    /// The authorization code flow. Gives the tokens, and the nonce that the ID token must have.
    pub fn sign_in(&self, client: &Client) -> Outcome<(CoreTokenResponse, Nonce)> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (address, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["profile", "email", "offline_access"].map(|name| Scope::new(name.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        let output = Command::new("../signin").arg(address.as_str()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8(output.stderr)?.into());
        }
        let callback = Url::parse(String::from_utf8(output.stdout)?.trim())?;
        let answer: HashMap<String, String> = callback.query_pairs().into_owned().collect();
        expect("state", &answer.get("state"), &Some(state.secret()))?;
        expect("iss", &answer.get("iss"), &Some(&self.demo.issuer))?;
        let code = AuthorizationCode::new(answer.get("code").ok_or("no code")?.clone());
        Ok((client.exchange_code(code)?.set_pkce_verifier(verifier).request(&self.http)?, nonce))
    }

    /// The library itself refuses an answer about another subject.
    pub fn user_info(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        subject: &SubjectIdentifier,
    ) -> Outcome<()> {
        let request = client.user_info(tokens.access_token().clone(), Some(subject.clone()))?;
        let _claims: CoreUserInfoClaims = request.request(&self.http)?;
        Ok(())
    }

    /// Gives the renewed access token; the refresh token must be another one.
    pub fn refresh(&self, client: &Client, tokens: &CoreTokenResponse) -> Outcome<String> {
        let old = tokens.refresh_token().ok_or("no refresh token")?;
        let renewed = client.exchange_refresh_token(old)?.request(&self.http)?;
        if renewed.refresh_token().is_none_or(|new| new.secret() == old.secret()) {
            return Err("the refresh token is still the old one".into());
        }
        Ok(renewed.access_token().secret().clone())
    }

    /// The service's own access token.
    pub fn client_credentials(&self, service: &Registered) -> Outcome<String> {
        let client = self.client(service)?;
        let request = client.exchange_client_credentials()?.add_scope(Scope::new("read".to_owned()));
        Ok(request.request(&self.http)?.access_token().secret().clone())
    }

    /// A verifier for that issuer and audience, with this server's keys.
    pub fn verifier(&self, issuer: &str, audience: &str) -> Outcome<AccessTokenVerifier<'_>> {
        AccessTokenVerifier::new(issuer, audience, self.metadata.jwks())
    }

    /// The access token verifies, is this client's and, where a person is given, about that person.
    pub fn belongs(
        &self,
        token: &str,
        client: &Registered,
        person: Option<&SubjectIdentifier>,
    ) -> Outcome<()> {
        let claims = self.verifier(&self.demo.issuer, &client.audience)?.verify(token)?;
        expect("client_id", &claims.additional_claims().client_id, &client.client_id)?;
        expect("sub", &claims.subject(), &person.unwrap_or(claims.subject()))
    }
}
