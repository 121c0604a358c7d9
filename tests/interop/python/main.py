"""Authlib signs in and gets tokens; PyJWT verifies them as a service would. Both with their strict checks on."""

import json
import os
import secrets
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.discovery import OpenIDProviderMetadata

from checks import check, close, refused
from forge import altered, badly_signed, unsigned
from verify import ALGORITHMS, AccessTokenVerifier, WrongType

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http is for a loopback issuer alone
with open(os.environ["LATCHKEY_DEMO"], encoding="utf-8") as file:
    demo = json.load(file)
web, service = demo["clients"]["web"], demo["clients"]["service"]


def discover():
    """The metadata, checked against the rules of OpenID Connect Discovery (but for https) and the issuer we know."""
    document = requests.get(demo["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
    metadata = OpenIDProviderMetadata(document)
    assert metadata["issuer"] == demo["issuer"]
    metadata.validate_response_types_supported()
    metadata.validate_subject_types_supported()
    metadata.validate_id_token_signing_alg_values_supported()
    metadata.validate_scopes_supported()
    metadata.validate_code_challenge_methods_supported()
    return metadata


def web_session():
    """Authlib's view of the web client."""
    return OAuth2Session(
        web["client_id"], web["client_secret"], token_endpoint_auth_method="client_secret_basic",
        scope="openid profile email offline_access", redirect_uri=web["redirect_uris"][0], code_challenge_method="S256",
        leeway=0,  # the tokens of this run live for less than the minute that Authlib would like to have left
    )


def sign_in(session):
    """The authorization code flow with PKCE, state and nonce. Gives the tokens and the nonce."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    url, state = session.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    callback = subprocess.run(["../signin", url], check=True, capture_output=True, text=True).stdout.strip()
    assert parse_qs(urlsplit(callback).query)["iss"] == [demo["issuer"]], "RFC 9207: iss in the response"
    token = session.fetch_token(
        server["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier
    )
    return token, nonce


def check_id_token():
    """OpenID Connect Core §3.1.3.7."""
    key = verifier.keys.get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(
        tokens["id_token"], key, algorithms=ALGORITHMS, issuer=demo["issuer"], audience=web["client_id"],
        options={"require": ["iss", "aud", "sub", "iat", "exp"], "strict_aud": True},
    )
    assert claims["nonce"] == nonce
    assert jwt.get_unverified_header(tokens["id_token"]).get("typ") != "at+jwt"
    return claims


def check_access_token(token, client):
    """It verifies, and it is this client's."""
    claims = AccessTokenVerifier(demo["issuer"], client["audience"], server["jwks_uri"]).verify(token)
    assert claims["client_id"] == client["client_id"]
    return claims


def check_userinfo():
    """The session sends the access token that it holds."""
    answer = session.get(server["userinfo_endpoint"])
    answer.raise_for_status()
    assert answer.json()["sub"] == subject


def check_refresh():
    """Rotation gives a new refresh token and a good access token."""
    renewed = session.refresh_token(server["token_endpoint"], refresh_token=tokens["refresh_token"])
    check_access_token(renewed["access_token"], web)
    assert renewed["refresh_token"] != tokens["refresh_token"]


def client_credentials(secret, scope="read"):
    """The service's own token."""
    session = OAuth2Session(service["client_id"], secret, token_endpoint_auth_method="client_secret_basic")
    return session.fetch_token(server["token_endpoint"], grant_type="client_credentials", scope=scope)["access_token"]


def check_client_credentials():
    """It verifies, with the scope that was asked for."""
    assert check_access_token(client_credentials(service["client_secret"]), service)["scope"] == "read"


def other(issuer, audience):
    """A verifier that expects something else."""
    return AccessTokenVerifier(issuer, audience, server["jwks_uri"])


server = check("discovery", discover)
verifier = AccessTokenVerifier(demo["issuer"], web["audience"], server["jwks_uri"])
session = web_session()
tokens, nonce = check("authorization code flow with PKCE, state, nonce and iss", lambda: sign_in(session))
token = tokens["access_token"]
subject = check("ID token: iss, aud, exp, nonce, signature", check_id_token)["sub"]
check("access token: typ, iss, aud, exp, algorithm, signature", lambda: check_access_token(token, web))
check("userinfo is about the same subject", check_userinfo)
check("refresh rotates the token", check_refresh)
check("client credentials", check_client_credentials)
refused("a wrong client secret", OAuthError, lambda: client_credentials(service["client_secret"] + "x"))
refused("a scope that the client has not", OAuthError, lambda: client_credentials(service["client_secret"], "admin"))

elsewhere = "https://other.example"
refused("another audience", jwt.InvalidAudienceError, lambda: other(demo["issuer"], elsewhere).verify(token))
refused("another issuer", jwt.InvalidIssuerError, lambda: other(elsewhere, web["audience"]).verify(token))
refused("changed claims", jwt.InvalidSignatureError, lambda: verifier.verify(altered(token, {"sub": "somebody-else"})))
refused("a changed signature", jwt.InvalidSignatureError, lambda: verifier.verify(badly_signed(token)))
refused("alg none", jwt.InvalidAlgorithmError, lambda: verifier.verify(unsigned(token)))
refused(
    "an ID token as access token", WrongType, lambda: other(demo["issuer"], web["client_id"]).verify(tokens["id_token"])
)
fresh = client_credentials(service["client_secret"])
verify_fresh = AccessTokenVerifier(demo["issuer"], service["audience"], server["jwks_uri"]).verify
check("the token is still good before its end", lambda: verify_fresh(fresh))
time.sleep(verify_fresh(fresh)["exp"] - time.time() + 1)
refused("an expired token", jwt.ExpiredSignatureError, lambda: verify_fresh(fresh))

sys.exit(close())
