"""A web application that signs people in by Authlib, and an API that takes our access tokens by Authlib's validators."""

import secrets
from urllib.parse import urlsplit

import requests
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from flask import Flask, jsonify
from joserfc.jwk import KeySet

CALLBACK = "http://localhost/callback"


def application(issuer, scope, **client):
    """A Flask application of one client of ours, with one address to sign in and one to come back to."""
    app = Flask("interop")
    app.secret_key = secrets.token_bytes(32)
    provider = OAuth(app).register("latchkey", server_metadata_url=f"{issuer}/.well-known/openid-configuration", **client)
    provider.client_kwargs = {"scope": scope, "code_challenge_method": "S256", **provider.client_kwargs}

    @app.get("/login")
    def login():
        return provider.authorize_redirect(CALLBACK)

    @app.get("/callback")
    def callback():
        # Authlib checks state, the ID token's signature, iss, aud, exp, nonce and at_hash.
        return jsonify(provider.authorize_access_token())

    return app.test_client()


def path_of(url):
    """The path and query of an address, for the application's test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def api(server, audience, authentication):
    """An API with one address that verifies tokens by the JWKS, and one that asks us."""

    class ByKeys(JWTBearerTokenValidator):
        def get_jwks(self):
            return KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())

    class ByAsking(IntrospectTokenValidator):
        def introspect_token(self, token_string):
            answer = requests.post(server["introspection_endpoint"], {"token": token_string}, auth=authentication, timeout=10)
            answer.raise_for_status()
            return answer.json()

    app = Flask("api")
    for path, validator in {"/by-keys": ByKeys(server["issuer"], audience), "/by-asking": ByAsking()}.items():
        protector = ResourceProtector()
        protector.register_token_validator(validator)
        app.add_url_rule(path, path, protector("read")(lambda: jsonify(sub=current_token["sub"])))
    return app.test_client()
