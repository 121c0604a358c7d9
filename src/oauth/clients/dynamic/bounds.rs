//! What a client that came by itself may have. RFC 7591 §5: nothing that it says of itself is a reason to trust it.

use crate::oauth::OAuthError;
use crate::oauth::clients::profile;
use crate::oauth::clients::registration::{Metadata, refuse, uris};
use crate::records::{
    Client, GrantType, InitialAccessToken, Introspects, Profile, Scope, TokenEndpointAuthMethod,
    TokenExchange,
};

/// The most that such a client may have.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// The scope; all of it, where the client names none.
    pub scope: Scope,
    /// The grants.
    pub grant_types: Vec<GrantType>,
    /// The ways of authentication.
    pub methods: Vec<TokenEndpointAuthMethod>,
    /// The resources; all of them, where the client names none.
    pub resources: Vec<String>,
    /// Whether all of them need PKCE; public ones do in any case.
    pub require_pkce: bool,
    /// The set of demands that they are held to.
    pub profile: Option<Profile>,
}

impl Bounds {
    /// These bounds, with what the token says in their place.
    pub(super) fn with(self, token: &InitialAccessToken) -> Self {
        let or = |own: &[GrantType], other| if own.is_empty() { other } else { own.to_vec() };
        Self {
            scope: token.scope.clone().unwrap_or(self.scope),
            grant_types: or(&token.grant_types, self.grant_types),
            resources: if token.resources.is_empty() { self.resources } else { token.resources.clone() },
            profile: token.profile.or(self.profile),
            ..self
        }
    }

    /// These bounds, and what the client has already, whoever gave it.
    #[must_use]
    pub fn with_what_it_has(mut self, client: &Client) -> Self {
        let both = [self.scope.to_string(), client.scope.to_string()].join(" ");
        self.scope = Scope::parse(&both).unwrap_or(self.scope);
        self.grant_types.extend(&client.grant_types);
        self.methods.push(client.token_endpoint_auth_method);
        self.resources.extend(client.resources.iter().cloned());
        self
    }

    /// The registration as it is within these bounds. RFC 7591 §2: the server may replace what is asked for; the answer
    /// says what it was replaced by. What only an operator may say is taken from nobody else.
    pub(super) fn narrow(
        &self,
        metadata: Metadata,
        current: Option<&Client>,
    ) -> Result<Metadata, OAuthError> {
        let allowed = |uri: &String| self.resources.contains(uri);
        let resources: Vec<String> = metadata.resources.into_iter().filter(allowed).collect();
        let asked_pkce = metadata.require_pkce == Some(true);
        let mut authentication = metadata.authentication;
        authentication.workload_identities =
            current.map(|client| client.authentication.workload_identities.clone()).unwrap_or_default();
        let mut requests = metadata.requests;
        let held_to = current.map_or(self.profile, |client| client.profile);
        let held_to = profile::stricter(metadata.profile, held_to);
        requests.authorization_details_types =
            current.map(|client| client.requests.authorization_details_types.clone()).unwrap_or_default();
        Ok(Metadata {
            scope: Some(self.narrow_scope(metadata.scope.as_ref())?),
            resources: if resources.is_empty() { self.resources.clone() } else { resources },
            roles: current.map(|client| client.roles.clone()).unwrap_or_default(),
            require_pkce: Some(asked_pkce || current.map_or(self.require_pkce, |client| client.require_pkce)),
            // A profile has its own word on this.
            rotate_refresh_tokens: current
                .filter(|_| held_to.is_none())
                .map(|client| client.rotate_refresh_tokens),
            skip_consent: current.map(|client| client.skip_consent),
            access_token_ttl: current.and_then(|client| client.access_token_ttl),
            profile: held_to,
            token_exchange: current
                .map_or_else(TokenExchange::default, |client| client.token_exchange.clone()),
            introspects: current.map_or_else(Introspects::default, |client| client.introspects.clone()),
            authentication,
            requests,
            ..metadata
        })
    }

    fn narrow_scope(&self, asked: Option<&Scope>) -> Result<Scope, OAuthError> {
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(self.scope.clone()) };
        let scope = asked.filtered(|token| self.scope.contains(token));
        if scope.is_empty() {
            return Err(refuse(
                "scope: a client that registers itself may have nothing of this here.",
                "registration.bounds.scope",
            ));
        }
        Ok(scope)
    }

    /// What cannot be replaced without the client being another one is refused.
    pub(super) fn check(&self, client: &Client) -> Result<(), OAuthError> {
        if !client.grant_types.iter().all(|grant| self.grant_types.contains(grant)) {
            return Err(refuse(
                "grant_types: a client that registers itself may not use one of these here.",
                "registration.bounds.grant_types",
            ));
        }
        if !self.methods.contains(&client.token_endpoint_auth_method) {
            return Err(refuse(
                "token_endpoint_auth_method: a client that registers itself may not use this method here.",
                "registration.bounds.method",
            ));
        }
        // Plain http is for what an operator vouches for.
        let logout = [&client.logout.backchannel_logout_uri, &client.logout.frontchannel_logout_uri];
        if !logout.into_iter().flatten().all(|uri| uris::is_called(uri)) {
            return Err(refuse(
                "backchannel_logout_uri, frontchannel_logout_uri: must be https.",
                "registration.bounds.logout",
            ));
        }
        Ok(())
    }
}
