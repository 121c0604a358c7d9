"""Authlib: a Flask application that signs people in, an API, and programs with httpx; by secrets, by keys, and self-registered."""

import sys

import requests
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from joserfc.jwk import ECKey, OKPKey, RSAKey

from application import CALLBACK, api, application, path_of
from browser import Browser
from checks import check, close, same
from home import ISSUER, discovery, home, register

AUDIENCE, OTHER = "https://orders.example.com", "https://billing.example.com"
SCOPE = "openid profile email offline_access"
CODE = {"redirect_uris": [CALLBACK], "scope": SCOPE, "grant_types": ["authorization_code", "refresh_token"]}
SERVICE = {"grant_types": ["client_credentials"], "scope": "read write", "resources": [AUDIENCE, OTHER]}
server = discovery()


def sign_in(app):
    """A person opens the application, signs in with us, and comes back; gives what Authlib made of it."""
    away = app.get("/login")
    same(away.status_code, 302)
    arrival = Browser(home["user"], [CALLBACK]).walk(away.location)
    answer = app.get(path_of(arrival.url))
    same(answer.status_code, 200)
    same(answer.json["userinfo"]["iss"], ISSUER)
    return answer.json


def web():
    """Signing people in, and what the application does with the tokens."""
    client = register(client_name="Authlib", **CODE)
    named = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    tokens = check("Flask: code flow with PKCE, state and nonce", lambda: sign_in(application(ISSUER, SCOPE, **named)))
    session = OAuth2Client(**named, token=tokens, token_endpoint=server["token_endpoint"])

    def refresh():
        answer = session.refresh_token(server["token_endpoint"], refresh_token=tokens["refresh_token"])
        assert answer["refresh_token"] != tokens["refresh_token"]
        return answer

    latest = check("refresh", refresh)

    def userinfo():
        claims = session.get(server["userinfo_endpoint"]).json()
        same((claims["sub"], claims["name"], claims["email"]),
             (tokens["userinfo"]["sub"], home["user"]["name"], home["user"]["email"]))

    check("userinfo", userinfo)
    ask = lambda token: session.introspect_token(server["introspection_endpoint"], token=token).json()
    check("introspection", lambda: same(ask(latest["access_token"])["active"], True))

    def revoke():
        same(session.revoke_token(server["revocation_endpoint"], token=latest["refresh_token"]).status_code, 200)
        same(ask(latest["refresh_token"]), {"active": False})

    check("revocation", revoke)


def self_registered():
    """An application that registers itself: RFC 7591."""
    def registers():
        answer = requests.post(server["registration_endpoint"], json={"client_name": "Authlib, self-made", **CODE}, timeout=10)
        same(answer.status_code, 201)
        client = answer.json()
        sign_in(application(ISSUER, SCOPE, client_id=client["client_id"], client_secret=client["client_secret"]))

    check("Flask: code flow of an application that registered itself", registers)


def service():
    """An API in front of which a token is verified by the keys alone, and by asking."""
    client = register(**SERVICE)
    basic = (client["client_id"], client["client_secret"])
    session = OAuth2Client(*basic, token_endpoint_auth_method="client_secret_basic")
    fetch = lambda **more: session.fetch_token(server["token_endpoint"], grant_type="client_credentials", **more)["access_token"]
    orders = api(server, AUDIENCE, basic)

    def call(path, token):
        return orders.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    good = fetch(scope="read")
    for path in ("/by-keys", "/by-asking"):
        check(f"API {path}: a good token", lambda path=path: same(call(path, good), 200))
        check(f"refused: API {path}: a token without the scope", lambda path=path: same(call(path, fetch(scope="write")), 403))
        check(f"refused: API {path}: garbage", lambda path=path: same(call(path, "x.y.z"), 401))
    check("refused: API /by-keys: a token for another audience",
          lambda: same(call("/by-keys", fetch(scope="read", resource=OTHER)), 401))


def new_key(kind, size):
    """A private key with an identifier of its own."""
    return kind.generate_key(size, {"use": "sig"}, auto_kid=True)


def assertions():
    """Programs that prove who they are by what they sign."""
    for alg, key in {"ES256": new_key(ECKey, "P-256"), "RS256": new_key(RSAKey, 2048), "EdDSA": new_key(OKPKey, "Ed25519")}.items():
        check(f"private_key_jwt with {alg}", lambda alg=alg, key=key: by_key(alg, key))
    check("client_secret_jwt", by_secret_assertion)
    check("Flask: code flow with private_key_jwt", by_key_in_flask)


def by_key(alg, key):
    client = register(**SERVICE, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]})
    session = OAuth2Client(client["client_id"], key, token_endpoint_auth_method="private_key_jwt")
    session.register_client_auth_method(PrivateKeyJWT(server["token_endpoint"], alg=alg, headers={"kid": key.kid}))
    assert session.fetch_token(server["token_endpoint"], grant_type="client_credentials")["access_token"]


def by_secret_assertion():
    client = register(**SERVICE, token_endpoint_auth_method="client_secret_jwt")
    session = OAuth2Client(client["client_id"], client["client_secret"], token_endpoint_auth_method="client_secret_jwt")
    session.register_client_auth_method(ClientSecretJWT(server["token_endpoint"]))
    assert session.fetch_token(server["token_endpoint"], grant_type="client_credentials")["access_token"]


def by_key_in_flask():
    key = new_key(RSAKey, 2048)
    client = register(**CODE, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]})
    sign_in(application(
        ISSUER, SCOPE, client_id=client["client_id"], client_secret=key,
        client_kwargs={"token_endpoint_auth_method": "private_key_jwt"},
        client_auth_methods=[PrivateKeyJWT(server["token_endpoint"])],
    ))


PARTS = {"web": web, "self_registered": self_registered, "service": service, "assertions": assertions}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
    sys.exit(close())
