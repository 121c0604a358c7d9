"""The realm that Keycloak imports: one identity provider, which is us, and one application."""

APPLICATION = "application"
REALM = "interop"


def realm(server, client, redirect_uri):
    """The realm in Keycloak's words. `server` is our metadata, `client` what Keycloak is with us."""
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "clients": [{
            "clientId": APPLICATION, "publicClient": True, "redirectUris": [redirect_uri], "standardFlowEnabled": True,
            "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": redirect_uri},
        }],
        "identityProviders": [provider(server, client)],
        "identityProviderMappers": [
            mapper("roles", "oidc-user-attribute-idp-mapper", {"claim": "roles", "user.attribute": "upstream_roles"}),
        ],
        # Nobody is asked for a family name: a person comes as we describe them.
        "requiredActions": [{
            "alias": "VERIFY_PROFILE", "name": "Verify Profile", "providerId": "VERIFY_PROFILE", "enabled": False,
            "defaultAction": False, "priority": 90, "config": {},
        }],
        "authenticationFlows": [{
            "alias": "take in", "providerId": "basic-flow", "topLevel": True, "builtIn": False,
            "authenticationExecutions": [{
                "authenticator": "idp-create-user-if-unique", "requirement": "REQUIRED", "priority": 10,
                "authenticatorFlow": False, "userSetupAllowed": False,
            }],
        }],
    }


def provider(server, client):
    """Us, with every check of Keycloak's on."""
    return {
        "alias": "latchkey",
        "providerId": "oidc",
        "enabled": True,
        "trustEmail": True,
        "storeToken": False,
        "firstBrokerLoginFlowAlias": "take in",
        "config": {
            "issuer": server["issuer"],
            "authorizationUrl": server["authorization_endpoint"],
            "tokenUrl": server["token_endpoint"],
            "userInfoUrl": server["userinfo_endpoint"],
            "jwksUrl": server["jwks_uri"],
            "logoutUrl": server.get("end_session_endpoint", ""),
            "useJwksUrl": "true",
            "validateSignature": "true",
            "pkceEnabled": "true",
            "pkceMethod": "S256",
            "defaultScope": "openid profile email",
            "clientId": client["client_id"],
            "clientSecret": client.get("client_secret", "none"),
            "clientAuthMethod": client["token_endpoint_auth_method"],
            "clientAssertionSigningAlg": "RS256",
            "syncMode": "FORCE",
        },
    }


def mapper(name, kind, config):
    """Takes one claim of ours over."""
    return {
        "name": name, "identityProviderAlias": "latchkey", "identityProviderMapper": kind,
        "config": {"syncMode": "INHERIT", **config},
    }
