"""Keycloak signs its people in through us: a sign-in at Keycloak that comes to us and goes back, and its tokens at the end."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from browser import Browser
from checks import check, close, same
from home import ISSUER, discovery, free_port, home, register, request, wait_for
from realm import APPLICATION, REALM, realm

# The newest, where an older one was left behind.
KEYCLOAK = sorted(Path("target").resolve().glob("keycloak-*"))[-1]
REDIRECT_URI = "http://127.0.0.1:8081/application"

port = free_port()
there = f"http://localhost:{port}"
base = f"{there}/realms/{REALM}"
server = discovery()
# It authenticates by a secret, and by its own key, which we fetch from it.
METHODS = {
    "by-secret": {"token_endpoint_auth_method": "client_secret_basic"},
    "by-key": {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": f"{base}/protocol/openid-connect/certs"},
}
clients = {
    alias: register(
        client_name="Keycloak", redirect_uris=[f"{base}/broker/{alias}/endpoint"], scope="openid profile email",
        post_logout_redirect_uris=[f"{base}/broker/{alias}/endpoint/logout_response"],
        backchannel_logout_uri=f"{base}/protocol/openid-connect/logout/backchannel-logout",
        backchannel_logout_session_required=True,
        **method,
    )
    for alias, method in METHODS.items()
}


def start(folder):
    """Starts Keycloak with our realm, its data in memory alone."""
    document = KEYCLOAK / "data/import/realm.json"
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(json.dumps(realm(server, clients, REDIRECT_URI)), encoding="utf-8")
    options = [f"--http-port={port}", "--http-host=127.0.0.1", "--import-realm", "--db=dev-mem", "--cache=local"]
    if "SSL_CERT_FILE" in os.environ:
        options.append(f"--truststore-paths={os.environ['SSL_CERT_FILE']}")
    return subprocess.Popen(
        [KEYCLOAK / "bin/kc.sh", "start-dev", *options], env={**os.environ, "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m"},
        stdout=(folder / "keycloak.log").open("w"), stderr=subprocess.STDOUT,
    )


def ask(alias, **more):
    """The address at which Keycloak's application sends a browser off to us, and the verifier for its code."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "client_id": APPLICATION, "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT_URI, "state": "s",
        "kc_idp_hint": alias, "code_challenge": challenge, "code_challenge_method": "S256", **more,
    }
    return f"{base}/protocol/openid-connect/auth?{urlencode(query)}", verifier


def sign_in(browser, alias):
    """From Keycloak's application through Keycloak to us, and back; gives Keycloak's ID token and what it says."""
    url, verifier = ask(alias)
    arrival = browser.walk(url)
    assert arrival.url.startswith(REDIRECT_URI + "?"), f"{arrival.status} at {arrival.url}"
    [code] = parse_qs(urlsplit(arrival.url).query)["code"]
    form = {
        "grant_type": "authorization_code", "client_id": APPLICATION, "code": code, "redirect_uri": REDIRECT_URI,
        "code_verifier": verifier,
    }
    status, _, body = request(f"{base}/protocol/openid-connect/token", form)
    same(status, 200)
    token = json.loads(body)["id_token"]
    return {**claims(token), "itself": token}


def claims(token):
    """What a JWT says."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def people(alias):
    """What a person sees, who comes to Keycloak for the first time, again, and in the same browser."""
    browser = Browser(home["user"], [REDIRECT_URI])

    def first():
        token = sign_in(browser, alias)
        same((token["iss"], token["email"], token["email_verified"], token["name"]),
             (base, home["user"]["email"], True, home["user"]["name"]))
        return token

    seen = check(f"{alias}: a sign-in at Keycloak goes through us, and brings name and address", first)
    check(f"{alias}: the same person again is the same account",
          lambda: same(sign_in(Browser(home["user"], [REDIRECT_URI]), alias)["sub"], seen["sub"]))
    check(f"{alias}: the same browser needs no sign-in", lambda: sign_in(browser, alias))
    check(f"{alias}: who leaves at Keycloak is signed out with us", lambda: leave_there(browser, alias))
    check(f"{alias}: who leaves with us is signed out at Keycloak, by the back channel", lambda: leave_here(alias))


def leave_there(browser, alias):
    """Keycloak takes who leaves to our end_session_endpoint, which comes back to it."""
    hint = sign_in(browser, alias)["itself"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": REDIRECT_URI, "state": "left"}
    same(browser.walk(f"{base}/protocol/openid-connect/logout?{urlencode(query)}").url, REDIRECT_URI + "?state=left")
    same(silently(browser, alias), "login_required")
    person, browser.person = browser.person, {"username": "nobody", "password": "x"}
    assert browser.walk(ask(alias)[0]).url.startswith(ISSUER), "it came back without a sign-in"
    browser.person = person


def leave_here(alias):
    """We tell Keycloak which session has ended, and it ends its own that came of it: that one and no other."""
    leaving, staying = (Browser(home["user"], [REDIRECT_URI]) for _ in range(2))
    for browser in leaving, staying:
        sign_in(browser, alias)
        same(silently(browser, alias), "code")
    leaving.walk(server["end_session_endpoint"])
    end = time.monotonic() + 20
    while silently(leaving, alias) == "code" and time.monotonic() < end:
        time.sleep(0.5)
    same((silently(leaving, alias), silently(staying, alias)), ("login_required", "code"))


def silently(browser, alias):
    """What Keycloak alone answers to prompt=none, without a way to us: `code`, or the error."""
    browser.ends = [server["authorization_endpoint"], REDIRECT_URI]
    arrival = browser.walk(ask(alias, prompt="none")[0])
    browser.ends = [REDIRECT_URI]
    assert arrival.url.startswith(REDIRECT_URI + "?"), f"{arrival.status} at {arrival.url}"
    answer = parse_qs(urlsplit(arrival.url).query)
    return "code" if "code" in answer else answer["error"][0]


def main():
    folder = Path(tempfile.mkdtemp())
    keycloak = start(folder)
    try:
        if check("it starts with us as identity provider", lambda: wait_for(base, keycloak, 300)):
            for alias in METHODS:
                people(alias)
    finally:
        keycloak.terminate()
        keycloak.wait()
        code = close()
        if code:
            print((folder / "keycloak.log").read_text(encoding="utf-8")[-6000:], file=sys.stderr)
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
