"""The realm that Keycloak imports: us as identity provider, once by a secret and once by Keycloak's own key, and one application."""

APPLICATION = "application"
REALM = "interop"


def realm(server, clients, redirect_uri):
    """The realm in Keycloak's words. `server` is our metadata, `clients` what Keycloak is with us, by alias."""
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "clients": [{
            "clientId": APPLICATION, "publicClient": True, "redirectUris": [redirect_uri], "standardFlowEnabled": True,
            "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": redirect_uri},
        }],
        "identityProviders": [provider(server, alias, client) for alias, client in clients.items()],
        # Nobody is asked for a family name: a person comes as we describe them.
        "requiredActions": [{
            "alias": "VERIFY_PROFILE", "name": "Verify Profile", "providerId": "VERIFY_PROFILE", "enabled": False,
            "defaultAction": False, "priority": 90, "config": {},
        }],
        "authenticationFlows": [{
            "alias": "take in", "providerId": "basic-flow", "topLevel": True, "builtIn": False,
            # The first of our two names makes the account, the other one finds it.
            "authenticationExecutions": [
                {"authenticator": name, "requirement": "ALTERNATIVE", "priority": priority, "authenticatorFlow": False,
                 "userSetupAllowed": False}
                for priority, name in enumerate(["idp-create-user-if-unique", "idp-auto-link"])
            ],
        }],
    }


def provider(server, alias, client):
    """Us, with every check of Keycloak's on."""
    return {
        "alias": alias,
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
