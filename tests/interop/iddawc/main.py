"""libiddawc does every grant that it knows, with every way to authenticate, and verifies what it gets by itself."""

import base64
import ctypes
import hashlib
import json
import secrets
import subprocess
import sys
import time

from browser import Browser
from checks import check, close, same
from home import ISSUER, home, register
from session import BY_CLIENT, PKCE_S256, RESPONSE_TYPE, TOKEN_METHOD, Failed, Session, library

REDIRECT_URI = "https://client.example/callback"
AUDIENCE = "https://orders.example.com"
SCOPE = "openid profile offline_access"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def new_key():
    """A private key as a JWK, and its public half."""
    pem = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "ec", "-outform", "DER"], input=pem, check=True, capture_output=True).stdout
    point, scalar = der[-64:], der[7:39]
    public = {"kty": "EC", "crv": "P-256", "x": text(point[:32]), "y": text(point[32:]), "kid": secrets.token_hex(8), "alg": "ES256"}
    return {**public, "d": text(scalar)}, public


def text(part):
    """base64url."""
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def client(method, metadata=None, **settings):
    """A client of ours that authenticates by `method`, as a session of the library's."""
    private, public = new_key()
    certificates = home["certificates"]["folder"]
    own = {
        "private_key_jwt": {"jwks": {"keys": [public]}},
        "tls_client_auth": {"tls_client_auth_subject_dn": home["certificates"]["subject"]},
        "none": {"application_type": "native"},
    }.get(method, {})
    registered = register(**{
        "redirect_uris": [REDIRECT_URI], "scope": SCOPE, "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": method, "resources": [AUDIENCE], **own, **(metadata or {}),
    })
    session = Session(
        {"keys": [private]}, client_id=registered["client_id"], redirect_uri=REDIRECT_URI, scope=SCOPE,
        token_method=TOKEN_METHOD[method], openid_config_endpoint=f"{ISSUER}/.well-known/openid-configuration",
        client_kid=private["kid"], dpop_kid=private["kid"], client_sign_alg="HS256" if method == "client_secret_jwt" else "ES256",
        dpop_sign_alg="ES256",
    )
    if "client_secret" in registered:
        session.set(client_secret=registered["client_secret"])
    if method == "tls_client_auth":
        session.set(tls_cert_file=f"{certificates}/client.pem", tls_key_file=f"{certificates}/client.key")
    session.set(**settings)
    session.run("i_get_openid_config")
    return session


def sign_in(session, pushed=False):
    """The authorization code flow with PKCE, state and nonce; the library verifies the ID token."""
    session.set(
        response_type=RESPONSE_TYPE["code"], state=secrets.token_hex(16), nonce=secrets.token_hex(16),
        pkce_method=PKCE_S256, pkce_code_verifier=secrets.token_urlsafe(48),
    )
    if pushed:
        # What it pushes lacks the challenge that it adds to an address.
        digest = hashlib.sha256(session.get("pkce_code_verifier").encode()).digest()
        session.add("code_challenge", text(digest))
        session.add("code_challenge_method", "S256")
        session.run("i_run_par_request")
    session.run("i_build_auth_url_get")
    arrival = Browser(home["user"], [REDIRECT_URI]).walk(session.get("redirect_to"))
    session.set(redirect_to=arrival.url)
    session.run("i_parse_redirect_to")
    session.grant("code")
    same(session.id_token()["iss"], ISSUER)


def secrets_and_keys():
    """Every way to authenticate, in the code flow."""
    for method in ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth", "none"):
        check(f"code flow with {method}", lambda method=method: sign_in(client(method)))


def pushed():
    """Pushed authorization requests. (Its signed ones lack the client_id that RFC 9101 §5 demands beside them.)"""
    for method in ("client_secret_basic", "private_key_jwt"):
        check(f"PAR with {method}", lambda method=method: sign_in(client(method), pushed=True))


def tokens():
    """What can be done with tokens."""
    session = client("client_secret_basic")
    check("code flow", lambda: sign_in(session))
    check("userinfo", lambda: session.run("i_get_userinfo", 0))

    def refresh():
        before = session.get("access_token")
        assert session.grant("refresh_token") != before

    def introspect(token, active):
        session.set(token_target=token)
        answer = ctypes.c_void_p()
        session.run("i_get_token_introspection", ctypes.byref(answer), BY_CLIENT, 0)
        library.json_dumps.restype = ctypes.c_char_p
        same(json.loads(library.json_dumps(answer, 0))["active"], active)

    def revoke():
        token = session.get("refresh_token")
        session.set(token_target=token)
        session.run("i_revoke_token", BY_CLIENT)
        introspect(token, False)

    check("refresh", refresh)
    check("introspection", lambda: introspect(session.get("access_token"), True))
    check("revocation", revoke)


def service():
    """A program for itself."""
    metadata = {"grant_types": ["client_credentials"], "redirect_uris": [], "scope": "read"}

    def credentials():
        session = client("client_secret_basic", metadata, scope="read")
        assert session.grant("client_credentials")
        session.run("i_verify_jwt_access_token", AUDIENCE.encode())

    def refused():
        session = client("client_secret_basic", metadata, scope="read", openid_config_strict=False)
        session.set(client_secret="x")
        try:
            session.grant("client_credentials")
        except Failed:
            return
        raise AssertionError("it was accepted")

    check("client credentials, and the access token by its own verification", credentials)
    check("refused: a wrong secret", refused)


def dpop():
    """Tokens bound to a key."""
    session = client("client_secret_basic", {"dpop_bound_access_tokens": True}, use_dpop=True)
    check("DPoP: code flow", lambda: sign_in(session))
    check("DPoP: userinfo", lambda: session.run("i_get_userinfo", 0))
    check("DPoP: refresh", lambda: session.grant("refresh_token"))


def device():
    """A program without a browser."""
    session = client("none", {"grant_types": [DEVICE, "refresh_token"], "redirect_uris": []})

    def begin():
        session.set(response_type=RESPONSE_TYPE["device_code"])
        session.run("i_run_device_auth_request")
        person = Browser(home["user"])
        person.user_code = session.get("user_code")
        same(person.walk(session.get("verification_uri")).status, 200)
        time.sleep(session.get_number("interval"))
        assert session.grant("device_code")

    check("device authorization", begin)


PARTS = {
    "secrets_and_keys": secrets_and_keys, "pushed": pushed, "tokens": tokens, "service": service, "dpop": dpop, "device": device,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
    sys.exit(close())
