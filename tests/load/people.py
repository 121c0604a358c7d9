"""The signed-in and the not yet signed-in people that a load needs, through the same small browser as tests/interop."""

import base64
import hashlib
import json
import secrets
import urllib.request
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from measure import ROOT

_loader = SourceFileLoader("signin", str(ROOT / "tests/interop/signin"))  # a program: its name has no suffix
browser = module_from_spec(spec_from_loader("signin", _loader))
_loader.exec_module(browser)


def basic(client):
    """The Authorization header of a client. RFC 6749 §2.3.1."""
    return "Basic " + base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()


def authorization_url(issuer, client, verifier):
    """A request for a code that a refresh token comes with, and no ID token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return f"{issuer}/authorize?" + urlencode({
        "response_type": "code", "client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0],
        "scope": "offline_access", "state": "load", "code_challenge": challenge, "code_challenge_method": "S256",
    })


def refresh_tokens(demo, count):
    """That many families, of one person in one browser."""
    client, person, opener = demo["clients"]["web"], demo["user"], browser.browser()
    tokens = []
    for _ in range(count):
        verifier = secrets.token_urlsafe(48)
        callback = browser.sign_in(opener, authorization_url(demo["issuer"], client, verifier), person)
        [code] = parse_qs(urlsplit(callback).query)["code"]
        form = urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": client["redirect_uris"][0],
            "code_verifier": verifier,
        }).encode()
        request = urllib.request.Request(demo["issuer"] + "/token", form, {"Authorization": basic(client)})
        with urllib.request.urlopen(request) as answer:
            tokens.append(json.load(answer)["refresh_token"])
    return tokens


def open_interaction(demo):
    """A browser that has got as far as the sign-in page: path, cookies and the form that would sign its person in."""
    opener = browser.browser()
    # Each from an address of its own, for one address may begin only so many.
    address = ".".join(["198", "18", *(str(secrets.randbelow(256)) for _ in range(2))])
    opener.addheaders.append(("X-Forwarded-For", address))
    url = authorization_url(demo["issuer"], demo["clients"]["web"], secrets.token_urlsafe(48))
    status, location, page = browser.fetch(opener, url, None, url)
    while location:
        url = urljoin(url, location)
        status, location, page = browser.fetch(opener, url, None, url)
    form = browser.Form(page)
    if status >= 400 or "password" not in form.names:
        raise SystemExit(f"no sign-in page at {url}: {status}")
    jar = next(handler.cookiejar for handler in opener.handlers if hasattr(handler, "cookiejar"))
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    target = urlsplit(urljoin(url, form.action))
    path = target.path + ("?" + target.query if target.query else "")
    return "\t".join([path, cookies, urlencode(browser.answer(form, demo["user"]))])
